// @moe/routing against the per-token NumPy loop of the original suite, in one run: NumPy, fast, numpy, NumPy, fast …
// The ids of the `numpy` sampler are compared with NumPy's before anything is timed.
import { ARCHETYPES, popularity, synthTopk, type ArchetypeName, type Sampler } from "@moe/routing";
import { startJsonLines } from "./jsonLines.ts";
import { NUMPY } from "./packages.ts";
import { python } from "./venv.ts";

const NUM_EXPERTS = 256;
const TOP_K = 8;
const ROUNDS = 7;
const TOKENS = { loop: 5_000, numpy: 20_000, fast: 400_000 } as const;

interface Answer {
  ns: number;
  ids: number[][] | null;
}

/** Prints a table: tokens/s of the loop and of both samplers, and theirs as multiples of the loop's. */
export async function routingPeers(): Promise<void> {
  const loop = await startLoop(await python([NUMPY]));
  try {
    console.log(`routing: E=${NUM_EXPERTS} topK=${TOP_K}, one core, median of ${ROUNDS}, tokens/s`);
    console.log(row(["", `numpy ${loop.version} loop`, "numpy sampler", "", "fast sampler", ""]));
    for (const archetype of ARCHETYPES.filter((name) => name !== "balanced")) {
      await verify(loop, archetype);
      const [base, numpy, fast] = await alternate(loop, archetype);
      const times = (rate: number): string => `${(rate / base).toFixed(1)}x`;
      const cells = [base, numpy, fast].map((rate) => Math.round(rate).toLocaleString("en"));
      console.log(row([archetype, cells[0], cells[1], times(numpy), cells[2], times(fast)]));
    }
    const balanced = median(Array.from({ length: ROUNDS }, () => rateOf("balanced", "fast")));
    console.log(row(["balanced", "", "", "", Math.round(balanced).toLocaleString("en"), ""]));
  } finally {
    loop.stop();
  }
}

async function verify(loop: Loop, archetype: ArchetypeName): Promise<void> {
  const numTokens = 500;
  const { ids } = await loop.ask(archetype, numTokens, true);
  const { topkIds } = synthTopk({ archetype, numTokens, sampler: "numpy" });
  const ours = Array.from({ length: numTokens }, (_, t) =>
    [...topkIds.subarray(t * TOP_K, t * TOP_K + TOP_K)].sort((a, b) => a - b),
  );
  if (JSON.stringify(ours) !== JSON.stringify(ids)) {
    throw new Error(`the ids of ${archetype} differ from NumPy's`);
  }
}

/** Medians of tokens/s: NumPy's loop, the numpy sampler, the fast sampler. */
async function alternate(loop: Loop, archetype: ArchetypeName): Promise<number[]> {
  const rates: number[][] = [[], [], []];
  rateOf(archetype, "numpy");
  rateOf(archetype, "fast");
  for (let round = 0; round < ROUNDS; round++) {
    const { ns } = await loop.ask(archetype, TOKENS.loop, false);
    rates[0].push((TOKENS.loop / ns) * 1e9);
    rates[1].push(rateOf(archetype, "numpy"));
    rates[2].push(rateOf(archetype, "fast"));
  }
  return rates.map(median);
}

function rateOf(archetype: ArchetypeName, sampler: Sampler): number {
  const numTokens = TOKENS[sampler];
  const start = Bun.nanoseconds();
  synthTopk({ archetype, numTokens, sampler });
  return (numTokens / (Bun.nanoseconds() - start)) * 1e9;
}

interface Loop {
  version: string;
  ask(archetype: ArchetypeName, numTokens: number, ids: boolean): Promise<Answer>;
  stop(): void;
}

async function startLoop(interpreter: string): Promise<Loop> {
  const script = Bun.fileURLToPath(new URL("routing.py", import.meta.url));
  const oneThread = { OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" };
  const child = startJsonLines([interpreter, script], oneThread);
  const { numpy } = (await child.read()) as { numpy: string };
  return {
    version: numpy,
    async ask(archetype, numTokens, ids) {
      const weights = [...popularity(archetype, NUM_EXPERTS)];
      return (await child.ask({ weights, topK: TOP_K, numTokens, seed: 0, ids })) as Answer;
    },
    stop: child.stop,
  };
}

function row(cells: string[]): string {
  const widths = [10, 18, 14, 8, 14, 9];
  return cells.map((cell, i) => (i === 0 ? cell.padEnd(10) : cell.padStart(widths[i]))).join(" ");
}

function median(samples: number[]): number {
  return samples.toSorted((a, b) => a - b)[samples.length >> 1];
}
