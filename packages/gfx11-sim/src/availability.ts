import type { Availability } from "@moe/native";

import { loadable } from "./_load.ts";

/**
 * Whether the simulator can run here. Loads it on the first call; importing this package never does.
 *
 * The addon is searched for in this order: the file that `MOE_GFX11_SIM_LIBRARY` names (and then nowhere else), a
 * build in this package's folder, the package `@moe/gfx11-sim-<platform>`.
 *
 * @returns see {@link Availability}; never throws
 * @example
 * ```ts
 * import { availability } from "@moe/gfx11-sim";
 *
 * const native = availability();
 * console.log(typeof (native.available ? native.path : native.reason));
 * // → string
 * ```
 */
export function availability(): Availability {
  return loadable();
}
