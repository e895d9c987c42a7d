import { createRng } from "../stats/_rng.ts";

/** Pairs of one balanced block: two begin with the kernel, two with the reference. */
const BLOCK = [true, true, false, false];

/**
 * Endless, seeded order of the two sides inside each pair, in shuffled blocks of four: random enough that
 * no periodic disturbance locks to it, balanced enough that neither side is first more often.
 */
export function* pairOrder(seed: number): Generator<boolean, never> {
  const rng = createRng(seed);
  for (;;) {
    const block = [...BLOCK];
    for (let i = block.length - 1; i > 0; i--) {
      const j = rng.below(i + 1);
      [block[i], block[j]] = [block[j], block[i]];
    }
    yield* block;
  }
}
