import type { Availability } from "@moe/native";

import { loadable } from "./_load.ts";

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
  return loadable();
}
