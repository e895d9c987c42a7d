import { RoutingError } from "@moe/routing";
import * as shared from "../../../../test/_errorOf.ts";

/** The RoutingError that `run` throws; anything else fails the test. */
export const errorOf = (run: () => unknown): RoutingError => shared.errorOf(RoutingError, run);
