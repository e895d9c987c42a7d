// Wall time of whole processes, start to exit: `bun packages/cli/bench/start.bench.ts [runs]`. Prints the median and the
// spread of each command line, and of an empty program as what Bun itself costs.
import { fileURLToPath } from "node:url";

const BIN = fileURLToPath(new URL("../bin/moe-bench.js", import.meta.url));
const RUNS = Number(process.argv[2] ?? 31);

const LINES: readonly (readonly [name: string, argv: readonly string[]])[] = [
  ["an empty program", ["-e", "0"]],
  ["moe-bench --help", [BIN, "--help"]],
  ["moe-bench map", [BIN, "map"]],
  ["moe-bench map --sampler numpy", [BIN, "map", "--sampler", "numpy"]],
];

function wallMs(argv: readonly string[]): number {
  const start = performance.now();
  const { exitCode } = Bun.spawnSync([process.execPath, ...argv], { stdout: "ignore" });
  if (exitCode !== 0) throw new Error(`${argv.join(" ")} ended with exit code ${exitCode}`);
  return performance.now() - start;
}

// Rounds, so that a disturbance hits all lines and not one.
const times = LINES.map((): number[] => []);
for (let round = 0; round < RUNS; round++) {
  LINES.forEach(([, argv], i) => times[i].push(wallMs(argv)));
}
LINES.forEach(([name], i) => {
  const sorted = times[i].toSorted((a, b) => a - b);
  const [low, median, high] = [0, sorted.length >> 1, sorted.length - 1].map((at) =>
    sorted[at].toFixed(1),
  );
  console.log(`${name.padEnd(30)} median ${median} ms, ${low} to ${high} ms over ${RUNS} runs`);
});
