/**
 * Every code a {@link RoutingError} can carry.
 *
 * | code | condition |
 * |---|---|
 * | `E_ARCHETYPE` | the archetype is not a known name, object or vector, or its text cannot be read |
 * | `E_CHUNK_TOKENS` | `chunkTokens` is not an integer in 1..2^31-1 |
 * | `E_COUNTS` | counts are empty, or one of them is negative, not finite or not a number |
 * | `E_IDS` | `topkIds` is not an `Int32Array` |
 * | `E_NUM_EXPERTS` | `numExperts` is not an integer in 1..2^20, or differs from the vector's length |
 * | `E_NUM_TOKENS` | `numTokens` is not an integer ≥ 0 |
 * | `E_OPTION_UNKNOWN` | an option has a name that does not exist |
 * | `E_OPTIONS` | the options are not an object |
 * | `E_PLACEMENT` | the placement is not `sorted`, `shuffled` or `strided` |
 * | `E_SAMPLER` | the sampler is not `fast` or `numpy`, or contradicts `stream` |
 * | `E_SEED` | the seed is negative, not an integer, a number above 2^53-1, or ≥ 2^64 |
 * | `E_SIZE` | the ids of one array would not fit: `numTokens · topK ≥ 2^31` |
 * | `E_STREAM` | `stream` was not made by `numpyStream` |
 * | `E_TOP_K` | `topK` is not an integer in 1..`numExperts` |
 * | `E_WEIGHTS` | a weight is negative, NaN or infinite, or fewer than `topK` weights are positive |
 */
export type RoutingErrorCode =
  | "E_ARCHETYPE"
  | "E_CHUNK_TOKENS"
  | "E_COUNTS"
  | "E_IDS"
  | "E_NUM_EXPERTS"
  | "E_NUM_TOKENS"
  | "E_OPTION_UNKNOWN"
  | "E_OPTIONS"
  | "E_PLACEMENT"
  | "E_SAMPLER"
  | "E_SEED"
  | "E_SIZE"
  | "E_STREAM"
  | "E_TOP_K"
  | "E_WEIGHTS";

/**
 * The one error class of this package. The message says what was given, what is allowed and what to do.
 *
 * @example
 * ```ts
 * import { RoutingError, synthTopk } from "@moe/routing";
 * try {
 *   synthTopk({ archetype: "zipf1", numTokens: 4, numExperts: 4, topK: 8 });
 * } catch (error) {
 *   if (error instanceof RoutingError) console.log(error.code, error.message);
 * }
 * // → E_TOP_K topK is 8; allowed is an integer from 1 to numExperts, which is 4.
 * ```
 */
export class RoutingError extends Error {
  /** What went wrong, stable across versions. */
  readonly code: RoutingErrorCode;
  /** The values the message was made of. */
  readonly details: Record<string, unknown>;

  /**
   * @param code - What went wrong.
   * @param message - What was given, what is allowed, what to do next.
   * @param details - The values the message was made of; `{}` by default.
   */
  constructor(code: RoutingErrorCode, message: string, details: Record<string, unknown> = {}) {
    super(message);
    this.name = "RoutingError";
    this.code = code;
    this.details = details;
  }
}
