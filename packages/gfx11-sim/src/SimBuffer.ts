import type { Device } from "./_binding.d.ts";
import { bytesOf, whole } from "./_check.ts";
import { check } from "./_native.ts";
import { Gfx11SimError } from "./errors.ts";

/** Global memory that kernels of one simulator can reach, under a name that errors mention. */
export class SimBuffer {
  /** The name. */
  readonly name: string;
  /** Size in bytes. */
  readonly bytes: number;
  /** Where kernels see its first byte: a multiple of 4096. No two buffers of a simulator ever have the same. */
  readonly address: bigint;
  /** @internal */
  readonly device: Device;

  /** @internal */
  constructor(device: Device, name: string, address: bigint, bytes: number) {
    this.device = device;
    this.name = name;
    this.address = address;
    this.bytes = bytes;
  }

  /**
   * Copies data in. What is written once counts as initialised.
   *
   * @param data - its bytes are copied as they are, little endian
   * @param offset - first byte in the buffer, default 0
   * @throws Gfx11SimError `E_RANGE` where it does not fit, `E_TYPE`, `E_BUSY`, `E_DISPOSED`
   */
  write(data: ArrayBufferView | ArrayBuffer, offset = 0): void {
    const bytes = bytesOf("data", data);
    check(this.device.write(this.address, this.#offset(offset, bytes), bytes));
  }

  /**
   * Copies data out; bytes that nothing has written read as 0.
   *
   * @param target - is filled
   * @param offset - first byte in the buffer, default 0
   * @returns `target`
   * @throws Gfx11SimError `E_RANGE` where the buffer ends before `target`, `E_TYPE`, `E_BUSY`, `E_DISPOSED`
   */
  read<T extends ArrayBufferView | ArrayBuffer>(target: T, offset = 0): T {
    const bytes = bytesOf("target", target);
    check(this.device.read(this.address, this.#offset(offset, bytes), bytes));
    return target;
  }

  /**
   * Gives the memory back. Kernels that still have its address then access memory outside of every buffer.
   *
   * @throws Gfx11SimError `E_BUSY` while a launch runs
   */
  dispose(): void {
    check(this.device.dispose(this.address));
  }

  #offset(offset: number, bytes: Uint8Array): number {
    whole("offset", offset, 0, Number.MAX_SAFE_INTEGER);
    if (offset + bytes.length <= this.bytes) return offset;
    throw new Gfx11SimError(
      "E_RANGE",
      `${bytes.length} bytes at offset ${offset} do not fit buffer '${this.name}' of ${this.bytes} bytes`,
      { buffer: this.name, bytes: bytes.length, bufferOffset: offset, bufferBytes: this.bytes },
    );
  }
}
