import { QuantError } from "@moe/quant";

/** Code of the QuantError that a call throws. */
export function codeOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof QuantError) return error.code;
    throw error;
  }
  return "no error";
}
