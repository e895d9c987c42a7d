// The gfx11 kernels on the simulator pass the law suite of the contract (oracle: f64 dot products).
import { describe, test } from "bun:test";
import type { MoeGemmProblem } from "@moe/quant";
import { gemmLaws } from "@moe/quant/laws";
import { gfx11OffsetRounding, moeGemmW4A16, openDevice } from "../../src/index.ts";

/** What the kernel takes: the rest is refused by name, which the unit tests look at. */
const accepts = ({ n, groupSize, blockM, padWords }: Spec): boolean =>
  n % 16 === 0 &&
  [32, 64, 128].includes(groupSize) &&
  [16, 32, 64].includes(blockM) &&
  padWords === 0;

interface Spec {
  n: number;
  groupSize: number;
  blockM: number;
  padWords: number;
}

const RUNS = 6;
/** Of the largest sizes that the suite draws, 512 in groups of 128. */
const offsetRounding = gfx11OffsetRounding({ dtype: "bf16", k: 512, groupSize: 128 });

describe("on a simulated gfx1151", () => {
  const device = openDevice({ backend: "sim", arch: "gfx1151", simulator: { statistics: false } });
  const laws = gemmLaws((p: MoeGemmProblem) => moeGemmW4A16(device, p), {
    accepts,
    batchInvariant: false,
    offsetRounding,
  });
  for (const { name, run } of laws) {
    test(name, () => run({ numRuns: RUNS, shrink: false }), 60_000);
  }
});
