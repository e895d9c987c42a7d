// IEEE binary16, one value at a time.
const scratchFloat = new Float32Array(1);
const scratchBits = new Uint32Array(scratchFloat.buffer);

/** Distance of subnormal values, and the exponent bits of the least normal one as f32. */
const STEP = 2 ** -24;
const LEAST_NORMAL_BITS = 0x38800000;
/** From here a value rounds to infinity: halfway between 65504 and 65536. */
const OVERFLOW_BITS = 0x477ff000;
const REBIAS = (127 - 15) << 23;

/**
 * Converts a number to f16, rounding to nearest even; it is first rounded to f32. Overflow gives infinity, NaN stays a NaN,
 * subnormals are kept.
 *
 * @param x - any number
 * @returns the 16 bits of the f16 value
 * @example
 * ```ts
 * import { floatToF16 } from "@moe/quant";
 *
 * console.log(floatToF16(1).toString(16), floatToF16(1 + 2 ** -11).toString(16));
 * // → 3c00 3c00
 * ```
 */
export function floatToF16(x: number): number {
  scratchFloat[0] = x;
  const bits = scratchBits[0];
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= OVERFLOW_BITS) return sign | 0x7c00;
  if (magnitude < LEAST_NORMAL_BITS) return sign | roundEven(Math.abs(scratchFloat[0]) / STEP);
  const rebased = magnitude - REBIAS;
  return sign | ((rebased + 0xfff + ((rebased >>> 13) & 1)) >>> 13);
}

function roundEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

/**
 * Value of an f16; exact.
 *
 * @param bits - 16 bits; higher bits are ignored
 * @returns the value
 * @example
 * ```ts
 * import { f16ToFloat } from "@moe/quant";
 *
 * console.log(f16ToFloat(0x4248));
 * // → 3.140625
 * ```
 */
export function f16ToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * fraction * STEP;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
