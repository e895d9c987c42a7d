// Tokens/s of synthTopk by archetype and sampler: `bun packages/routing/bench/routing.bench.ts [quick] [NUMPY_TOKENS_PER_S]`.
// With NumPy's loop's rate (`bun run bench:peers routing` prints it) every line also says the multiple of it; only a
// number taken on the same machine in the same minutes means anything.
import { measure } from "mitata";
import { ARCHETYPES, synthTopk, type Archetype, type Sampler } from "@moe/routing";

const BUDGET_NS = process.argv.includes("quick") ? 5e7 : 6e8;
const loopRate = Number(process.argv.find((argument) => Number(argument) > 0) ?? NaN);
const TOKENS: Record<Sampler, number> = { fast: 100_000, numpy: 5_000 };
const LAWS: Archetype[] = [...ARCHETYPES, { zipf: 1.5 }, { hot: 4 }, { dirichlet: 0.3 }];

console.log("E=256 topK=8 seed 0, one core, median of mitata samples");
for (const sampler of ["fast", "numpy"] as const) {
  const numTokens = TOKENS[sampler];
  for (const archetype of LAWS) {
    const { p50, samples } = await measure(() => synthTopk({ archetype, numTokens, sampler }), {
      min_cpu_time: BUDGET_NS,
    });
    const rate = (numTokens / p50) * 1e9;
    const name = typeof archetype === "string" ? archetype : JSON.stringify(archetype);
    const ratio = Number.isNaN(loopRate)
      ? ""
      : `${(rate / loopRate).toFixed(1)}x NumPy`.padStart(16);
    const millions = (rate / 1e6).toFixed(2).padStart(8);
    console.log(
      `${sampler.padEnd(6)} ${name.padEnd(20)} ${millions} M tokens/s${ratio}  ${samples.length} samples`,
    );
  }
}
