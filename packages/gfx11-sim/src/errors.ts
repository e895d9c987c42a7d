/**
 * Every code that {@link Gfx11SimError} carries.
 *
 * The kernel is wrong ({@link Gfx11SimError.isFinding}):
 * - `E_BOUNDS`: an access outside of every buffer, the LDS or the scratch memory.
 * - `E_ALIGNMENT`: an address that is no multiple of what the access needs.
 * - `E_POISON`: memory is read that nothing has written.
 * - `E_UNINITIALIZED`: a vector register that nothing has written decides an address, a branch or a result.
 * - `E_IN_FLIGHT`: a register is used before the load into it was waited for.
 * - `E_RACE`: two waves of a workgroup access the same bytes without a barrier between them, one of them writes.
 * - `E_BARRIER`: not all waves of a workgroup reach a barrier.
 * - `E_MATRIX_HAZARD`: a matrix operation reads what the one directly before it writes.
 * - `E_MATRIX_LANES`: lanes that have to hold the same part of a matrix differ.
 * - `E_REGISTER`: more vector registers are used than the kernel's descriptor asks for.
 * - `E_OUTSIDE`: the program counter left the code. `E_ENCODING`: it reached a word that is no instruction.
 * - `E_LOOP`: a wave executed more than `maxInstructions` instructions.
 *
 * The code object cannot be used: `E_FORMAT`, `E_TRUNCATED` (no whole AMDGPU ELF file), `E_ARCH`, `E_ABI`, `E_WAVE64`
 * (not gfx11, not v5 or v6, not 32 lanes), `E_TOO_LARGE`, `E_RELOCATION`, `E_METADATA`, `E_DESCRIPTOR` (damaged, or
 * linked in an unknown way), `E_UNIMPLEMENTED` (an instruction that this version does not execute).
 *
 * The call is wrong: `E_KERNEL_UNKNOWN`, `E_LAUNCH` (impossible sizes), `E_ARGUMENT` (count, type or range of a kernel
 * argument), `E_OPTION`, `E_RANGE` (bytes outside of a buffer), `E_TYPE` (no typed array), `E_DISPOSED`, `E_BUSY` (a launch
 * runs on the simulator).
 *
 * The machine: `E_NATIVE_UNAVAILABLE`, `E_NATIVE_VERSION` (the addon), `E_MEMORY`, `E_THREADS`; and `E_INTERNAL`, a bug.
 */
export type Gfx11SimErrorCode =
  | "E_BOUNDS"
  | "E_ALIGNMENT"
  | "E_POISON"
  | "E_UNINITIALIZED"
  | "E_IN_FLIGHT"
  | "E_RACE"
  | "E_BARRIER"
  | "E_MATRIX_HAZARD"
  | "E_MATRIX_LANES"
  | "E_REGISTER"
  | "E_OUTSIDE"
  | "E_ENCODING"
  | "E_LOOP"
  | "E_FORMAT"
  | "E_TRUNCATED"
  | "E_ARCH"
  | "E_ABI"
  | "E_WAVE64"
  | "E_TOO_LARGE"
  | "E_RELOCATION"
  | "E_METADATA"
  | "E_DESCRIPTOR"
  | "E_UNIMPLEMENTED"
  | "E_KERNEL_UNKNOWN"
  | "E_LAUNCH"
  | "E_ARGUMENT"
  | "E_OPTION"
  | "E_RANGE"
  | "E_TYPE"
  | "E_DISPOSED"
  | "E_BUSY"
  | "E_NATIVE_UNAVAILABLE"
  | "E_NATIVE_VERSION"
  | "E_MEMORY"
  | "E_THREADS"
  | "E_INTERNAL";

/** Codes that say that the kernel is wrong. */
const FINDINGS: ReadonlySet<Gfx11SimErrorCode> = new Set<Gfx11SimErrorCode>([
  "E_BOUNDS",
  "E_ALIGNMENT",
  "E_POISON",
  "E_UNINITIALIZED",
  "E_IN_FLIGHT",
  "E_RACE",
  "E_BARRIER",
  "E_MATRIX_HAZARD",
  "E_MATRIX_LANES",
  "E_REGISTER",
  "E_OUTSIDE",
  "E_ENCODING",
  "E_LOOP",
]);

/** Where and why; what does not apply to the code is absent. */
export interface Gfx11SimDetails {
  /** Address of the instruction in the code object. */
  pc?: bigint;
  /** Its text. */
  instruction?: string;
  /** Ids of the workgroup in x, y, z. */
  workgroup?: readonly [x: number, y: number, z: number];
  /** Number of the wave in its workgroup. */
  wave?: number;
  /** Lane of the wave, 0 to 31 (included). */
  lane?: number;
  /** The memory that was accessed. */
  space?: "global" | "LDS" | "scratch";
  /** The address that was accessed. */
  address?: bigint;
  /** Size of the access. */
  bytes?: number;
  /** The buffer that holds the address, or the nearest one before it. */
  buffer?: string;
  /** From the buffer's first byte to the address. */
  bufferOffset?: number;
  /** Size of the buffer. */
  bufferBytes?: number;
  /** A register such as `v7`. */
  register?: string;
  /** The other wave of a race. */
  otherWave?: number;
  /** The other instruction of a race, or the load that was not waited for. */
  otherInstruction?: string;
  /** Words of an instruction that is not implemented, in hexadecimal. */
  encoding?: string;
  /** Name of the kernel argument, or its number as text where it has none. */
  argument?: string;
  /** Other values behind the message. */
  [name: string]: unknown;
}

/**
 * The one error class of this package. `message` says what was given or done, what is allowed and what to do next;
 * `code` and `details` are for programs.
 *
 * @example
 * ```ts
 * import { Gfx11SimError, loadCodeObject } from "@moe/gfx11-sim";
 *
 * try {
 *   loadCodeObject(new Uint8Array(64));
 * } catch (error) {
 *   if (error instanceof Gfx11SimError) console.log(error.code, error.isFinding);
 * }
 * // → E_FORMAT false
 * ```
 */
export class Gfx11SimError extends Error {
  /** Always `Gfx11SimError`. */
  override readonly name = "Gfx11SimError";
  /** Which rule was broken; see {@link Gfx11SimErrorCode}. */
  readonly code: Gfx11SimErrorCode;
  /** Where, and the values that broke it. */
  readonly details: Gfx11SimDetails;

  /**
   * @param code - which rule was broken
   * @param message - what was given, what is allowed, what to do next
   * @param details - where, and the values that broke it
   */
  constructor(code: Gfx11SimErrorCode, message: string, details: Gfx11SimDetails = {}) {
    super(message);
    this.code = code;
    this.details = details;
  }

  /** Whether a launch found a mistake of the kernel, as opposed to one of the call. */
  get isFinding(): boolean {
    return FINDINGS.has(this.code);
  }
}
