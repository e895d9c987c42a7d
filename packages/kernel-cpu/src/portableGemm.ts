// The contract's kernel in plain TypeScript, for machines without a native binary.
//
// Blocks of one expert that follow each other are one matrix. Its rows are gathered in chunks; four weight
// rows at a time are decoded once and reused for every row of the chunk. Products are exact and sums are
// f64, which a JavaScript engine adds fastest. Measured on one core, k = 2048, as shares of this 2 × 4 tile
// of f64 sums over f64 panels: f32 sums by Math.fround 0.4, f32 panels 0.75, a 4 × 4 tile 0.9, panels
// interleaved by k 0.4, one sum at a time 0.3.
import {
  bf16ToFloat,
  checkProblem,
  dequantizeRow,
  floatToBf16,
  type MoeGemmProblem,
} from "@moe/quant";

/** Rows of activations kept decoded at a time: 1 MiB of f64 at k = 2048. */
const CHUNK_ROWS = 64;
const TILE_ROWS = 2;
const TILE_COLUMNS = 4;

/** What {@link portableGemm} reports. */
export interface PortableReport {
  /** The implementation that ran. */
  backend: "typescript";
  /** Wall time after the problem was checked, in nanoseconds. */
  timeNs: number;
}

/** Buffers of one call. */
interface Panels {
  /** f64 `[CHUNK_ROWS, k]` */
  a: Float64Array;
  /** f64 `[TILE_COLUMNS, k]` */
  w: Float64Array;
  /** f64 `[TILE_ROWS, TILE_COLUMNS]` */
  sums: Float64Array;
}

/**
 * Runs a grouped W4A16 GEMM on one thread in plain TypeScript. Sums are f64 (the contract asks for
 * f32 or better) and rounded once to f32, then to bf16. A row's bits do not depend on its slot or
 * its neighbours. Memory: two panels, at most `68 · k` f64.
 *
 * @param p - the problem; `p.c` is written
 * @returns see {@link PortableReport}
 * @throws QuantError for a problem that `checkProblem` refuses; `p.c` is then untouched
 * @example
 * ```ts
 * import { portableGemm } from "@moe/kernel-cpu";
 * import { bf16ToFloat, packExllama, toBf16 } from "@moe/quant";
 *
 * const problem = {
 *   a: toBf16(new Float32Array([1, 1, 1, 1, 0, 0, 0, 0])),
 *   weights: {
 *     packed: packExllama(new Uint8Array([9, 10, 11, 12, 0, 0, 0, 0]), { rows: 1, k: 8 }),
 *     scales: toBf16(new Float32Array([0.5])),
 *     numExperts: 1, n: 1, k: 8, groupSize: 8, rowStride: 1,
 *   },
 *   sortedTokenIds: new Int32Array([0, 1, 1, 1]), expertIds: new Int32Array([0]),
 *   numBlocks: 1, blockM: 4, topK: 1, numValidTokens: 1, c: new Uint16Array(1),
 * };
 * console.log(portableGemm(problem).backend, bf16ToFloat(problem.c[0]));
 * // → typescript 5
 * ```
 */
export function portableGemm(p: MoeGemmProblem): PortableReport {
  checkProblem(p);
  const start = performance.now();
  const { n, k } = p.weights;
  // Without rows or columns k may be any size, and the panels with it.
  if (p.numValidTokens > 0 && n > 0) multiplyBlocks(p, makePanels(p.numValidTokens, k));
  return { backend: "typescript", timeNs: Math.round((performance.now() - start) * 1e6) };
}

function makePanels(numValidTokens: number, k: number): Panels {
  return {
    a: new Float64Array(Math.min(CHUNK_ROWS, numValidTokens + 1) * k),
    w: new Float64Array(TILE_COLUMNS * k),
    sums: new Float64Array(TILE_ROWS * TILE_COLUMNS),
  };
}

function multiplyBlocks(p: MoeGemmProblem, panels: Panels): void {
  const flats: number[] = [];
  let expert = -1;
  for (let b = 0; b < p.numBlocks; b++) {
    if (p.expertIds[b] < 0) continue;
    if (p.expertIds[b] !== expert) multiplyExpert(p, expert, flats, panels);
    expert = p.expertIds[b];
    const end = Math.min((b + 1) * p.blockM, p.sortedTokenIds.length);
    for (let slot = b * p.blockM; slot < end; slot++) {
      const flat = p.sortedTokenIds[slot];
      if (flat >= p.numValidTokens) continue;
      flats.push(flat);
      if (flats.length === CHUNK_ROWS) multiplyExpert(p, expert, flats, panels);
    }
  }
  multiplyExpert(p, expert, flats, panels);
}

/** Multiplies the collected rows with one expert's weights and empties the list. */
function multiplyExpert(p: MoeGemmProblem, expert: number, flats: number[], panels: Panels): void {
  const { n, k } = p.weights;
  for (const [row, flat] of flats.entries()) gatherRow(p, flat, panels.a, row * k);
  for (let col = 0; col < n && flats.length > 0; col += TILE_COLUMNS) {
    const columns = Math.min(TILE_COLUMNS, n - col);
    for (let j = 0; j < columns; j++)
      dequantizeRow(p.weights, expert * n + col + j, panels.w, j * k);
    for (let row = 0; row < flats.length; row += TILE_ROWS) {
      multiplyTile(panels.a, row * k, panels.w, k, panels.sums);
      const rows = Math.min(TILE_ROWS, flats.length - row);
      for (let r = 0; r < rows; r++) {
        const at = flats[row + r] * n + col;
        for (let j = 0; j < columns; j++) {
          p.c[at + j] = floatToBf16(panels.sums[r * TILE_COLUMNS + j]);
        }
      }
    }
  }
  flats.length = 0;
}

function gatherRow(p: MoeGemmProblem, flat: number, out: Float64Array, at: number): void {
  const { k } = p.weights;
  const from = Math.floor(flat / p.topK) * k;
  for (let i = 0; i < k; i++) out[at + i] = bf16ToFloat(p.a[from + i]);
}

/**
 * 8 dot products: rows `a0`, `a0 + k` of `a` with the 4 rows of `w`. Rows past the gathered ones
 * give sums that nobody reads.
 */
function multiplyTile(
  a: Float64Array,
  a0: number,
  w: Float64Array,
  k: number,
  sums: Float64Array,
): void {
  const a1 = a0 + k < a.length ? a0 + k : a0;
  const w1 = k;
  const w2 = 2 * k;
  const w3 = 3 * k;
  let s00 = 0,
    s01 = 0,
    s02 = 0,
    s03 = 0;
  let s10 = 0,
    s11 = 0,
    s12 = 0,
    s13 = 0;
  for (let i = 0; i < k; i++) {
    const x = a[a0 + i];
    const y = a[a1 + i];
    let v = w[i];
    s00 += x * v;
    s10 += y * v;
    v = w[w1 + i];
    s01 += x * v;
    s11 += y * v;
    v = w[w2 + i];
    s02 += x * v;
    s12 += y * v;
    v = w[w3 + i];
    s03 += x * v;
    s13 += y * v;
  }
  sums[0] = s00;
  sums[1] = s01;
  sums[2] = s02;
  sums[3] = s03;
  sums[4] = s10;
  sums[5] = s11;
  sums[6] = s12;
  sums[7] = s13;
}
