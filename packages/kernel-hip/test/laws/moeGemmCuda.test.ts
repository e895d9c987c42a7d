// The kernels for NVIDIA, run as code of this machine by the mock driver, pass the law suite of the contract (oracle: f64 dot
// products), whenever what is asynchronous happens.
import { describe } from "bun:test";
import type { MoeGemmProblem } from "@moe/quant";
import { gemmLaws } from "@moe/quant/laws";
import { moeGemmW4A16, moeWeightRounding } from "../../src/index.ts";
import { ARCHES, openHost, testOnHost } from "../unit/_hostCuda.ts";
import { useMock } from "../unit/_mock.ts";

/** What the kernels take: the rest is refused by name, which the unit tests look at. */
const accepts = ({ n, groupSize, blockM }: Spec): boolean =>
  n % 8 === 0 && [32, 64, 128].includes(groupSize) && [16, 32, 64, 128].includes(blockM);

interface Spec {
  n: number;
  groupSize: number;
  blockM: number;
}

const RUNS = 12;

useMock();

/** Each kernel, and when copies and multiplications happen. */
const SETTINGS = (["sm80", "sm90"] as const).flatMap((kernel) => [
  { kernel, when: "at once", timing: 0 },
  { kernel, when: "as late as it may", timing: 1 },
  { kernel, when: "by chance", timing: 7 },
]);

describe.each(SETTINGS)(
  "on the host, $kernel, where what is asynchronous happens $when",
  (setting) => {
    const { kernel, timing } = setting;
    const laws = gemmLaws(
      async (problem: MoeGemmProblem) => {
        using device = openHost(kernel, timing);
        return await moeGemmW4A16(device, problem);
      },
      { accepts, batchInvariant: false, weightRounding: moeWeightRounding(ARCHES[kernel], "bf16") },
    );
    for (const { name, run } of laws) {
      testOnHost(kernel, name, () => run({ numRuns: RUNS, shrink: false }));
    }
  },
);
