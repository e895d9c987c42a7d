/** Checks of what callers hand over; each returns the checked value or throws the package's error. */
export interface OptionChecks {
  /** Refuses keys that no option has, so that a typing error is not a silent default; `E_OPTION`. */
  checkKeys: (what: string, given: object, allowed: readonly string[]) => void;
  /** A whole number in a range, both ends included; `E_OPTION`. */
  whole: (name: string, value: unknown, least: number, most: number) => number;
  /** One of a list of words; `E_OPTION`. */
  oneOf: <T extends string>(name: string, value: unknown, allowed: readonly T[]) => T;
  /** The bytes of a typed array, a DataView or an ArrayBuffer, without a copy; `E_TYPE`. */
  bytesOf: (what: string, data: unknown) => Uint8Array<ArrayBuffer>;
}

/**
 * The checks, throwing errors of one package.
 *
 * @param createError - makes the package's own error; `details` hold what was given and what is allowed
 * @returns see {@link OptionChecks}
 */
export function optionChecks(
  createError: (
    code: "E_OPTION" | "E_TYPE",
    message: string,
    details: Record<string, unknown>,
  ) => Error,
): OptionChecks {
  return {
    checkKeys(what, given, allowed) {
      const unknown = Object.keys(given).filter((key) => !allowed.includes(key));
      if (unknown.length === 0) return;
      const message = `unknown ${what} ${unknown.join(", ")}; allowed are ${allowed.join(", ")}`;
      throw createError("E_OPTION", message, { unknown, allowed });
    },
    whole(name, value, least, most) {
      if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) {
        return value;
      }
      const message = `${name} is ${show(value)}, but must be a whole number from ${least} to ${most}`;
      throw createError("E_OPTION", message, { option: name, given: value });
    },
    oneOf(name, value, allowed) {
      const found = allowed.find((word) => word === value);
      if (found !== undefined) return found;
      const message = `${name} is ${show(value)}, but must be ${allowed.join(" or ")}`;
      throw createError("E_OPTION", message, { option: name, given: value, allowed });
    },
    bytesOf(what, data) {
      if (data instanceof ArrayBuffer) return new Uint8Array(data);
      if (ArrayBuffer.isView(data) && data.buffer instanceof ArrayBuffer) {
        return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      }
      const message = `${what} is ${show(data)}, but must be a typed array, a DataView or an ArrayBuffer, not shared`;
      throw createError("E_TYPE", message, {});
    },
  };
}

/** A value for a message: strings in quotes, objects by the name of their class. */
export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "object" && value !== null) return `a value of type ${typeName(value)}`;
  return String(value);
}

function typeName(value: object): string {
  return (value.constructor as { name?: string } | undefined)?.name ?? "object";
}
