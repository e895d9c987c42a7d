// What a backend implements. Calls come one after another: a call that waits has ended before the next one starts.
import type { DeviceInfo } from "./DeviceInfo.ts";
import type { DeviceSensors } from "./DeviceSensors.ts";

/** An open device. */
export interface Engine {
  readonly info: DeviceInfo;
  memory(): { freeBytes: number; totalBytes: number };
  /** Throws where the backend has none. */
  sensors(): DeviceSensors;
  allocate(name: string, bytes: number): EngineBuffer;
  load(image: Uint8Array): EngineModule;
  /** Until everything is done; rejects with what failed. */
  synchronize(): Promise<void>;
  /** Throws where the backend has no clock. */
  timer(): EngineTimer;
  /**
   * Keeps what is put behind it from starting until `release`, so that a device finds all of it in its queue. It goes on by
   * itself where more is put behind it than a queue takes, and after 100 ms. Nothing where the backend has no queue.
   */
  hold(): void;
  /** Ends the hold, if there is one; called at any time. */
  release(): void;
  /** Ends what runs, where that can be done; nobody wants the result. Called at any time. */
  stop(): void;
  /** Gives back what is not memory or code. */
  dispose(): void;
}

/** Memory of a device; ranges were checked. Disposing twice is nothing. */
export interface EngineBuffer {
  readonly address: bigint;
  write(offset: number, data: Uint8Array): void | Promise<void>;
  read(offset: number, target: Uint8Array): void | Promise<void>;
  fill(value: number): void;
  copyFrom(other: EngineBuffer): void;
  dispose(): void;
}

/** Code on a device. */
export interface EngineModule {
  kernel(name: string): EngineKernel;
  dispose(): void;
}

/** A launch whose form was checked. */
export interface EngineLaunch {
  kernel: string;
  grid: [number, number, number];
  block: [number, number, number];
  sharedBytes: number;
  /** Whether it may start while the kernel before it runs. */
  overlaps: boolean;
  /** The arguments as the kernel takes them, and for people. */
  bytes: Uint8Array;
  text: string;
}

/** A kernel of a module. */
export interface EngineKernel {
  /** Bytes of arguments that it takes; undefined where the module does not say. */
  readonly argumentBytes: number | undefined;
  launch(request: EngineLaunch): void | Promise<void>;
}

/** Two points in the device's work. */
export interface EngineTimer {
  start(): void;
  stop(): void;
  /** Between the points, once both were passed. */
  elapsedNs(): number;
  dispose(): void;
}
