// @moe/kernel-cpu against every peer on the same problem, in one sitting:
//   bun run bench:peers gemm [--tokens 128,1024,4096] [--gemm 1,2] [--only name,…] [--rounds 7]
// Balanced routing, weights colder than any cache. Peers get each expert's rows gathered beforehand and need not
// scatter their results; ours does both. Conversions that a library asks for (f32 activations) are not timed.
import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Gemm, median } from "@moe/bench";
import { cpuInfo } from "@moe/kernel-cpu";
import { makeCell, makeWeights, SHAPE, writeWeights } from "./cell.ts";
import { type Contestant, ourKernel, startPeer } from "./contestant.ts";
import { type CellResult, measureCell, type Outcome } from "./measureCell.ts";
import { type Options, readOptions } from "./options.ts";
import type { PeerEntry } from "./peers.ts";
import { renderTable } from "./table.ts";

/** Load average over the thread count that this run does not make alone. */
const BUSY = 1.5;
const BUSY_NOTE =
  "NOT QUIET: other processes had a share of the cores, and threads that wait for each other lose most by it; trust best over ms";

/** Prints the table on stdout, progress on stderr. */
export async function gemmPeers(words: string[]): Promise<void> {
  const options = readOptions(words);
  const folder = await mkdtemp(join(tmpdir(), "moe-gemm-"));
  // The files are as large as the weights: they must not stay behind an interrupted run.
  process.once("SIGINT", () => {
    rmSync(folder, { recursive: true });
    process.exit(130);
  });
  try {
    const results: CellResult[] = [];
    for (const gemm of options.gemms) results.push(...(await measureGemm(gemm, folder, options)));
    console.log(describe(options, results));
    console.log(renderTable(results));
    if (results.some(({ outcomes }) => outcomes[0].failure !== undefined)) process.exitCode = 1;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Every T of one GEMM, with processes of its own: none keeps the weights of two. */
async function measureGemm(gemm: Gemm, folder: string, options: Options): Promise<CellResult[]> {
  const { threads } = options;
  const weights = makeWeights(gemm);
  await writeWeights(folder, weights);
  const contestants: Contestant[] = [ourKernel(threads)];
  const absent: Outcome[] = [];
  const results: CellResult[] = [];
  try {
    for (const entry of options.peers) {
      console.error(`gemm${gemm}: starting ${entry.name}`);
      try {
        contestants.push(await startPeer(entry, folder, { n: weights.n, k: weights.k, threads }));
      } catch (error) {
        absent.push(absentOutcome(entry, error));
      }
    }
    for (const numTokens of options.tokens) {
      console.error(
        `gemm${gemm} T=${numTokens}: ${options.rounds} rounds of ${contestants.length}`,
      );
      const cell = makeCell(gemm, weights, numTokens);
      const result = await measureCell(cell, contestants, { ...options, folder });
      results.push({ ...result, outcomes: [...result.outcomes, ...absent] });
    }
  } finally {
    for (const contestant of contestants) contestant.stop();
  }
  return results;
}

function absentOutcome({ name, arithmetic }: PeerEntry, error: unknown): Outcome {
  const failure = error instanceof Error ? error.message : String(error);
  console.error(`${name} is unavailable: ${failure}`);
  return { name, arithmetic, timesNs: [], failure };
}

function describe({ rounds, threads }: Options, results: readonly CellResult[]): string {
  const { numExperts, topK, groupSize, blockM } = SHAPE;
  const peaks = results.flatMap((result) => result.peaks);
  const of = (value: (peak: (typeof peaks)[0]) => number | null): string =>
    median(peaks.map((peak) => value(peak) ?? 0)).toFixed(0);
  const loads = results.map(({ load }) => load.toFixed(1)).join(" ");
  const busy = results.some(({ load }) => load > BUSY * threads);
  return [
    `W4A16 on ${cpuInfo().model}, ${threads} threads, load average when each cell began ${loads}`,
    ...(busy ? [BUSY_NOTE] : []),
    `E=${numExperts} topK=${topK} G=${groupSize} blockM=${blockM}, balanced, cold weights, useful rows, ${rounds} rounds`,
    `peaks, median: bf16 ${of((p) => p.bf16GflopPerSecond)} GFLOP/s, f32 ${of((p) => p.f32GflopPerSecond)}, read ${of((p) => p.readGBPerSecond)} GB/s`,
    "",
  ].join("\n");
}
