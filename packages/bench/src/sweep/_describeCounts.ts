import type { CountedCell, ExecutedWork } from "../backends/Backend.ts";
import { touchedBytes } from "../backends/_touchedBytes.ts";
import type { ResultRow, RowCounts } from "../results/schema.ts";
import { verdict } from "../stats/verdict.ts";
import type { BuiltCell } from "./_cellBuilder.ts";

/** Cycles that a WMMA occupies a SIMD, in which no other vector instruction issues. */
const MATRIX_CYCLES = 32;
/** Columns and k of a WMMA. */
const TILE = 16;

/** Turns what both sides executed into issue cycles, efficiencies and a modelled verdict. */
export function describeCounts(
  row: ResultRow,
  { rowTiles, cell: { problem } }: BuiltCell,
  cell: CountedCell,
  margin: number,
): RowCounts {
  const usefulMatrix = rowTiles * Math.ceil(row.n / TILE) * Math.ceil(row.k / TILE);
  const leastBytes = touchedBytes(problem);
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
