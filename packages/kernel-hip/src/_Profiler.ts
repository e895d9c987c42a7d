// Scopes around launches, in the order of a device's work.
import type { Engine, EngineTimer } from "./_engine.ts";
import type { Queue } from "./_Queue.ts";
import type { Device } from "./Device.ts";
import { KernelHipError } from "./errors.ts";
import type { ProfileScope, ProfileSink } from "./ProfileScope.ts";

/** A scope from before its begin. */
interface Open {
  scope?: ProfileScope;
  /** Sinks that were told of the begin. */
  begun: ProfileSink[];
  beginMs: number;
  timer?: EngineTimer | undefined;
  /** Whether the device has passed the timer's end. */
  isTimed: boolean;
}

/** Tells sinks of launches. */
export class Profiler {
  readonly #engine: Engine;
  readonly #queue: Queue;
  readonly #sinks: readonly ProfileSink[];
  readonly #isTimed: boolean;

  constructor(engine: Engine, queue: Queue, sinks: readonly ProfileSink[]) {
    this.#engine = engine;
    this.#queue = queue;
    this.#sinks = sinks;
    this.#isTimed = sinks.some((sink) => sink.isTimed);
  }

  /** Runs `launch`; the scope begins before what it puts into the queue, and ends behind it. */
  around<T>(describe: () => ProfileScope, launch: () => T): T {
    const open: Open = { begun: [], beginMs: 0, isTimed: false };
    this.#queue.add(() => this.#begin(open, describe()));
    try {
      return launch();
    } finally {
      if (this.#isTimed) this.#queue.add(() => this.#finish(open));
      // Taken in any case: what has begun ends, also behind a launch that failed.
      void this.#queue.order(() => this.#end(open));
    }
  }

  #begin(open: Open, scope: ProfileScope): void {
    open.scope = scope;
    open.timer = this.#isTimed ? timerOf(this.#engine) : undefined;
    open.beginMs = performance.now();
    for (const sink of this.#sinks) {
      sink.begin(scope, this.#engine.info);
      open.begun.push(sink);
    }
    open.timer?.start();
  }

  async #finish(open: Open): Promise<void> {
    open.timer?.stop();
    await this.#engine.synchronize();
    open.isTimed = true;
  }

  #end({ scope, begun, beginMs, timer, isTimed }: Open): void {
    if (scope === undefined) return;
    try {
      const deviceNs = isTimed && timer !== undefined ? timer.elapsedNs() : null;
      const times = { beginMs, endMs: performance.now(), deviceNs };
      for (const sink of begun.toReversed()) sink.end(scope, this.#engine.info, times);
    } catch (error) {
      this.#queue.fail(error);
    } finally {
      timer?.dispose();
    }
  }
}

function timerOf(engine: Engine): EngineTimer | undefined {
  try {
    return engine.timer();
  } catch (error) {
    if (error instanceof KernelHipError && error.code === "E_UNSUPPORTED") return undefined;
    throw error;
  }
}

/** Runs `launch`, in a scope where the device has sinks; `prepare` is called only then. */
export function profiled<T>(device: Device, prepare: () => () => ProfileScope, launch: () => T): T {
  const { profiler } = device;
  return profiler === undefined ? launch() : profiler.around(prepare(), launch);
}
