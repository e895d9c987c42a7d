import { describe, expect, test } from "bun:test";
import { bf16ToFloat, checkLayer, floatToBf16 } from "@moe/quant";
import { type GemmLaw, layerLaws } from "@moe/quant/laws";
import type { LayerSpec } from "@moe/quant/testing";
import { type LayerFault, naiveLayer } from "../_support/naiveLayer.ts";

const TOLERANCE = "every element is within tolerance and nothing else is written";
const EXACT = "steps that are exact give the exact result";
const TWICE = "twice the routing weights give exactly twice the result";
const NOT_A_NUMBER = "a token's NaN stays in its row";
const ZEROS = "a token without a route gets zeros";
const REFUSED = "a wrong layer is a typed error and writes nothing";

/** The plain loops are slow. */
const accepts = ({ numTokens, topK, hiddenSize, numExperts }: LayerSpec): boolean =>
  numTokens * topK < 40 && hiddenSize <= 96 && numExperts < 10;

const laws = (fault: LayerFault = {}): GemmLaw[] =>
  layerLaws((layer) => (checkLayer(layer), naiveLayer(layer, fault)), { accepts });

const truncate = (x: number): number => {
  const bits = floatToBf16(x);
  return bf16ToFloat(Math.abs(bf16ToFloat(bits)) > Math.abs(x) ? bits - 1 : bits);
};

/** Each fault with the laws that must notice it. */
const FAULTS: [string, LayerFault, string[]][] = [
  ["SiLU forgotten", { silu: (x) => x }, [TOLERANCE, EXACT]],
  ["a sigmoid in place of SiLU", { silu: (x) => 1 / (1 + Math.exp(-x)) }, [TOLERANCE, EXACT]],
  ["ReLU in place of SiLU", { silu: (x) => Math.max(0, x) }, [TOLERANCE]],
  ["GELU in place of SiLU", { silu: (x) => x / (1 + Math.exp(-1.702 * x)) }, [TOLERANCE]],
  ["gate and up swapped", { gateRow: (i, width) => i + width }, [TOLERANCE, EXACT]],
  ["gate and up interleaved", { gateRow: (i, width) => (2 * i) % (2 * width) }, [TOLERANCE, EXACT]],
  [
    "routing weight of the next route",
    { weight: (flat, p) => p.topkWeights[(flat + 1) % p.topkWeights.length] },
    [TOLERANCE, EXACT],
  ],
  ["routing weights forgotten", { weight: () => 1 }, [TOLERANCE, EXACT, TWICE]],
  [
    "routing weights 10 % too large",
    { weight: (flat, p) => p.topkWeights[flat] * 1.1 },
    [TOLERANCE],
  ],
  ["top-k forgotten", { token: (flat, p) => flat % p.numTokens }, [TOLERANCE, EXACT, NOT_A_NUMBER]],
  [
    "second projection of the next expert",
    { downExpert: (e, p) => (e + 1) % p.gateUp.numExperts },
    [TOLERANCE, EXACT],
  ],
  [
    "ids out of range taken for the last expert",
    { expert: (id, p) => (id >>> 0 >= p.gateUp.numExperts ? p.gateUp.numExperts - 1 : id) },
    [TOLERANCE, EXACT, ZEROS],
  ],
  [
    "added to what was there",
    { start: (p, at) => bf16ToFloat(p.out[at]) },
    [TOLERANCE, EXACT, ZEROS],
  ],
  ["a bias", { start: () => 0.01 }, [EXACT, TWICE, ZEROS]],
  ["the last token forgotten", { rows: (p) => p.numTokens - 1 }, [TOLERANCE, EXACT, ZEROS]],
  ["NaN made zero", { round: (x) => (Number.isNaN(x) ? 0 : x) }, [NOT_A_NUMBER]],
  [
    "7 significant bits between the steps",
    { round: (x) => Math.fround(truncate(truncate(x * 3) / 3) * 0.98) },
    [TOLERANCE, EXACT],
  ],
];

describe("a right layer passes", () => {
  for (const { name, run } of laws()) test(name, () => run({ numRuns: 60 }));
  test("without rounding between its steps, but for the exact result's type", async () => {
    for (const { name, run } of laws({ round: (x) => x })) {
      if (name !== REFUSED) await run({ numRuns: 20 });
    }
  });
});

describe("broken layers", () => {
  for (const [fault, make, expected] of FAULTS) {
    test(`${fault} is noticed`, async () => {
      const noticed: string[] = [];
      for (const { name, run } of laws(make)) {
        if (!expected.includes(name)) continue;
        await run({ numRuns: 60, shrink: false }).catch(() => noticed.push(name));
      }
      expect(noticed).toEqual(expected);
    });
  }

  test("a layer that accepts everything is noticed", async () => {
    const careless = layerLaws((layer) => naiveLayer(layer), { accepts });
    const law = careless.find(({ name }) => name === REFUSED);
    await expect(Promise.resolve(law?.run({ numRuns: 1, shrink: false }))).rejects.toThrow();
  });
});
