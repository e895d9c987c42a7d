import { numpyStream, synthTopk, type Routing } from "@moe/routing";
import type { ResolvedSweep } from "./_resolveOptions.ts";

/** Gives the routing of (archetype, T), the same whatever other cells run. */
export type RoutingSource = (archetype: string, numTokens: number) => Routing;

/** `fast` draws on demand; `numpy` draws all at once, as one stream runs through the cells of a call. */
export function routingSource(sweep: ResolvedSweep): RoutingSource {
  const { config, archetypes, seed } = sweep;
  const { numExperts, topK } = config.shape;
  const { sampler, placement } = config;
  const common = { numExperts, topK, seed, placement };
  const archetypeOf = (label: string) => archetypes[config.archetypes.indexOf(label)];
  if (sampler === "fast")
    return (label, numTokens) =>
      synthTopk({ ...common, archetype: archetypeOf(label), numTokens, sampler });
  const stream = numpyStream(seed);
  const drawn = new Map<string, Routing>();
  for (const label of config.archetypes)
    for (const numTokens of config.tokens)
      drawn.set(
        `${label}/${numTokens}`,
        synthTopk({ ...common, archetype: archetypeOf(label), numTokens, sampler, stream }),
      );
  return (label, numTokens) => drawn.get(`${label}/${numTokens}`)!;
}
