import { bytesOf, show, whole } from "./_check.ts";
import type { Engine } from "./_engine.ts";
import { Profiler } from "./_Profiler.ts";
import { Queue } from "./_Queue.ts";
import { Resources } from "./_Resources.ts";
import { DeviceBuffer } from "./DeviceBuffer.ts";
import type { DeviceInfo } from "./DeviceInfo.ts";
import type { DeviceSensors } from "./DeviceSensors.ts";
import { DeviceModule } from "./DeviceModule.ts";
import { disposed, KernelHipError } from "./errors.ts";
import type { ProfileSink } from "./ProfileScope.ts";

/** Free and total memory of a device; of this machine for the simulator, whose memory is the machine's. */
export interface DeviceMemory {
  /** Bytes that are free. */
  freeBytes: number;
  /** All bytes. */
  totalBytes: number;
}

/** What the parts of a device share. @internal */
export interface Owner {
  queue: Queue;
  resources: Resources;
  /** Throws where the device is gone. */
  check(): void;
}

/** Largest buffer; every device's memory ends before. */
const MAX_BUFFER_BYTES = 2 ** 40;

/**
 * An open device: a GPU through its driver, or the gfx11 simulator; see {@link openDevice}.
 *
 * All work of a device (launches, copies, fills, reads and writes) happens in the order of the calls. Calls that return
 * nothing put work behind what is there and do not wait. What fails later is told by the next call that returns a promise,
 * except {@link Device.allocate}.
 */
export class Device {
  /** What it is. */
  readonly info: DeviceInfo;
  readonly #engine: Engine;
  readonly #owner: Owner;
  /** What tells profilers of launches; undefined where nobody wants to know. @internal */
  readonly profiler: Profiler | undefined;
  #isDisposed = false;

