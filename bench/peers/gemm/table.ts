// The one table: a line for each contestant of each cell.
import { median, medianAbsoluteDeviation, medianRatioInterval } from "@moe/bench";
import type { CellResult, Outcome } from "./measureCell.ts";

/** Rows an expert up to which the weights' bytes, not the products, are the bound. */
const MEMORY_BOUND_ROWS = 4;

const HEADER = [
  "gemm",
  "T",
  "rows",
  "who",
  "activations",
  "weights",
  "ms",
  "±MAD",
  "best ms",
  "of bf16 peak",
  "of read GB/s",
  "rel",
  "÷ ours [95 % CI]",
  "best ÷ best",
];
const WHO = HEADER.indexOf("who");
/** Columns of words: who, activations (or why there is nothing), weights. */
const LEFT_ALIGNED = new Set([WHO, WHO + 1, WHO + 2]);

/** A contestant of a cell. */
interface Line {
  /** A text for each column, or the labels and why there is nothing else. */
  cells: string[];
  /** Its median time over ours; undefined for ours and for one without times. */
  ratio?: number;
}

/** Prints the lines of the cells, then where a peer is faster than ours. */
export function renderTable(results: readonly CellResult[]): string {
  const lines = results.map(({ outcomes }, i) => outcomes.map((o) => line(results[i], o)));
  const rows = [HEADER, ...lines.flat().map(({ cells }) => cells)];
  const isFull = (row: string[]): boolean => row.length === HEADER.length;
  const full = rows.filter(isFull);
  const widths = HEADER.map((_, column) => Math.max(...full.map((row) => row[column].length)));
  widths[WHO] = Math.max(...rows.map((row) => row[WHO].length));
  const text = rows.map((row) =>
    row
      .map((cell, i) => (LEFT_ALIGNED.has(i) ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
      .join("  ")
      .trimEnd(),
  );
  return [...text, "", ...summary(lines.flat())].join("\n");
}

function line(result: CellResult, outcome: Outcome): Line {
  const { gemm, numTokens, rows } = result.cell;
  const labels = [`gemm${gemm}`, String(numTokens), String(rows), outcome.name];
  if (outcome.failure !== undefined || outcome.timesNs.length === 0) {
    return { cells: [...labels, `unavailable: ${outcome.failure ?? "no samples"}`] };
  }
  const { activations, weights } = outcome.arithmetic;
  const bytesBound = rows <= MEMORY_BOUND_ROWS && weights === "int4";
  const cells = [
    ...labels,
    activations,
    weights,
    ms(median(outcome.timesNs)),
    ms(medianAbsoluteDeviation(outcome.timesNs)),
    ms(Math.min(...outcome.timesNs)),
    share(peakShares(result, outcome)),
    bytesBound ? share(bandwidthShares(result, outcome)) : "",
    (outcome.rel ?? NaN).toFixed(4),
  ];
  const ours = result.outcomes[0];
  if (outcome === ours || ours.timesNs.length === 0) return { cells: [...cells, "", ""] };
  const { ratio, low, high } = medianRatioInterval(outcome.timesNs, ours.timesNs);
  const best = Math.min(...outcome.timesNs) / Math.min(...ours.timesNs);
  const interval = `${ratio.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`;
  return { cells: [...cells, interval, best.toFixed(2)], ratio };
}

/** Useful bf16 FLOP/s over the peak of the same round. */
function peakShares({ cell, peaks }: CellResult, { timesNs }: Outcome): number[] {
  const { numValidTokens, weights } = cell.problem;
  const flop = 2 * numValidTokens * weights.n * weights.k;
  return timesNs.map((ns, round) => flop / ns / (peaks[round].bf16GflopPerSecond ?? NaN));
}

/** Bytes of int4 weights and bf16 scales over time, over the read bandwidth of the same round. */
function bandwidthShares({ cell, peaks }: CellResult, { timesNs }: Outcome): number[] {
  const { packed, scales } = cell.problem.weights;
  const bytes = packed.byteLength + scales.byteLength;
  return timesNs.map((ns, round) => bytes / ns / peaks[round].readGBPerSecond);
}

function share(shares: number[]): string {
  return shares.some(Number.isNaN) ? "no bf16" : median(shares).toFixed(2);
}

function ms(ns: number): string {
  return (ns / 1e6).toFixed(1);
}

function summary(lines: readonly Line[]): string[] {
  const compared = lines.filter(({ ratio }) => ratio !== undefined);
  const slower = compared.filter(({ ratio }) => (ratio ?? 1) < 1);
  const name = ({ cells: [gemm, numTokens, , who], ratio }: Line): string =>
    `ours is slower: ${gemm} T=${numTokens}, ${who} takes ${ratio?.toFixed(2)} of our time`;
  const absent = lines.filter(({ cells }) => cells.length < HEADER.length).length;
  return [
    ...slower.map(name),
    `ours is faster in ${compared.length - slower.length} of ${compared.length} comparisons; ${absent} unavailable`,
  ];
}
