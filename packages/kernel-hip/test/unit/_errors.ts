/** Errors that were thrown. */

import { rejectionOf } from "../../../../test/_errorOf.ts";
import { KernelHipError } from "../../src/index.ts";

/** The error that a call throws or a promise is rejected with. */
export const caught = (call: () => unknown): Promise<KernelHipError> =>
  rejectionOf(KernelHipError, call);
