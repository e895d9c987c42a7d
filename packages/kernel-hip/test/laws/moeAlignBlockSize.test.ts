// The align kernels on the simulator pass the law suite of @moe/align (oracle: its naive implementation).
import { moeAlignBlockSize as onHost } from "@moe/align";
import { alignLaws } from "@moe/align/laws";
import { describe, expect, test } from "bun:test";
import { synthTopk } from "@moe/routing";
import { KERNEL_ARCHES, moeAlignBlockSize, openDevice } from "../../src/index.ts";
import { alignInChunks } from "../../src/moeAlignBlockSize.ts";
import { caught } from "../unit/_errors.ts";

const RUNS = 12;
const simulator = { statistics: false };
const device = openDevice({ backend: "sim", arch: "gfx1151", simulator });

describe("by one workgroup", () => {
  const laws = alignLaws((ids, options) => moeAlignBlockSize(device, ids, options), { out: false });
  for (const law of laws) test(law.name, () => law.run({ numRuns: RUNS }), 60_000);
});

test.each([
  [1500, 8, 1024, 32, 8192],
  [300, 7, 60, 16, 256],
  [1000, 3, 1, 64, 512],
])(
  "%i tokens of %i experts among %i in blocks of %i are the same in chunks of %i routes (oracle: @moe/align)",
  async (numTokens, topK, numExperts, blockM, chunk) => {
    const shape = { numTokens, topK, numExperts };
    const { topkIds } = synthTopk({
      archetype: "zipf1",
      ...shape,
      topK: Math.min(topK, numExperts),
    });
    const ids = Int32Array.from({ length: numTokens * topK }, (_, i) =>
      i % 13 === 0 ? numExperts : topkIds[i % topkIds.length],
    );
    const expertMap = Int32Array.from({ length: numExperts }, (_, i) =>
      i % 3 === 0 ? -1 : i >> 1,
    );
    for (const given of [{}, { expertMap }, { expertMap, ignoreInvalidExperts: true }]) {
      const options = { ...shape, blockM, ...given };
      expect(await alignInChunks(device, ids, options, chunk)).toEqual(onHost(ids, options));
    }
  },
  60_000,
);

test.each(KERNEL_ARCHES)(
  "on a simulated %s both ways give the same (oracle: @moe/align)",
  async (arch) => {
    using other = openDevice({ backend: "sim", arch, simulator });
    const options = { numTokens: 200, topK: 3, numExperts: 70, blockM: 16 };
    const ids = Int32Array.from({ length: 600 }, (_, i) => ((i * i) % 73) - 1);
    const want = onHost(ids, options);
    expect(await moeAlignBlockSize(other, ids, options)).toEqual(want);
    expect(await alignInChunks(other, ids, options, 256)).toEqual(want);
  },
  60_000,
);

test("what the kernels do not take is an error that names it", async () => {
  const options = { numTokens: 1, topK: 1, numExperts: 4, blockM: 16 };
  const code = async (ids: unknown, given: object): Promise<unknown[]> => {
    const { code: found, details } = await caught(() =>
      moeAlignBlockSize(device, ids as Int32Array, { ...options, ...given }),
    );
    return [found, details.limit];
  };
  expect(await code(new Int32Array(1), { numExperts: 1025 })).toEqual(["E_SHAPE", "numExperts"]);
  expect(await code(new Int32Array(2), {})).toEqual(["E_SHAPE", "topkIds"]);
  expect(await code(new Int32Array(1), { expertMap: new Int32Array(3) })).toEqual([
    "E_SHAPE",
    "expertMap",
  ]);
  expect(await code([0], {})).toEqual(["E_TYPE", undefined]);
  for (const wrong of [{ out: {} }, { tail: "none" }, { ignoreInvalidExperts: 1 }]) {
    expect(await code(new Int32Array(1), wrong)).toEqual(["E_OPTION", undefined]);
  }
});
