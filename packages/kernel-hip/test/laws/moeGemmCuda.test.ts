// The kernels for NVIDIA, run as code of this machine by the mock driver, pass the law suite of the contract (oracle: f64 dot
// products), whenever what is asynchronous happens.
import { describe } from "bun:test";
import type { MoeGemmProblem } from "@moe/quant";
import { gemmLaws } from "@moe/quant/laws";
import { existsSync } from "node:fs";
import { moeGemmW4A16, moeWeightRounding, openDevice } from "../../src/index.ts";
import { testWhere } from "../../../../test/_testWhere.ts";
import { cudaLibrary, mock, useMock } from "../unit/_mock.ts";

/** What the kernels take: the rest is refused by name, which the unit tests look at. */
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

/** Each kernel, and when copies and multiplications happen. */
const SETTINGS = (["sm80", "sm90"] as const).flatMap((kernel) => [
  { kernel, when: "at once", timing: 0 },
  { kernel, when: "as late as it may", timing: 1 },
  { kernel, when: "by chance", timing: 7 },
]);
const ARCHES = { sm80: "sm_86", sm90: "sm_90" };

describe.each(SETTINGS)(
  "on the host, $kernel, where what is asynchronous happens $when",
  (setting) => {
    const { kernel, timing } = setting;
    const arch = ARCHES[kernel];
    const laws = gemmLaws(
      async (problem: MoeGemmProblem) => {
        mock.reset(arch, 1, MEMORY);
        mock.runCuda(kernel, timing);
        using device = openDevice({ backend: "cuda" });
        return await moeGemmW4A16(device, problem);
      },
      { accepts, batchInvariant: false, weightRounding: moeWeightRounding(arch, "bf16") },
    );
    for (const { name, run } of laws) {
      const go = (): Promise<void> => run({ numRuns: RUNS, shrink: false });
      testWhere(existsSync(cudaLibrary(kernel)), "clang-19 at the build", name, go, 120_000);
    }
  },
);
