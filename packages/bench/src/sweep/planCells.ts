import type { CellPlan } from "../backends/Backend.ts";
import type { SweepConfig } from "../results/schema.ts";
import { gemmShape } from "../shapes/MoeShape.ts";

/**
 * The cells of a sweep in the order they run: GEMM-major, so that the weights of only one GEMM are in memory,
 * then archetype, then T.
 *
 * @param config the sweep's configuration, as its header carries it
 * @returns one plan for each archetype × T × GEMM, with unique ids
 * @example
 * ```ts
 * import { planCells, PRESETS } from '@moe/bench';
 * const shape = PRESETS['qwen3.5-35b-a3b'].shape;
 * const cells = planCells({ shape, gemms: [1, 2], archetypes: ['zipf1'], tokens: [64, 128] });
 * console.log(cells.map((cell) => cell.id).join(' '));
 * // → gemm1/zipf1/T64 gemm1/zipf1/T128 gemm2/zipf1/T64 gemm2/zipf1/T128
 * ```
 */
export function planCells(
  config: Pick<SweepConfig, "shape" | "gemms" | "archetypes" | "tokens">,
): CellPlan[] {
  const cells: CellPlan[] = [];
  for (const gemm of config.gemms) {
    const { k, n } = gemmShape(config.shape, gemm);
    for (const archetype of config.archetypes)
      for (const numTokens of config.tokens) {
        const id = `gemm${gemm}/${archetype}/T${numTokens}`;
        cells.push({ id, gemm, archetype, numTokens, k, n });
      }
  }
  return cells;
}
