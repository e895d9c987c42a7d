import { BenchError } from "../errors.ts";
import {
  type HeaderDifference,
  runDifferences,
  softDifferences,
} from "../results/_headerDifferences.ts";
import type { Results } from "../results/readResults.ts";
import { planCells } from "../sweep/planCells.ts";
import type { CellPlan } from "../backends/Backend.ts";
import { type Comparison, comparisonOf } from "./comparisonOf.ts";

/** A cell of two runs. */
export interface CellAgreement extends CellPlan {
  /** What the first run says; null where it did not measure the cell. */
  first: Comparison | null;
  /** What the second says. */
  second: Comparison | null;
  /** Whether both measured it and the intervals of their speedups have a value in common. */
  agrees: boolean;
}

/** How far two runs say the same: see {@link agreementOf}. */
export interface Agreement {
  /** Every cell of the configuration, in the order of the run. */
  cells: CellAgreement[];
  /** Cells that agree. */
  agreeing: number;
  /** `agreeing` / all cells. */
  share: number;
  /** Sentences about versions and commits that differ. */
  warnings: string[];
}

/**
 * Compares a run with its repetition, cell by cell: they agree where the intervals of the speedup overlap, ends included.
 * Counts have no spread and agree where they are equal. A cell that one of the runs did not measure does not agree.
 *
 * Two intervals of 95 % of the same speedup overlap in nearly all cells, so that a share below 0.95 says that something other
 * than the noise inside of a run has moved: clocks, neighbours, memory layout.
 *
 * @param first header and rows of a run, as `readResults` gives them
 * @param second those of its repetition
 * @returns the cells and the share of those that agree
 * @throws BenchError `E_RUN_MISMATCH` where configuration or device differ; `details.differences` lists each field
 * @example
 * ```ts
 * import { agreementOf, parseShape, runSweep, type Results } from '@moe/bench';
 * async function measure(): Promise<Results> {
 *   const results = { rows: [], warnings: [] } as unknown as Results;
 *   const shape = parseShape('K=128,N=256,E=8');
 *   const cell = { shape, archetypes: ['zipf1'], tokens: [2], gemms: [1] } as const;
 *   for await (const event of runSweep({ backend: 'sim', ...cell })) {
 *     if (event.type === 'plan') results.header = event.header;
 *     if (event.type === 'cell') results.rows.push(event.row);
 *   }
 *   return results;
 * }
 * const { cells, share } = agreementOf(await measure(), await measure());
 * console.log(cells[0].id, cells[0].agrees, share);
 * // → gemm1/zipf1/T2 true 1
 * ```
 */
export function agreementOf(first: Results, second: Results): Agreement {
  const differences = runDifferences(first.header, second.header);
  if (differences.length > 0)
    throw new BenchError(
      "E_RUN_MISMATCH",
      `The two results are of different runs: ${differences.map(describe).join("; ")}. Compare repetitions of one command on one device.`,
      { differences },
    );
  const [left, right] = [comparisonsOf(first), comparisonsOf(second)];
  const cells = planCells(first.header.config).map((plan) => {
    const pair = { first: left.get(plan.id) ?? null, second: right.get(plan.id) ?? null };
    return { ...plan, ...pair, agrees: overlap(pair.first, pair.second) };
  });
  const agreeing = cells.filter(({ agrees }) => agrees).length;
  const share = cells.length === 0 ? 0 : agreeing / cells.length;
  const warnings = softDifferences(first.header, second.header).map(describe);
  return { cells, agreeing, share, warnings };
}

function comparisonsOf({ rows }: Results): Map<string, Comparison | null> {
  return new Map(rows.map((row) => [row.id, comparisonOf(row)]));
}

function overlap(first: Comparison | null, second: Comparison | null): boolean {
  if (first === null || second === null) return false;
  return first.speedupLow <= second.speedupHigh && second.speedupLow <= first.speedupHigh;
}

function describe({ field, first, second }: HeaderDifference): string {
  return `${field} is ${JSON.stringify(first)} in the first, ${JSON.stringify(second)} in the second`;
}
