import { DeviceBuffer } from "./DeviceBuffer.ts";
import { KernelHipError } from "./errors.ts";

/** A tensor on a device: a whole buffer, or what begins at a byte of one. */
export type DeviceTensor = DeviceBuffer | DeviceView;

/** What begins inside of a buffer. */
export interface DeviceView {
  /** The buffer. */
  readonly buffer: DeviceBuffer;
  /** Its first byte, a multiple of 16. */
  readonly offset: number;
}

/** Kernels load 16 bytes at a time. */
const ALIGNMENT = 16;

/** Bytes from a tensor's first one to its buffer's end. */
function bytesOf(name: string, tensor: DeviceTensor | undefined): number {
  if (tensor === undefined) return 0;
  if (tensor instanceof DeviceBuffer) return tensor.bytes;
  const { buffer, offset } = tensor as Partial<DeviceView>;
  if (!(buffer instanceof DeviceBuffer)) {
    const message = `${name} must be a buffer of the device or { buffer, offset }`;
    throw new KernelHipError("E_TYPE", message, { buffer: name });
  }
  if (Number.isInteger(offset) && (offset as number) >= 0 && (offset as number) % ALIGNMENT === 0) {
    return Math.max(0, buffer.bytes - (offset as number));
  }
  const message = `${name} begins at byte ${String(offset)} of its buffer, but must at a multiple of ${ALIGNMENT}`;
  throw new KernelHipError("E_RANGE", message, { buffer: name, offset });
}

/** A tensor by its name, absent where it is not needed, and the bytes that it must have. @internal */
export type NeededTensor = [name: string, tensor: DeviceTensor | undefined, bytes: number];

/** Refuses tensors that are smaller than `user` needs. @internal */
export function checkTensors(user: string, tensors: readonly NeededTensor[]): void {
  for (const [name, tensor, bytes] of tensors) {
    const given = bytesOf(name, tensor);
    if (given >= bytes) continue;
    const message = `${name} has ${given} bytes, but ${user} needs ${bytes}`;
    throw new KernelHipError("E_RANGE", message, { buffer: name, bytes, given });
  }
}

/** What begins so many bytes behind a tensor. @internal */
export function behind(tensor: DeviceTensor, bytes: number): DeviceTensor {
  return tensor instanceof DeviceBuffer
    ? { buffer: tensor, offset: bytes }
    : { buffer: tensor.buffer, offset: tensor.offset + bytes };
}
