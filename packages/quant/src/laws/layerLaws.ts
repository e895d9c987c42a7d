import * as fc from "fast-check";
import { checkOptions } from "../_check.ts";
import { randomBelow } from "../_random.ts";
import type { MoeLayerProblem } from "../layerProblem.ts";
import { type BuiltLayer, buildLayer, type LayerSpec } from "../testing/buildLayer.ts";
import { verifyLayer } from "../verifyLayer.ts";
import { expectSame, expectTypedError, type GemmLaw, runProperty } from "./_law.ts";
import { selectionLayer } from "./_selectionLayer.ts";
import { layerSpec } from "./layerSpec.ts";

/** An implementation under test: fills `layer.out`; may return a promise. */
export type LayerForward = (layer: MoeLayerProblem) => unknown;

/** Options of {@link layerLaws}. */
export interface LayerLawOptions {
  /** Which layers the implementation takes; others are drawn again, so accept a fair share. Default: all. */
  accepts?: (spec: LayerSpec) => boolean;
  /** What the implementation may round each dequantised weight by, for a layer's type; see `VerifyLayerOptions`. Default: nothing. */
  weightRounding?: (dtype: LayerSpec["dtype"]) => number;
}

/**
 * The law suite that every implementation of `MoeLayerProblem` passes: agreement with the layer in f64, an exact result where
 * every step is exact, linearity in the routing weights, tokens that do not see each other's NaN, zeros where nothing is
 * routed, untouched memory, refused problems. Needs fast-check.
 *
 * @param forward - the implementation
 * @param options - see {@link LayerLawOptions}
 * @returns the laws; each is one test
 * @throws QuantError `E_OPTION` for an unknown option key
 * @example
 * ```ts
 * import { layerLaws } from "@moe/quant/laws";
 *
 * const forgetful = layerLaws(() => {});
 * const verdict = await forgetful[0].run({ numRuns: 10 }).then(() => "passed", () => "broken");
 * console.log(forgetful[0].name, "-", verdict);
 * // → every element is within tolerance and nothing else is written - broken
 * ```
 */
export function layerLaws(forward: LayerForward, options: LayerLawOptions = {}): GemmLaw[] {
  checkOptions(options, "options", ["accepts", "weightRounding"]);
  const { accepts = () => true, weightRounding = () => 0 } = options;
  const specs = layerSpec().filter(accepts);
  const law = (name: string, check: (spec: LayerSpec) => Promise<void>): GemmLaw => ({
    name,
    run: (runOptions) => runProperty(fc.asyncProperty(specs, check), runOptions),
  });
  const run = async (spec: LayerSpec, edit: Edit = () => {}): Promise<BuiltLayer> => {
    const built = buildLayer(spec);
    edit(built.layer);
    await forward(built.layer);
    return built;
  };
  return [
    law("every element is within tolerance and nothing else is written", async (spec) => {
      expectRight(await run(spec), weightRounding(spec.dtype));
    }),
    law("steps that are exact give the exact result", async (spec) => {
      const built = buildLayer(spec);
      const { layer, want } = selectionLayer(built.layer, spec);
      await forward(layer);
      expectSame(layer.out, want, "exact layer");
    }),
    law("twice the routing weights give exactly twice the result", async (spec) => {
      const once = await run(spec);
      const twice = await run(spec, ({ topkWeights }) => {
        for (let i = 0; i < topkWeights.length; i++) topkWeights[i] *= 2;
      });
      expectDoubled(once.layer, twice.layer);
    }),
    law("a token's NaN stays in its row", async (spec) => {
      const withNaN = await run(spec, ({ hidden, numTokens }) => {
        const below = randomBelow(spec.seed, 41);
        for (let token = 0; token < numTokens; token += 2) {
          hidden[token * spec.hiddenSize + below(spec.hiddenSize)] = 0x7fff;
        }
      });
      expectRight(withNaN, weightRounding(spec.dtype));
    }),
    law("a token without a route gets zeros", async (spec) => {
      const { layer } = await run({ ...spec, dropOneOf: 1 });
      const written = layer.out.subarray(0, spec.numTokens * spec.hiddenSize);
      expectSame(written, new Uint16Array(written.length), "tokens without a route");
    }),
    law("a wrong layer is a typed error and writes nothing", async (spec) => {
      for (const edit of WRONG) {
        const { layer, before } = buildLayer({ ...spec, numTokens: 2 });
        edit(layer);
        await expectTypedError(() => forward(layer), String(edit));
        if (layer.out.length === before.length) expectSame(layer.out, before, "refused layer");
      }
    }),
  ];
}

type Edit = (layer: MoeLayerProblem) => void;

const WRONG: Edit[] = [
  (p) => void (p.numTokens = -1),
  (p) => void (p.numTokens = 2 ** 40),
  (p) => void (p.topK = 0),
  (p) => void (p.topK = 2 ** 31),
  (p) => void (p.dtype = "f32" as never),
  (p) => void (p.gateUp = { ...p.gateUp, n: p.gateUp.n - 16 }),
  (p) => void (p.down = { ...p.down, numExperts: p.down.numExperts + 1 }),
  (p) => void (p.gateUp = { ...p.gateUp, groupSize: 12 }),
  (p) => void (p.hidden = p.hidden.subarray(1)),
  (p) => void (p.out = p.out.subarray(0, p.numTokens * p.down.n - 1)),
  (p) => void (p.topkIds = p.topkIds.subarray(1)),
  (p) => void (p.topkWeights = new Float64Array(p.topkWeights.length) as never),
  (p) => void (p.out = p.hidden),
];

function expectRight({ layer, before, guardWrites }: BuiltLayer, weightRounding: number): void {
  const report = verifyLayer(layer, { tokens: "all", untouched: before, weightRounding });
  const guards = guardWrites();
  if (report.passed && guards === 0) return;
  throw new Error(`wrong result: ${JSON.stringify({ ...report, guardWrites: guards })}`);
}

/** Twice a number is one more in its exponent, where the number is normal. */
function expectDoubled(once: MoeLayerProblem, twice: MoeLayerProblem): void {
  const [step, exponent] = once.dtype === "f16" ? [1 << 10, 31 << 10] : [1 << 7, 255 << 7];
  for (let i = 0; i < once.numTokens * once.down.n; i++) {
    const bits = once.out[i];
    if ((bits & exponent) < 2 * step) continue;
    if (twice.out[i] !== bits + step) {
      throw new Error(`out[${i}] is ${twice.out[i]}, expected ${bits + step}, twice ${bits}`);
    }
  }
}
