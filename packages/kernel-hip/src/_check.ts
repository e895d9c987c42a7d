// Checks of what callers hand over.
import { optionChecks } from "@moe/native";

import { KernelHipError } from "./errors.ts";

export const { checkKeys, whole, oneOf, bytesOf } = optionChecks(
  (code, message, details) => new KernelHipError(code, message, details),
);

export { show } from "@moe/native";
