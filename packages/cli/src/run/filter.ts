/** `--filter`: the part of a grid whose cell ids match. */

import { BACKENDS, planCells, type CellPlan } from "@moe/bench";
import { archetypeLabel } from "@moe/routing";
import { CliError } from "../errors.ts";
import type { SweepSettings } from "./settings.ts";

/**
 * Narrows GEMMs, archetypes and T to the cells that match. The result is again a grid, so that a result file
 * describes what was run by the same three lists; a pattern that leaves holes in the grid is an error.
 */
export function applyFilter(settings: SweepSettings, pattern: RegExp | undefined): SweepSettings {
  if (pattern === undefined) return settings;
  const { defaults } = BACKENDS[settings.backend];
  const { tokens = defaults.tokens, archetypes = defaults.archetypes } = settings;
  const { shape, gemms = [1, 2] } = settings;
  if (shape === undefined) throw new Error("the shape is settled before the filter");
  if (settings.sampler === "numpy") {
    reject(
      "part of a numpy stream",
      "drop --filter or --sampler numpy: one stream runs through all cells",
    );
  }
  const labels = archetypes.map(archetypeLabel);
  const all = planCells({ shape, gemms: [...gemms], archetypes: labels, tokens: [...tokens] });
  const kept = all.filter((cell) => pattern.test(cell.id));
  if (kept.length === 0) reject("no cell", `ids are like ${all[0].id}`);
  const has = (matches: (cell: CellPlan) => boolean): boolean => kept.some(matches);
  const grid = {
    gemms: gemms.filter((gemm) => has((cell) => cell.gemm === gemm)),
    archetypes: archetypes.filter((_, i) => has((cell) => cell.archetype === labels[i])),
    tokens: tokens.filter((value) => has((cell) => cell.numTokens === value)),
  };
  const size = grid.gemms.length * grid.archetypes.length * grid.tokens.length;
  if (size !== kept.length) {
    reject(
      `${kept.length} cells of a grid of ${size}`,
      "match whole rows and columns, or use --gemm, --archetypes and --tokens",
    );
  }
  return { ...settings, ...grid };
}

function reject(what: string, next: string): never {
  throw new CliError({
    code: "E_VALUE",
    what: `--filter: the pattern selects ${what}`,
    allowed: "a pattern that leaves a full grid of GEMMs, archetypes and T",
    next,
    details: { flag: "--filter" },
  });
}
