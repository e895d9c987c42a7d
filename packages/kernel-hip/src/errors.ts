/**
 * Every code that {@link KernelHipError} carries.
 *
 * There is nothing to run on: `E_NATIVE_UNAVAILABLE`, `E_NATIVE_VERSION` (the addon), `E_NO_LIBRARY`, `E_DRIVER_OLD` (the
 * driver, or the run-time compiler), `E_NO_DEVICE`, `E_DEVICE_INDEX`.
 *
 * The device refuses or fails:
 * - `E_ARCH`: a module for another processor, or a damaged one; or a device that is not the `arch` that was asked for; or a
 *   processor that the run-time compiler does not know.
 * - `E_COMPILE`: the run-time compiler refuses a kernel; `details.log` is what it wrote.
 * - `E_KERNEL_UNKNOWN`: the module has no kernel of that name.
 * - `E_LAUNCH`: a launch was refused or its kernel failed. On a GPU `details.launch` names every launch that may be the one.
 * - `E_MEMORY`: the device has too little.
 * - `E_DRIVER`: any other failure of a driver call.
 *
 * The call is wrong: `E_OPTION`, `E_TYPE`, `E_ARGUMENT` (an argument of a kernel), `E_SHAPE` (a GEMM that the kernel does not take), `E_RANGE` (bytes outside of a buffer),
 * `E_DISPOSED`, `E_UNSUPPORTED` (the backend cannot do that). `E_INTERNAL` is a bug of this package.
 */
export type KernelHipErrorCode =
  | "E_NATIVE_UNAVAILABLE"
  | "E_NATIVE_VERSION"
  | "E_NO_LIBRARY"
  | "E_DRIVER_OLD"
  | "E_NO_DEVICE"
  | "E_DEVICE_INDEX"
  | "E_ARCH"
  | "E_COMPILE"
  | "E_KERNEL_UNKNOWN"
  | "E_LAUNCH"
  | "E_MEMORY"
  | "E_DRIVER"
  | "E_OPTION"
  | "E_TYPE"
  | "E_ARGUMENT"
  | "E_RANGE"
  | "E_SHAPE"
  | "E_DISPOSED"
  | "E_UNSUPPORTED"
  | "E_INTERNAL";

/** The values behind a message; what does not apply to the code is absent. */
export interface KernelHipDetails {
  /** The driver's function that failed: `hipModuleLaunchKernel`. */
  call?: string;
  /** What it returned: a `hipError_t` or `CUresult`. */
  number?: number;
  /** The driver's name for that number. */
  name?: string;
  /** The driver's library. */
  library?: string;
  /** What a compiler wrote. */
  log?: string;
  /** Name of a kernel. */
  kernel?: string;
  /** Kernel, grid, block, dynamic shared bytes and arguments of a launch, as text. */
  launch?: string;
  /** Code of the simulator's error, which is the `cause`. */
  simulator?: string;
  /** Name of a buffer. */
  buffer?: string;
  /** Bytes that were asked for. */
  bytes?: number;
  /** Bytes that the device has free. */
  freeBytes?: number;
  /** Bytes that the device has. */
  totalBytes?: number;
  /** Other values behind the message. */
  [name: string]: unknown;
}

/**
 * The one error class of this package. `message` says what was given or done, what is allowed and what to do next;
 * `code` and `details` are for programs.
 *
 * @example
 * ```ts
 * import { KernelHipError, openDevice } from "@moe/kernel-hip";
 *
 * try {
 *   openDevice({ backend: "hip", index: -1 });
 * } catch (error) {
 *   if (error instanceof KernelHipError) console.log(error.code, error.message);
 * }
 * // → E_OPTION index is -1, but must be a whole number from 0 to 255
 * ```
 */
export class KernelHipError extends Error {
  /** Always `KernelHipError`. */
  override readonly name = "KernelHipError";
  /** What went wrong; see {@link KernelHipErrorCode}. */
  readonly code: KernelHipErrorCode;
  /** The values behind the message. */
  readonly details: KernelHipDetails;

  /**
   * @param code - what went wrong
   * @param message - what was given or done, what is allowed, what to do next
   * @param details - the values behind the message
   * @param cause - the error below this one
   */
  constructor(
    code: KernelHipErrorCode,
    message: string,
    details: KernelHipDetails = {},
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = details;
  }
}

/** What every call on a thing that is gone throws. */
export function disposed(what: string): KernelHipError {
  return new KernelHipError("E_DISPOSED", `${what} was disposed of; make a new one`);
}
