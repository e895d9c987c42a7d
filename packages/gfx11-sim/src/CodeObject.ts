import type { ArgumentInfo, CodeObject as Native, KernelInfo } from "./_binding.d.ts";
import { bytesOf, checkKeys, whole } from "./_check.ts";
import { load } from "./_load.ts";
import { unwrap } from "./_native.ts";
import { Gfx11SimError } from "./errors.ts";

/** A processor that can be simulated. */
export type Gfx11Arch = (typeof ARCHES)[number];

/** All of them. */
export const ARCHES = [
  "gfx1100",
  "gfx1101",
  "gfx1102",
  "gfx1103",
  "gfx1150",
  "gfx1151",
  "gfx1152",
  "gfx1153",
] as const;

/** An argument of a kernel, as the compiler laid it out. */
export interface KernelArgument {
  /** Empty where the compiler left it out. */
  name: string;
  /** First byte in the kernel's arguments. */
  offsetBytes: number;
  /** Size. */
  sizeBytes: number;
  /** As the ABI names it: `by_value`, `global_buffer`, `hidden_block_count_x`, … */
  kind: string;
  /** `global`, `local`, … of a pointer; empty for values. */
  addressSpace: string;
}

/** A kernel and what it needs. */
export interface Kernel {
  /** Its name. */
  name: string;
  /** Address of its first instruction. */
  entry: bigint;
  /** Size of its code. */
  codeBytes: number;
  /** What the caller passes, in order. */
  arguments: readonly KernelArgument[];
  /** What the simulator fills in: sizes of the grid, and so on. */
  hiddenArguments: readonly KernelArgument[];
  /** Size of all arguments. */
  kernargBytes: number;
  /** Vector registers of a wave that are allocated, a multiple of 8. */
  vgprs: number;
  /** Vector registers that the code uses. */
  vgprCount: number;
  /** Scalar registers that the code uses. */
  sgprCount: number;
  /** Vector registers that did not fit and went to scratch memory. */
  vgprSpillCount: number;
  /** Scalar registers that did not fit. */
  sgprSpillCount: number;
  /** Static LDS of a workgroup. */
  ldsBytes: number;
  /** Scratch memory of a lane. */
  scratchBytes: number;
  /** Most threads of a workgroup. */
  maxWorkgroupSize: number;
  /** Lanes of a wave: 32, or 64, which cannot be run. */
  waveSize: number;
  /** Whether a workgroup may spread over both compute units of a pair. */
  wgpMode: boolean;
}

/** How full the hardware can be. */
export interface Occupancy {
  /** Waves on the fullest SIMD, 0 (a workgroup does not fit) to 16. */
  wavesPerSimd: number;
  /** Workgroups on a compute unit, or on a pair of them in WGP mode. */
  workgroups: number;
  /** What keeps more from running. */
  limit: "wave-slots" | "vgprs" | "lds" | "workgroups";
}

/** One line of a disassembly. */
export interface DisassembledInstruction {
  /** Address in the code object. */
  address: bigint;
  /** Size. */
  sizeBytes: number;
  /** As LLVM prints it; `.long` and the word where it is no instruction. */
  text: string;
}

/**
 * A loaded code object; see {@link loadCodeObject}. It can be launched on any number of simulators.
 */
export class CodeObject {
  /** The processor that it was compiled for. */
  readonly arch: Gfx11Arch;
  /** Version of the code object format. */
  readonly abi: 5 | 6;
  /** All kernels. */
  readonly kernels: readonly Kernel[];
  /** @internal */
  readonly native: Native;

  /** @internal */
  constructor(native: Native) {
    this.native = native;
    this.arch = native.arch as Gfx11Arch;
    this.abi = native.abi as 5 | 6;
    this.kernels = native.kernels().map(kernelOf);
  }

  /**
   * @param name - name of a kernel
   * @returns that kernel
   * @throws Gfx11SimError `E_KERNEL_UNKNOWN`
   */
  kernel(name: string): Kernel {
    const found = this.kernels.find((kernel) => kernel.name === name);
    if (found !== undefined) return found;
    const available = this.kernels.map((kernel) => kernel.name);
    const message = `there is no kernel '${name}'; the code object has: ${available.join(", ")}`;
    throw new Gfx11SimError("E_KERNEL_UNKNOWN", message, { kernel: name, available });
  }

