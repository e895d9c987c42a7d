import { BenchError } from "../errors.ts";
import type { Backend } from "./Backend.ts";

/**
 * Backends by name, each opened on demand:
 *
 * - `cpu`: the native kernel against dequantise-and-multiply; throws `E_BACKEND_UNAVAILABLE` without its binary
 * - `portable`: TypeScript against TypeScript, one thread, for small cells; never chosen silently
 *
 * @example
 * ```ts
 * import { BACKENDS } from '@moe/bench';
 * const backend = await BACKENDS.portable();
 * const device = await backend.describe();
 * console.log(device.isa, device.threads);
 * // → javascript 1
 * await backend.close();
 * ```
 */
export const BACKENDS: Readonly<Record<string, () => Promise<Backend>>> = {
  // Loaded on demand: importing this package loads no kernel.
  cpu: async () => (await import("./cpu.ts")).openCpuBackend(),
  portable: async () => (await import("./portable.ts")).openPortableBackend(),
};

/** Opens a backend by name, or throws `E_BACKEND_UNKNOWN` with the names that exist. */
export async function openBackend(name: string): Promise<Backend> {
  if (Object.hasOwn(BACKENDS, name)) return BACKENDS[name]();
  const allowed = Object.keys(BACKENDS);
  throw new BenchError(
    "E_BACKEND_UNKNOWN",
    `There is no backend "${name}". Use ${allowed.join(" or ")}.`,
    { given: name, allowed },
  );
}
