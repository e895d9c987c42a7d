// Which elements verifyGemm looks at.
import { randomBelow } from "./_random.ts";
import type { Routes } from "./_routes.ts";

/** Widest vector tile whose ragged end is worth a sample of its own. */
const TAIL_COLUMNS = 16;

/**
 * Element numbers `route * n + col`, ascending. From every nonempty block: its first row and its
 * last row, each at a column of the last 16, at column 0 or n - 1 in turn, and at a random one;
 * then `samples` uniform elements. Everything where that is not more.
 */
export function planSamples(
  routes: Routes,
  n: number,
  samples: number | "all",
  seed: number,
): Iterable<number> {
  const total = routes.flats.length * n;
  const { blockStarts } = routes;
  const strata = (blockStarts.length - 1) * 4;
  if (samples === "all" || total <= samples + strata) return everyElement(total);
  const plan = new Float64Array(samples + strata);
  const below = randomBelow(seed, 4);
  let at = 0;
  for (let b = 0; b + 1 < blockStarts.length; b++) {
    const first = blockStarts[b] * n;
    const last = (blockStarts[b + 1] - 1) * n;
    plan[at++] = first + (b % 2 === 0 ? 0 : n - 1);
    plan[at++] = first + below(n);
    plan[at++] = last + n - 1 - below(Math.min(n, TAIL_COLUMNS));
    plan[at++] = last + below(n);
  }
  while (at < plan.length) plan[at++] = below(total / n) * n + below(n);
  return plan.sort();
}

/** One by one: an array of them would be four times as large as `c`. */
function* everyElement(total: number): Generator<number> {
  for (let element = 0; element < total; element++) yield element;
}
