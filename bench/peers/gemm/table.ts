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
const LEFT_ALIGNED = new Set(["who", "activations", "weights"]);

/** A contestant of a cell, in numbers. */
interface Line {
  cells: string[];
  /** Its median time over ours; undefined for ours and for one without times. */
  ratio?: number;
}

/** Prints the lines of the cells, then where a peer is faster than ours. */
export function renderTable(results: readonly CellResult[]): string {
  const lines = results.map(({ outcomes }, i) => outcomes.map((o) => line(results[i], o)));
  const rows = [HEADER, ...lines.flat().map(({ cells }) => cells)];
  const last = HEADER.length - 1;
  const widths = HEADER.map((name, column) =>
    column === last ? name.length : Math.max(...rows.map((row) => row[column].length)),
  );
  const text = rows.map((row) =>
    row
      .map((cell, i) =>
        LEFT_ALIGNED.has(HEADER[i]) ? cell.padEnd(widths[i]) : cell.padStart(widths[i]),
      )
      .join("  ")
      .trimEnd(),
  );
  return [...text, "", ...summary(lines.flat())].join("\n");
}

function line(result: CellResult, outcome: Outcome): Line {
  const { gemm, numTokens, rows } = result.cell;
  const labels = [`gemm${gemm}`, String(numTokens), String(rows), outcome.name];
  const numbers = HEADER.length - labels.length;
  if (outcome.failure !== undefined || outcome.timesNs.length === 0) {
    const reason = `unavailable: ${outcome.failure ?? "no samples"}`;
    return { cells: [...labels, ...Array.from({ length: numbers - 1 }, () => ""), reason] };
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
  const slower = lines.filter(({ ratio }) => ratio !== undefined && ratio < 1);
  const compared = lines.filter(({ ratio }) => ratio !== undefined).length;
  const name = ({ cells, ratio }: Line): string =>
    `ours is slower: ${cells[0]} T=${cells[1]}, ${cells[3]} takes ${ratio?.toFixed(2)} of our time`;
  return [
    ...slower.map(name),
    `ours is faster in ${compared - slower.length} of ${compared} comparisons`,
  ];
}
