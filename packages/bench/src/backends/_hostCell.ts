import { verifyGemm, type MoeGemmProblem, type VerifyReport } from "@moe/quant";
import type { Side } from "../sampling/samplePairs.ts";
import type { Cell, PreparedCell, Ran } from "./Backend.ts";

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

/** A bf16 NaN that no kernel computes from finite inputs: where it is left, nothing was written. */
const POISON = 0xffff;
/** Elements compared a side. */
const VERIFIED_ELEMENTS = 4096;

/** A prepared cell of a backend that runs in this process on the host's tensors. */
export function hostCell(cell: Cell, sides: HostSides): PreparedCell {
  const { problem } = cell;
  const lastRun: Partial<Record<Side, HostRun>> = {};
  const run = (side: Side): HostRun => (lastRun[side] = sides.run[side](problem));
  return {
    kernelName: sides.kernelName,
    referenceName: sides.referenceName,
    async sample(side: Side): Promise<number> {
      // The other side has run in between: only a call of this one makes the cache as warm as a loop would.
      if (cell.cache === "warm") run(side);
      else sides.evict();
      return run(side).timeNs;
    },
    async verify(side: Side): Promise<VerifyReport> {
      problem.c.fill(POISON);
      const untouched = problem.c.slice();
      run(side);
      const options = { samples: VERIFIED_ELEMENTS, seed: cell.verifySeed, untouched };
      return requireWritten(verifyGemm(problem, options), problem.c);
    },
    ran(side: Side): Ran {
      const { isa, threads } = lastRun[side] ?? run(side);
      return { isa, threads };
    },
    async close(): Promise<void> {},
  };
}

/** A sweep routes every row, so poison anywhere in C, not only in the drawn elements, is an error. */
function requireWritten(report: VerifyReport, c: Uint16Array): VerifyReport {
  let unwritten = 0;
  for (const bits of c) if (bits === POISON) unwritten++;
  return unwritten === 0
    ? report
    : { ...report, passed: false, failed: Math.max(report.failed, unwritten) };
}
