// Writes conformance/*.json: inputs listed here, results by the naive oracle. `bun scripts/conformance.ts` rewrites the files,
// `--check` exits 1 where one differs.
import {
  type ConformanceArray,
  type ConformanceCase,
  type ConformanceResult,
  conformanceInput,
  hashInt32,
  naiveAlign,
  naiveBatchedAlign,
} from "../src/laws.ts";

type Input = Omit<ConformanceCase, "expected">;

/** Arrays longer than this are stored as length and hash. */
const MAX_LISTED = 64;

const DOCSTRING = [2, 3, 4, 1, 2, 4, 1, 3, 4, 1, 2, 3];
const MAP_5 = [0, -1, 1, -1, 2];

function worked(): Input[] {
  const doc = { numTokens: 4, topK: 3, blockM: 4, topkIds: DOCSTRING };
  const two = { numTokens: 1, topK: 2, numExperts: 8, blockM: 4 };
  return [
    { name: "docstring, E=5", ...doc, numExperts: 5 },
    { name: "docstring, E=4 drops expert 4", ...doc, numExperts: 4 },
    { name: "map gathered afterwards, tail wraps", ...doc, numExperts: 5, expertMap: MAP_5 },
    {
      name: "map gathered afterwards, tail -1",
      ...doc,
      numExperts: 5,
      expertMap: MAP_5,
      tail: "minus-one",
    },
    {
      name: "map before counting",
      ...doc,
      numExperts: 5,
      expertMap: MAP_5,
      ignoreInvalidExperts: true,
    },
    { name: "n < E, two routes", ...two, topkIds: [0, 1] },
    { name: "n < E, one dropped", ...two, topkIds: [-1, 1] },
    { name: "n < E, all dropped", ...two, topkIds: [-1, -1] },
  ];
}

function edges(): Input[] {
  const range = (length: number, f: (i: number) => number): number[] =>
    Array.from({ length }, (_, i) => f(i));
  const flat = (ids: number[], numExperts: number, blockM: number): Omit<Input, "name"> => ({
    numTokens: ids.length,
    topK: 1,
    numExperts,
    blockM,
    topkIds: ids,
  });
  const wrapMap = [-1, 0, -1, 1];
  return [
    { name: "no token", ...flat([], 8, 16) },
    { name: "no token, padded", ...flat([], 8, 16), padSortedIds: true },
    {
      name: "all -1",
      ...flat(
        range(20, () => -1),
        4,
        4,
      ),
    },
    { name: "ids below 0 and from E up", ...flat([-2147483648, 2147483647, 4, 5, -2, 3, 0], 4, 2) },
    {
      name: "single expert",
      ...flat(
        range(10, () => 0),
        1,
        4,
      ),
    },
    {
      name: "all routes to the last expert",
      ...flat(
        range(33, () => 7),
        8,
        16,
      ),
    },
    {
      name: "counts of exactly one block",
      ...flat(
        range(32, (i) => i % 4),
        4,
        8,
      ),
    },
    {
      name: "one row above a block",
      ...flat(
        range(9, () => 1),
        3,
        8,
      ),
    },
    {
      name: "n = E - 1",
      ...flat(
        range(7, (i) => i),
        8,
        4,
      ),
    },
    {
      name: "n = E",
      ...flat(
        range(8, (i) => 7 - i),
        8,
        4,
      ),
    },
    {
      name: "n = 32 threads + 1",
      ...flat(
        range(33, (i) => i % 3),
        4,
        4,
      ),
    },
    {
      name: "n = 64 threads + 1, E = 64",
      ...flat(
        range(65, (i) => (i * 7) % 5),
        64,
        4,
      ),
    },
    {
      name: "an expert repeated in a row",
      numTokens: 3,
      topK: 3,
      numExperts: 4,
      blockM: 4,
      topkIds: [2, 2, 2, 0, 2, 0, 1, 1, 3],
    },
    { name: "B = 1", ...flat([3, 1, 3, 0, 1, 3], 4, 1) },
    { name: "B = 1, n < E", ...flat([3, 1, 3], 9, 1) },
    { name: "B above n", ...flat([1, 0, 1], 2, 100) },
    { name: "B above n, n < E", ...flat([1, 0, 1], 5, 50) },
    { name: "length not a multiple of B", ...flat([0, 1, 1, 2, 2], 3, 4) },
    {
      name: "length padded to a multiple of B",
      ...flat([0, 1, 1, 2, 2], 3, 4),
      padSortedIds: true,
    },
    { name: "n < E replaces the padded length", ...flat([0, 1], 3, 4), padSortedIds: true },
    { name: "tail wraps to a local id", ...flat([1, 3, 3, 0], 4, 2), expertMap: wrapMap },
    { name: "tail wraps to -1", ...flat([1, 3, 3, 0], 4, 2), expertMap: [0, 1, 2, -1] },
    {
      name: "tail -1 on request",
      ...flat([1, 3, 3, 0], 4, 2),
      expertMap: wrapMap,
      tail: "minus-one",
    },
    {
      name: "tail -1 when mapped first",
      ...flat([1, 3, 3, 0], 4, 2),
      expertMap: wrapMap,
      ignoreInvalidExperts: true,
    },
    { name: "no expert is local, gathered", ...flat([0, 1, 2], 3, 2), expertMap: [-1, -1, -1] },
    {
      name: "no expert is local, mapped first",
      ...flat([0, 1, 2], 3, 2),
      expertMap: [-1, -1, -1],
      ignoreInvalidExperts: true,
    },
    {
      name: "local ids in another order",
      ...flat([0, 1, 2, 0], 3, 2),
      expertMap: [2, 0, 1],
      ignoreInvalidExperts: true,
    },
    {
      name: "ignoreInvalidExperts without a map",
      ...flat([0, -1, 5, 1], 2, 2),
      ignoreInvalidExperts: true,
    },
    { name: "E above 1024", ...flat([1999, 0, 1024, 1999], 2000, 8) },
  ];
}

