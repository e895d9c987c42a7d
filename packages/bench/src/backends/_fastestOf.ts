/** Runs of a candidate that decide, after one that loads its code. */
const TRIALS = 2;

/** The candidate with the shortest run; `run` gives its time, and where it is a trial starts as samples do. */
export async function fastestOf<T>(
  candidates: readonly T[],
  run: (candidate: T, isTrial: boolean) => Promise<number>,
): Promise<T> {
  let best = { candidate: candidates[0], ns: Infinity };
  for (const candidate of candidates) {
    await run(candidate, false);
    for (let trial = 0; trial < TRIALS; trial++) {
      const ns = await run(candidate, true);
      if (ns < best.ns) best = { candidate, ns };
    }
  }
  return best.candidate;
}
