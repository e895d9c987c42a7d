// What the addon returns, as values or errors.
import { nativeResults } from "@moe/native";

import type { Failure } from "./_binding.d.ts";
import { Gfx11SimError, type Gfx11SimErrorCode } from "./errors.ts";

export const { unwrap, check } = nativeResults<Failure>(
  (code, message, details) => new Gfx11SimError(code as Gfx11SimErrorCode, message, details),
);
