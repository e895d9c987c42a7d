// Where the intermediate tensors of a layer lie in its workspace.
import { alignSizes } from "@moe/align";
import { behind, type DeviceTensor } from "./DeviceTensor.ts";
import { moeAlignWorkspaceBytes } from "./launchMoeAlign.ts";
import type { MoeLayerSizes } from "./launchMoeForward.ts";
import { type MoeGemmSizes, moeGemmWorkspaceBytes } from "./launchMoeGemm.ts";

const ALIGNMENT = 256;
const ELEMENT_BYTES = 2;

/** Sizes of both GEMMs. */
export interface LayerGemmSizes {
  gateUp: MoeGemmSizes;
  down: MoeGemmSizes;
}

export function layerGemmSizes(layer: MoeLayerSizes): LayerGemmSizes {
  const { dtype, numTokens, topK, numExperts, blockM, hiddenSize, intermediateSize } = layer;
  const lengths = alignSizes({ numTokens, topK, numExperts, blockM });
  const common = {
    dtype,
    numExperts,
    blockM,
    numBlocks: lengths.expertIds,
    numSlots: lengths.sortedTokenIds,
    numValidTokens: numTokens * topK,
  };
  const { gateUp, down } = layer;
  const layoutOf = ({ groupSize, rowStride }: typeof gateUp) => ({
    groupSize,
    ...(rowStride !== undefined && { rowStride }),
  });
  return {
    gateUp: { ...common, ...layoutOf(gateUp), k: hiddenSize, n: 2 * intermediateSize, topK },
    down: { ...common, ...layoutOf(down), k: intermediateSize, n: hiddenSize, topK: 1 },
  };
}

/** Bytes of each part, in order. */
function partsOf(layer: MoeLayerSizes) {
  const { gateUp, down } = layerGemmSizes(layer);
  const routes = gateUp.numValidTokens;
  return {
    sortedTokenIds: 4 * gateUp.numSlots,
    expertIds: 4 * gateUp.numBlocks,
    numTokensPostPadded: 4,
    counters: moeAlignWorkspaceBytes(layer),
    // As much as zero points need, so that the size does not depend on whether there are any.
    gemmScratch: Math.max(moeGemmWorkspaceBytes(gateUp, true), moeGemmWorkspaceBytes(down, true)),
    activated: ELEMENT_BYTES * routes * down.k,
    // The second product takes the place of the first, which nothing reads any more.
    product: ELEMENT_BYTES * routes * Math.max(gateUp.n, down.n),
  };
}

type Parts = ReturnType<typeof partsOf>;

export function workspaceBytes(layer: MoeLayerSizes): number {
  return Object.values(partsOf(layer)).reduce((sum, bytes) => sum + roundUp(bytes), 0);
}

/** The parts of a workspace that is large enough. */
export function cut(
  layer: MoeLayerSizes,
  workspace: DeviceTensor,
): Record<keyof Parts, DeviceTensor> {
  let at = 0;
  const parts = Object.entries(partsOf(layer)).map(([name, bytes]) => {
    const part = behind(workspace, at);
    at += roundUp(bytes);
    return [name, part];
  });
  return Object.fromEntries(parts) as Record<keyof Parts, DeviceTensor>;
}

function roundUp(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}
