// What the GPTQ and AWQ importers share: the shape, the scales, and the zero points.
import { checkArray, checkGroupSize, checkInteger, checkK, checkOptions } from "./_check.ts";
import { bf16ToFloat, floatToBf16 } from "./bf16.ts";
import { QuantError } from "./errors.ts";
import { f16ToFloat } from "./f16.ts";

/** Shape and formats of a checkpoint's projection. */
export interface CheckpointShape {
  /** Output columns (`out_features`), a multiple of 8. */
  n: number;
  /** Inner size (`in_features`), a multiple of `groupSize`. */
  k: number;
  /**
   * k elements that share a scale: a multiple of 8 that divides `k`. For a group size of -1 pass
   * `k`.
   */
  groupSize: number;
  /** What the bits of `Uint16Array` scales are; needed for those, as it cannot be guessed. */
  scaleFormat?: "f16" | "bf16";
}

export function checkShape(shape: CheckpointShape, what: string, moreKeys: string[]): void {
  checkOptions(shape, what, ["n", "k", "groupSize", "scaleFormat", ...moreKeys]);
  checkInteger(shape.n, "n", 8);
  checkK(shape.k);
  checkGroupSize(shape.groupSize, shape.k);
  if (shape.n % 8 === 0) return;
  throw new QuantError("E_SHAPE_SIZE", `n is ${shape.n}; checkpoints pack 8 columns a word.`, {
    n: shape.n,
  });
}

export function checkExperts(experts: readonly unknown[]): void {
  if (Array.isArray(experts) && experts.length > 0) return;
  throw new QuantError("E_DTYPE", "experts must be an array of 1 or more; pass one per expert.");
}

/** Transposes scales `[k / groupSize, n]` to `[n, k / groupSize]` and rounds them to bf16. */
export function readScales(
  scales: Float32Array | Uint16Array,
  shape: CheckpointShape,
  out: Uint16Array,
  at: number,
): void {
  const { n } = shape;
  const groups = shape.k / shape.groupSize;
  const toFloat = scaleReader(scales, shape, groups * n);
  for (let g = 0; g < groups; g++) {
    for (let col = 0; col < n; col++) {
      const bits = floatToBf16(toFloat(scales[g * n + col]));
      if ((bits & 0x7f80) === 0x7f80) throw scaleError(g, col, scales[g * n + col]);
      out[at + col * groups + g] = bits;
    }
  }
}

function scaleReader(
  scales: Float32Array | Uint16Array,
  shape: CheckpointShape,
  length: number,
): (x: number) => number {
  if (!(scales instanceof Uint16Array)) {
    checkArray(scales, "scales", Float32Array, length);
    return (x) => x;
  }
  checkArray(scales, "scales", Uint16Array, length);
  if (shape.scaleFormat === "bf16") return bf16ToFloat;
  if (shape.scaleFormat === "f16") return f16ToFloat;
  throw new QuantError(
    "E_OPTION",
    `scaleFormat is ${shape.scaleFormat}; Uint16Array scales need 'f16' or 'bf16'.`,
    { scaleFormat: shape.scaleFormat },
  );
}

function scaleError(group: number, column: number, value: number): QuantError {
  return new QuantError(
    "E_VALUE_RANGE",
    `the scale of group ${group}, column ${column} (${value}) is no finite bf16; is scaleFormat right?`,
    { group, column, value },
  );
}

/**
 * Transposes zero points `[k / groupSize, n / 8]` to `[n, k / groupSize]`. Nibble i of a word
 * belongs to column `order[i]` of its eight.
 */
export function readZeros(
  qzeros: Int32Array,
  shape: CheckpointShape,
  order: readonly number[],
  offset: number,
  out: Uint8Array,
  at: number,
): void {
  const groups = shape.k / shape.groupSize;
  const words = shape.n / 8;
  checkArray(qzeros, "qzeros", Int32Array, groups * words);
  for (let g = 0; g < groups; g++) {
    for (let w = 0; w < words; w++) {
      const word = qzeros[g * words + w];
      for (let i = 0; i < 8; i++) {
        const column = w * 8 + order[i];
        out[at + column * groups + g] = ((word >>> (4 * i)) & 15) + offset;
      }
    }
  }
}
