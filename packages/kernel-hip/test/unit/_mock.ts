/** The mock driver, loaded as the real ones are, and devices of it. */

import { dlopen, suffix } from "bun:ffi";
import { afterEach, beforeEach } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const file = `${process.platform === "win32" ? "" : "lib"}moe_mock_driver.${suffix}`;
/** Built by `bun scripts/build-native.ts kernel-hip`. */
export const MOCK: string = fileURLToPath(
  new URL(`../../../../target/mock/${file}`, import.meta.url),
);
if (!existsSync(MOCK)) throw new Error(`${MOCK} is not built: bun run build:native`);

/** The GEMM kernels for NVIDIA, by the oldest processor that each runs on. */
export type CudaKernelName = "sm80" | "sm90";

/** One of them and its companions as code of this machine, for the mock to run; not there without clang-19. */
export function cudaLibrary(kernel: CudaKernelName): string {
  return fileURLToPath(
    new URL(`../../../../target/mock/libmoe_cuda_${kernel}.so`, import.meta.url),
  );
}

const { symbols } = dlopen(MOCK, {
  mock_reset: { args: ["cstring", "i32", "u64"], returns: "void" },
  mock_fail: { args: ["cstring", "u64", "i32"], returns: "void" },
  mock_live: { args: [], returns: "i64" },
  mock_calls: { args: ["cstring"], returns: "u64" },
  mock_run_cuda: { args: ["cstring", "u64"], returns: "bool" },
  mock_compile_to: { args: ["ptr", "usize"], returns: "void" },
  mock_held: { args: [], returns: "u64" },
  mock_launches: { args: ["ptr", "u64"], returns: "u64" },
  mock_ranges: { args: ["ptr", "u64"], returns: "u64" },
  mock_inject: { args: ["bool"], returns: "void" },
});

const text = (value: string): Buffer => Buffer.from(`${value}\0`);

/** What tests tell the driver, and ask it. */
export const mock = {
  /** Forgets everything and becomes a driver of that many devices. */
  reset: (arch: string, devices = 1, memoryBytes = 1 << 20): void =>
    symbols.mock_reset(text(arch) as never, devices, BigInt(memoryBytes)),
  /** Runs NVIDIA kernels until the next reset. What is asynchronous happens at once (0), late (1) or by chance (a seed). */
  runCuda: (kernel: CudaKernelName, timing: number): void => {
    const library = cudaLibrary(kernel);
    const opened = symbols.mock_run_cuda(text(library) as never, BigInt(timing));
    if (!opened) throw new Error(`${library} cannot be loaded`);
  },
  /** Makes the n-th call from now of a function return that number. */
  fail: (call: string, nth: number, number: number): void =>
    symbols.mock_fail(text(call) as never, BigInt(nth), number),
  /** Makes every source compile to this code, or to an error where it is empty; clang is not called. */
  compileTo: (code: Uint8Array): void =>
    symbols.mock_compile_to(code as never, BigInt(code.length)),
  /** Buffers, streams, events, modules and contexts that were not given back. */
  live: (): number => Number(symbols.mock_live()),
  /** What profilers' libraries were told since the reset: labels, and ends. */
  ranges: (): string[] => {
    const lines = Buffer.alloc(1 << 16);
    const bytes = Number(symbols.mock_ranges(lines as never, BigInt(lines.length)));
    if (bytes > lines.length) throw new Error(`${bytes} bytes of ranges are too many`);
    return bytes === 0 ? [] : lines.toString("utf8", 0, bytes).split("\n");
  },
  /** Makes the library one that takes ranges the way of NVTX 3. */
  inject: (injects: boolean): void => symbols.mock_inject(injects as never),
  /** How often a function was called since the reset. */
  calls: (call: string): number => Number(symbols.mock_calls(text(call) as never)),
  /** How many launches, copies, fills and events were put behind the last hold before the device went on. */
  held: (): number => Number(symbols.mock_held()),
  /** Every launch that was accepted since the reset. */
  launches: (): MockLaunch[] => {
    const lines = Buffer.alloc(1 << 20);
    const bytes = Number(symbols.mock_launches(lines as never, BigInt(lines.length)));
    if (bytes > lines.length) throw new Error(`${bytes} bytes of launches are too many`);
    const all = lines.toString("utf8", 0, bytes).split("\n");
    return all.filter((line) => line !== "").map((line) => JSON.parse(line) as MockLaunch);
  },
};

/** What the driver was told. */
export interface MockLaunch {
  kernel: string;
  grid: [number, number, number];
  block: [number, number, number];
  sharedBytes: number;
  overlaps: boolean;
  /** As hexadecimal digits. */
  arguments: string;
}

const VARIABLES = ["MOE_HIP_LIBRARY", "MOE_CUDA_LIBRARY", "MOE_NVML_LIBRARY", "MOE_HIPRTC_LIBRARY"];

/** Both drivers, NVML and the run-time compiler are the mock, new before every test of the file. */
export function useMock(): void {
  beforeEach(() => {
    for (const name of VARIABLES) process.env[name] = MOCK;
    mock.reset("gfx1151");
  });
  afterEach(() => {
    for (const name of VARIABLES) delete process.env[name];
  });
}

/** `scale(u32 *out, const u32 *in, u32 count, u32 factor)` of `core/tests/data/scale.hip`, for gfx1151. */
export const SCALE: Buffer = readFileSync(
  new URL("../../core/tests/data/scale.gfx1151.co", import.meta.url),
);
/** A module that the mock takes for NVIDIA; it executes nothing. */
export const PTX: Buffer = Buffer.from(
  ".version 8.0\n.target sm_90\n.address_size 64\n.visible .entry scale() { ret; }\n",
);
/** Kernels of the simulator's guide, for gfx1100. */
export const EXAMPLES: Buffer = readFileSync(
  new URL("../../../gfx11-sim/test/data/examples.co", import.meta.url),
);
