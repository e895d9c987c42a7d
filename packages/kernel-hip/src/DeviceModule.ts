import type { Size3 } from "@moe/gfx11-sim";
import { show } from "./_check.ts";
import type { EngineKernel, EngineLaunch, EngineModule } from "./_engine.ts";
import { resolveLaunch } from "./_launch.ts";
import type { Owner } from "./Device.ts";
import { disposed, KernelHipError } from "./errors.ts";
import type { KernelArgument } from "./KernelArgument.ts";

/** What {@link Kernel.launch} runs. */
export interface LaunchOptions {
  /** Workgroups, each 1 to 2^32 - 1 (included). */
  grid: Size3;
  /** Threads of a workgroup; most devices take up to 1024 in all. */
  block: Size3;
  /** Bytes of LDS (shared memory) beyond what the kernel declares, 0 (default) to 2^20 (included). */
  sharedBytes?: number;
  /**
   * Whether the kernel may start while the one before it still runs, default `false`: it then waits itself before it touches
   * what that one writes (`griddepcontrol.wait`). `cuda` only; on the others the launch fails with `E_UNSUPPORTED`.
   */
  overlaps?: boolean;
  /** The kernel's arguments, in order; default none. */
  args?: readonly KernelArgument[];
}

/** Code on a device, made by {@link Device.loadModule}. */
export class DeviceModule {
  readonly #owner: Owner;
  readonly #engine: EngineModule;
  #isDisposed = false;

  /** @internal */
  constructor(owner: Owner, engine: EngineModule) {
    this.#owner = owner;
    this.#engine = engine;
    owner.resources.own(this, engine);
  }

  /**
   * @param name - as the code object calls it
   * @returns that kernel
   * @throws KernelHipError `E_KERNEL_UNKNOWN`, `E_TYPE`, `E_DISPOSED`, `E_DRIVER`
   */
  kernel(name: string): Kernel {
    this.check();
    if (typeof name !== "string") {
      throw new KernelHipError("E_TYPE", `a kernel's name is ${show(name)}, but must be text`);
    }
    return new Kernel(this.#owner, this, name, this.#engine.kernel(name));
  }

  /** Unloads the code, behind every launch so far; a second time is nothing. */
  dispose(): void {
    this.#isDisposed = true;
    this.#owner.resources.release(this.#engine);
  }

  /** As {@link DeviceModule.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Throws where it is gone. @internal */
  check(): void {
    this.#owner.check();
    if (this.#isDisposed) throw disposed("the module");
  }
}

/** A kernel of a {@link DeviceModule}, which it keeps alive. */
export class Kernel {
  /** Its name. */
  readonly name: string;
  readonly #owner: Owner;
  readonly #module: DeviceModule;
  readonly #engine: EngineKernel;

  /** @internal */
  constructor(owner: Owner, module: DeviceModule, name: string, engine: EngineKernel) {
    this.name = name;
    this.#owner = owner;
    this.#module = module;
    this.#engine = engine;
  }

  /**
   * Puts a launch behind the work that the device has, and returns. A launch that is refused, and a kernel that fails, is
   * an `E_LAUNCH` of the next call that returns a promise, such as {@link Device.synchronize}; until then later work is
   * dropped where the failure is known already.
   *
   * The arguments have to be as many bytes as the kernel takes, in each backend, where the module says how many: code
   * objects and cubins do, PTX and fat binaries do not. Then too few of them are read from beyond their end, as with every
   * launcher.
   *
   * @param options - see {@link LaunchOptions}
   * @throws KernelHipError `E_OPTION`, `E_ARGUMENT`, `E_DISPOSED`
   */
  launch(options: LaunchOptions): void {
    this.#module.check();
    const request = resolveLaunch(this.name, options, (buffer) => buffer.addressFor(this.#owner));
    this.#checkArguments(request);
    this.#owner.queue.add(() => this.#engine.launch(request));
  }

  #checkArguments({ bytes, text }: EngineLaunch): void {
    const { argumentBytes } = this.#engine;
    if (argumentBytes === undefined || argumentBytes === bytes.length) return;
    const { name: kernel } = this;
    const message = `kernel '${kernel}' takes ${argumentBytes} bytes of arguments, but ${bytes.length} are given${text && `: ${text}`}`;
    const details = { kernel, given: bytes.length, allowed: argumentBytes };
    throw new KernelHipError("E_ARGUMENT", message, details);
  }
}
