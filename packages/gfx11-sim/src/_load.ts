// The native addon, loaded once, when it is first needed.
import { addonLoader } from "@moe/native";

import type * as Binding from "./_binding.d.ts";
import { Gfx11SimError } from "./errors.ts";

export const { load, availability: loadable } = addonLoader<typeof Binding>({
  moduleUrl: import.meta.url,
  noun: "native simulator",
  createError: (code, message, details) => new Gfx11SimError(code, message, details),
});
