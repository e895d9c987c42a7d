import type { MoeGemmProblem } from "@moe/quant";
import type { Side } from "../sampling/samplePairs.ts";
import type { Cell, Ran, TimedCell } from "./Backend.ts";
import { verifyPoisoned } from "./_verifyPoisoned.ts";

/** One run of one side on the host. */
export interface HostRun extends Ran {
  timeNs: number;
}

/** The two implementations that a host backend compares. */
export interface HostSides {
  kernelName: string;
  referenceName: string;
  run: Record<Side, (problem: MoeGemmProblem) => HostRun>;
  /** Empties the caches before a sample; not called for `warm` cells. */
  evict(): void;
}

/** A prepared cell of a backend that runs in this process on the host's tensors. */
export function hostCell(cell: Cell, sides: HostSides): TimedCell {
  const { problem, aa } = cell;
  const second = aa ? { ...problem, c: new Uint16Array(problem.c.length) } : problem;
  const cells: Record<Side, Cell> = { kernel: cell, reference: { ...cell, problem: second } };
  const lastRun: Partial<Record<Side, HostRun>> = {};
  const run = (side: Side): HostRun =>
    (lastRun[side] = sides.run[aa ? "kernel" : side](cells[side].problem));
  return {
    measure: "time",
    kernelName: sides.kernelName,
    referenceName: aa ? sides.kernelName : sides.referenceName,
    async sample(side: Side): Promise<number> {
      // The other side has run in between: only a call of this one makes the cache as warm as a loop would.
      if (cell.cache === "warm") run(side);
      else sides.evict();
      return run(side).timeNs;
    },
    verify: (side: Side) => verifyPoisoned(cells[side], () => void run(side)),
    ran(side: Side): Ran {
      const { isa, threads } = lastRun[side] ?? run(side);
      return { isa, threads };
    },
    async close(): Promise<void> {},
  };
}
