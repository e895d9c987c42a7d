// A gfx11 GPU that is not there.
import {
  type CodeObject,
  type Gfx11Arch,
  type Kernel as SimKernel,
  loadCodeObject,
  type SimBuffer,
  Simulator,
} from "@moe/gfx11-sim";
import { freemem, totalmem } from "node:os";
import type {
  Engine,
  EngineBuffer,
  EngineKernel,
  EngineLaunch,
  EngineModule,
  EngineTimer,
} from "./_engine.ts";
import { describeLaunch } from "./_launch.ts";
import { asKernelHipError, launchError } from "./_simErrors.ts";
import type { DeviceInfo } from "./DeviceInfo.ts";
import type { DeviceSensors } from "./DeviceSensors.ts";
import { disposed, KernelHipError } from "./errors.ts";
import type { SimDeviceOptions } from "./openDevice.ts";

const LDS_BYTES = 65_536;
/** Copies inside the simulator go through the host in parts of this size. */
const PART_BYTES = 1 << 20;

/** What the simulator is as a device. */
export function simInfo(arch: Gfx11Arch): DeviceInfo {
  return {
    backend: "sim",
    index: 0,
    name: `simulated ${arch}`,
    arch,
    computeUnits: null,
    waveSize: 32,
    clockKhz: null,
    memoryClockKhz: null,
    memoryBusBits: null,
    l2Bytes: null,
    memoryBytes: null,
    sharedBytesPerGroup: LDS_BYTES,
  };
}

/** A simulator. */
export class SimEngine implements Engine {
  readonly info: DeviceInfo;
  readonly #simulator: Simulator;
  readonly #onReport: SimDeviceOptions["onReport"];
  readonly #end = new AbortController();

  constructor(arch: Gfx11Arch, { simulator, onReport }: Omit<SimDeviceOptions, "backend">) {
    this.info = simInfo(arch);
    this.#simulator = asKernelHipError(() => new Simulator({ ...simulator, arch }));
    this.#onReport = onReport;
  }

  memory(): { freeBytes: number; totalBytes: number } {
    return { freeBytes: freemem(), totalBytes: totalmem() };
  }

  sensors(): DeviceSensors {
    const message = "the simulator has no clocks and no power; sensors are those of backend cuda";
    throw new KernelHipError("E_UNSUPPORTED", message, { backend: "sim" });
  }

  allocate(name: string, bytes: number): EngineBuffer {
    return new Memory(asKernelHipError(() => this.#simulator.create(name, bytes)));
  }

  load(image: Uint8Array): EngineModule {
    const object = asKernelHipError(() => loadCodeObject(image));
    const { arch } = this.info;
    if (object.arch !== arch) {
      const message = `the module is for ${object.arch}, but the device is a ${arch}; compile it for ${arch}`;
      throw new KernelHipError("E_ARCH", message, { given: object.arch, arch });
    }
    return { kernel: (name) => this.#kernel(object, name), dispose: () => {} };
  }

  #kernel(object: CodeObject, name: string): EngineKernel {
    const kernel = asKernelHipError(() => object.kernel(name));
    const ends = kernel.arguments.map(({ offsetBytes, sizeBytes }) => offsetBytes + sizeBytes);
    return {
      argumentBytes: Math.max(0, ...ends),
      launch: (request) => this.#launch(object, kernel, request),
    };
  }

  async #launch(object: CodeObject, kernel: SimKernel, request: EngineLaunch): Promise<void> {
    const { grid, block, sharedBytes, overlaps } = request;
    const { signal } = this.#end;
    if (overlaps) {
      const message = "the simulator runs one kernel after the other: launch it without overlaps";
      throw new KernelHipError("E_UNSUPPORTED", message, { backend: "sim" });
    }
    const text = describeLaunch(request);
    try {
      const args = argumentsOf(kernel, request);
      const options = { grid, block, dynamicLds: sharedBytes, args, signal };
      const report = await this.#simulator.launch(object, kernel.name, options);
      this.#onReport?.(report, { kernel: kernel.name, text });
    } catch (error) {
      throw signal.aborted ? disposed("the device") : launchError(error, text);
    }
  }

  async synchronize(): Promise<void> {}

  timer(): EngineTimer {
    const message =
      "the simulator has no clock: it counts; look at the reports that onReport gets instead of a time";
    throw new KernelHipError("E_UNSUPPORTED", message, { backend: "sim" });
  }

  hold(): void {}

  release(): void {}

  stop(): void {
    this.#end.abort();
  }

  dispose(): void {}
}

/** The packed arguments, which are as many bytes as the kernel takes, cut where the code object says that each one lies. */
function argumentsOf({ arguments: all }: SimKernel, { bytes }: EngineLaunch) {
  return all.map(({ offsetBytes, sizeBytes }) =>
    bytes.subarray(offsetBytes, offsetBytes + sizeBytes),
  );
}

class Memory implements EngineBuffer {
  readonly address: bigint;
  readonly #buffer: SimBuffer;

  constructor(buffer: SimBuffer) {
    this.#buffer = buffer;
    this.address = buffer.address;
  }

  write(offset: number, data: Uint8Array): void {
    asKernelHipError(() => this.#buffer.write(data, offset));
  }

  read(offset: number, target: Uint8Array): void {
    asKernelHipError(() => this.#buffer.read(target, offset));
  }

  fill(value: number): void {
    const { bytes } = this.#buffer;
    const part = new Uint8Array(Math.min(PART_BYTES, bytes)).fill(value);
    for (let at = 0; at < bytes; at += part.length) {
      this.write(at, part.subarray(0, bytes - at));
    }
  }

  copyFrom(other: Memory): void {
    const { bytes } = other.#buffer;
    const part = new Uint8Array(Math.min(PART_BYTES, bytes));
    for (let at = 0; at < bytes; at += part.length) {
      const piece = part.subarray(0, bytes - at);
      other.read(at, piece);
      this.write(at, piece);
    }
  }

  dispose(): void {
    asKernelHipError(() => this.#buffer.dispose());
  }
}
