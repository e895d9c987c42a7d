// Walker's alias method (A. J. Walker, ACM TOMS 3, 1977; build by M. D. Vose, IEEE TSE 17, 1991) over a power of two
// of buckets, so that one 32-bit number gives bucket (high bits) and coin (the rest). Where the coin equals the
// threshold's high part, 32 more bits decide: probabilities are resolved to 2^-64; building a table rounds
// each to some 1e-13 of itself.
//
// Table h leaves out the h most popular experts. A token that already holds them all draws from table h without
// colliding with them: successive sampling from a skewed law then costs about one draw an expert.

export interface AliasTables {
  /** log2 of the buckets of one table. */
  readonly bits: number;
  /** Thresholds of the coin, `[numTables << bits]`: high 32 - bits bits, 0..2^(32-bits) (included). */
  readonly thresholdHi: Int32Array;
  /** The next 32 bits of the threshold. */
  readonly thresholdLo: Uint32Array;
  /** bucket XOR alias, `[numTables << bits]`. */
  readonly flip: Int32Array;
  /** Expert that table h + 1 leaves out and table h does not, `[numTables]`; the last entry is an id that never comes. */
  readonly leaver: Int32Array;
}

/** All tables together stay inside the L1 cache for usual E, and below 1 MiB for any. */
const MAX_BUCKETS = 2 ** 16;

/** Below this share of the hot experts their collisions cost less than the walk from table to table. */
const MIN_HOT_SHARE = 0.6;

/** A sweep draws one law at many T, one after the other: the last tables are kept. */
let last: { probability: Float64Array; topK: number; tables: AliasTables } | undefined;

export function aliasTables(probability: Float64Array, topK: number): AliasTables {
  if (last?.topK === topK && equal(last.probability, probability)) return last.tables;
  const tables = buildAliasTables(probability, topK);
  last = { probability, topK, tables };
  return tables;
}

function equal(a: Float64Array, b: Float64Array): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

/** The tables of a law; they are read only. `probability` must stay as it is. */
export function buildAliasTables(probability: Float64Array, topK: number): AliasTables {
  const numExperts = probability.length;
  const bits = Math.max(2, 32 - Math.clz32(numExperts - 1));
  const buckets = 1 << bits;
  const order = byPopularity(probability);
  const numTables = tablesFor(probability, order, topK, buckets);
  const tables = {
    bits,
    thresholdHi: new Int32Array(numTables * buckets),
    thresholdLo: new Uint32Array(numTables * buckets),
    flip: new Int32Array(numTables * buckets),
    leaver: new Int32Array(numTables).fill(buckets),
  };
  const weights = new Float64Array(buckets);
  weights.set(probability);
  for (let h = 0; h < numTables; h++) {
    if (h > 0) {
      weights[order[h - 1]] = 0;
      tables.leaver[h - 1] = order[h - 1];
    }
    fillTable(weights, order[h], tables, h * buckets);
  }
  return tables;
}

function byPopularity(probability: Float64Array): Int32Array {
  const order = Int32Array.from(probability, (_, expert) => expert);
  return order.sort((a, b) => probability[b] - probability[a] || a - b);
}

function tablesFor(
  probability: Float64Array,
  order: Int32Array,
  topK: number,
  buckets: number,
): number {
  let hotShare = 0;
  for (let h = 0; h < topK - 1; h++) hotShare += probability[order[h]];
  if (hotShare < MIN_HOT_SHARE) return 1;
  return Math.max(1, Math.min(topK, Math.floor(MAX_BUCKETS / buckets)));
}

/** One table: `weights` of any scale, `heaviest` the index of its largest. */
function fillTable(
  weights: Float64Array,
  heaviest: number,
  tables: AliasTables,
  offset: number,
): void {
  const buckets = weights.length;
  let sum = 0;
  for (const weight of weights) sum += weight / weights[heaviest];
  const scaled = new Float64Array(buckets);
  for (let i = 0; i < buckets; i++) scaled[i] = (weights[i] / weights[heaviest] / sum) * buckets;
  const small: number[] = [];
  const large: number[] = [];
  for (let i = 0; i < buckets; i++) (scaled[i] < 1 ? small : large).push(i);
  while (small.length > 0 && large.length > 0) {
    const poor = small.pop()!;
    const rich = large[large.length - 1];
    setBucket(tables, offset, poor, scaled[poor], rich);
    scaled[rich] -= 1 - scaled[poor];
    if (scaled[rich] < 1) small.push(large.pop()!);
  }
  // What is left differs from 1 by rounding alone, so no weight of zero is among it.
  for (const i of large) setBucket(tables, offset, i, 1, i);
  for (const i of small) setBucket(tables, offset, i, 1, i);
}

function setBucket(
  tables: AliasTables,
  offset: number,
  bucket: number,
  keep: number,
  alias: number,
): void {
  const scaled = keep * 2 ** (32 - tables.bits);
  const hi = Math.floor(scaled);
  tables.thresholdHi[offset + bucket] = hi;
  tables.thresholdLo[offset + bucket] = Math.floor((scaled - hi) * 2 ** 32);
  tables.flip[offset + bucket] = bucket ^ alias;
}
