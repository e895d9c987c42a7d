import type { CellPlan } from "../backends/Backend.ts";
import type { SweepConfig } from "../results/schema.ts";
import { formatShape } from "../shapes/parseShape.ts";

/**
 * One `moe-bench run` line that measures a cell again with the same routing, tensors and pair order. With sampler
 * `numpy` the line repeats all archetypes and tokens, as one stream runs through the cells of a call.
 *
 * @param config the sweep's configuration
 * @param cell the cell
 * @returns the line, or null where a popularity vector has no text form
 */
export function replayCommand(config: SweepConfig, cell: CellPlan): string | null {
  const alone = config.sampler === "fast";
  const archetypes = alone ? [cell.archetype] : config.archetypes;
  if (archetypes.includes("custom")) return null;
  const tokens = alone ? [cell.numTokens] : config.tokens;
  const flags: [string, string | number | null][] = [
    ["backend", config.backend],
    ["gemm", cell.gemm],
    ["archetypes", archetypes.join(",")],
    ["tokens", tokens.join(",")],
    ["shape", formatShape(config.shape)],
    ["seed", config.seed],
    ["sampler", config.sampler],
    ["placement", config.placement],
    ["cache", config.cache],
    ["threads", config.threads],
    ["isa", config.isa],
    ["arch", config.arch],
    ["device", config.device],
    ["triton-config", config.tritonConfig],
  ];
  const given = flags.filter(([, value]) => value !== null);
  const options = given.map(([name, value]) => `--${name} ${value}`);
  return ["moe-bench run", ...options, ...(config.aa ? ["--aa"] : [])].join(" ");
}
