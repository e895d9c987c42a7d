import { describe, expect, test } from "bun:test";
import {
  ELEMENT_TYPES,
  elementBytes,
  elementsOf,
  isFloat,
  misfit,
} from "../../src/sim/elements.ts";
import { fractions } from "../../src/sim/random.ts";

describe("elements of a buffer", () => {
  test("keep what every type can hold, in little endian", () => {
    const cases = [
      ["u8", 255, "ff"],
      ["i8", -1, "ff"],
      ["u16", 258, "0201"],
      ["i16", -2, "feff"],
      ["f16", 1.5, "003e"],
      ["bf16", 1.5, "c03f"],
      ["u32", 4_294_967_295, "ffffffff"],
      ["i32", -2, "feffffff"],
      ["f32", -0.5, "000000bf"],
      ["u64", "18446744073709551615", "ffffffffffffffff"],
      ["i64", "-2", "feffffffffffffff"],
      ["f64", 1, "000000000000f03f"],
    ] as const;
    expect(cases.map(([type]) => type)).toEqual([...ELEMENT_TYPES]);
    for (const [type, value, hex] of cases) {
      const elements = elementsOf(type, new Uint8Array(2 * elementBytes(type)));
      elements.set(1, value);
      expect([type, elements.show(0), elements.show(1)]).toEqual([
        type,
        type === "u64" || type === "i64" ? "0" : 0,
        value,
      ]);
      expect(Buffer.from(elements.bytes.subarray(elementBytes(type))).toString("hex")).toBe(hex);
    }
  });

  test("say nan and infinity in text", () => {
    for (const type of ELEMENT_TYPES.filter(isFloat)) {
      const elements = elementsOf(type, new Uint8Array(24));
      for (const [i, text] of ["nan", "inf", "-inf"].entries()) {
        elements.set(i, text);
        expect([type, elements.show(i)]).toEqual([type, text]);
      }
    }
  });

  test("begin anywhere in their bytes", () => {
    const bytes = new Uint8Array(16).subarray(3, 11);
    expect(elementsOf("f64", bytes).length).toBe(1);
  });

  test("are refused where the type cannot hold them", () => {
    expect(misfit("u8", 255)).toBeUndefined();
    expect(misfit("u8", -1)).toBe("-1 is not in 0 to 255 of u8");
    expect(misfit("i16", 32_768)).toBe("32768 is not in -32768 to 32767 of i16");
    expect(misfit("u32", 1.5)).toBe("1.5 is no whole number for u32");
    expect(misfit("u32", "nan")).toBe("nan is no whole number for u32");
    expect(misfit("i64", "9223372036854775808")).toContain("is not in");
    expect(misfit("u64", "18446744073709551615")).toBeUndefined();
    expect(misfit("f16", 1e9)).toBeUndefined();
  });
});

describe("random numbers", () => {
  test("are the same for the same seed, and others for another", () => {
    const draw = (seed: number): number[] => Array.from({ length: 4 }, fractions(seed));
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    expect(draw(0)).not.toEqual(draw(1));
  });

  test("are spread evenly over [0, 1) (oracle: 16 cells of 4096 each, within six deviations)", () => {
    const next = fractions(7);
    const cells = new Uint32Array(16);
    for (let i = 0; i < 65_536; i++) cells[Math.floor(16 * next())]++;
    for (const count of cells) expect(Math.abs(count - 4096)).toBeLessThan(6 * Math.sqrt(3840));
  });
});
