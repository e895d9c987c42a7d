import { BenchError } from "@moe/bench";
import { rejectionOf } from "../../../test/_errorOf.ts";

/** The BenchError that a call throws; anything else, or no throw, fails the test. */
export const errorOf = (call: () => unknown): Promise<BenchError> => rejectionOf(BenchError, call);
