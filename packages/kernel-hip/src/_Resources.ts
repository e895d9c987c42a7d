// What a device has to give back: memory and code.
import type { Queue } from "./_Queue.ts";

/** Something that is given back once; a second time is nothing. */
interface Resource {
  dispose(): void;
}

/**
 * Gives resources back in the order of the device's work: behind every launch that may use them. That happens when it is
 * asked for, when the handle that callers have is forgotten, or with the device.
 */
export class Resources {
  readonly #queue: Queue;
  readonly #live = new Set<Resource>();
  readonly #forgotten = new FinalizationRegistry<Resource>((resource) => this.release(resource));

  constructor(queue: Queue) {
    this.#queue = queue;
  }

  /** `resource` must not refer to `handle`. */
  own(handle: object, resource: Resource): void {
    this.#live.add(resource);
    this.#forgotten.register(handle, resource);
  }

  release(resource: Resource): void {
    if (this.#live.delete(resource)) void this.#queue.order(() => resource.dispose());
  }

  releaseAll(): void {
    for (const resource of this.#live) this.release(resource);
  }
}
