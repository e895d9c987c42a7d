import { setImmediate as turn } from "node:timers/promises";
import { BenchError } from "../errors.ts";
import type { Backend, CellPlan, PreparedCell, TimedCell } from "../backends/Backend.ts";
import type { ResultRow, RowTiming } from "../results/schema.ts";
import { ClockLog, SPOILING_REASONS } from "./_clockLog.ts";
import { FEWEST_PAIRS, type PairSampling, samplePairs } from "../sampling/samplePairs.ts";
import type { BuiltCell } from "./_cellBuilder.ts";
import { describeCounts } from "./_describeCounts.ts";
import { describeCell, describeSide, describeTiming, isRight } from "./_rowBuilder.ts";
import type { RunContext } from "./_rowBuilder.ts";

/** What measuring a cell needs beside the cell. */
export interface MeasureContext extends RunContext {
  backend: Backend;
  build: (plan: CellPlan) => BuiltCell;
  now: () => number;
  signal: AbortSignal | undefined;
}

/** Builds, verifies and measures one cell. What the backend refuses becomes an `error` row; an abort passes through. */
export async function measureCell(run: MeasureContext, plan: CellPlan): Promise<ResultRow> {
  const start = run.now();
  const built = run.build(plan);
  const row = describeCell(run, built, start);
  try {
    const prepared = await run.backend.prepare(built.cell);
    const abort = (): void => prepared.abort?.();
    run.signal?.addEventListener("abort", abort);
    try {
      run.signal?.throwIfAborted();
      await fillRow(row, built, prepared, run);
    } finally {
      run.signal?.removeEventListener("abort", abort);
      await prepared.close();
    }
  } catch (error) {
    run.signal?.throwIfAborted();
    row.error = describeError(error);
  }
  row.wallMs = Math.max(0, run.now() - start);
  return row;
}

async function fillRow(
  row: ResultRow,
  built: BuiltCell,
  prepared: PreparedCell,
  run: MeasureContext,
): Promise<void> {
  const { signal, config } = run;
  const kernel = await prepared.verify("kernel");
  row.kernel = describeSide(prepared, "kernel", kernel);
  await turn();
  signal?.throwIfAborted();
  const reference = await prepared.verify("reference");
  row.reference = describeSide(prepared, "reference", reference);
  if (!isRight(kernel) || !isRight(reference)) {
    row.status = "badrel";
    return;
  }
  if (prepared.measure === "count")
    row.counts = describeCounts(row, built, prepared, config.margin);
  else row.timing = await timeCell(row, prepared, run);
  row.status = "ok";
}

async function timeCell(
  row: ResultRow,
  prepared: TimedCell,
  { config, now, signal }: MeasureContext,
): Promise<RowTiming> {
  row.copies = prepared.copies ?? null;
  await prepared.rampUp?.();
  const { minSamples, maxSamples, timeBudgetMs, targetHalfWidth } = config;
  const clocks = new ClockLog(() => prepared.sensors?.() ?? null);
  const pairs = await samplePairs((side) => prepared.sample(side), {
    minSamples,
    maxSamples,
    timeBudgetMs,
    targetHalfWidth,
    seed: `${config.seed}/order/${row.id}`,
    now,
    isThrottled: () => clocks.isThrottled(),
    ...(signal && { signal }),
  });
  row.clocks = clocks.describe(pairs.droppedThrottled);
  if (pairs.kernelNs.length < FEWEST_PAIRS) throw throttled(row, pairs);
  return describeTiming(row, pairs, config.margin);
}

/** Too few pairs for an interval: no number is better than one of a throttled device. */
function throttled(
  { clocks }: ResultRow,
  { kernelNs, droppedThrottled }: PairSampling,
): BenchError {
  const reasons = (clocks?.throttleReasons ?? []).filter((name) => SPOILING_REASONS.includes(name));
  return new BenchError(
    "E_THROTTLED",
    `${droppedThrottled} pairs were dropped because the device was throttled (${reasons.join(", ")}), and ${kernelNs.length} are left; an interval needs ${FEWEST_PAIRS}. Let it cool, lower its clocks below its limits, or raise maxSamples and timeBudgetMs.`,
    { droppedThrottled, reasons, pairs: kernelNs.length },
  );
}

function describeError(error: unknown): { code: string; message: string } {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return {
    code: typeof code === "string" ? code : "E_UNKNOWN",
    message: typeof message === "string" ? message : String(error),
  };
}
