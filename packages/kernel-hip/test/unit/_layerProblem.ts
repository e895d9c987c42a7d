/** The layer of most tests, and what of it devices get. */

import type { MoeLayerProblem } from "@moe/quant";
import type { LayerSpec } from "@moe/quant/testing";
import {
  type Device,
  type MoeLayerSizes,
  type PreparedProjection,
  prepareMoeWeights,
  uploadWeights,
} from "../../src/index.ts";

/** Its projections differ in `k` and groups, rows of weights are padded, and some routes have no expert. */
export const LAYER: LayerSpec = {
  seed: 11,
  dtype: "bf16",
  numTokens: 7,
  topK: 3,
  numExperts: 5,
  hiddenSize: 96,
  intermediateSize: 64,
  gateUpGroup: 32,
  downGroup: 64,
  zeros: true,
  padWords: 4,
  routing: "hot",
  dropOneOf: 4,
};

/** Rows of a block. */
export const BLOCK_M = 16;

/** Sizes of a layer in the words of its launch, in blocks of {@link BLOCK_M}. */
export const sizesOf = ({ dtype, numTokens, topK, down, gateUp }: MoeLayerProblem) =>
  ({
    dtype: dtype ?? "bf16",
    numTokens,
    topK,
    numExperts: down.numExperts,
    hiddenSize: down.n,
    intermediateSize: down.k,
    blockM: BLOCK_M,
    gateUp: { groupSize: gateUp.groupSize, rowStride: gateUp.rowStride },
    down: { groupSize: down.groupSize, rowStride: down.rowStride },
  }) as const satisfies MoeLayerSizes;

/** Prepared bf16 weights of a projection; where they are a copy, nothing else of it stays on the device. */
export async function prepareOn(
  device: Device,
  projection: MoeLayerProblem["down"],
): Promise<PreparedProjection> {
  const plain = await uploadWeights(device, projection);
  const weights = await prepareMoeWeights(device, { dtype: "bf16", ...projection }, plain);
  if (weights.isCopy) plain.dispose();
  return { groupSize: projection.groupSize, weights };
}
