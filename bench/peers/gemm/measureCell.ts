// Rounds: in each one everybody runs once, on cold caches, and the machine's peaks are measured anew.
import { loadavg } from "node:os";
import { cpuInfo, evictCaches, type MachinePeaks, machinePeaks } from "@moe/kernel-cpu";
import { type Cell, relativeError, writeActivations } from "./cell.ts";
import type { Contestant } from "./contestant.ts";
import type { Arithmetic } from "./peers.ts";

/** Above it a result is wrong, whatever the arithmetic. */
const WORST_REL = 0.01;
/** For each of the three micro-benchmarks of a round. */
const PEAK_SECONDS = 0.2;
/** Lets a library's waiting threads fall asleep before the next one is timed. */
const PAUSE_MS = 20;

/** What one contestant did in one cell. */
export interface Outcome {
  name: string;
  arithmetic: Arithmetic;
  /** Against the f64 oracle. */
  rel?: number;
  /** Nanoseconds, one a round; none where the result was wrong. */
  timesNs: number[];
  /** Why there are no times. */
  failure?: string;
}

export interface CellResult {
  cell: Cell;
  peaks: MachinePeaks[];
  /** Load average of the last minute when the rounds began: above the thread count, others compete for the cores. */
  load: number;
  /** Ours first. */
  outcomes: Outcome[];
}

export async function measureCell(
  cell: Cell,
  contestants: readonly Contestant[],
  options: { folder: string; rounds: number; threads: number },
): Promise<CellResult> {
  const path = await writeActivations(options.folder, cell);
  const outcomes = new Map<Contestant, Outcome>();
  for (const contestant of contestants) {
    outcomes.set(contestant, await admit(contestant, cell, path));
  }
  await Bun.file(path).delete();
  const load = loadavg()[0];
  const peaks: MachinePeaks[] = [];
  for (let round = 0; round < options.rounds; round++) {
    peaks.push(machinePeaks({ seconds: PEAK_SECONDS, threads: options.threads }));
    const start = round % contestants.length;
    for (const contestant of [...contestants.slice(start), ...contestants.slice(0, start)]) {
      await sample(contestant, cell, outcomes.get(contestant) as Outcome);
    }
  }
  return { cell, peaks, load, outcomes: [...outcomes.values()] };
}

/** Prepares, runs once and compares with the oracle; the run also warms up. */
async function admit(contestant: Contestant, cell: Cell, path: string): Promise<Outcome> {
  const { name, arithmetic } = contestant;
  const outcome: Outcome = { name, arithmetic, timesNs: [] };
  try {
    await contestant.prepare(cell, path);
    outcome.rel = relativeError(cell.checks, await contestant.check(cell));
    if (!(outcome.rel <= WORST_REL)) outcome.failure = `BADREL ${outcome.rel.toExponential(1)}`;
  } catch (error) {
    outcome.failure = error instanceof Error ? error.message : String(error);
  }
  return outcome;
}

async function sample(contestant: Contestant, cell: Cell, outcome: Outcome): Promise<void> {
  if (outcome.failure !== undefined) return;
  const bytes = 2 * (cpuInfo().lastLevelCacheBytes || 64 * 2 ** 20);
  await Bun.sleep(PAUSE_MS);
  evictCaches({ bytes, by: "read" });
  try {
    outcome.timesNs.push(await contestant.time(cell));
  } catch (error) {
    outcome.failure = error instanceof Error ? error.message : String(error);
    outcome.timesNs = [];
  }
}
