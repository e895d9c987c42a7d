// What a law is, and how it runs.
import * as fc from "fast-check";
import type { Alignment } from "../_buffers.ts";
import type { AlignOptions } from "../moeAlignBlockSize.ts";
import { ensure } from "./_layout.ts";
import type { AlignCase } from "./_alignCase.ts";

/** An implementation under test. A GPU kernel returns a promise of host copies. */
export type Align = (topkIds: Int32Array, options: AlignOptions) => Alignment | Promise<Alignment>;

/** How often, and from which seed, a law runs. */
export interface LawRun {
  /** Random cases. Default 300. */
  numRuns?: number;
  /** Seed of the cases; a failure prints it with the path of the smallest case. Default 20261015. */
  seed?: number;
}

/** One law. */
export interface AlignLaw {
  /** The law as a sentence; a good test title. */
  name: string;
  /** Rejects with fast-check's report (seed, path, smallest case) where the law is broken. */
  run(options?: LawRun): Promise<void>;
}

/** Calls the implementation under test. */
export type Call = (input: AlignCase) => Promise<Alignment>;

export function law<T>(
  name: string,
  arbitrary: fc.Arbitrary<T>,
  check: (input: T) => Promise<void>,
): AlignLaw {
  return {
    name,
    run: ({ numRuns = 300, seed = 20261015 } = {}) =>
      fc.assert(fc.asyncProperty(arbitrary, check), { numRuns, seed }),
  };
}

export function ensureSame(got: ArrayLike<number>, want: ArrayLike<number>, what: string): void {
  ensure(got.length === want.length, `${what}: ${got.length} entries, not ${want.length}`);
  for (let i = 0; i < want.length; i++) {
    ensure(got[i] === want[i], `${what}[${i}] is ${got[i]}, not ${want[i]}`);
  }
}
