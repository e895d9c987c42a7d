import { setImmediate as turn } from "node:timers/promises";
import type { Backend, CellPlan, PreparedCell } from "../backends/Backend.ts";
import type { ResultRow } from "../results/schema.ts";
import { samplePairs } from "../sampling/samplePairs.ts";
import type { BuiltCell } from "./_cellBuilder.ts";
import { describeCell, describeSide, describeTiming, isRight } from "./_rowBuilder.ts";
import type { RunContext } from "./_rowBuilder.ts";

/** What measuring a cell needs beside the cell. */
export interface MeasureContext extends RunContext {
  backend: Backend;
  build: (plan: CellPlan) => BuiltCell;
  now: () => number;
  signal: AbortSignal | undefined;
}

/** Builds, verifies and times one cell. What the backend refuses becomes an `error` row; an abort passes through. */
export async function measureCell(run: MeasureContext, plan: CellPlan): Promise<ResultRow> {
  const start = run.now();
  const built = run.build(plan);
  const row = describeCell(run, built, start);
  try {
    const prepared = await run.backend.prepare(built.cell);
    try {
      await fillRow(row, prepared, run);
    } finally {
      await prepared.close();
    }
  } catch (error) {
    run.signal?.throwIfAborted();
    row.error = describeError(error);
  }
  row.wallMs = Math.max(0, run.now() - start);
  return row;
}

async function fillRow(row: ResultRow, prepared: PreparedCell, run: MeasureContext): Promise<void> {
  const { config, now, signal } = run;
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
  const { minSamples, maxSamples, timeBudgetMs, targetHalfWidth } = config;
  const pairs = await samplePairs((side) => prepared.sample(side), {
    minSamples,
    maxSamples,
    timeBudgetMs,
    targetHalfWidth,
    seed: `${config.seed}/order/${row.id}`,
    now,
    ...(signal && { signal }),
  });
  row.timing = describeTiming(row, pairs, config.margin);
  row.status = "ok";
}

function describeError(error: unknown): { code: string; message: string } {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return {
    code: typeof code === "string" ? code : "E_UNKNOWN",
    message: typeof message === "string" ? message : String(error),
  };
}
