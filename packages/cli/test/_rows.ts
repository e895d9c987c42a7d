/** Result rows with chosen outcomes; everything else is plausible and constant. */

import type { ResultRow } from "@moe/bench";

/** What a test chooses. */
export interface RowChoice {
  gemm?: 1 | 2;
  archetype?: string;
  numTokens?: number;
  /** Reference time over kernel time; absent = not timed. */
  speedup?: number;
  verdict?: "FAST" | "SLOW" | "SAME" | "AMBIGUOUS";
  status?: ResultRow["status"];
  usePercent?: number;
  flags?: NonNullable<ResultRow["timing"]>["flags"];
  error?: ResultRow["error"];
  clocks?: ResultRow["clocks"];
  copies?: number;
  /** The reference's issue cycles over the kernel's, where the row was counted. */
  modelled?: number;
}

const SHAPE = {
  hidden: 64,
  intermediate: 32,
  numExperts: 8,
  topK: 2,
  groupSize: 32,
  blockM: 16,
} as const;

const ENVIRONMENT = { versions: {}, commit: null, dirty: null, argv: [] };

function side(name: string, passed: boolean): NonNullable<ResultRow["kernel"]> {
  const rel = passed ? 0.0014 : 0.5;
  const worst = { flat: 3, col: 5, got: 2, want: 1 };
  const verification = { passed, checked: 4096, rel, worstShareOfTolerance: 0.5, worst };
  return { name, isa: "javascript", threads: 1, verification };
}

function timing(o: RowChoice): ResultRow["timing"] {
  if (o.speedup === undefined) return null;
  const rates = { madNs: 100, usefulGflops: 7, paddedGflops: 14 };
  return {
    kernel: { medianNs: 1_000_000, ...rates },
    reference: { medianNs: 1_000_000 * o.speedup, ...rates },
    speedup: o.speedup,
    speedupLow: o.speedup * 0.9,
    speedupHigh: o.speedup * 1.1,
    speedupPercent: (o.speedup - 1) * 100,
    verdict: o.verdict ?? (o.speedup > 1 ? "FAST" : "SLOW"),
    flags: o.flags ?? [],
    stop: "max-samples",
    samples: { kernelNs: [1], referenceNs: [1], kernelFirst: [true] },
  };
}

function counts(o: RowChoice): ResultRow["counts"] {
  if (o.modelled === undefined) return null;
  const kernel = {
    kernels: ["gemm"],
    instructions: 5_000_000,
    matrix: 400_000,
    otherVector: 2_700_000,
    issueCycles: 15_500_000,
    issueEfficiency: 0.846,
    vectorCycles: 15_600_000,
    ldsCycles: 1000,
    ldsConflictCycles: 0,
    globalBytes: 50 * 2 ** 20,
    scratchBytes: 0,
  };
  const { issueCycles } = kernel;
  const reference = { ...kernel, issueCycles: issueCycles * o.modelled, ldsConflictCycles: 159 };
  return {
    usefulMatrix: 400_000,
    leastBytes: 40_000_000,
    kernel,
    reference: { ...reference, issueEfficiency: 0.303, globalBytes: 1234 * 2 ** 20 },
    speedup: o.modelled,
    speedupPercent: (o.modelled - 1) * 100,
    verdict: o.modelled > 1 ? "FAST" : "SLOW",
  };
}

/** One row. */
export function resultRow(o: RowChoice = {}): ResultRow {
  const { gemm = 1, archetype = "zipf1", numTokens = 64 } = o;
  const status = o.status ?? (o.speedup === undefined && o.modelled === undefined ? "error" : "ok");
  const ran = status !== "error";
  return {
    schemaVersion: 1,
    kind: "cell",
    id: `gemm${gemm}/${archetype}/T${numTokens}`,
    status,
    gemm,
    archetype,
    numTokens,
    shape: SHAPE,
    k: 64,
    n: 64,
    seed: "0",
    sampler: "fast",
    placement: "sorted",
    topkIdsHash: "ab",
    alignHash: "cd",
    usefulRows: numTokens * 2,
    paddedRows: numTokens * 4,
    blocks: 8,
    usePercent: o.usePercent ?? 50,
    skinnyPercent: 10,
    deadExperts: 0,
    backend: "portable",
    device: "a CPU",
    kernel: ran ? side("portableGemm", status === "ok") : null,
    reference: ran ? side("loops", true) : null,
    cache: "warm",
    copies: o.copies ?? null,
    timing: timing(o),
    clocks: o.clocks ?? null,
    counts: counts(o),
    error: o.error ?? (ran ? null : { code: "E_TEST", message: "no such thing" }),
    environment: ENVIRONMENT,
    replay: `moe-bench run --gemm ${gemm} --archetypes ${archetype} --tokens ${numTokens}`,
    startedAt: "2026-01-01T00:00:00.000Z",
    wallMs: 12,
  };
}
