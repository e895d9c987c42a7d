// The hash that stands for a long array in the conformance corpus.

/**
 * FNV-1a, 32 bits, over the little-endian bytes of the entries: a few lines in any language.
 *
 * @param values - int32 entries
 * @returns 8 hex digits, lower case
 * @see IETF draft-eastlake-fnv
 *
 * @example
 * ```ts
 * import { hashInt32 } from '@moe/align/laws';
 *
 * console.log(hashInt32(Int32Array.of(0, 1, -1)), hashInt32(new Int32Array(0)));
 * // → 5b683230 811c9dc5
 * ```
 */
export function hashInt32(values: Int32Array): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    hash = Math.imul(hash ^ (value & 255), 0x01000193);
    hash = Math.imul(hash ^ ((value >>> 8) & 255), 0x01000193);
    hash = Math.imul(hash ^ ((value >>> 16) & 255), 0x01000193);
    hash = Math.imul(hash ^ (value >>> 24), 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, "0");
}
