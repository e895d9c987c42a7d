// The order of a device's work.

/** What ends at once, or later. */
export type Later<T> = T | Promise<T>;

/**
 * Runs work in the order in which it was handed over: at once where nothing is before it, so that a launch costs no
 * promise. A failure of work that nobody waits for drops what is behind it, up to the next call that waits, which gets it.
 */
export class Queue {
  #tail: Promise<unknown> | undefined;
  #failure: { error: unknown } | undefined;

  /** Adds work that nobody waits for. */
  add(work: () => Later<void>): void {
    void this.order(() => {
      if (this.#failure !== undefined) return;
      const keep = (error: unknown): void => void (this.#failure = { error });
      try {
        const result = work();
        return result instanceof Promise ? result.catch(keep) : result;
      } catch (error) {
        keep(error);
      }
    });
  }

  /** Adds work that the caller waits for, with the failure of what was before it. */
  async wait<T>(work: () => Later<T>): Promise<T> {
    return await this.order(() => {
      const failure = this.#failure;
      this.#failure = undefined;
      if (failure !== undefined) throw failure.error;
      return work();
    });
  }

  /** Keeps a failure for the next call that waits, unless there is one already. */
  fail(error: unknown): void {
    this.#failure ??= { error };
  }

  /** Takes a turn, whatever failed before. */
  order<T>(turn: () => Later<T>): Later<T> {
    if (this.#tail !== undefined) return this.#follow(this.#tail.then(turn));
    const result = turn();
    return result instanceof Promise ? this.#follow(result) : result;
  }

  #follow<T>(result: Promise<T>): Promise<T> {
    const end = (): void => {
      if (this.#tail === tail) this.#tail = undefined;
    };
    const tail: Promise<unknown> = result.then(end, end);
    this.#tail = tail;
    return result;
  }
}
