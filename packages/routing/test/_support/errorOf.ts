import { RoutingError } from "@moe/routing";

/** The RoutingError that `run` throws; anything else fails the test. */
export function errorOf(run: () => unknown): RoutingError {
  try {
    run();
  } catch (error) {
    if (error instanceof RoutingError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
