/** Routes of every cell of a map, counted per expert. Routes are drawn in chunks, so T may be large. */

import type { SpaceMapCell } from "@moe/align";
import {
  archetypeLabel,
  expertCounts,
  numpyStream,
  synthTopkStream,
  type Archetype,
} from "@moe/routing";
import { DEFAULT_TOKENS } from "../_options.ts";
import type { MapOptions } from "./command.ts";

/** Cells in archetype-major order. With the numpy sampler one generator runs on through all of them. */
export function* mapCells(
  archetypes: readonly Archetype[],
  options: MapOptions,
): Generator<SpaceMapCell> {
  const { seed, sampler, placement, experts: numExperts, topK } = options;
  const source = sampler === "numpy" ? { sampler, stream: numpyStream(seed) } : { sampler };
  for (const archetype of archetypes) {
    for (const numTokens of options.tokens ?? DEFAULT_TOKENS) {
      const counts = new Float64Array(numExperts);
      const chunks = synthTopkStream({
        archetype,
        numTokens,
        numExperts,
        topK,
        seed,
        placement,
        ...source,
      });
      for (const { topkIds } of chunks) {
        const part = expertCounts(topkIds, numExperts);
        for (let expert = 0; expert < numExperts; expert++) counts[expert] += part[expert];
      }
      yield { archetype: archetypeLabel(archetype), numTokens, counts };
    }
  }
}
