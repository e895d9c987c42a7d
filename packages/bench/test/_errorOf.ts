import { BenchError } from "@moe/bench";

/** The BenchError that a call throws; anything else, or no throw, fails the test. */
export async function errorOf(call: () => unknown): Promise<BenchError> {
  try {
    await call();
  } catch (error) {
    if (error instanceof BenchError) return error;
    throw error;
  }
  throw new Error("expected a BenchError, nothing was thrown");
}
