import { BenchError } from "../errors.ts";
import { checkShape, gemmShape, type MoeShape } from "./MoeShape.ts";
import { DEFAULT_PRESET, presetShape } from "./presets.ts";

/** Optional keys of the text form and the field that each sets. */
const FIELD_OF_KEY = {
  E: "numExperts",
  topK: "topK",
  G: "groupSize",
  blockM: "blockM",
} as const satisfies Record<string, keyof MoeShape>;

/**
 * Reads a layer from text: `K=…,N=…` with optional `E=…,topK=…,G=…,blockM=…`. K and N are those of
 * gemm1 (K = hidden, N = 2·intermediate); gemm2 follows from them. Keys left out: E=256, topK=8,
 * blockM=32, and G the largest of 128, 64, 32, 16, 8 that divides both K. The inverse of {@link formatShape}.
 *
 * @param text comma-separated `key=value` pairs in any order, values in decimal
 * @returns the layer
 * @throws BenchError `E_SHAPE` for a missing K or N, an odd N, an unknown or repeated key, or a size that
 *   does not fit
 * @example
 * ```ts
 * import { gemmShape, parseShape } from '@moe/bench';
 * const shape = parseShape('K=2048,N=1536,E=128');
 * const { k, n } = gemmShape(shape, 2);
 * console.log(k, n, shape.numExperts);
 * // → 768 2048 128
 * ```
 */
export function parseShape(text: string): MoeShape {
  const values = readPairs(text);
  const hidden = values.get("K");
  const n = values.get("N");
  if (hidden === undefined || n === undefined) refuse(text, "K and N are both needed");
  if (n % 2 !== 0) refuse(text, `N is ${n}; gemm1 holds gate and up, so N must be even`);
  const shape: MoeShape = { ...presetShape(DEFAULT_PRESET), hidden, intermediate: n / 2 };
  shape.groupSize = defaultGroupSize(shape);
  for (const [key, field] of Object.entries(FIELD_OF_KEY))
    shape[field] = values.get(key) ?? shape[field];
  checkShape(shape);
  return shape;
}

/**
 * Writes a layer in the form that {@link parseShape} reads, with every key.
 *
 * @param shape layer sizes
 * @returns text such as `K=2048,N=1024,E=256,topK=8,G=128,blockM=32`
 * @example
 * ```ts
 * import { formatShape, PRESETS } from '@moe/bench';
 * console.log(formatShape(PRESETS['gpt-oss-120b'].shape));
 * // → K=2880,N=5760,E=128,topK=4,G=64,blockM=32
 * ```
 */
export function formatShape(shape: MoeShape): string {
  const { k, n } = gemmShape(shape, 1);
  const rest = Object.entries(FIELD_OF_KEY).map(([key, field]) => `${key}=${shape[field]}`);
  return [`K=${k}`, `N=${n}`, ...rest].join(",");
}

/** The usual 128 where it fits, else the next smaller power of two; 128 again (to be refused) where none does. */
function defaultGroupSize({ hidden, intermediate }: MoeShape): number {
  const fits = [128, 64, 32, 16, 8].find(
    (size) => hidden % size === 0 && intermediate % size === 0,
  );
  return fits ?? 128;
}

function readPairs(text: string): Map<string, number> {
  const allowed = ["K", "N", ...Object.keys(FIELD_OF_KEY)];
  const values = new Map<string, number>();
  for (const pair of text.split(",")) {
    const match = /^\s*(\w+)\s*=\s*(\d{1,9})\s*$/.exec(pair);
    if (!match) refuse(text, `"${pair}" is not key=integer`);
    const [, key, value] = match;
    if (!allowed.includes(key)) refuse(text, `"${key}" is not one of ${allowed.join(", ")}`);
    if (values.has(key)) refuse(text, `${key} is given twice`);
    values.set(key, Number(value));
  }
  return values;
}

function refuse(text: string, reason: string): never {
  throw new BenchError(
    "E_SHAPE",
    `The shape "${text}" cannot be used: ${reason}. Write for example K=2048,N=1024,E=256,topK=8,G=128,blockM=32.`,
    { given: text, reason },
  );
}
