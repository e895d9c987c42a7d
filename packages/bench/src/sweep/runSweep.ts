import type { Backend, BackendOptions, CellPlan } from "../backends/Backend.ts";
import { backendEntry } from "../backends/table.ts";
import { SCHEMA_VERSION, type ResultHeader, type ResultRow } from "../results/schema.ts";
import { cellBuilder } from "./_cellBuilder.ts";
import { captureEnvironment } from "./captureEnvironment.ts";
import { checkMemory } from "./_checkMemory.ts";
import { estimateRemaining, type CellCost } from "./_eta.ts";
import { measureCell } from "./_measureCell.ts";
import { resolveOptions, type ResolvedSweep } from "./_resolveOptions.ts";
import { planCells } from "./planCells.ts";
import type { SweepOptions } from "./SweepOptions.ts";

/** What {@link runSweep} yields, in this order: one `plan`, then `cell-start` and `cell` for each cell, one `done`. */
export type SweepEvent =
  | {
      /** First event. */
      type: "plan";
      /** First line of a result file. */
      header: ResultHeader;
      /** Every cell of the sweep, the finished ones included. */
      cells: CellPlan[];
      /** Ids that `resumeFrom` holds and that do not run again. */
      skipped: string[];
    }
  | {
      /** A cell is about to be built. */
      type: "cell-start";
      /** That cell. */
      cell: CellPlan;
      /** Cells of this call that are finished. */
      finished: number;
      /** Cells that this call runs. */
      total: number;
      /** Estimated ms to the end of the sweep; null before the first cell has finished. */
      etaMs: number | null;
    }
  | {
      /** A cell is finished. */
      type: "cell";
      /** Its row, complete. */
      row: ResultRow;
      /** Cells of this call that are finished, this one included. */
      finished: number;
      /** Cells that this call runs. */
      total: number;
      /** Estimated ms to the end of the sweep. */
      etaMs: number;
    }
  | {
      /** Last event. */
      type: "done";
      /** All rows of the sweep in plan order, the resumed ones included. */
      rows: ResultRow[];
      /** Wall time of this call in ms. */
      wallMs: number;
    };

/**
 * Measures a kernel against a reference over archetypes × T × GEMM. For every cell: build the tensors from seeds that
 * depend on the cell alone, compare both sides with the f64 oracle, then time them in cold-cache pairs, or on a backend that counts
 * take what the compared run executed. A cell whose output is wrong is marked and not measured; a cell that the backend refuses becomes an `error` row; both leave the rest of the sweep running.
 *
 * @param options see {@link SweepOptions}
 * @returns a generator of {@link SweepEvent}; leaving it early frees the backend
 * @throws BenchError `E_OPTION`, `E_SHAPE` for bad options, `E_BACKEND_UNKNOWN` or `E_BACKEND_UNAVAILABLE` for the backend, `E_MEMORY` for a
 *   cell that cannot fit: all before the first cell runs; RoutingError for an archetype that the layer cannot have; the signal's reason
 * @remarks Memory: the packed weights of one GEMM, A, and C twice while it is verified. Determinism: all but the times.
 * @example
 * ```ts
 * import { parseShape, runSweep } from '@moe/bench';
 * const sweep = runSweep({
 *   backend: 'portable',
 *   shape: parseShape('K=64,N=64,E=8,topK=2,G=32,blockM=16'),
 *   archetypes: ['uniform'],
 *   tokens: [16],
 *   minSamples: 6,
 *   maxSamples: 6,
 * });
 * for await (const event of sweep)
 *   if (event.type === 'cell') console.log(event.row.id, event.row.status);
 * // → gemm1/uniform/T16 ok
 * // → gemm2/uniform/T16 ok
 * ```
 */
export async function* runSweep(options: SweepOptions): AsyncGenerator<SweepEvent, void, void> {
  const sweep = resolveOptions(options);
  const cells = planCells(sweep.config);
  for (const cell of cells) checkMemory(sweep.config.shape, cell);
  if (typeof options.backend !== "string") {
    yield* sweepCells(options, sweep, options.backend, cells);
    return;
  }
  const { threads, arch, device, tritonConfig } = options;
  const backend = await backendEntry(options.backend).open(
    defined({ threads, arch, device, tritonConfig }),
  );
  try {
    yield* sweepCells(options, sweep, backend, cells);
  } finally {
    await backend.close();
  }
}

/** Without the keys that are undefined: a default applies only where a key is absent. */
function defined(options: { [K in keyof BackendOptions]: BackendOptions[K] | undefined }) {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as BackendOptions;
}

async function* sweepCells(
  options: SweepOptions,
  sweep: ResolvedSweep,
  backend: Backend,
  cells: CellPlan[],
): AsyncGenerator<SweepEvent, void, void> {
  const { signal, now = Date.now } = options;
  const start = now();
  const header = await createHeader(options, sweep, backend, start);
  const rows = finishedRows(options.resumeFrom ?? [], cells);
  const pending = cells.filter((cell) => !rows.has(cell.id));
  yield { type: "plan", header, cells, skipped: [...rows.keys()] };

  const { config, device, environment } = header;
  const { build, workOf } = cellBuilder(sweep);
  const works = pending.map(workOf);
  const done: CellCost[] = [];
  const eta = (): number | null => estimateRemaining(done, works.slice(done.length));
  for (const cell of pending) {
    signal?.throwIfAborted();
    const total = pending.length;
    yield { type: "cell-start", cell, finished: done.length, total, etaMs: eta() };
    const run = { config, device, environment, backend, build, now, signal };
    const row = await measureCell(run, cell);
    rows.set(row.id, row);
    done.push({ work: works[done.length], wallMs: row.wallMs });
    yield { type: "cell", row, finished: done.length, total, etaMs: eta() ?? 0 };
  }
  yield {
    type: "done",
    rows: cells.map((cell) => rows.get(cell.id)!),
    wallMs: Math.max(0, now() - start),
  };
}

async function createHeader(
  options: SweepOptions,
  { config }: ResolvedSweep,
  backend: Backend,
  start: number,
): Promise<ResultHeader> {
  return {
    schemaVersion: SCHEMA_VERSION,
    kind: "header",
    config,
    device: await backend.describe(),
    environment: options.environment ?? captureEnvironment(options.argv, backend.versions),
    startedAt: new Date(start).toISOString(),
  };
}

/** Rows of an earlier run by id; cells that failed to run are tried again. */
function finishedRows(rows: readonly ResultRow[], cells: CellPlan[]): Map<string, ResultRow> {
  const planned = new Set(cells.map((cell) => cell.id));
  const finished = rows.filter((row) => row.status !== "error" && planned.has(row.id));
  return new Map(finished.map((row) => [row.id, row]));
}
