// The native addon, loaded once, when it is first needed.
import { addonLoader } from "@moe/native";

import type * as Binding from "./_binding.d.ts";
import { KernelHipError } from "./errors.ts";

export const { load } = addonLoader<typeof Binding>({
  moduleUrl: import.meta.url,
  noun: "native driver layer",
  createError: (code, message, details) => new KernelHipError(code, message, details),
});
