/** Sentences for stderr. */

import type { ResultRow } from "@moe/bench";
import { duration } from "../terminal/format.ts";
import type { RunOptions } from "./command.ts";

/** What --verbose says about a cell. */
export function cellNote({ id, timing, wallMs }: ResultRow): string {
  if (timing === null) return `${id}: not timed`;
  const share = ({ madNs, medianNs }: { madNs: number; medianNs: number }): string =>
    `${((100 * madNs) / medianNs).toFixed(1)} %`;
  const flags = timing.flags.length === 0 ? "" : `, ${timing.flags.join(", ")}`;
  const pairs = `${timing.samples.kernelNs.length} pairs, stopped by ${timing.stop}`;
  const spread = `deviation ${share(timing.kernel)} kernel, ${share(timing.reference)} reference`;
  return `${id}: ${pairs}, ${spread}${flags}, ${duration(wallMs)}`;
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
