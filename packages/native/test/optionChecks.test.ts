import { describe, expect, test } from "bun:test";

import { nativeResults, optionChecks, show } from "../src/index.ts";
import { ExampleError } from "./_ExampleError.ts";

const { checkKeys, whole, oneOf, bytesOf } = optionChecks(
  (code, message, details) => new ExampleError(code, message, details),
);

describe("optionChecks", () => {
  test("takes whole numbers up to both ends", () => {
    expect([whole("n", 1, 1, 3), whole("n", 3, 1, 3)]).toEqual([1, 3]);
  });

  test.each([0, 4, 1.5, Number.NaN, "2", 2n, null, undefined])(
    "refuses %p as a number",
    (given) => {
      expect(() => whole("n", given, 1, 3)).toThrow("must be a whole number from 1 to 3");
    },
  );

  test("names the words that are allowed", () => {
    expect(oneOf("backend", "sim", ["hip", "sim"])).toBe("sim");
    expect(() => oneOf("backend", "vulkan", ["hip", "sim"])).toThrow(
      'backend is "vulkan", but must be hip or sim',
    );
  });

  test("names every unknown key", () => {
    checkKeys("option", { a: 1 }, ["a", "b"]);
    expect(() => checkKeys("option", { a: 1, c: 2, d: 3 }, ["a", "b"])).toThrow(
      "unknown option c, d; allowed are a, b",
    );
  });

  test("shares the bytes of a view and keeps its bounds", () => {
    const words = new Uint16Array([1, 2, 3]);
    const bytes = bytesOf("data", words.subarray(1));
    expect([...bytes]).toEqual([2, 0, 3, 0]);
    bytes[0] = 7;
    expect(words[1]).toBe(7);
  });

  test("refuses shared memory and what is not bytes, with its class", () => {
    expect(() => bytesOf("data", new SharedArrayBuffer(4))).toThrow("SharedArrayBuffer");
    expect(() => bytesOf("data", new Uint8Array(new SharedArrayBuffer(4)))).toThrow("not shared");
    expect(() => bytesOf("data", [1, 2])).toThrow("data is a value of type Array");
  });

  test("shows an object without a class", () => {
    expect(show(Object.create(null))).toBe("a value of type object");
  });
});

describe("nativeResults", () => {
  const { unwrap, check } = nativeResults(
    (code, message, details) => new ExampleError(code, message, details),
  );

  test("gives values back, also those with other fields", () => {
    expect(unwrap({ code: 3 })).toEqual({ code: 3 });
    expect(unwrap(null)).toBeNull();
    check(null);
  });

  test("throws a failure with its facts as details", () => {
    const failure = { code: "E_BOUNDS", message: "outside", lane: 3, wave: undefined };
    expect(() => unwrap(failure)).toThrow(new ExampleError("E_BOUNDS", "outside", {}));
    try {
      check(failure);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: "E_BOUNDS", details: { lane: 3 } });
      expect(Object.keys((error as ExampleError).details)).toEqual(["lane"]);
    }
  });
});