  /**
   * How many waves run at a time, from registers, LDS and workgroup size.
   *
   * @param kernel - its name
   * @param options - `workgroupSize` in threads, 1 to 1024 (included); `dynamicLds` in bytes, default 0
   * @returns see {@link Occupancy}
   * @throws Gfx11SimError `E_KERNEL_UNKNOWN`, `E_WAVE64`, `E_OPTION`
   */
  occupancy(kernel: string, options: { workgroupSize: number; dynamicLds?: number }): Occupancy {
    checkKeys("option", options, ["workgroupSize", "dynamicLds"]);
    const workgroupSize = whole("workgroupSize", options.workgroupSize, 1, 1024);
    const dynamicLds = whole("dynamicLds", options.dynamicLds ?? 0, 0, 65_536);
    const found = unwrap(this.native.occupancy(kernel, workgroupSize, dynamicLds));
    return { ...found, limit: found.limit as Occupancy["limit"] };
  }

  /**
   * Disassembles a kernel, or all executable code.
   *
   * @param kernel - its name; default everything
   * @returns the instructions by ascending address
   * @throws Gfx11SimError `E_KERNEL_UNKNOWN`, `E_WAVE64`, `E_TRUNCATED` where the code lies outside of the file
   */
  disassemble(kernel?: string): DisassembledInstruction[] {
    return unwrap(this.native.disassemble(kernel)).flatMap(({ start, words, text }) =>
      text
        .trimEnd()
        .split("\n")
        .map((line, i) => ({
          address: start + BigInt(words[i]) * 4n,
          sizeBytes: 4 * (words[i + 1] - words[i]),
          text: line,
        })),
    );
  }
}

function kernelOf({ arguments: all, ...kernel }: KernelInfo): Kernel {
  const pick = (hidden: boolean): KernelArgument[] =>
    all.filter(({ isHidden }) => isHidden === hidden).map(argumentOf);
  return { ...kernel, arguments: pick(false), hiddenArguments: pick(true) };
}

/** clang marks pointers of HIP kernels, which it moves to the global address space, with a suffix. */
function argumentOf(argument: ArgumentInfo): KernelArgument {
  const { name, offsetBytes, sizeBytes, kind, addressSpace } = argument;
  return { name: name.replace(/\.coerce$/, ""), offsetBytes, sizeBytes, kind, addressSpace };
}

/**
 * Reads a code object: the ELF file that clang (`--cuda-device-only --no-gpu-bundle-output`) or Triton (`.hsaco`) wrote.
 *
 * @param bytes - the file
 * @returns its kernels, ready to be launched
 * @throws Gfx11SimError `E_NATIVE_UNAVAILABLE` without the addon; `E_FORMAT`, `E_TRUNCATED`, `E_ARCH`, `E_ABI`,
 * `E_TOO_LARGE`, `E_RELOCATION`, `E_METADATA`, `E_DESCRIPTOR`; `E_TYPE`
 * @example
 * ```ts
 * import { loadCodeObject } from "@moe/gfx11-sim";
 * import { readFileSync } from "node:fs";
 *
 * const object = loadCodeObject(readFileSync("packages/gfx11-sim/test/data/examples.co"));
 * const { name, vgprs, arguments: parameters } = object.kernel("saxpy");
 * console.log(object.arch, name, vgprs, parameters.map((parameter) => parameter.name).join());
 * console.log(object.occupancy("saxpy", { workgroupSize: 256 }).wavesPerSimd);
 * // → gfx1100 saxpy 8 y,x,alpha,n
 * // → 16
 * ```
 */
export function loadCodeObject(bytes: ArrayBufferView | ArrayBuffer): CodeObject {
  const { binding } = load();
  return new CodeObject(unwrap(binding.loadCodeObject(bytesOf("bytes", bytes))));
}
