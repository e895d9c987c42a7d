// Errors of the simulator as errors of a device.
import { Gfx11SimError, type Gfx11SimErrorCode } from "@moe/gfx11-sim";
import { KernelHipError, type KernelHipErrorCode } from "./errors.ts";

/** Codes that mean the same; at loading, every other one says that the module cannot be used. */
const SAME: Partial<Record<Gfx11SimErrorCode, KernelHipErrorCode>> = {
  E_NATIVE_UNAVAILABLE: "E_NATIVE_UNAVAILABLE",
  E_NATIVE_VERSION: "E_NATIVE_VERSION",
  E_KERNEL_UNKNOWN: "E_KERNEL_UNKNOWN",
  E_MEMORY: "E_MEMORY",
  E_OPTION: "E_OPTION",
  E_TYPE: "E_TYPE",
  E_RANGE: "E_RANGE",
  E_DISPOSED: "E_DISPOSED",
  E_INTERNAL: "E_INTERNAL",
  E_BUSY: "E_INTERNAL",
};

/** Runs `call`; an error of the simulator becomes one of this package, with the other as its cause. */
export function asKernelHipError<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    if (!(error instanceof Gfx11SimError)) throw error;
    const { code, message, details } = error;
    throw new KernelHipError(
      SAME[code] ?? "E_ARCH",
      message,
      { ...details, simulator: code },
      error,
    );
  }
}

/** What a launch failed with, as a driver would say it, and with what a driver would not know as its cause. */
export function launchError(error: unknown, launch: string): unknown {
  if (!(error instanceof Gfx11SimError)) return error;
  const { code, message } = error;
  return new KernelHipError(
    "E_LAUNCH",
    `the launch of ${launch} failed: ${message}`,
    { launch, simulator: code },
    error,
  );
}
