// Every code path that this CPU has passes the law suite of the layer (oracle: the layer in f64).
import { describe, test } from "bun:test";
import { layerLaws } from "@moe/quant/laws";
import { cpuInfo, moeForward } from "../../src/index.ts";

const RUNS = 40;

for (const isa of cpuInfo().isas) {
  describe(isa, () => {
    const laws = layerLaws((layer) => moeForward(layer, { isa, threads: 2 }), {
      accepts: ({ dtype }) => dtype === "bf16",
    });
    for (const { name, run } of laws) test(name, () => run({ numRuns: RUNS, shrink: false }));
  });
}
