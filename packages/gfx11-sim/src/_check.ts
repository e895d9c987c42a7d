// Checks of what callers hand over.
import { optionChecks } from "@moe/native";

import { Gfx11SimError } from "./errors.ts";

export const { checkKeys, whole, oneOf, bytesOf } = optionChecks(
  (code, message, details) => new Gfx11SimError(code, message, details),
);

export { show } from "@moe/native";
