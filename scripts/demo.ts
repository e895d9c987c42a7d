// The README's first command: from a fresh clone to benchmark tables. Built-ins only, nothing is installed yet.
import { join } from "node:path";

import { buildNative, hasCargo, install, run } from "./_setup.ts";
import { BUN, ROOT } from "./_workspace.ts";

const WITHOUT_CARGO =
  "no native kernel, the portable TypeScript kernel runs small cells instead (https://rustup.rs)";

const CLI = join(ROOT, "packages", "cli", "bin", "moe-bench.js");

/** Both GEMMs of the default shape at a small and a large batch. */
const NATIVE = "--backend cpu --tokens 16,1024 --time-budget 2s";

/** The TypeScript kernel is hundreds of times slower: a small shape and few experts. */
const PORTABLE = "--backend portable --shape K=256,N=128,E=32 --tokens 16,64 --time-budget 1s";

/** On a busy or slow machine the benchmark is stopped here and reports the cells that it finished. */
const LIMIT_MS = 175_000;

function demo(): void {
  install();
  const native = hasCargo();
  if (native) buildNative();
  else console.error(`no cargo: ${WITHOUT_CARGO}`);
  run([BUN, CLI, "map"], "moe-bench map: how each archetype fills the blocks");
  const args = `run --gemm 1,2 --archetypes balanced,zipf1,hot16 ${native ? NATIVE : PORTABLE}`;
  const limitMs = Math.round(Math.max(LIMIT_MS - performance.now(), LIMIT_MS / 4));
  run([BUN, CLI, ...args.split(" ")], `moe-bench ${args}`, limitMs);
}

try {
  demo();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
