import type { Options, Outcome } from "./_binding.d.ts";
import { KernelCpuError, type KernelCpuErrorCode } from "./errors.ts";

/**
 * A code path of the native kernel, named after the instruction set that it needs: AMX with BF16 tiles, AVX-512 with BF16
 * dot products, AVX-512 with f32, AVX2 with FMA, AArch64 NEON, or plain Rust.
 */
export type CpuIsa = "amx" | "avx512bf16" | "avx512" | "avx2" | "neon" | "portable";

/** How to run a native call. */
export interface RunOptions {
  /** 1 to 1024; default every CPU that the process may use. */
  threads?: number;
  /** Default: what `MOE_CPU_ISA` names, else the fastest of `cpuInfo().isas`. One that the CPU lacks is an error. */
  isa?: CpuIsa;
}

/** What really ran. */
export interface RunReport {
  /** The implementation: the native addon. */
  backend: "rust";
  /** The code path. */
  isa: CpuIsa;
  /** The thread count. */
  threads: number;
  /** Wall time inside the kernel, in nanoseconds: from checking the problem to the last thread's end. */
  timeNs: number;
}

/** Keys of {@link RunOptions}. */
export const RUN_KEYS: readonly string[] = ["threads", "isa"];

/** Refuses keys that no option has, so that a typing error is not a silent default. */
export function checkKeys(options: object, allowed: readonly string[]): void {
  const unknown = Object.keys(options).filter((key) => !allowed.includes(key));
  if (unknown.length === 0) return;
  const message = `unknown option ${unknown.join(", ")}; allowed are ${allowed.join(", ")}`;
  throw new KernelCpuError("E_OPTION", message, { unknown, allowed });
}

/** Options as the addon takes them. */
export function nativeOptions(options: RunOptions): Options {
  const { threads, isa } = options;
  return {
    ...(isa === undefined ? {} : { isa: String(isa) }),
    ...(threads === undefined ? {} : { threads: checkThreads(threads) }),
  };
}

/** A thread count that fits the addon's u32; the addon refuses what is too many. */
export function checkThreads(threads: number): number {
  if (Number.isInteger(threads) && threads >= 1 && threads <= 1024) return threads;
  const message = `threads is ${threads}, but must be a whole number from 1 to 1024`;
  throw new KernelCpuError("E_THREADS", message, { threads });
}

/** A report, or the typed error that the addon describes. */
export function report(outcome: Outcome): RunReport {
  if (outcome.code !== undefined) throw nativeError(outcome.code, outcome.message);
  return {
    backend: "rust",
    isa: outcome.isa as CpuIsa,
    threads: outcome.threads ?? 0,
    timeNs: outcome.timeNs ?? 0,
  };
}

/** The error class of this package for a code that the addon gave. */
export function nativeError(code: string, message = "no message"): KernelCpuError {
  return new KernelCpuError(code as KernelCpuErrorCode, message);
}
