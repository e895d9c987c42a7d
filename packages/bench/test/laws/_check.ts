import * as fc from "fast-check";

/** Fixed, so that a failure is the same on every machine; fast-check prints seed and path. */
const SEED = 20260101;

/** Runs a property; `MOE_LAW_RUNS` multiplies the runs. */
export async function holds(property: fc.IRawProperty<unknown>, numRuns = 100): Promise<void> {
  const factor = Number(process.env.MOE_LAW_RUNS ?? 1);
  await fc.assert(property as fc.IAsyncProperty<unknown>, {
    seed: SEED,
    numRuns: numRuns * factor,
  });
}
