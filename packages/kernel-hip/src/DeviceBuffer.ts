import { bytesOf, whole } from "./_check.ts";
import type { Owner } from "./Device.ts";
import type { EngineBuffer } from "./_engine.ts";
import { disposed, KernelHipError } from "./errors.ts";

/**
 * Memory of a device, made by {@link Device.allocate} or {@link Device.upload}. Everything that touches it happens in the
 * order of the calls. It is freed by {@link DeviceBuffer.dispose}, with its device, or when it was forgotten.
 */
export class DeviceBuffer {
  /** What errors call it. */
  readonly name: string;
  /** Size in bytes, at least 1. */
  readonly bytes: number;
  /** Where kernels see its first byte. */
  readonly address: bigint;
  /** @internal */
  readonly owner: Owner;
  readonly #engine: EngineBuffer;
  #isDisposed = false;

  /** @internal */
  constructor(owner: Owner, name: string, bytes: number, engine: EngineBuffer) {
    this.owner = owner;
    this.name = name;
    this.bytes = bytes;
    this.address = engine.address;
    this.#engine = engine;
    owner.resources.own(this, engine);
  }

  /**
   * Copies data in.
   *
   * @param data - its bytes are copied as they are, little endian; it must not change until the promise settles
   * @param offset - first byte in the buffer, default 0
   * @returns when it is there
   * @throws KernelHipError as a rejection: `E_RANGE` where it does not fit, `E_TYPE`, `E_OPTION`, `E_DISPOSED`, `E_DRIVER`;
   * `E_LAUNCH` and whatever else failed before
   */
  async write(data: ArrayBufferView | ArrayBuffer, offset = 0): Promise<void> {
    const bytes = bytesOf("data", data);
    const engine = this.#range(offset, bytes);
    await this.owner.queue.wait(() => engine.write(offset, bytes));
  }

  /**
   * Copies data out. Bytes that nothing has written are 0 on the simulator, and anything on a GPU.
   *
   * @param target - is filled; it must not be used until the promise settles
   * @param offset - first byte in the buffer, default 0
   * @returns `target`
   * @throws KernelHipError as a rejection, as {@link DeviceBuffer.write}
   */
  async read<T extends ArrayBufferView | ArrayBuffer>(target: T, offset = 0): Promise<T> {
    const bytes = bytesOf("target", target);
    const engine = this.#range(offset, bytes);
    await this.owner.queue.wait(() => engine.read(offset, bytes));
    return target;
  }

  /** Copies data out when it is this one's turn; a failure is kept for the next call that waits. @internal */
  readLater(target: ArrayBufferView, offset: number): void {
    const bytes = bytesOf("target", target);
    const engine = this.#range(offset, bytes);
    this.owner.queue.add(() => engine.read(offset, bytes));
  }

  /**
   * Sets every byte. A failure is told by the next call that returns a promise.
   *
   * @param value - 0 to 255 (included)
   * @throws KernelHipError `E_OPTION`, `E_DISPOSED`
   */
  fill(value: number): void {
    const engine = this.#open();
    const byte = whole("the value of a byte", value, 0, 255);
    this.owner.queue.add(() => engine.fill(byte));
  }

  /**
   * Copies a whole buffer of the same device to the start of this one. A failure is told by the next call that returns a
   * promise.
   *
   * @param source - at most as large as this one
   * @throws KernelHipError `E_RANGE`, `E_TYPE`, `E_ARGUMENT` for a buffer of another device, `E_DISPOSED`
   */
  copyFrom(source: DeviceBuffer): void {
    const engine = this.#open();
    if (!(source instanceof DeviceBuffer)) {
      throw new KernelHipError("E_TYPE", "the source of a copy must be a buffer of the device");
    }
    const from = source.#open();
    if (source.owner !== this.owner) {
      const message = `buffer '${source.name}' is of another device than '${this.name}': read it and write it`;
      throw new KernelHipError("E_ARGUMENT", message, { buffer: source.name });
    }
    if (source.bytes > this.bytes) throw this.#tooSmall(0, source.bytes);
    this.owner.queue.add(() => engine.copyFrom(from));
  }

  /** Gives the memory back, behind every launch so far; a second time is nothing. */
  dispose(): void {
    this.#isDisposed = true;
    this.owner.resources.release(this.#engine);
  }

  /** As {@link DeviceBuffer.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** The address, for a launch on that device. @internal */
  addressFor(owner: Owner): bigint {
    this.#open();
    if (owner === this.owner) return this.address;
    const message = `buffer '${this.name}' is of another device than the kernel`;
    throw new KernelHipError("E_ARGUMENT", message, { buffer: this.name });
  }

  #open(): EngineBuffer {
    this.owner.check();
    if (this.#isDisposed) throw disposed(`buffer '${this.name}'`);
    return this.#engine;
  }

  #range(offset: number, bytes: Uint8Array): EngineBuffer {
    const engine = this.#open();
    whole("offset", offset, 0, Number.MAX_SAFE_INTEGER);
    if (offset + bytes.length <= this.bytes) return engine;
    throw this.#tooSmall(offset, bytes.length);
  }

  #tooSmall(offset: number, bytes: number): KernelHipError {
    const { name: buffer, bytes: bufferBytes } = this;
    const message = `${bytes} bytes at offset ${offset} do not fit buffer '${buffer}' of ${bufferBytes} bytes`;
    return new KernelHipError("E_RANGE", message, { buffer, bytes, offset, bufferBytes });
  }
}
