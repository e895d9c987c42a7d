import type { CountedCell, ExecutedWork } from "../backends/Backend.ts";
import type { ResultRow, RowCounts } from "../results/schema.ts";
import { verdict } from "../stats/verdict.ts";

/** Cycles that a WMMA occupies a SIMD, in which no other vector instruction issues. */
const MATRIX_CYCLES = 32;
/** Columns and k of a WMMA. */
const TILE = 16;

/** Turns what both sides executed into issue cycles, efficiencies and a modelled verdict. */
export function describeCounts(
  row: ResultRow,
  rowTiles: number,
  cell: CountedCell,
  margin: number,
): RowCounts {
  const usefulMatrix = rowTiles * Math.ceil(row.n / TILE) * Math.ceil(row.k / TILE);
  const leastBytes = tensorBytes(row);
  const kernel = describeWork(cell.executed("kernel"), usefulMatrix);
  const reference = describeWork(cell.executed("reference"), usefulMatrix);
  const speedup = reference.issueCycles / kernel.issueCycles;
  return {
    usefulMatrix,
    leastBytes,
    kernel,
    reference,
    speedup,
    speedupPercent: (speedup - 1) * 100,
    verdict: exactVerdict(speedup, margin),
  };
}

/** Weights (4 bits), scales, A and C (16 bits) that a cell touches, each once. */
function tensorBytes({ shape, gemm, k, n, usefulRows, deadExperts, numTokens }: ResultRow): number {
  const weights = (shape.numExperts - deadExperts) * n * k * (1 / 2 + 2 / shape.groupSize);
  const rowsOfA = gemm === 1 ? numTokens : usefulRows;
  return weights + 2 * (rowsOfA * k + usefulRows * n);
}

function describeWork(work: ExecutedWork, usefulMatrix: number): RowCounts["kernel"] {
  const { kernels, matrix, otherVector, ...rest } = work;
  const issueCycles = MATRIX_CYCLES * matrix + otherVector;
  const issueEfficiency = (MATRIX_CYCLES * usefulMatrix) / issueCycles;
  return { kernels: [...kernels], matrix, otherVector, issueCycles, issueEfficiency, ...rest };
}

/** Counts have no spread: the interval is the ratio itself, a point, which lies in one of the three regions. */
function exactVerdict(speedup: number, margin: number): RowCounts["verdict"] {
  return verdict({ low: speedup, high: speedup }, margin) as RowCounts["verdict"];
}
