/** A cell's work (any unit) and, once finished, its wall time. */
export interface CellCost {
  work: number;
  wallMs: number;
}

/**
 * Estimates the wall time of cells that have not run from those that have: wall = a + b·work by least
 * squares with a, b ≥ 0, as a small cell costs its sampling budget and a large one its arithmetic. null before
 * the first cell has finished.
 */
export function estimateRemaining(
  done: readonly CellCost[],
  works: readonly number[],
): number | null {
  if (done.length === 0) return null;
  const { base, slope } = fit(done);
  return works.reduce((sum, work) => sum + base + slope * work, 0);
}

function fit(done: readonly CellCost[]): { base: number; slope: number } {
  const meanWork = done.reduce((sum, cell) => sum + cell.work, 0) / done.length;
  const meanWall = done.reduce((sum, cell) => sum + cell.wallMs, 0) / done.length;
  let squares = 0;
  let products = 0;
  for (const cell of done) {
    squares += (cell.work - meanWork) ** 2;
    products += (cell.work - meanWork) * (cell.wallMs - meanWall);
  }
  const slope = squares > 0 ? Math.max(0, products / squares) : 0;
  const base = meanWall - slope * meanWork;
  return base >= 0 ? { base, slope } : { base: 0, slope: meanWall / meanWork };
}
