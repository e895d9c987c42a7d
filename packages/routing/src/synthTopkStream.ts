import { checkKeys, isIntegerIn } from "./_check.ts";
import { RoutingError } from "./errors.ts";
import { checkSize, createSampler, readOptions, SYNTH_KEYS, type TopkSampler } from "./_synth.ts";
import type { Routing, SynthTopkOptions } from "./synthTopk.ts";

/** What {@link synthTopkStream} draws, and in which pieces. */
export interface SynthTopkStreamOptions extends SynthTopkOptions {
  /** Tokens of a chunk, ≥ 1; default 65,536. The last chunk may be shorter. */
  readonly chunkTokens?: number;
}

/**
 * The ids of {@link synthTopk} in chunks, for routings that should not lie in memory as a whole.
 *
 * @param options - As for `synthTopk`, and `chunkTokens`. `numTokens · topK` may pass 2^31, that of a chunk may not.
 * @returns A generator of routings, each with arrays of its own, in order. Chunks put together equal `synthTopk` for
 *   every `chunkTokens`. No token gives no chunk. A `stream` moves on as chunks are taken.
 * @throws {@link RoutingError} as `synthTopk` does, and `E_CHUNK_TOKENS`; at the call, not at the first chunk.
 *
 * @example
 * ```ts
 * import { expertCounts, synthTopkStream } from "@moe/routing";
 * let routes = 0;
 * for (const chunk of synthTopkStream({ archetype: "zipf2", numTokens: 100_000, chunkTokens: 4096 })) {
 *   routes += expertCounts(chunk.topkIds, chunk.numExperts)[0];
 * }
 * console.log(routes > 99_000); // nearly every token picks the hottest expert
 * // → true
 * ```
 */
export function synthTopkStream(options: SynthTopkStreamOptions): Generator<Routing, void, void> {
  checkKeys(options, [...SYNTH_KEYS, "chunkTokens"], "synthTopkStream");
  const { chunkTokens = 65_536 } = options;
  const checked = readOptions(options);
  if (!isIntegerIn(chunkTokens, 1, 2 ** 31 - 1)) {
    throw new RoutingError(
      "E_CHUNK_TOKENS",
      `chunkTokens is ${String(chunkTokens)}; allowed is an integer from 1 to 2147483647.`,
      { chunkTokens },
    );
  }
  checkSize(Math.min(chunkTokens, checked.numTokens), checked.topK);
  const { numTokens, topK, numExperts } = checked;
  return chunks(createSampler(checked), { numTokens, topK, numExperts }, chunkTokens);
}

function* chunks(
  sampler: TopkSampler,
  whole: { numTokens: number; topK: number; numExperts: number },
  chunkTokens: number,
): Generator<Routing, void, void> {
  for (let done = 0; done < whole.numTokens; done += chunkTokens) {
    const numTokens = Math.min(chunkTokens, whole.numTokens - done);
    const topkIds = new Int32Array(numTokens * whole.topK);
    sampler.draw(topkIds);
    yield { topkIds, numTokens, topK: whole.topK, numExperts: whole.numExperts };
  }
}
