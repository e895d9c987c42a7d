import { expect, test } from "bun:test";
import { f16ToFloat, floatToF16 } from "@moe/quant";

const half = new Float16Array(1);
const bits = new Uint16Array(half.buffer);

test("every f16 has the value that Float16Array gives it, and comes back (oracle: the runtime)", () => {
  for (let i = 0; i < 2 ** 16; i++) {
    bits[0] = i;
    const value = f16ToFloat(i);
    if (!Object.is(value, half[0])) throw new Error(`${i} is ${value}, not ${half[0]}`);
    if (!Number.isNaN(value)) expect(floatToF16(value)).toBe(i);
  }
  expect(f16ToFloat(floatToF16(Number.NaN))).toBeNaN();
});

test("f32 values round to nearest even, at every exponent and at ties (oracle: the runtime)", () => {
  const float = new Float32Array(1);
  const words = new Uint32Array(float.buffer);
  for (let exponent = 0; exponent < 255; exponent++) {
    for (const fraction of [
      0, 1, 0xfff, 0x1000, 0x1001, 0x2fff, 0x3000, 0x5000, 0x7fefff, 0x7ff000, 0x7fffff,
    ]) {
      words[0] = (exponent << 23) | fraction;
      half[0] = float[0];
      expect([float[0], floatToF16(float[0])]).toEqual([float[0], bits[0]]);
      expect(floatToF16(-float[0])).toBe(bits[0] | 0x8000);
    }
  }
});
