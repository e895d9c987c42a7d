import { BenchError } from "../errors.ts";
import type { CacheMode } from "../results/schema.ts";
import type { Cell } from "./Backend.ts";

/** Of backends that run in this process, the default first. */
export const HOST_CACHES: readonly CacheMode[] = ["read", "write", "warm"];

/** Of GPUs: a driver can fill memory, but what reads it alone would be a kernel; in `rotate` the kernels at hand read. */
export const GPU_CACHES: readonly CacheMode[] = ["write", "rotate", "warm"];

/** Refuses a mode that a backend, which a caller may have opened, would not carry out. */
export function requireCache(
  { cache }: Cell,
  backend: string,
  allowed: readonly CacheMode[],
): void {
  if (cache === null || allowed.includes(cache)) return;
  throw new BenchError(
    "E_OPTION",
    `cache is ${cache}; of the backend "${backend}" it must be ${allowed.join(" or ")}.`,
    { name: "cache", value: cache, allowed },
  );
}
