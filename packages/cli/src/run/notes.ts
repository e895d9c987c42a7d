/** Sentences for stderr. */

import { BACKENDS, formatShape, type ResultRow } from "@moe/bench";
import { archetypeLabel } from "@moe/routing";
import { duration } from "../terminal/format.ts";
import type { RunOptions } from "./command.ts";
import type { SweepSettings } from "./settings.ts";

/** NVML's name for a card that lowers its clocks to stay within its power. */
export const POWER_CAP = "SwPowerCap";

/** What --verbose says about a cell. */
export function cellNote(row: ResultRow): string {
  const { id, timing, counts, clocks, wallMs } = row;
  if (counts !== null) return countsNote(id, counts, wallMs);
  if (timing === null) return `${id}: not measured`;
  const share = ({ madNs, medianNs }: { madNs: number; medianNs: number }): string =>
    `${((100 * madNs) / medianNs).toFixed(1)} %`;
  const flags = timing.flags.length === 0 ? "" : `, ${timing.flags.join(", ")}`;
  const rotated = row.copies === null ? "" : ` over ${row.copies} copies`;
  const pairs = `${timing.samples.kernelNs.length} pairs${rotated}, stopped by ${timing.stop}`;
  const spread = `deviation ${share(timing.kernel)} kernel, ${share(timing.reference)} reference`;
  return `${id}: ${pairs}, ${spread}${flags}${clocksNote(clocks)}, ${duration(wallMs)}`;
}

function clocksNote(clocks: ResultRow["clocks"]): string {
  if (clocks === null) return "";
  const { before, after, throttleReasons, droppedThrottled } = clocks;
  const capped = throttleReasons.includes(POWER_CAP) ? ", at its power cap" : "";
  const dropped = droppedThrottled === 0 ? "" : `, ${droppedThrottled} pairs dropped as throttled`;
  return `, ${before.clockMhz ?? "?"} to ${after.clockMhz ?? "?"} MHz${capped}${dropped}`;
}

function countsNote(id: string, counts: NonNullable<ResultRow["counts"]>, wallMs: number): string {
  const million = (instructions: number): string => `${(instructions / 1e6).toFixed(1)} M`;
  const { kernel, reference } = counts;
  const executed = `${million(kernel.instructions)} wave instructions kernel, ${million(reference.instructions)} reference`;
  return `${id}: ${executed}, ${duration(wallMs)}`;
}

/** Which cells run where the backend has fewer of them by default, and nothing was chosen. */
export function defaultsNote(
  { backend }: Pick<SweepSettings, "backend">,
  given: Pick<RunOptions, "resume" | "shape" | "preset" | "tokens" | "archetypes" | "filter">,
): string | undefined {
  const { resume, shape, preset, tokens, archetypes, filter } = given;
  const chosen = [resume, shape, preset, tokens, archetypes, filter];
  if (backend !== "sim" || chosen.some((value) => value !== undefined)) return undefined;
  const { defaults } = BACKENDS[backend];
  const names = defaults.archetypes.map(archetypeLabel).join(",");
  const cells = `${formatShape(defaults.shape)}, T ${defaults.tokens.join(",")}, ${names}`;
  return `backend sim, its default cells: ${cells}: about a minute; -p, --shape, -t and -a choose others`;
}

/** What a signal left undone, and how to go on. */
export function stopNote(
  finished: number,
  planned: number,
  { output, resume }: Pick<RunOptions, "output" | "resume">,
): string {
  const file = resume ?? output;
  const next = file?.endsWith(".jsonl") ? `; go on with: moe-bench run --resume ${file}` : "";
  return `stopped after ${finished} of ${planned} cells${next}`;
}
