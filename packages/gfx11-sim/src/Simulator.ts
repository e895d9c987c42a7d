import type { Device, Job } from "./_binding.d.ts";
import { type KernelArguments, packArguments } from "./_arguments.ts";
import { bytesOf, checkKeys, show, whole } from "./_check.ts";
import { load } from "./_load.ts";
import { unwrap } from "./_native.ts";
import { CodeObject } from "./CodeObject.ts";
import { Gfx11SimError } from "./errors.ts";
import { LaunchReport } from "./LaunchReport.ts";
import { type ResolvedOptions, resolveOptions, type SimulatorOptions } from "./options.ts";
import { resolveRoles, type Role } from "./roles.ts";
import { SimBuffer } from "./SimBuffer.ts";

/** Sizes in x, y and z; what is left out is 1. */
export type Size3 = number | readonly [x: number, y?: number, z?: number];

/** What {@link Simulator.launch} runs. */
export interface LaunchOptions {
  /** Workgroups, each 1 to 2^32 - 1 (included). */
  grid: Size3;
  /** Threads of a workgroup; their product is 1 to 1024 (included), or less where the kernel says so. */
  block: Size3;
  /** The kernel's arguments by name, or in order; see {@link ArgumentValue}. Default none. */
  args?: KernelArguments;
  /** Bytes of LDS beyond what the kernel declares, default 0; both together at most 65536. */
  dynamicLds?: number;
  /** Parts of the work that are counted apart, at most 64. */
  roles?: readonly Role[];
  /** Ends the launch; the promise is then rejected with the signal's reason. Memory keeps what was stored so far. */
  signal?: AbortSignal;
  /** Called about 20 times a second with the workgroups that have finished and their number, and once at the end. */
  onProgress?: (done: number, total: number) => void;
}

const LAUNCH_KEYS = [
  "grid",
  "block",
  "args",
  "dynamicLds",
  "roles",
  "signal",
  "onProgress",
] as const satisfies readonly (keyof LaunchOptions)[];

const PROGRESS_INTERVAL_MS = 50;
/** Largest buffer; the machine's memory ends before. */
const MAX_BUFFER_BYTES = 2 ** 40;

/**
 * A gfx11 GPU without the GPU: global memory, and a way to run kernels in it, instruction by instruction, with checks.
 *
 * Buffers take 1.125 times their size, and only where something was written. One launch runs at a time; until it has
 * ended, every other call fails with `E_BUSY`. Simulators are independent of each other.
 *
 * @remarks Deterministic: the same launch gives the same memory and the same counts for any number of threads.
 * @example
 * ```ts
 * import { loadCodeObject, Simulator } from "@moe/gfx11-sim";
 * import { readFileSync } from "node:fs";
 *
 * const object = loadCodeObject(readFileSync("packages/gfx11-sim/test/data/examples.co"));
 * const simulator = new Simulator();
 * const x = simulator.createFrom("x", Float32Array.of(1, 2, 3));
 * const y = simulator.createFrom("y", Float32Array.of(10, 20, 30));
 * const args = { y, x, alpha: Float32Array.of(0.5), n: 3 };
 * const { waves } = await simulator.launch(object, "saxpy", { grid: 1, block: 64, args });
 * console.log(waves, y.read(new Float32Array(3)).join());
 * // → 2 10.5,21,31.5
 * ```
 */
export class Simulator {
  readonly #options: ResolvedOptions;
  readonly #device: Device;

  /**
   * @param options - see {@link SimulatorOptions}
   * @throws Gfx11SimError `E_OPTION`; `E_NATIVE_UNAVAILABLE` without the addon
   */
  constructor(options: SimulatorOptions = {}) {
    this.#options = resolveOptions(options);
    this.#device = new (load().binding.Device)();
  }

