// How many bytes of arguments the kernels of a module take, as far as its file says so.
import { elfMachine, elfNotes, elfSections, viewOf } from "./_elf.ts";
import { decodeMessagePack, type MessagePack } from "./_messagePack.ts";

const EM_CUDA = 190;
const EM_AMDGPU = 224;
/** NT_AMDGPU_METADATA (LLVM, User Guide for AMDGPU Backend, code object V3 and above). */
const AMD_METADATA = 32;
/** EIATTR_CBANK_PARAM_SIZE in a `.nv.info.<kernel>` section of a cubin, and how an attribute's value is stored. */
const NV_PARAMETER_BYTES = 0x19;
const NV_INFO = ".nv.info.";
const NV_HALF = 3;
const NV_SIZED = 4;

/**
 * Bytes of each kernel's arguments, without what the runtime adds. Kernels are absent where the file does not say: PTX, fat
 * binaries, and damaged files, of which the driver says what is wrong.
 */
export function argumentBytes(image: Uint8Array): ReadonlyMap<string, number> {
  try {
    const machine = elfMachine(image);
    if (machine === EM_AMDGPU) return new Map(amdKernels(image));
    if (machine === EM_CUDA) return new Map(nvidiaKernels(image));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return new Map();
}

function amdKernels(image: Uint8Array): [string, number][] {
  const note = elfNotes(image).find(
    ({ owner, type }) => owner === "AMDGPU" && type === AMD_METADATA,
  );
  if (note === undefined) return [];
  return listOf(member(decodeMessagePack(note.bytes), "amdhsa.kernels")).flatMap((kernel) => {
    const name = member(kernel, ".name");
    const ends = listOf(member(kernel, ".args"))
      .filter((argument) => !String(member(argument, ".value_kind")).startsWith("hidden_"))
      .map((argument) => Number(member(argument, ".offset")) + Number(member(argument, ".size")));
    const bytes = Math.max(0, ...ends);
    return typeof name === "string" && Number.isInteger(bytes) ? [[name, bytes] as const] : [];
  }) as [string, number][];
}

function member(value: MessagePack | undefined, key: string): MessagePack | undefined {
  const isMap = typeof value === "object" && value !== null && !Array.isArray(value);
  return isMap ? value[key] : undefined;
}

function listOf(value: MessagePack | undefined): MessagePack[] {
  return Array.isArray(value) ? value : [];
}

function nvidiaKernels(image: Uint8Array): [string, number][] {
  return elfSections(image)
    .filter(({ name }) => name.startsWith(NV_INFO))
    .flatMap(({ name, bytes }) => {
      const size = parameterBytes(bytes);
      return size === undefined ? [] : [[name.slice(NV_INFO.length), size] as [string, number]];
    });
}

/** Attributes are four bytes, form, kind and value; a sized one is followed by as many bytes as its value says. */
function parameterBytes(bytes: Uint8Array): number | undefined {
  const view = viewOf(bytes);
  for (let at = 0; at + 4 <= bytes.length;) {
    const [form, kind, value] = [bytes[at], bytes[at + 1], view.getUint16(at + 2, true)];
    if (form === NV_HALF && kind === NV_PARAMETER_BYTES) return value;
    at += 4 + (form === NV_SIZED ? value : 0);
  }
  return undefined;
}