  /** @internal */
  constructor(engine: Engine, sinks: readonly ProfileSink[]) {
    this.#engine = engine;
    this.info = engine.info;
    const queue = new Queue();
    this.profiler = sinks.length === 0 ? undefined : new Profiler(engine, queue, sinks);
    const check = (): void => {
      if (this.#isDisposed) throw disposed("the device");
    };
    this.#owner = { queue, resources: new Resources(queue), check };
  }

  /**
   * @returns see {@link DeviceMemory}
   * @throws KernelHipError `E_DRIVER`, `E_DISPOSED`
   */
  memory(): DeviceMemory {
    this.#owner.check();
    return this.#engine.memory();
  }

  /**
   * Reads clocks, heat and power of an NVIDIA GPU, through NVML, which is loaded on the first call: `libnvidia-ml.so.1`, or
   * the library that `MOE_NVML_LIBRARY` names, and then no other. It takes some 0.1 ms and does not wait for the device.
   *
   * @returns see {@link DeviceSensors}
   * @throws KernelHipError `E_NO_LIBRARY` without NVML, `E_DRIVER_OLD`, `E_UNSUPPORTED` on `hip` and `sim`, `E_DRIVER`,
   * `E_DISPOSED`
   */
  sensors(): DeviceSensors {
    this.#owner.check();
    return this.#engine.sensors();
  }

  /**
   * Makes a buffer whose contents are not defined. The simulator reports it when a kernel reads what nothing has written.
   *
   * @param name - what errors call it
   * @param bytes - its size, 1 to 2^40 (included)
   * @returns the buffer
   * @throws KernelHipError as a rejection: `E_MEMORY`, `E_OPTION`, `E_TYPE`, `E_DISPOSED`, `E_DRIVER`
   */
  async allocate(name: string, bytes: number): Promise<DeviceBuffer> {
    this.#owner.check();
    if (typeof name !== "string") {
      throw new KernelHipError("E_TYPE", `a buffer's name is ${show(name)}, but must be text`);
    }
    whole(`the size of buffer '${name}'`, bytes, 1, MAX_BUFFER_BYTES);
    const make = () => namingBuffer(name, () => this.#engine.allocate(name, bytes));
    return new DeviceBuffer(this.#owner, name, bytes, await this.#owner.queue.order(make));
  }

  /**
   * Makes a buffer with a copy of data.
   *
   * @param name - what errors call it
   * @param data - its bytes, at least one, are copied as they are, little endian
   * @returns the buffer, when the data is there
   * @throws KernelHipError as a rejection, as {@link Device.allocate} and {@link DeviceBuffer.write}
   */
  async upload(name: string, data: ArrayBufferView | ArrayBuffer): Promise<DeviceBuffer> {
    const bytes = bytesOf(`the data of buffer '${name}'`, data);
    const buffer = await this.allocate(name, bytes.length);
    try {
      await buffer.write(bytes);
      return buffer;
    } catch (error) {
      buffer.dispose();
      throw error;
    }
  }

  /**
   * Loads code: a code object (AMD, simulator), PTX or a cubin (NVIDIA).
   *
   * @param image - the file
   * @returns its kernels
   * @throws KernelHipError `E_ARCH` where it is for another processor or damaged, `E_MEMORY`, `E_TYPE`, `E_DISPOSED`,
   * `E_DRIVER`
   */
  loadModule(image: ArrayBufferView | ArrayBuffer): DeviceModule {
    this.#owner.check();
    return new DeviceModule(this.#owner, this.#engine.load(bytesOf("the module", image)));
  }

  /**
   * Waits until everything is done; the event loop goes on meanwhile.
   *
   * @throws KernelHipError as a rejection: `E_LAUNCH`, `E_DRIVER`, `E_DISPOSED`
   */
  async synchronize(): Promise<void> {
    this.#owner.check();
    await this.#owner.queue.wait(() => this.#engine.synchronize());
  }

  /**
   * Times work on the device, by events before and after it.
   *
   * The device is held until all of it is in its queue, so that it does not wait for the host between the events. It goes on
   * earlier behind 256 launches, copies and fills, since the queues of drivers take some 1,024 and then make the host wait. By
   * then the host is that far ahead. After 100 ms it goes on in any case. A write, a read and a profiler that takes time wait for the
   * device, and do so after the hold: what follows them is not put behind it in time.
   *
   * @param work - puts launches, copies and fills on this device; it must not return a promise
   * @param before - puts work that is not timed right before it, such as a fill that empties caches
   * @returns device time in ns; drivers resolve some 500 ns
   * @throws KernelHipError as a rejection: `E_UNSUPPORTED` on the simulator, `E_TYPE`, and as {@link Device.synchronize}
   */
  async time(work: () => void, before?: () => void): Promise<number> {
    await this.synchronize();
    this.#owner.check();
    const timer = this.#engine.timer();
    const { queue } = this.#owner;
    try {
      const result = this.#held((): unknown => {
        before?.();
        queue.add(() => timer.start());
        const returned: unknown = work();
        queue.add(() => timer.stop());
        return returned;
      });
      await this.synchronize();
      if (result instanceof Promise) {
        throw new KernelHipError("E_TYPE", "work to be timed must not return a promise");
      }
      return timer.elapsedNs();
    } finally {
      void queue.order(() => timer.dispose());
    }
  }

  /** Both ends are no turns of the queue: what waits in it for the device must not wait for the hold. */
  #held<T>(enqueue: () => T): T {
    this.#engine.hold();
    try {
      return enqueue();
    } finally {
      this.#engine.release();
    }
  }

  /**
   * Gives everything back, behind the launches that a GPU has; the simulator ends its launch, which is then an
   * `E_DISPOSED`. A second time is nothing.
   */
  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    this.#engine.stop();
    this.#owner.resources.releaseAll();
    void this.#owner.queue.order(() => this.#engine.dispose());
  }

  /** As {@link Device.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** Runs `make`; an error then names the buffer that it was for. */
function namingBuffer<T>(buffer: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof KernelHipError)) throw error;
    const { code, message, details, cause } = error;
    throw new KernelHipError(code, `buffer '${buffer}': ${message}`, { ...details, buffer }, cause);
  }
}
