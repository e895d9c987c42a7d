import type { Device, DeviceBuffer } from "@moe/kernel-hip";
import type { CacheMode } from "../results/schema.ts";
import type { DeviceTensors } from "./_deviceTensors.ts";

/** Above the largest cache before memory, L2 and Infinity Cache together: drivers tell the size of L2 alone. */
const SMALLEST_COLD_BYTES = 256 * 2 ** 20;
const COLD_FACTOR = 2;

/** Bytes that have to be touched for a device's caches to hold nothing of before. */
export function coldBytes({ info }: Device): number {
  return Math.max(SMALLEST_COLD_BYTES, COLD_FACTOR * (info.l2Bytes ?? 0));
}

/** A buffer that is larger than the caches and is filled before each sample. */
export class Flush {
  readonly #device: Device;
  #buffer: DeviceBuffer | undefined;
  #value = 0;

  constructor(device: Device) {
    this.#device = device;
  }

  async open(): Promise<void> {
    this.#buffer ??= await this.#device.allocate("cache flush", coldBytes(this.#device));
  }

  run(): void {
    this.#value = (this.#value + 1) % 256;
    this.#buffer?.fill(this.#value);
  }
}

/** Puts a call behind the device's work. */
export type LaunchOn = (tensors: DeviceTensors) => void;

/** Times one call in ns, behind what the cache mode puts before it. */
export type DeviceSampler = (launch: LaunchOn) => Promise<number>;

/**
 * In every mode something runs on the device right before the timed call, and {@link Device.time} holds it back until that
 * call is in the queue too, so that the latency of its launches is not measured.
 *
 * `rotate`: a sample is a turn of the call through all copies, the last of which is timed; the next turn begins, and so
 * ends, one copy later. Between two uses of a copy lie the calls on all others.
 */
export function deviceSampler(
  device: Device,
  cache: CacheMode | null,
  copies: readonly DeviceTensors[],
  flush: Flush,
): DeviceSampler {
  const [first] = copies;
  if (cache === "write")
    return (launch) =>
      device.time(
        () => launch(first),
        () => flush.run(),
      );
  // The other side has run in between: only a call of this one makes the cache as warm as a loop would.
  if (cache === "warm")
    return (launch) =>
      device.time(
        () => launch(first),
        () => launch(first),
      );
  let turns = 0;
  return (launch) => {
    const last = turns++ % copies.length;
    const others = [...copies.slice(last + 1), ...copies.slice(0, last)];
    return device.time(
      () => launch(copies[last]),
      () => others.forEach(launch),
    );
  };
}
