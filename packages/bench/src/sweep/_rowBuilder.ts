import type { VerifyReport } from "@moe/quant";
import type { PreparedCell } from "../backends/Backend.ts";
import type {
  DeviceDescription,
  ResultRow,
  RowTiming,
  RowVerification,
  RunEnvironment,
  SweepConfig,
} from "../results/schema.ts";
import { SCHEMA_VERSION } from "../results/schema.ts";
import type { PairSampling, Side } from "../sampling/samplePairs.ts";
import { medianAbsoluteDeviation } from "../stats/medianAbsoluteDeviation.ts";
import { medianRatioInterval } from "../stats/medianRatioInterval.ts";
import { noiseFlags } from "../stats/noiseFlags.ts";
import { median } from "../stats/quantile.ts";
import { verdict } from "../stats/verdict.ts";
import type { BuiltCell } from "./_cellBuilder.ts";
import { replayCommand } from "./_replayCommand.ts";

/** `rel` above this is bad whatever the elements say: design limit of the original suite. */
const REL_LIMIT = 0.01;

/** What is the same in every row of a run. */
export interface RunContext {
  config: SweepConfig;
  device: DeviceDescription;
  environment: RunEnvironment;
}

/** Whether a side's output counts as right. */
export function isRight(report: VerifyReport): boolean {
  return report.passed && report.rel <= REL_LIMIT;
}

/** The part of a row that is known once the cell is built. */
export function describeCell(run: RunContext, built: BuiltCell, startedAt: number): ResultRow {
  const { config, device, environment } = run;
  const { cell, fill } = built;
  return {
    schemaVersion: SCHEMA_VERSION,
    kind: "cell",
    id: cell.id,
    status: "error",
    gemm: cell.gemm,
    archetype: cell.archetype,
    numTokens: cell.numTokens,
    shape: config.shape,
    k: cell.k,
    n: cell.n,
    seed: config.seed,
    sampler: config.sampler,
    placement: config.placement,
    topkIdsHash: built.topkIdsHash,
    alignHash: built.alignHash,
    usefulRows: fill.usefulRows,
    paddedRows: fill.paddedRows,
    blocks: fill.blocks,
    usePercent: fill.usePercent,
    skinnyPercent: fill.skinnyPercent,
    deadExperts: built.deadExperts,
    backend: device.backend,
    device: device.device,
    kernel: null,
    reference: null,
    cache: config.cache,
    copies: null,
    timing: null,
    clocks: null,
    counts: null,
    error: null,
    environment,
    replay: replayCommand(config, cell),
    startedAt: new Date(startedAt).toISOString(),
    wallMs: 0,
  };
}

/** One side of a row after verification. */
export function describeSide(
  prepared: PreparedCell,
  side: Side,
  report: VerifyReport,
): NonNullable<ResultRow["kernel"]> {
  const name = side === "kernel" ? prepared.kernelName : prepared.referenceName;
  return { name, ...prepared.ran(side), verification: describeReport(report) };
}

function describeReport({ passed, checked, rel, worst }: VerifyReport): RowVerification {
  return {
    passed,
    checked,
    rel: finite(rel),
    worstShareOfTolerance: worst && finite(worst.shareOfTolerance),
    worst: worst && {
      flat: worst.flat,
      col: worst.col,
      got: finite(worst.got),
      want: finite(worst.want),
    },
  };
}

/** Turns pairs into medians, interval, rates and verdict. */
export function describeTiming(row: ResultRow, pairs: PairSampling, margin: number): RowTiming {
  const { kernelNs, referenceNs, kernelFirst, stop } = pairs;
  const interval = medianRatioInterval(referenceNs, kernelNs);
  const { ratio, low, high } = interval;
  return {
    kernel: describeTimes(row, kernelNs),
    reference: describeTimes(row, referenceNs),
    speedup: ratio,
    speedupLow: low,
    speedupHigh: high,
    speedupPercent: (ratio - 1) * 100,
    verdict: verdict(interval, margin),
    flags: noiseFlags(pairs, interval),
    stop,
    samples: { kernelNs, referenceNs, kernelFirst },
  };
}

function describeTimes(row: ResultRow, times: number[]): RowTiming["kernel"] {
  const medianNs = median(times);
  // FLOP per ns is GFLOP/s.
  const rate = (rows: number): number => (2 * rows * row.k * row.n) / medianNs;
  return {
    medianNs,
    madNs: medianAbsoluteDeviation(times),
    usefulGflops: rate(row.usefulRows),
    paddedGflops: rate(row.paddedRows),
  };
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
