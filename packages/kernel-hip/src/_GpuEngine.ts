// A real GPU, through its driver.
import type {
  Failure,
  GpuBuffer,
  GpuDevice,
  GpuEvent,
  GpuFunction,
  GpuHold,
  GpuModule,
  GpuStream,
} from "./_binding.d.ts";
import { argumentBytes } from "./_argumentBytes.ts";
import { type DriverBackend, infoOf, namedLibrary } from "./_drivers.ts";
import type {
  Engine,
  EngineBuffer,
  EngineKernel,
  EngineLaunch,
  EngineModule,
  EngineTimer,
} from "./_engine.ts";
import { load } from "./_load.ts";
import { check, unwrap } from "./_native.ts";
import type { DeviceInfo } from "./DeviceInfo.ts";
import type { DeviceSensors } from "./DeviceSensors.ts";

const NS_PER_MS = 1e6;
const MW_PER_W = 1000;
/** A launch may be several entries of a driver's queue, which takes some 1,024: a call that finds it full waits for the device. */
const MOST_HELD = 256;

/** One stream, on which everything runs in order. */
class Work {
  readonly stream: GpuStream;
  /** Whether the stream may have work: then copies to and from the host, which no stream orders, have to wait. */
  #isBusy = false;
  #hold: GpuHold | undefined;
  #held = 0;

  constructor(stream: GpuStream) {
    this.stream = stream;
  }

  enqueued(): void {
    this.#isBusy = true;
    if (++this.#held > MOST_HELD) this.release();
  }

  hold(): void {
    this.#isBusy = true;
    this.#hold = unwrap(this.stream.hold());
    this.#held = 0;
  }

  release(): void {
    this.#hold?.release();
    this.#hold = undefined;
  }

  async finish(): Promise<void> {
    this.#isBusy = false;
    check((await this.stream.wait()) as Failure | null);
  }

  /** Runs `copy` when the stream has no work. */
  after(copy: () => void): void | Promise<void> {
    return this.#isBusy ? this.finish().then(copy) : copy();
  }
}

/** Runs `make`; gives `before` back where it fails. */
function orElse<T>(before: { dispose(): void }, make: () => T): T {
  try {
    return make();
  } catch (error) {
    before.dispose();
    throw error;
  }
}

/** A device of a driver. */
export class GpuEngine implements Engine {
  readonly info: DeviceInfo;
  readonly #device: GpuDevice;
  readonly #work: Work;

  constructor(backend: DriverBackend, index: number) {
    const device = unwrap(load().binding.openGpu(backend, index, namedLibrary(backend)));
    this.#device = device;
    this.info = infoOf(backend, unwrap(device.info()));
    this.#work = new Work(orElse(device, () => unwrap(device.stream())));
  }

  memory(): { freeBytes: number; totalBytes: number } {
    return unwrap(this.#device.memory());
  }

  sensors(): DeviceSensors {
    const given = unwrap(this.#device.sensors(process.env.MOE_NVML_LIBRARY));
    const watts = (value: number | undefined): number | null =>
      value === undefined ? null : value / MW_PER_W;
    return {
      clockMhz: given.clockMhz ?? null,
      maxClockMhz: given.maxClockMhz ?? null,
      memoryClockMhz: given.memoryClockMhz ?? null,
      temperatureC: given.temperatureC ?? null,
      powerW: watts(given.powerMw),
      powerLimitW: watts(given.powerLimitMw),
      throttleReasons: given.throttleReasons ?? null,
    };
  }

  allocate(_name: string, bytes: number): EngineBuffer {
    return new Memory(unwrap(this.#device.allocate(bytes)), this.#work);
  }

  load(image: Uint8Array): EngineModule {
    const module = unwrap(this.#device.loadModule(image));
    return new Code(module, argumentBytes(image), this.#work);
  }

  async synchronize(): Promise<void> {
    await this.#work.finish();
  }

  timer(): EngineTimer {
    const start = unwrap(this.#device.event());
    const stop = orElse(start, () => unwrap(this.#device.event()));
    return new Timer(start, stop, this.#work);
  }

  hold(): void {
    this.#work.hold();
  }

  release(): void {
    this.#work.release();
  }

  /** Drivers wait for the device when they free memory. */
  stop(): void {
    this.#work.release();
  }

  dispose(): void {
    this.#work.stream.dispose();
    this.#device.dispose();
  }
}

class Memory implements EngineBuffer {
  readonly address: bigint;
  readonly #buffer: GpuBuffer;
  readonly #work: Work;

  constructor(buffer: GpuBuffer, work: Work) {
    this.#buffer = buffer;
    this.#work = work;
    this.address = buffer.address() ?? 0n;
  }

  write(offset: number, data: Uint8Array): void | Promise<void> {
    return this.#work.after(() => check(this.#buffer.write(offset, data)));
  }

  read(offset: number, target: Uint8Array): void | Promise<void> {
    return this.#work.after(() => check(this.#buffer.read(offset, target)));
  }

  fill(value: number): void {
    this.#work.enqueued();
    check(this.#buffer.fill(value, this.#work.stream));
  }

  copyFrom(other: Memory): void {
    this.#work.enqueued();
    check(this.#buffer.copyFrom(other.#buffer, this.#work.stream));
  }

  dispose(): void {
    this.#buffer.dispose();
  }
}

class Code implements EngineModule {
  readonly #module: GpuModule;
  readonly #argumentBytes: ReadonlyMap<string, number>;
  readonly #work: Work;
  readonly #functions = new Map<string, GpuFunction>();

  constructor(module: GpuModule, bytes: ReadonlyMap<string, number>, work: Work) {
    this.#module = module;
    this.#argumentBytes = bytes;
    this.#work = work;
  }

  kernel(name: string): EngineKernel {
    const known = this.#functions.get(name);
    const found = known ?? unwrap(this.#module.function(name));
    this.#functions.set(name, found);
    return {
      argumentBytes: this.#argumentBytes.get(name),
      launch: (request) => this.#launch(found, request),
    };
  }

  #launch(found: GpuFunction, request: EngineLaunch): void {
    const { grid, block, sharedBytes, overlaps, bytes, text } = request;
    this.#work.enqueued();
    check(found.launch(grid, block, sharedBytes, bytes, text, this.#work.stream, overlaps));
  }

  dispose(): void {
    this.#module.dispose();
    for (const found of this.#functions.values()) found.dispose();
  }
}

class Timer implements EngineTimer {
  readonly #start: GpuEvent;
  readonly #stop: GpuEvent;
  readonly #work: Work;

  constructor(start: GpuEvent, stop: GpuEvent, work: Work) {
    this.#start = start;
    this.#stop = stop;
    this.#work = work;
  }

  start(): void {
    check(this.#start.record(this.#work.stream));
  }

  stop(): void {
    this.#work.enqueued();
    check(this.#stop.record(this.#work.stream));
  }

  elapsedNs(): number {
    return unwrap(this.#stop.millisecondsSince(this.#start)) * NS_PER_MS;
  }

  dispose(): void {
    this.#start.dispose();
    this.#stop.dispose();
  }
}
