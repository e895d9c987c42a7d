// bfloat16: the upper 16 bits of an IEEE binary32. Conversion rounds to nearest, ties to even.
import { checkArray } from "./_check.ts";

const scratchFloat = new Float32Array(1);
const scratchBits = new Int32Array(scratchFloat.buffer);

/**
 * Rounds binary32 bits (as int32, the engine's fast integer) to bf16 bits; a carry out of the
 * significand gives the next exponent, or infinity.
 */
function roundBits(bits: number): number {
  // NaN: keep sign and upper payload, set the quiet bit so that a payload in the lower half survives.
  if ((bits & 0x7fffffff) > 0x7f800000) return ((bits >>> 16) | 0x40) & 0xffff;
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) | 0) >>> 16;
}

/**
 * Converts a number to bf16, rounding to nearest even. The number is first rounded to f32 (the type
 * of every accumulator here). Overflow gives infinity, NaN stays a (quiet) NaN, subnormals are
 * kept.
 *
 * @param x - any number
 * @returns the 16 bits of the bf16 value
 * @example
 * ```ts
 * import { floatToBf16 } from "@moe/quant";
 *
 * console.log(floatToBf16(1).toString(16), floatToBf16(1 + 2 ** -8).toString(16));
 * // → 3f80 3f80
 * ```
 */
export function floatToBf16(x: number): number {
  scratchFloat[0] = x;
  return roundBits(scratchBits[0]);
}

/**
 * Value of a bf16; exact.
 *
 * @param bits - 16 bits; higher bits are ignored
 * @returns the value
 * @example
 * ```ts
 * import { bf16ToFloat } from "@moe/quant";
 *
 * console.log(bf16ToFloat(0x4049));
 * // → 3.140625
 * ```
 */
export function bf16ToFloat(bits: number): number {
  scratchBits[0] = bits << 16;
  return scratchFloat[0];
}

/**
 * Converts f32 values to bf16, rounding to nearest even; see {@link floatToBf16} for NaN and
 * overflow.
 *
 * @param src - f32 values, any length
 * @param out - where to write; at least `src.length` elements; default: a new array
 * @returns `out`, bf16 bits
 * @throws QuantError `E_DTYPE` or `E_SHAPE_LENGTH` for a wrong type or an `out` that is too short
 * @example
 * ```ts
 * import { fromBf16, toBf16 } from "@moe/quant";
 *
 * console.log(fromBf16(toBf16(new Float32Array([0.1, -2, Infinity]))).join(" "));
 * // → 0.10009765625 -2 Infinity
 * ```
 */
export function toBf16(src: Float32Array, out?: Uint16Array): Uint16Array {
  checkArray(src, "src", Float32Array, 0);
  const target = out ?? new Uint16Array(src.length);
  checkArray(target, "out", Uint16Array, src.length);
  const bits = new Int32Array(src.buffer, src.byteOffset, src.length);
  for (let i = 0; i < bits.length; i++) target[i] = roundBits(bits[i]);
  return target;
}

/**
 * Converts bf16 bits to f32 values; exact.
 *
 * @param src - bf16 bits, any length
 * @param out - where to write; at least `src.length` elements; default: a new array
 * @returns `out`, f32 values
 * @throws QuantError `E_DTYPE` or `E_SHAPE_LENGTH` for a wrong type or an `out` that is too short
 * @example
 * ```ts
 * import { fromBf16 } from "@moe/quant";
 *
 * console.log(fromBf16(new Uint16Array([0x3f80, 0xc000])).join(" "));
 * // → 1 -2
 * ```
 */
export function fromBf16(src: Uint16Array, out?: Float32Array): Float32Array {
  checkArray(src, "src", Uint16Array, 0);
  const target = out ?? new Float32Array(src.length);
  checkArray(target, "out", Float32Array, src.length);
  const bits = new Int32Array(target.buffer, target.byteOffset, src.length);
  for (let i = 0; i < src.length; i++) bits[i] = src[i] << 16;
  return target;
}
