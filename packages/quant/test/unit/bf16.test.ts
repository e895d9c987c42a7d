import { describe, expect, test } from "bun:test";
import { bf16ToFloat, floatToBf16, fromBf16, toBf16 } from "@moe/quant";
import { codeOf } from "../_support/codeOf.ts";

const bitsOf = (x: number): number => new Uint32Array(new Float32Array([x]).buffer)[0];
const floatOf = (bits: number): number => new Float32Array(new Uint32Array([bits]).buffer)[0];

/** Oracle: of the two bf16 around x the nearer one, of two equally near the even one, by f64 arithmetic. */
function nearestEven(x: number): number {
  const down = bitsOf(x) >>> 16;
  const up = down + 1;
  const upValue = (up & 0x7fff) === 0x7f80 ? Math.sign(x) * 2 ** 128 : floatOf(up * 65536);
  const below = Math.abs(x - floatOf(down * 65536));
  const above = Math.abs(upValue - x);
  if (below === above) return down % 2 === 0 ? down : up;
  return below < above ? down : up;
}

test("every bf16 survives the way through f32 and back, NaN as a quiet NaN", () => {
  const all = Uint16Array.from({ length: 65536 }, (_, i) => i);
  const back = toBf16(fromBf16(all));
  for (let bits = 0; bits < 65536; bits++) {
    const isNaN = (bits & 0x7fff) > 0x7f80;
    expect(back[bits]).toBe(isNaN ? bits | 0x40 : bits);
    expect(floatToBf16(bf16ToFloat(bits)) & 0x7fff).toBeGreaterThanOrEqual(isNaN ? 0x7f81 : 0);
  }
});

test("ties, their neighbours and carries round to nearest even (oracle: f64 distances)", () => {
  const lows = [0, 1, 0x7fff, 0x8000, 0x8001, 0xffff];
  const inputs: number[] = [];
  for (let high = 0; high < 65536; high++) {
    if ((high & 0x7f80) === 0x7f80) continue;
    for (const low of lows) inputs.push(floatOf(high * 65536 + low));
  }
  const got = toBf16(Float32Array.from(inputs));
  const wrong = inputs.filter((x, i) => got[i] !== nearestEven(x) || floatToBf16(x) !== got[i]);
  expect(wrong).toEqual([]);
});

describe("special values", () => {
  test("the largest f32 overflows to infinity, the largest bf16 does not", () => {
    expect(floatToBf16(3.4028234663852886e38)).toBe(0x7f80);
    expect(floatToBf16(-3.3895313892515355e38)).toBe(0xff7f);
    expect(floatToBf16(Infinity)).toBe(0x7f80);
    expect(floatToBf16(-Infinity)).toBe(0xff80);
  });

  test("a NaN whose payload lies in the lower half stays NaN and keeps its sign", () => {
    const payloads = new Uint32Array([0x7f800001, 0xff800001, 0x7fc00000, 0xffffffff]);
    const got = toBf16(new Float32Array(payloads.buffer));
    expect([...got]).toEqual([0x7fc0, 0xffc0, 0x7fc0, 0xffff]);
    expect(bf16ToFloat(floatToBf16(NaN))).toBeNaN();
  });

  test("subnormals and signed zeros are kept", () => {
    expect(floatToBf16(-0)).toBe(0x8000);
    expect(bf16ToFloat(1)).toBe(2 ** -133);
    expect(floatToBf16(2 ** -133)).toBe(1);
    expect(floatToBf16(2 ** -135)).toBe(0);
  });

  test("bits above the lower sixteen are ignored", () => {
    expect(bf16ToFloat(0x13f80)).toBe(1);
  });
});

test("views into the middle of a buffer convert in place and leave the rest alone", () => {
  const out = new Uint16Array(8).fill(7);
  const source = new Float32Array([9, 1, -2, 9]).subarray(1, 3);
  expect(toBf16(source, out.subarray(3))[0]).toBe(0x3f80);
  expect([...out]).toEqual([7, 7, 7, 0x3f80, 0xc000, 7, 7, 7]);
  const floats = new Float32Array(4).fill(5);
  fromBf16(out.subarray(3, 5), floats.subarray(1));
  expect([...floats]).toEqual([5, 1, -2, 5]);
});

test("wrong types and short outputs are typed errors", () => {
  const wrong: [() => unknown, string][] = [
    [() => toBf16([1] as unknown as Float32Array), "E_DTYPE"],
    [() => toBf16(new Float64Array(1) as unknown as Float32Array), "E_DTYPE"],
    [() => toBf16(new Float32Array(2), new Uint16Array(1)), "E_SHAPE_LENGTH"],
    [() => fromBf16(new Int16Array(1) as unknown as Uint16Array), "E_DTYPE"],
    [() => fromBf16(new Uint16Array(2), new Float32Array(1)), "E_SHAPE_LENGTH"],
  ];
  for (const [call, code] of wrong) expect(codeOf(call)).toBe(code);
});
