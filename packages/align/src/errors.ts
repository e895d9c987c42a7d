/**
 * Reasons for which a function of this package refuses its input.
 *
 * - `E_TYPE`: an argument has the wrong type (a plain array in place of an `Int32Array`, a fraction, a string).
 * - `E_OPTION`: an option key that does not exist, or a required one that is missing.
 * - `E_RANGE`: a number outside its bounds.
 * - `E_SHAPE`: lengths that contradict each other.
 * - `E_SIZE`: a result of more than 2147483647 entries.
 * - `E_ALLOCATION`: the runtime could not allocate a result of legal size.
 * - `E_OUT_SIZE`: an output buffer that is too short.
 * - `E_OUT_ALIAS`: an output buffer that shares memory with an input or another output.
 */
export type AlignErrorCode =
  | "E_TYPE"
  | "E_OPTION"
  | "E_RANGE"
  | "E_SHAPE"
  | "E_SIZE"
  | "E_ALLOCATION"
  | "E_OUT_SIZE"
  | "E_OUT_ALIAS";

/**
 * The one error class of this package. The message says what was given, what is allowed and what to do next;
 * `details` holds the same numbers for programs.
 *
 * @example
 * ```ts
 * import { AlignError, alignSizes } from '@moe/align';
 *
 * try {
 *   alignSizes({ numTokens: 16, topK: 8, numExperts: 256, blockM: 0 });
 * } catch (error) {
 *   if (error instanceof AlignError) console.log(error.code, error.details.given);
 *   // → E_RANGE 0
 * }
 * ```
 */
export class AlignError extends Error {
  /** What went wrong, stable across versions. */
  readonly code: AlignErrorCode;
  /** The given values and the allowed ones. */
  readonly details: Record<string, unknown>;

  /**
   * @param code - what went wrong
   * @param message - given, allowed, what to do next
   * @param details - the same numbers for programs
   */
  constructor(code: AlignErrorCode, message: string, details: Record<string, unknown> = {}) {
    super(message);
    this.name = "AlignError";
    this.code = code;
    this.details = details;
  }
}
