// The committed code objects against their sources.
import { comparePrebuilt } from "../packages/kernel-hip/scripts/_prebuiltBytes.ts";
import type { Outcome } from "./_steps.ts";

/** Fails on a stale or different code object; says so where bytes could not be compared. */
export async function prebuilt(): Promise<Outcome> {
  const { problems, notRun } = await comparePrebuilt();
  const note = `${problems.length} problems${notRun === undefined ? "" : `; NOT RUN: rebuilding and comparing (${notRun})`}`;
  return { ok: problems.length === 0, note, output: problems.join("\n") };
}
