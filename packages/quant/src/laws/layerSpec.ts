import * as fc from "fast-check";
import type { LayerSpec } from "../testing/buildLayer.ts";

const GROUP_SIZES = [8, 16, 32, 64, 128];
const MAX_HIDDEN = 320;
const MAX_INTERMEDIATE = 160;

/**
 * Arbitrary layers: groups of 8 to 128 with other sizes in the two projections, widths of few groups, zero points on and off,
 * row padding, top-k of 1 to 9, no tokens to some 40, skewed routing, experts without a token, routes out of range.
 *
 * @returns a fast-check arbitrary; build the layer with `buildLayer`
 * @example
 * ```ts
 * import { buildLayer, layerSpec } from "@moe/quant/laws";
 *
 * const layers = layerSpec().map((spec) => buildLayer(spec).layer);
 * console.log(typeof layers.generate);
 * // → function
 * ```
 */
export function layerSpec(): fc.Arbitrary<LayerSpec> {
  return fc
    .record({
      seed: fc.nat(2 ** 31),
      dtype: fc.constantFrom("bf16" as const, "f16" as const),
      numTokens: fc.oneof(fc.constantFrom(0, 1, 2, 3, 5, 17), fc.integer({ min: 1, max: 40 })),
      topK: fc.oneof(
        fc.constant(1),
        fc.integer({ min: 2, max: 4 }),
        fc.integer({ min: 5, max: 9 }),
      ),
      numExperts: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constant(70)),
      gateUpGroup: fc.constantFrom(...GROUP_SIZES),
      downGroup: fc.constantFrom(...GROUP_SIZES),
      hiddenGroups: fc.integer({ min: 1, max: 10 }),
      intermediateGroups: fc.integer({ min: 1, max: 5 }),
      zeros: fc.boolean(),
      padWords: fc.constantFrom(0, 0, 1, 4),
      routing: fc.constantFrom("spread" as const, "hot" as const, "one" as const),
      dropOneOf: fc.constantFrom(0, 0, 3, 1),
    })
    .map(({ hiddenGroups, intermediateGroups, ...spec }) => ({
      ...spec,
      hiddenSize: multiple(spec.gateUpGroup, hiddenGroups, MAX_HIDDEN),
      intermediateSize: multiple(spec.downGroup, intermediateGroups, MAX_INTERMEDIATE),
    }));
}

function multiple(group: number, count: number, most: number): number {
  return group * Math.max(1, Math.min(count, Math.floor(most / group)));
}
