// The Hopper kernels, run as code of this machine by the mock driver, pass the law suite of the contract (oracle: f64 dot
// products), whenever what is asynchronous happens.
import { describe } from "bun:test";
import type { MoeGemmProblem } from "@moe/quant";
import { gemmLaws } from "@moe/quant/laws";
import { existsSync } from "node:fs";
import { moeGemmW4A16, moeWeightRounding, openDevice } from "../../src/index.ts";
import { testWhere } from "../../../../test/_testWhere.ts";
import { CUDA_KERNELS, mock, useMock } from "../unit/_mock.ts";

/** What the kernel takes: the rest is refused by name, which the unit tests look at. */
const accepts = ({ n, groupSize, blockM }: Spec): boolean =>
  n % 8 === 0 && [32, 64, 128].includes(groupSize) && [16, 32, 64, 128].includes(blockM);

interface Spec {
  n: number;
  groupSize: number;
  blockM: number;
}

const MEMORY = 1 << 28;
const RUNS = 12;

useMock();

describe.each([
  ["at once", 0],
  ["as late as it may", 1],
  ["by chance", 7],
])("on a Hopper of the host, where copies and multiplications happen %s", (_when, timing) => {
  const laws = gemmLaws(
    async (problem: MoeGemmProblem) => {
      mock.reset("sm_90", 1, MEMORY);
      mock.runCuda(timing);
      using device = openDevice({ backend: "cuda" });
      return await moeGemmW4A16(device, problem);
    },
    { accepts, batchInvariant: false, weightRounding: moeWeightRounding("sm_90", "bf16") },
  );
  for (const { name, run } of laws) {
    const go = (): Promise<void> => run({ numRuns: RUNS, shrink: false });
    testWhere(existsSync(CUDA_KERNELS), "clang-19 at the build", name, go, 120_000);
  }
});
