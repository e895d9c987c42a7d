// What the addon returns, as values or errors.
import { nativeResults } from "@moe/native";

import type { Failure } from "./_binding.d.ts";
import { KernelHipError, type KernelHipErrorCode } from "./errors.ts";

export const { unwrap, check } = nativeResults<Failure>(
  (code, message, details) => new KernelHipError(code as KernelHipErrorCode, message, details),
);
