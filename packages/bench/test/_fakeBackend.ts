import type { VerifyReport } from "@moe/quant";
import {
  parseShape,
  type Backend,
  type Cell,
  type ExecutedWork,
  type ResultRow,
  type RunEnvironment,
  type SensorReading,
  type Side,
  type SweepEvent,
  type SweepOptions,
  runSweep,
} from "@moe/bench";

/** A layer small enough to build in a millisecond. */
export const TINY = parseShape("K=64,N=64,E=8,topK=2,G=32,blockM=16");

export const ENVIRONMENT: RunEnvironment = {
  versions: { "@moe/bench": "test" },
  commit: "0123456789abcdef",
  dirty: false,
  argv: ["moe-bench", "run"],
};

export interface FakeOptions {
  /** ns of one sample, given the sample's number in the cell. */
  time?: (cell: Cell, side: Side, sample: number) => number;
  report?: (cell: Cell, side: Side) => Partial<VerifyReport>;
  onPrepare?: (cell: Cell) => void;
  /** What the device says, given the reading's number in the cell. */
  sensors?: (reading: number) => SensorReading | null;
  /** Counts instead of timing: what a side executes. */
  executed?: (cell: Cell, side: Side) => ExecutedWork;
}

/** Work with that many issue cycles, half of them of matrix operations. */
export function work(issueCycles: number): ExecutedWork {
  return {
    kernels: ["prepass", "gemm"],
    instructions: issueCycles,
    matrix: issueCycles / 64,
    otherVector: issueCycles / 2,
    vectorCycles: issueCycles + 1,
    ldsCycles: 10,
    ldsConflictCycles: 1,
    globalBytes: 4096,
    scratchBytes: 0,
  };
}

export interface FakeBackend extends Backend {
  /** What was called, in order. */
  calls: string[];
}

/** A backend that computes nothing: times and reports come from functions, and it logs its calls. */
export function fakeBackend(options: FakeOptions = {}): FakeBackend {
  const {
    executed,
    sensors,
    time = () => 1000,
    report = () => ({}),
    onPrepare = () => {},
  } = options;
  const calls: string[] = [];
  return {
    name: "fake",
    calls,
    versions: {},
    async describe() {
      return {
        backend: "fake",
        device: "fake device",
        isa: "fake1",
        threads: 3,
        lastLevelCacheBytes: 1024,
      };
    },
    async prepare(cell) {
      calls.push(`prepare ${cell.id}`);
      onPrepare(cell);
      let sample = 0;
      let reading = 0;
      const timed = {
        measure: "time" as const,
        async rampUp() {
          calls.push("ramp up");
        },
        async sample(side: Side) {
          calls.push(side);
          return time(cell, side, sample++);
        },
        ...(sensors && {
          sensors() {
            calls.push("sensors");
            return sensors(reading++);
          },
        }),
      };
      const counted = executed && {
        measure: "count" as const,
        executed: (side: Side) => executed(cell, side),
      };
      return {
        kernelName: "k",
        referenceName: "r",
        ...(counted ?? timed),
        async verify(side) {
          calls.push(`verify ${side}`);
          const worst = { flat: 0, expert: 0, col: 1, got: 1, want: 1, shareOfTolerance: 0.25 };
          const good = { passed: true, checked: 2048, failed: 0, rel: 1e-4, strayWrites: 0, worst };
          return { ...good, ...report(cell, side) };
        },
        ran: (side) => ({ isa: `fake-${side}`, threads: 3 }),
        async close() {
          calls.push(`close ${cell.id}`);
        },
      };
    },
    async close() {
      calls.push("close");
    },
  };
}

/** A clock that moves one ms a look. */
export function fakeClock(): () => number {
  let ms = Date.UTC(2026, 0, 1);
  return () => ms++;
}

/** Options of a small, fully deterministic sweep. */
export function tinySweep(more: Partial<SweepOptions> = {}): SweepOptions {
  return {
    backend: fakeBackend(),
    shape: TINY,
    archetypes: ["uniform", "zipf1"],
    tokens: [8, 16],
    minSamples: 6,
    maxSamples: 8,
    environment: ENVIRONMENT,
    now: fakeClock(),
    ...more,
  };
}

export async function collect(options: SweepOptions): Promise<SweepEvent[]> {
  return Array.fromAsync(runSweep(options));
}

export function rowsOf(events: readonly SweepEvent[]): ResultRow[] {
  return events.flatMap((event) => (event.type === "cell" ? [event.row] : []));
}

export function headerOf(events: readonly SweepEvent[]) {
  const plan = events[0];
  if (plan.type !== "plan") throw new Error("the first event is the plan");
  return plan.header;
}