  /**
   * Adds a buffer that nothing has written: reading from it is a finding until a kernel or {@link SimBuffer.write} has
   * written there.
   *
   * @param name - what errors call it
   * @param bytes - its size, 0 to 2^40 (included)
   * @throws Gfx11SimError `E_OPTION`, `E_MEMORY`, `E_BUSY`
   */
  create(name: string, bytes: number): SimBuffer {
    if (typeof name !== "string") {
      throw new Gfx11SimError("E_TYPE", `the name of a buffer is ${show(name)}, but must be text`);
    }
    const size = whole(`the size of buffer '${name}'`, bytes, 0, MAX_BUFFER_BYTES);
    const address = unwrap(this.#device.create(name, size));
    return new SimBuffer(this.#device, name, address, size);
  }

  /**
   * Adds a buffer with a copy of data.
   *
   * @param name - what errors call it
   * @param data - its bytes are copied as they are, little endian
   * @throws Gfx11SimError `E_TYPE`, `E_MEMORY`, `E_BUSY`
   */
  createFrom(name: string, data: ArrayBufferView | ArrayBuffer): SimBuffer {
    const bytes = bytesOf(`the data of buffer '${name}'`, data);
    const buffer = this.create(name, bytes.length);
    buffer.write(bytes);
    return buffer;
  }

  /**
   * Runs a kernel on threads of its own; the event loop goes on meanwhile.
   *
   * @param object - what has the kernel
   * @param kernelName - its name
   * @param options - see {@link LaunchOptions}
   * @returns what was executed and touched
   * @throws Gfx11SimError as a rejection: what the checks find, `E_UNIMPLEMENTED`, `E_KERNEL_UNKNOWN`, `E_WAVE64`,
   * `E_ARCH`, `E_LAUNCH`, `E_ARGUMENT`, `E_OPTION`, `E_BUSY`, `E_MEMORY`, `E_THREADS`; or the reason of `signal`
   */
  async launch(
    object: CodeObject,
    kernelName: string,
    options: LaunchOptions,
  ): Promise<LaunchReport> {
    const { signal } = options;
    signal?.throwIfAborted();
    const request = this.#request(object, kernelName, options);
    const { Job, runLaunch } = load().binding;
    const job = new Job();
    const settled = runLaunch(this.#device, object.native, request, job);
    const total = request.grid.reduce((product, size) => product * size, 1);
    const release = watch(job, total, options);
    try {
      const report = unwrap(await settled);
      options.onProgress?.(total, total);
      return new LaunchReport(report);
    } catch (error) {
      if (error instanceof Gfx11SimError && (error.code as string) === "E_ABORTED") {
        signal?.throwIfAborted();
      }
      throw error;
    } finally {
      release();
    }
  }

  #request(object: CodeObject, kernelName: string, options: LaunchOptions) {
    checkKeys("launch option", options, LAUNCH_KEYS);
    if (!(object instanceof CodeObject)) {
      const message = `the code object is ${show(object)}, but must come from loadCodeObject`;
      throw new Gfx11SimError("E_TYPE", message);
    }
    const { arch, run } = this.#options;
    if (arch !== undefined && arch !== object.arch) {
      const message = `the code object is for ${object.arch}, but this simulator is a ${arch}`;
      throw new Gfx11SimError("E_ARCH", message, { given: object.arch, arch });
    }
    const kernel = object.kernel(kernelName);
    const isOwn = (buffer: SimBuffer): boolean => buffer.device === this.#device;
    return {
      kernel: kernelName,
      grid: sizes("grid", options.grid),
      block: sizes("block", options.block),
      arguments: packArguments(kernel, options.args ?? [], isOwn),
      dynamicLdsBytes: whole("dynamicLds", options.dynamicLds ?? 0, 0, 65_536),
      roles: resolveRoles(options.roles ?? []),
      ...run,
    };
  }
}

/** Connects a running launch with its signal and its listener; returns what disconnects them. */
function watch(job: Job, total: number, { signal, onProgress }: LaunchOptions): () => void {
  const abort = (): void => job.abort();
  signal?.addEventListener("abort", abort);
  const report = (): void => onProgress?.(Math.min(job.finishedGroups, total), total);
  const timer = onProgress && setInterval(report, PROGRESS_INTERVAL_MS);
  return () => {
    clearInterval(timer);
    signal?.removeEventListener("abort", abort);
  };
}

function sizes(name: string, given: unknown): [number, number, number] {
  const all: unknown[] = Array.isArray(given) ? given : [given];
  if (all.length === 0 || all.length > 3) {
    const message = `${name} has ${all.length} sizes, but must have 1 to 3`;
    throw new Gfx11SimError("E_OPTION", message, { option: name });
  }
  const [x, y = 1, z = 1] = all.map((size) => whole(name, size, 1, 2 ** 32 - 1));
  return [x, y, z];
}
