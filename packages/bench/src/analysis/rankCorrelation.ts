import type { ResultRow } from "../results/schema.ts";
import type { Gemm } from "../shapes/MoeShape.ts";
import { spearman } from "../stats/spearman.ts";
import { comparisonOf } from "./comparisonOf.ts";

/** Does the speedup follow block fill? See {@link rankCorrelation}. */
export interface RankCorrelation {
  /** GEMM, or `all` measured rows together. */
  gemm: Gemm | "all";
  /** Measured rows. */
  cells: number;
  /** Spearman's ρ of speedup with use%; null for fewer than 3 cells or a constant side. */
  rho: number | null;
}

/**
 * Spearman's rank correlation of speedup with `use%` (useful / padded rows): near 1 the kernel wins where blocks are full, near
 * -1 where they are empty, near 0 block fill does not explain the result.
 *
 * @param rows rows of a sweep; those of failed cells are left out
 * @returns one entry for each GEMM present, then `all` when there are two
 * @example
 * ```ts
 * import { rankCorrelation, type ResultRow } from '@moe/bench';
 * const row = (usePercent: number, speedup: number) =>
 *   ({ gemm: 1, usePercent, timing: { speedup } }) as ResultRow;
 * console.log(rankCorrelation([row(10, 1.2), row(50, 1.9), row(90, 2.5)])[0].rho);
 * // → 1
 * ```
 */
export function rankCorrelation(rows: Iterable<ResultRow>): RankCorrelation[] {
  const measured = [...rows].filter((row) => comparisonOf(row) !== null);
  const gemms = ([1, 2] as const).filter((gemm) => measured.some((row) => row.gemm === gemm));
  const groups: (Gemm | "all")[] = gemms.length > 1 ? [...gemms, "all"] : gemms;
  return groups.map((gemm) => {
    const cells = measured.filter((row) => gemm === "all" || row.gemm === gemm);
    return { gemm, cells: cells.length, rho: correlate(cells) };
  });
}

function correlate(cells: ResultRow[]): number | null {
  if (cells.length < 3) return null;
  return spearman(
    cells.map((row) => row.usePercent),
    cells.map((row) => comparisonOf(row)!.speedup),
  );
}
