// @moe/align against NumPy on the same routing, in one run: ours, NumPy, ours again. Results are compared entry by entry first.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { moeAlignBlockSize } from "@moe/align";
import { synthTopk } from "@moe/routing";
import { NUMPY } from "./packages.ts";
import { python } from "./venv.ts";

const SHAPE = { topK: 8, numExperts: 256, blockM: 32 };

interface NumpyReport {
  numpy: string;
  samplesNs: { int32: number[]; uint16: number[] };
}

/** Prints a table: milliseconds of each route and NumPy's as a multiple of ours. */
export async function alignPeers(): Promise<void> {
  const interpreter = await python([NUMPY]);
  const folder = await mkdtemp(join(tmpdir(), "moe-align-"));
  try {
    console.log("align: E=256 topK=8 blockM=32, median ms; NumPy as a multiple of ours");
    for (const numTokens of [10_000, 100_000, 1_000_000]) {
      await compare(interpreter, folder, numTokens);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function compare(interpreter: string, folder: string, numTokens: number): Promise<void> {
  const { topK, numExperts } = SHAPE;
  const { topkIds } = synthTopk({ archetype: "uniform", numTokens, topK, numExperts });
  const options = { numTokens, ...SHAPE };
  const rounds = numTokens < 1e6 ? 25 : 7;
  const ours = timed(rounds, () => moeAlignBlockSize(topkIds, options));
  const { report, result } = await runNumpy(interpreter, folder, topkIds, rounds);
  ours.push(...timed(rounds, () => moeAlignBlockSize(topkIds, options)));
  const out = moeAlignBlockSize(topkIds, options);
  const reused = timed(rounds, () => moeAlignBlockSize(topkIds, { ...options, out }));

  const want = Buffer.concat(
    [out.sortedTokenIds, out.expertIds, out.numTokensPostPadded].map((a) => Buffer.from(a.buffer)),
  );
  if (!want.equals(result)) throw new Error(`NumPy's result differs at T=${numTokens}`);

  const base = median(ours);
  const cell = (name: string, ns: number): string =>
    `  ${name.padEnd(34)} ${(ns / 1e6).toFixed(2).padStart(9)}  ${(ns / base).toFixed(1).padStart(6)}x`;
  console.log(`T=${numTokens}, results equal`);
  console.log(cell("@moe/align", base));
  console.log(cell("@moe/align, given buffers", median(reused)));
  const { int32, uint16 } = report.samplesNs;
  console.log(cell(`numpy ${report.numpy} stable argsort`, median(int32)));
  console.log(cell("numpy, argsort of uint16 (radix)", median(uint16)));
}

async function runNumpy(
  interpreter: string,
  folder: string,
  topkIds: Int32Array,
  rounds: number,
): Promise<{ report: NumpyReport; result: Buffer }> {
  const [input, output] = [join(folder, "ids"), join(folder, "result")];
  await Bun.write(input, topkIds);
  const script = Bun.fileURLToPath(new URL("align.py", import.meta.url));
  const args = [input, SHAPE.numExperts, SHAPE.blockM, rounds, output].map(String);
  const child = Bun.spawn([interpreter, script, ...args], { stdout: "pipe", stderr: "inherit" });
  const report = JSON.parse(await new Response(child.stdout).text()) as NumpyReport;
  return { report, result: Buffer.from(await Bun.file(output).arrayBuffer()) };
}

function timed(rounds: number, call: () => unknown): number[] {
  for (let warmUp = 0; warmUp < 3; warmUp++) call();
  return Array.from({ length: rounds }, () => {
    const start = Bun.nanoseconds();
    call();
    return Bun.nanoseconds() - start;
  });
}

function median(samples: number[]): number {
  return samples.toSorted((a, b) => a - b)[samples.length >> 1];
}
