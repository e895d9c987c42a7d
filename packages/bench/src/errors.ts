/** Codes of {@link BenchError}, one per kind of refusal. */
export type BenchErrorCode =
  | "E_OPTION"
  | "E_SHAPE"
  | "E_PRESET"
  | "E_BACKEND_UNKNOWN"
  | "E_BACKEND_UNAVAILABLE"
  | "E_MEMORY"
  | "E_CELL_TOO_LARGE"
  | "E_CELL_TOO_SMALL"
  | "E_SAMPLES"
  | "E_SAMPLE_VALUE"
  | "E_THROTTLED"
  | "E_OUTPUT_EXISTS"
  | "E_RESUME_MISMATCH"
  | "E_RUN_MISMATCH"
  | "E_RESULTS_CORRUPT"
  | "E_RESULTS_VERSION";

/**
 * The one error class of `@moe/bench`. The message says what was given, what is allowed and what to
 * do next; `code` and `details` are for programs.
 *
 * @example
 * ```ts
 * import { BenchError, parseShape } from '@moe/bench';
 * try {
 *   parseShape('K=2048');
 * } catch (error) {
 *   console.log(error instanceof BenchError && error.code);
 *   // → E_SHAPE
 * }
 * ```
 */
export class BenchError extends Error {
  /** Stable, machine-readable reason. */
  readonly code: BenchErrorCode;
  /** Values behind the message. */
  readonly details: Record<string, unknown>;

  /**
   * @param code stable reason
   * @param message what was given, what is allowed, what to do next
   * @param details values behind the message, default `{}`
   */
  constructor(code: BenchErrorCode, message: string, details: Record<string, unknown> = {}) {
    super(message);
    this.name = "BenchError";
    this.code = code;
    this.details = details;
  }
}
