/**
 * Every code that {@link KernelCpuError} carries.
 *
 * - `E_NATIVE_UNAVAILABLE`: no native addon for this machine was found or it does not load; the message chains every
 *   attempt. {@link portableGemm} runs without it.
 * - `E_NATIVE_VERSION`: the addon that was found belongs to another version of this package.
 * - `E_ISA_UNKNOWN`, `E_ISA_UNAVAILABLE`: the asked code path does not exist, or this CPU lacks it.
 * - `E_THREADS`: `threads` is not 1 to 1024, or the system refused to start them.
 * - `E_OPTION`: an unknown option key, or an option value that is not allowed.
 * - `E_CANCELLED`: the `signal` was aborted; the output is incomplete.
 * - `E_SHAPE`: a layer in a type that the kernel does not take.
 * - `E_ID_RANGE`: a zero point above 16.
 * - `E_SIZE`, `E_ID_REPEATED`: checks of the crate; here, the same is a `QuantError` before.
 * - `E_MEMORY`: the system refused the memory that the call needs beside its tensors.
 * - `E_INTERNAL`: a bug of the kernel.
 */
export type KernelCpuErrorCode =
  | "E_NATIVE_UNAVAILABLE"
  | "E_NATIVE_VERSION"
  | "E_ISA_UNKNOWN"
  | "E_ISA_UNAVAILABLE"
  | "E_THREADS"
  | "E_OPTION"
  | "E_CANCELLED"
  | "E_SHAPE"
  | "E_SIZE"
  | "E_ID_RANGE"
  | "E_ID_REPEATED"
  | "E_MEMORY"
  | "E_INTERNAL";

/**
 * The one error class of this package. `message` says what was given, what is allowed and what to do next; `code` and
 * `details` are for programs.
 *
 * @example
 * ```ts
 * import { KernelCpuError, machinePeaks } from "@moe/kernel-cpu";
 *
 * try {
 *   machinePeaks({ threads: 0 });
 * } catch (error) {
 *   if (error instanceof KernelCpuError) console.log(error.code, error.details.threads);
 * }
 * // → E_THREADS 0
 * ```
 */
export class KernelCpuError extends Error {
  /** Always `KernelCpuError`. */
  override readonly name = "KernelCpuError";
  /** Which rule was broken; see {@link KernelCpuErrorCode}. */
  readonly code: KernelCpuErrorCode;
  /** The values that broke it, by name. */
  readonly details: Record<string, unknown>;

  /**
   * @param code - which rule was broken
   * @param message - what was given, what is allowed, what to do next
   * @param details - the values that broke it, by name
   */
  constructor(code: KernelCpuErrorCode, message: string, details: Record<string, unknown> = {}) {
    super(message);
    this.code = code;
    this.details = details;
  }
}
