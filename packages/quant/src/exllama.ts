// The packed word: 8 nibbles of k = 8w..8w+7, stored so that a kernel gets the pair (k, k+1) from one
// mask and one shift:  bits 31..28 27..24 23..20 19..16 15..12 11..8 7..4 3..0
//                 k offset    7      5      3      1      6     4    2    0
import { checkArray, checkInteger, checkK, checkOptions, checkRowStride } from "./_check.ts";
import { QuantError } from "./errors.ts";

/**
 * k offset of each nibble of a packed word, from bit 0 up: `0, 2, 4, 6, 1, 3, 5, 7`. Source: the
 * weight shuffle of ExLlama (turboderp/exllamav2 `exllamav2_ext/cuda/quant/qdq_4.cuh`).
 *
 * @example
 * ```ts
 * import { NIBBLE_ORDER } from "@moe/quant";
 *
 * console.log(NIBBLE_ORDER.join(" "));
 * // → 0 2 4 6 1 3 5 7
 * ```
 */
export const NIBBLE_ORDER: readonly number[] = [0, 2, 4, 6, 1, 3, 5, 7];

/** Shape of a packed matrix. */
export interface PackShape {
  /** Rows, 0 or more; for the weights of a layer `numExperts * n`. */
  rows: number;
  /** Values of a row, a multiple of 8. */
  k: number;
  /** int32 words from one row to the next; default and least value `k / 8`. Pad words are 0. */
  rowStride?: number;
}

/**
 * Packs 4-bit values, 8 in a word, in the order of {@link NIBBLE_ORDER}.
 *
 * @param nibbles - values 0..15, `[rows, k]`
 * @param shape - see {@link PackShape}
 * @returns int32 words, `[rows, rowStride]`
 * @throws QuantError `E_SHAPE_SIZE`, `E_SHAPE_STRIDE`, `E_SHAPE_LENGTH`, `E_DTYPE`, `E_OPTION` for
 * a wrong shape; `E_VALUE_RANGE` for a value above 15
 * @example
 * ```ts
 * import { packExllama } from "@moe/quant";
 *
 * const words = packExllama(new Uint8Array([0, 1, 2, 3, 4, 5, 6, 7]), { rows: 1, k: 8 });
 * console.log(words[0].toString(16));
 * // → 75316420
 * ```
 */
export function packExllama(nibbles: Uint8Array, shape: PackShape): Int32Array {
  const { rows, k, rowStride } = checkShape(shape);
  checkArray(nibbles, "nibbles", Uint8Array, rows * k);
  const packed = new Int32Array(rows * rowStride);
  let seen = 0;
  for (let row = 0; row < rows; row++) {
    const words = k / 8;
    for (let w = 0; w < words; w++) {
      const at = row * k + w * 8;
      let word = 0;
      for (let i = 0; i < 8; i++) {
        const nibble = nibbles[at + NIBBLE_ORDER[i]];
        seen |= nibble;
        word |= nibble << (4 * i);
      }
      packed[row * rowStride + w] = word;
    }
  }
  if (seen > 15) throw nibbleError(nibbles);
  return packed;
}

/**
 * Inverse of {@link packExllama}.
 *
 * @param packed - int32 words, `[rows, rowStride]`; pad words are not read
 * @param shape - see {@link PackShape}
 * @returns values 0..15, `[rows, k]`
 * @throws QuantError `E_SHAPE_SIZE`, `E_SHAPE_STRIDE`, `E_SHAPE_LENGTH`, `E_DTYPE`, `E_OPTION` for
 * a wrong shape
 * @example
 * ```ts
 * import { unpackExllama } from "@moe/quant";
 *
 * console.log(unpackExllama(new Int32Array([0x75316420]), { rows: 1, k: 8 }).join(" "));
 * // → 0 1 2 3 4 5 6 7
 * ```
 */
export function unpackExllama(packed: Int32Array, shape: PackShape): Uint8Array {
  const { rows, k, rowStride } = checkShape(shape);
  checkArray(packed, "packed", Int32Array, rows * rowStride);
  const nibbles = new Uint8Array(rows * k);
  for (let row = 0; row < rows; row++) {
    for (let w = 0; w < k / 8; w++) {
      const word = packed[row * rowStride + w];
      const at = row * k + w * 8;
      for (let i = 0; i < 8; i++) nibbles[at + NIBBLE_ORDER[i]] = (word >>> (4 * i)) & 15;
    }
  }
  return nibbles;
}

function checkShape(shape: PackShape): Required<PackShape> {
  checkOptions(shape, "shape", ["rows", "k", "rowStride"]);
  const { rows, k, rowStride = k / 8 } = shape;
  checkInteger(rows, "rows", 0);
  checkK(k);
  checkRowStride(rowStride, k);
  return { rows, k, rowStride };
}

function nibbleError(nibbles: Uint8Array): QuantError {
  const index = nibbles.findIndex((nibble) => nibble > 15);
  return new QuantError(
    "E_VALUE_RANGE",
    `nibbles[${index}] is ${nibbles[index]}; allowed are 0 to 15. Quantise first (quantizeGroups).`,
    { index, value: nibbles[index] },
  );
}