function upstreamGrid(): Input[] {
  const inputs: Input[] = [];
  for (const numTokens of [1, 3, 256, 2256, 4096])
    for (const topK of [1, 2, 16, 32])
      for (const numExperts of [32, 160, 256, 257])
        for (const blockM of [32, 128])
          for (const padSortedIds of [false, true])
            inputs.push({
              name: `T=${numTokens} k=${topK} E=${numExperts} B=${blockM}${padSortedIds ? " padded" : ""}`,
              numTokens,
              topK,
              numExperts,
              blockM,
              padSortedIds,
              topkIds: { generator: "lcg-distinct", seed: numTokens * 1000 + topK },
            });
  return inputs;
}

function expertParallelGrid(): Input[] {
  const inputs: Input[] = [];
  for (const numTokens of [16, 32, 2048])
    for (const topK of [2, 4])
      for (const numExperts of [8, 64])
        for (const maskNonLocal of [false, true])
          for (const ignoreInvalidExperts of [true, false])
            inputs.push({
              name: `T=${numTokens} k=${topK} E=${numExperts}${maskNonLocal ? " masked" : ""}${ignoreInvalidExperts ? " mapped first" : " gathered"}`,
              numTokens,
              topK,
              numExperts,
              blockM: 64,
              expertMap: Array.from({ length: numExperts }, (_, e) => (e % 2 === 0 ? e / 2 : -1)),
              ignoreInvalidExperts,
              topkIds: {
                generator: "lcg-distinct",
                seed: numTokens + topK,
                first: -1,
                maskNonLocal,
              },
            });
  return inputs;
}

function batched(): unknown[] {
  const inputs: [string, number[], number, number][] = [
    ["docstring counts", [2, 3, 0, 6, 8], 8, 4],
    ["no expert", [], 8, 4],
    ["no row", [0, 0, 0], 13, 16],
    ["slab of no row", [0, 0], 0, 4],
    ["slab not a multiple of B", [13, 0, 1, 12], 13, 48],
    ["full slabs", [13, 13, 13], 13, 4],
    ["B = 1", [3, 0, 2], 4, 1],
  ];
  return inputs.map(([name, expertNumTokens, maxTokensPerBatch, blockM]) => {
    const result = naiveBatchedAlign(Int32Array.from(expertNumTokens), maxTokensPerBatch, blockM);
    return { name, expertNumTokens, maxTokensPerBatch, blockM, expected: expectedOf(result, 1024) };
  });
}

function expectedOf(
  result: ReturnType<typeof naiveAlign>,
  maxListed = MAX_LISTED,
): ConformanceResult {
  const pack = (array: Int32Array): ConformanceArray =>
    array.length <= maxListed ? [...array] : { length: array.length, fnv1a32: hashInt32(array) };
  return {
    sortedTokenIds: pack(result.sortedTokenIds),
    expertIds: pack(result.expertIds),
    numTokensPostPadded: result.numTokensPostPadded[0],
  };
}

function solved(inputs: Input[]): ConformanceCase[] {
  return inputs.map((input) => {
    const { topkIds, options } = conformanceInput(input);
    return { ...input, expected: expectedOf(naiveAlign(topkIds, options)) };
  });
}

function text(description: string, cases: unknown[]): string {
  const lines = cases.map((one) => `    ${JSON.stringify(one)}`).join(",\n");
  return `{\n  "schemaVersion": 1,\n  "description": ${JSON.stringify(description)},\n  "cases": [\n${lines}\n  ]\n}\n`;
}

const files: Record<string, string> = {
  "worked.json": text("Cases worked by hand in docs/align.md.", solved(worked())),
  "edges.json": text("Edges of the rules, one a case.", solved(edges())),
  "upstream-grid.json": text(
    "The grid of vLLM tests/kernels/moe/test_moe_align_block_size.py.",
    solved(upstreamGrid()),
  ),
  "expert-parallel-grid.json": text(
    "The expert-parallel grid of the same test, also with the map gathered afterwards.",
    solved(expertParallelGrid()),
  ),
  "batched.json": text("batchedMoeAlignBlockSize.", batched()),
};

const folder = new URL("../conformance/", import.meta.url);
const check = process.argv.includes("--check");
for (const [name, wanted] of Object.entries(files)) {
  const file = Bun.file(new URL(name, folder));
  const same = (await file.exists()) && (await file.text()) === wanted;
  if (!check && !same) await Bun.write(file, wanted);
  if (check && !same) process.exitCode = 1;
  console.log(
    `${name}: ${same ? "up to date" : check ? "differs, run bun scripts/conformance.ts" : "written"}`,
  );
}
