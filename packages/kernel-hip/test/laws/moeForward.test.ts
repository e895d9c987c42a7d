// The layer on the simulator passes the law suite that the CPU's passes (oracle: the layer in f64).
import { describe, test } from "bun:test";
import { layerLaws } from "@moe/quant/laws";
import type { LayerSpec } from "@moe/quant/testing";
import { KERNEL_ARCHES, moeForward, openDevice } from "../../src/index.ts";

/** What the kernels take: the rest is refused by name, which the unit tests look at. */
const accepts = ({ gateUpGroup, downGroup, padWords }: LayerSpec): boolean =>
  gateUpGroup >= 32 && downGroup >= 32 && padWords % 4 === 0;

const RUNS = 10;

describe.each([16, 32, 64])("in blocks of %i on a simulated gfx1151", (blockM) => {
  const device = openDevice({ backend: "sim", arch: "gfx1151", simulator: { statistics: false } });
  const laws = layerLaws((layer) => moeForward(device, layer, { blockM }), { accepts });
  for (const { name, run } of laws) {
    test(name, () => run({ numRuns: RUNS, seed: blockM, shrink: false }), 60_000);
  }
});

test.each(KERNEL_ARCHES)(
  "on a simulated %s a layer is right",
  async (arch) => {
    using device = openDevice({ backend: "sim", arch, simulator: { statistics: false } });
    const [law] = layerLaws((layer) => moeForward(device, layer, { blockM: 32 }), { accepts });
    await law.run({ numRuns: 2, shrink: false });
  },
  60_000,
);
