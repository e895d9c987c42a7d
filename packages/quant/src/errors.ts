/**
 * Every code that {@link QuantError} carries.
 *
 * - `E_DTYPE`: an argument is not the typed array (or object) that the contract names.
 * - `E_SHAPE_SIZE`: a size is not an integer in its range.
 * - `E_SHAPE_GROUP`: `groupSize` is not a multiple of 8 or does not divide `k`.
 * - `E_SHAPE_STRIDE`: `rowStride` is smaller than `k / 8`.
 * - `E_SHAPE_LENGTH`: a buffer has fewer elements than its shape needs.
 * - `E_ID_RANGE`: an expert id or a flat index lies outside its range.
 * - `E_ID_REPEATED`: a flat index occurs in more than one slot, so two blocks would write one row.
 * - `E_ALIAS`: the output shares memory with an input.
 * - `E_VALUE_RANGE`: a nibble, a zero point or a weight that int4 cannot hold (NaN and infinities
 *   too).
 * - `E_ACT_ORDER`: a GPTQ checkpoint in activation order, which group-wise kernels cannot read.
 * - `E_OPTION`: an unknown option key, or an option value that is not allowed.
 */
export type QuantErrorCode =
  | "E_DTYPE"
  | "E_SHAPE_SIZE"
  | "E_SHAPE_GROUP"
  | "E_SHAPE_STRIDE"
  | "E_SHAPE_LENGTH"
  | "E_ID_RANGE"
  | "E_ID_REPEATED"
  | "E_ALIAS"
  | "E_VALUE_RANGE"
  | "E_ACT_ORDER"
  | "E_OPTION";

/**
 * The one error class of this package. `message` says what was given, what is allowed and what to
 * do next; `code` and `details` are for programs.
 *
 * @example
 * ```ts
 * import { packExllama, QuantError } from "@moe/quant";
 *
 * try {
 *   packExllama(new Uint8Array(12), { rows: 1, k: 12 });
 * } catch (error) {
 *   if (error instanceof QuantError) console.log(error.code, error.details.k);
 * }
 * // → E_SHAPE_SIZE 12
 * ```
 */
export class QuantError extends Error {
  /** Always `QuantError`. */
  override readonly name = "QuantError";
  /** Which rule was broken; see {@link QuantErrorCode}. */
  readonly code: QuantErrorCode;
  /** The values that broke it, by name. */
  readonly details: Record<string, unknown>;

  /**
   * @param code - which rule was broken
   * @param message - what was given, what is allowed, what to do next
   * @param details - the values that broke it, by name
   */
  constructor(code: QuantErrorCode, message: string, details: Record<string, unknown> = {}) {
    super(message);
    this.code = code;
    this.details = details;
  }
}
