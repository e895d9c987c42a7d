import { load } from "./_load.ts";
import { KernelCpuError } from "./errors.ts";

/** What {@link availability} found. */
export type Availability =
  | {
      available: true;
      /** Version of the addon; always that of this package. */
      version: string;
      /** Where it was loaded from. */
      path: string;
    }
  | {
      available: false;
      /** Every place that was tried, and why it did not serve. */
      reason: string;
    };

/**
 * Whether the native kernel can run here. Loads it on the first call; importing this package never does.
 *
 * The addon is searched for in this order: the file that `MOE_KERNEL_CPU_LIBRARY` names (and then nowhere else), a
 * build in this package's folder, the package `@moe/kernel-cpu-<platform>`.
 *
 * @returns see {@link Availability}; never throws
 * @example
 * ```ts
 * import { availability } from "@moe/kernel-cpu";
 *
 * const native = availability();
 * console.log(typeof (native.available ? native.path : native.reason));
 * // → string
 * ```
 */
export function availability(): Availability {
  try {
    const { binding, path } = load();
    return { available: true, version: binding.version(), path };
  } catch (error) {
    return {
      available: false,
      reason: error instanceof KernelCpuError ? error.message : String(error),
    };
  }
}
