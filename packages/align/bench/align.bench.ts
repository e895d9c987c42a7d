// Speed of moeAlignBlockSize: ns a route over sizes, distributions and variants. `bun packages/align/bench/align.bench.ts [quick]`
import { type Archetype, synthTopk } from "@moe/routing";
import { measure } from "mitata";
import { type AlignOptions, moeAlignBlockSize } from "../src/index.ts";

const NUM_EXPERTS = 256;
const TOP_K = 8;
const BLOCK_M = 32;
const BUDGET_NS = process.argv.includes("quick") ? 5e7 : 6e8;

interface Case {
  name: string;
  topkIds: Int32Array;
  options: AlignOptions;
}

function routing(archetype: Archetype, numTokens: number): Omit<Case, "name"> {
  const shape = { numTokens, topK: TOP_K, numExperts: NUM_EXPERTS };
  const { topkIds } = synthTopk({ archetype, ...shape });
  return { topkIds, options: { ...shape, blockM: BLOCK_M } };
}

function withBuffers(one: Omit<Case, "name">): Omit<Case, "name"> {
  const out = moeAlignBlockSize(one.topkIds, one.options);
  return { topkIds: one.topkIds, options: { ...one.options, out } };
}

function* cases(): Generator<Case> {
  for (const numTokens of [16, 1024, 10_000, 100_000, 1_000_000]) {
    const one = routing("uniform", numTokens);
    yield { name: `uniform, new buffers, T=${numTokens}`, ...one };
    yield { name: `uniform, given buffers, T=${numTokens}`, ...withBuffers(one) };
  }
  for (const archetype of ["balanced", "zipf1", "zipf2", "hot16"] as const) {
    yield {
      name: `${archetype}, given buffers, T=1000000`,
      ...withBuffers(routing(archetype, 1e6)),
    };
  }
  const one = withBuffers(routing("uniform", 1e6));
  const oneExpert = new Int32Array(one.topkIds.length).fill(7);
  yield { name: "every route to one expert, T=1000000", ...one, topkIds: oneExpert };
  const oneDropped = one.topkIds.slice();
  oneDropped[1] = -1;
  yield { name: "one route dropped, T=1000000", ...one, topkIds: oneDropped };
  const expertMap = Int32Array.from({ length: NUM_EXPERTS }, (_, e) => (e % 2 ? -1 : e / 2));
  for (const ignoreInvalidExperts of [false, true]) {
    const options = { ...one.options, expertMap, ignoreInvalidExperts };
    const name = ignoreInvalidExperts ? "map before counting" : "map gathered afterwards";
    yield { name: `${name}, T=1000000`, ...one, options };
  }
}

console.log(`E=${NUM_EXPERTS} topK=${TOP_K} blockM=${BLOCK_M}, median of mitata samples`);
for (const { name, topkIds, options } of cases()) {
  const { p50, samples } = await measure(() => moeAlignBlockSize(topkIds, options), {
    min_cpu_time: BUDGET_NS,
  });
  const perRoute = (p50 / topkIds.length).toFixed(2);
  const micros = (p50 / 1e3).toFixed(1);
  console.log(
    `${name.padEnd(40)} ${micros.padStart(10)} us ${perRoute.padStart(7)} ns/route  ${samples.length} samples`,
  );
}
