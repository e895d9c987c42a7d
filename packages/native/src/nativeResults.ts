/** An error as an addon describes it: code, message, and facts that become the error's details. */
export interface NativeFailure {
  /** Which rule was broken. */
  code: string;
  /** What was given, what is allowed, what to do next. */
  message: string;
}

/** How a package turns what its addon returns into values and errors. */
export interface NativeResults<Failure extends NativeFailure> {
  /** The value, or throws the error that the addon describes. */
  unwrap: <T>(result: T | Failure) => T;
  /** Throws the error that the addon describes, if any. */
  check: (failure: Failure | null) => void;
}

/**
 * Addons return failures instead of throwing, so that a failure keeps its code and its facts.
 *
 * @param createError - makes the package's own error; `details` are the failure's facts that are defined
 * @returns the two ways to take a result, see {@link NativeResults}
 * @example
 * ```ts
 * import { nativeResults } from "@moe/native";
 *
 * const { unwrap } = nativeResults((code, message) => new Error(`${code}: ${message}`));
 * console.log(unwrap(64));
 * // → 64
 * try {
 *   unwrap({ code: "E_ARCH", message: "gfx906 is not gfx11" });
 * } catch (error) {
 *   console.log((error as Error).message);
 * }
 * // → E_ARCH: gfx906 is not gfx11
 * ```
 */
export function nativeResults<Failure extends NativeFailure>(
  createError: (code: string, message: string, details: Record<string, unknown>) => Error,
): NativeResults<Failure> {
  const toError = ({ code, message, ...facts }: Failure): Error => {
    const details = Object.entries(facts).filter(([, value]) => value !== undefined);
    return createError(code, message, Object.fromEntries(details));
  };
  const isFailure = (result: unknown): result is Failure =>
    typeof result === "object" && result !== null && "code" in result && "message" in result;
  return {
    unwrap: <T>(result: T | Failure): T => {
      if (isFailure(result)) throw toError(result);
      return result;
    },
    check: (failure) => {
      if (failure !== null) throw toError(failure);
    },
  };
}
