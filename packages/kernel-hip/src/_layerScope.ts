// What profilers are told of the steps of a layer that are no GEMMs.
import { NO_ROUTING } from "./_scopeRouting.ts";
import type { MoeLayerSizes } from "./launchMoeForward.ts";
import { type ProfileScope, scopeOf } from "./ProfileScope.ts";

type Step = "moe_forward" | "moe_activate" | "moe_combine";

/** Which rows a step reads, which columns it makes, and out of how many; the routing is told by the GEMMs. */
export function layerScope(layer: MoeLayerSizes, step: Step): () => ProfileScope {
  const { numTokens, topK, numExperts, hiddenSize, intermediateSize, blockM, gateUp } = layer;
  const routes = numTokens * topK;
  const sizes = {
    moe_forward: {
      M: numTokens,
      N: hiddenSize,
      K: intermediateSize,
      g: gateUp.groupSize,
      block_m: blockM,
    },
    moe_activate: { M: routes, N: intermediateSize, K: null, g: null, block_m: null },
    moe_combine: { M: routes, N: hiddenSize, K: null, g: null, block_m: null },
  };
  return () => scopeOf(step, { E: numExperts, top_k: topK, ...sizes[step], ...NO_ROUTING });
}
