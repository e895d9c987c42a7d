// Buffers that live as long as a call, or as what it made.
import type { Device } from "./Device.ts";
import type { DeviceBuffer } from "./DeviceBuffer.ts";

/** Runs `work` with a list for buffers that are given back at its end. */
export async function withBuffers<T>(
  device: Device,
  work: (buffers: Buffers) => Promise<T>,
): Promise<T> {
  const buffers = new Buffers(device);
  try {
    return await work(buffers);
  } finally {
    buffers.dispose();
  }
}

/** What is given back together. */
export class Buffers {
  readonly #device: Device;
  readonly #all: { dispose(): void }[] = [];

  constructor(device: Device) {
    this.#device = device;
  }

  /** A buffer of at least one byte. */
  async allocate(name: string, bytes: number): Promise<DeviceBuffer> {
    return this.own(await this.#device.allocate(name, Math.max(1, bytes)));
  }

  async upload(name: string, data: ArrayBufferView): Promise<DeviceBuffer> {
    return this.own(await this.#device.upload(name, data));
  }

  own<T extends { dispose(): void }>(thing: T): T {
    this.#all.push(thing);
    return thing;
  }

  dispose(): void {
    for (const thing of this.#all) thing.dispose();
  }
}
