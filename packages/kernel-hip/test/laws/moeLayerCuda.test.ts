// The align kernels and the layer, run as code of this machine by the mock driver, pass the law suites of their contracts
// (oracles: the naive alignment, the layer in f64), in whatever order lanes run.
import { alignLaws } from "@moe/align/laws";
import { moeAlignBlockSize as onHost } from "@moe/align";
import { layerLaws } from "@moe/quant/laws";
import type { LayerSpec } from "@moe/quant/testing";
import { describe, expect } from "bun:test";
import { moeAlignBlockSize, moeForward, moeWeightRounding } from "../../src/index.ts";
import { alignInChunks } from "../../src/moeAlignBlockSize.ts";
import { ARCHES, openHost, testOnHost } from "../unit/_hostCuda.ts";
import { useMock } from "../unit/_mock.ts";

/** Of lanes and of what is asynchronous, by this seed. */
const ANY_ORDER = 7;

useMock();

/** What the kernels take, the rest is refused by name, which the unit tests look at; and few rows, as each is a thread block. */
const accepts = ({ gateUpGroup, downGroup, numTokens, topK }: LayerSpec): boolean =>
  gateUpGroup >= 32 && downGroup >= 32 && numTokens * topK <= 60;

describe("on a Hopper of the host, lanes in any order", () => {
  const laws = alignLaws(
    async (ids, options) => {
      using device = openHost("sm90", ANY_ORDER);
      return await moeAlignBlockSize(device, ids, options);
    },
    { out: false },
  );
  for (const law of laws) testOnHost("sm90", law.name, () => law.run({ numRuns: 15 }));

  testOnHost("sm90", "an alignment by three kernels is the same (oracle: @moe/align)", async () => {
    const numExperts = 70;
    const ids = Int32Array.from({ length: 2100 }, (_, i) => ((i * i) % 73) - 1);
    const expertMap = Int32Array.from({ length: numExperts }, (_, i) => (i % 3 ? i >> 1 : -1));
    for (const given of [{}, { expertMap }, { expertMap, ignoreInvalidExperts: true }]) {
      const options = { numTokens: 300, topK: 7, numExperts, blockM: 16, ...given };
      using device = openHost("sm90", ANY_ORDER);
      expect(await alignInChunks(device, ids, options, 256)).toEqual(onHost(ids, options));
    }
  });
});

describe.each([
  ["sm80", 16, "in any order", ANY_ORDER],
  ["sm90", 16, "in any order", ANY_ORDER],
  ["sm90", 64, "in order, all that is asynchronous as late as it may", 1],
] as const)("on %s in blocks of %i, lanes %s", (kernel, blockM, _order, timing) => {
  const laws = layerLaws(
    async (layer) => {
      using device = openHost(kernel, timing);
      return await moeForward(device, layer, { blockM });
    },
    { accepts, weightRounding: (dtype) => moeWeightRounding(ARCHES[kernel], dtype) },
  );
  for (const { name, run } of laws) {
    testOnHost(kernel, name, () => run({ numRuns: 5, seed: blockM, shrink: false }));
  }
});
