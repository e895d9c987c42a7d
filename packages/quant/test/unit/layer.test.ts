import { describe, expect, test } from "bun:test";
import { checkLayer, type MoeLayerProblem, QuantError, verifyLayer } from "@moe/quant";
import { buildLayer } from "@moe/quant/testing";
import { naiveLayer } from "../_support/naiveLayer.ts";

const SPEC = {
  seed: 5,
  dtype: "bf16",
  numTokens: 6,
  topK: 2,
  numExperts: 3,
  hiddenSize: 32,
  intermediateSize: 16,
  gateUpGroup: 16,
  downGroup: 16,
  zeros: true,
  padWords: 1,
  routing: "spread",
  dropOneOf: 0,
} as const;

function refused(change: Partial<MoeLayerProblem>): [string, string] {
  try {
    checkLayer({ ...buildLayer(SPEC).layer, ...change });
  } catch (error) {
    if (error instanceof QuantError) return [error.code, error.message];
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("a layer is refused", () => {
  const { layer } = buildLayer(SPEC);

  test("where its projections do not fit each other, with the size that would", () => {
    const { gateUp, down } = layer;
    expect(refused({ gateUp: { ...gateUp, n: 16 } })).toEqual([
      "E_SHAPE_SIZE",
      "gateUp.n is 16; it must be 32, twice down.k.",
    ]);
    expect(refused({ down: { ...down, n: 8 } })[1]).toBe("gateUp.k is 32; it must be 8, down.n.");
    expect(refused({ gateUp: { ...gateUp, numExperts: 2 } })[1]).toBe(
      "gateUp.numExperts is 2; it must be 3, down.numExperts.",
    );
  });

  test("where a tensor is short, of another type, or the output is an input", () => {
    expect(refused({ topkIds: new Int32Array(11) })[0]).toBe("E_SHAPE_LENGTH");
    expect(refused({ topkWeights: new Float64Array(12) as never })[0]).toBe("E_DTYPE");
    expect(refused({ dtype: "f32" as never })[0]).toBe("E_OPTION");
    expect(refused({ numTokens: 2 ** 31 - 1 })[1]).toContain("numTokens · topK");
    const { scales } = layer.down;
    const out = new Uint16Array(scales.buffer, 0, 1);
    expect(refused({ numTokens: 0, out, down: layer.down })).toEqual([
      "E_ALIAS",
      "out shares memory with down.scales; a layer would read what it writes. Pass separate buffers.",
    ]);
  });
});

describe("verification of a layer", () => {
  test("looks at whole tokens, as many as were asked for, and names the worst element", () => {
    const { layer, before } = buildLayer(SPEC);
    naiveLayer(layer);
    const all = verifyLayer(layer, { tokens: "all", untouched: before });
    expect(all).toMatchObject({ passed: true, checked: 6 * 32, failed: 0, strayWrites: 0 });
    layer.out[5 * 32 + 7] ^= 0x8000;
    layer.out[6 * 32] = 0;
    const wrong = verifyLayer(layer, { tokens: "all", untouched: before });
    expect(wrong).toMatchObject({ passed: false, failed: 1, strayWrites: 1 });
    expect(wrong.worst).toMatchObject({ token: 5, col: 7 });
    const some = verifyLayer(layer, { tokens: 2, seed: 4 });
    expect([some.checked, some.strayWrites]).toEqual([64, null]);
  });

  test("allows weights that are rounded only where it is told by how much", () => {
    const { layer } = buildLayer({ ...SPEC, dtype: "f16" });
    // Eight units of the last place, at most 2^-7 of each weight.
    const more = ({ scales, ...weights }: MoeLayerProblem["down"]) => ({
      ...weights,
      scales: scales.map((bits) => bits + 8),
    });
    naiveLayer({ ...layer, gateUp: more(layer.gateUp), down: more(layer.down) });
    const passes = (weightRounding: number) =>
      verifyLayer(layer, { tokens: "all", weightRounding }).passed;
    expect([passes(0), passes(2 ** -11), passes(2 ** -7)]).toEqual([false, false, true]);
    for (const wrong of [-1, 1.5, Number.NaN]) {
      expect(() => passes(wrong)).toThrow("allowed are 0 to 1");
    }
  });

  test("refuses a wrong NaN and a wrong infinity", () => {
    for (const bits of [0x7fc0, 0x7f80, 0xff80]) {
      const { layer } = buildLayer(SPEC);
      naiveLayer(layer);
      layer.out[3] = bits;
      expect(verifyLayer(layer, { tokens: "all" }).worst?.shareOfTolerance).toBe(Infinity);
    }
  });
});
