// Executes what triton/search.py compiled, on the simulator with all checks on, compares the results with the oracle, and
// ranks by issue efficiency. Usage: bun rank-triton.ts FOLDER [columns]   (at most so many, 256: counts per column are the same)
import { type CodeObject, loadCodeObject, Simulator } from "@moe/gfx11-sim";
import { type MoeGemmProblem, randomActivations, randomWeights, verifyGemm } from "@moe/quant";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { TRITON_WEIGHT_ROUNDING, type TritonConfiguration } from "../src/index.ts";

/** An entry of the index that search.py writes. */
type Entry = Pick<
  TritonConfiguration,
  "blockM" | "blockN" | "blockK" | "groupM" | "warps" | "stages" | "ldsBytes" | "vgprs"
> & {
  scratchBytes: number;
  /** Absent, with a reason in its place, where it did not compile. */
  file?: string;
  error?: string;
};

/** One expert with so many rows, in a GEMM of the default preset. */
interface Case {
  gemm: 1 | 2;
  k: number;
  n: number;
  rows: number;
}

const CASES: Case[] = [16, 32, 64].flatMap((rows) => [
  { gemm: 1 as const, k: 2048, n: 1024, rows },
  { gemm: 2 as const, k: 512, n: 2048, rows },
]);
const GROUP = 128;
const LANES = 32;
const WMMA_CYCLES = 32;
const TILE = 16;
/** What rows without a route must keep. */
const UNTOUCHED = 0x1234;
const SHOWN = 8;

interface Ranked {
  entry: Entry;
  efficiency: number;
  conflicts: number;
  rel: number;
}

async function main(folder: string, columns: number): Promise<number> {
  const { arch, objects } = JSON.parse(readFileSync(join(folder, "index.json"), "utf8")) as {
    arch: string;
    objects: Entry[];
  };
  let wrong = 0;
  for (const whole of CASES) {
    const shape = { ...whole, n: Math.min(whole.n, columns) };
    const ranked: Ranked[] = [];
    for (const entry of objects.filter(
      ({ blockM, file }) => file !== undefined && blockM <= shape.rows,
    )) {
      try {
        ranked.push(
          await execute(loadCodeObject(readFileSync(join(folder, entry.file!))), entry, shape),
        );
      } catch (error) {
        wrong++;
        console.error(`${entry.file}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    print(arch, shape, ranked);
  }
  return wrong === 0 ? 0 : 1;
}

function print(arch: string, { gemm, k, n, rows }: Case, ranked: readonly Ranked[]): void {
  const unspilled = ranked.filter(({ entry }) => entry.scratchBytes === 0);
  const sorted = unspilled.toSorted((a, b) => b.efficiency - a.efficiency);
  console.log(
    `\n${arch} gemm${gemm} K ${k} N ${n}, ${rows} rows: ${ranked.length} executed, ${ranked.length - sorted.length} with scratch left out`,
  );
  const table = sorted.slice(0, SHOWN).map(({ entry, efficiency, conflicts, rel }) => ({
    "M × N × K": `${entry.blockM} × ${entry.blockN} × ${entry.blockK}`,
    warps: entry.warps,
    stages: entry.stages,
    efficiency: efficiency.toFixed(3),
    "LDS conflicts": conflicts.toFixed(2),
    rel: rel.toFixed(5),
    vgprs: entry.vgprs,
    lds: entry.ldsBytes,
  }));
  console.log(Bun.inspect.table(table).trimEnd());
}

/** Runs one configuration; throws where it is wrong. */
async function execute(object: CodeObject, entry: Entry, shape: Case): Promise<Ranked> {
  const { blockM, blockN, warps } = entry;
  const { k, n, rows } = shape;
  const numBlocks = Math.ceil(rows / blockM);
  const numSlots = numBlocks * blockM;
  const problem: MoeGemmProblem = {
    a: randomActivations({ rows, k, seed: 1 }),
    weights: randomWeights({ numExperts: 1, n, k, groupSize: GROUP, seed: 2 }),
    sortedTokenIds: Int32Array.from({ length: numSlots }, (_, slot) => Math.min(slot, rows)),
    expertIds: new Int32Array(numBlocks),
    numBlocks,
    blockM,
    topK: 1,
    numValidTokens: rows,
    c: new Uint16Array(rows * n).fill(UNTOUCHED),
  };
  const simulator = new Simulator();
  const { weights } = problem;
  const c = simulator.createFrom("c", problem.c);
  // Last, two scratch buffers that Triton's own launcher would give.
  const sizes = [n, k, rows, k, k / 8, numBlocks, null, null];
  const report = await simulator.launch(object, object.kernels[0].name, {
    grid: numBlocks * Math.ceil(n / blockN),
    block: warps * LANES,
    dynamicLds: entry.ldsBytes,
    args: [
      simulator.createFrom("a", problem.a),
      simulator.createFrom("packed", weights.packed),
      simulator.createFrom("scales", weights.scales),
      simulator.createFrom("sorted_ids", problem.sortedTokenIds),
      simulator.createFrom("expert_ids", problem.expertIds),
      simulator.createFrom("post_padded", Int32Array.of(numSlots)),
      c,
      ...sizes,
    ],
  });
  c.read(problem.c);
  const { passed, rel, worst } = verifyGemm(
    { ...problem, c: problem.c },
    { weightRounding: TRITON_WEIGHT_ROUNDING },
  );
  if (!passed) throw new Error(`wrong for ${rows} rows, K ${k}: ${JSON.stringify(worst)}`);
  const { matrix, otherVector } = report.total.issue;
  const useful = (rows / TILE) * (n / TILE) * (k / TILE);
  return {
    entry,
    efficiency: (WMMA_CYCLES * useful) / (WMMA_CYCLES * matrix + otherVector),
    conflicts: report.total.lds.loads.conflictShare ?? 0,
    rel,
  };
}

const [folder, columns = "256"] = process.argv.slice(2);
process.exitCode = await main(folder, Number(columns));
