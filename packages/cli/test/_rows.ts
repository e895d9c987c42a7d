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

/** One row. */
export function resultRow(o: RowChoice = {}): ResultRow {
  const { gemm = 1, archetype = "zipf1", numTokens = 64 } = o;
  const status = o.status ?? (o.speedup === undefined ? "error" : "ok");
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
    timing: timing(o),
    error: o.error ?? (ran ? null : { code: "E_TEST", message: "no such thing" }),
    environment: ENVIRONMENT,
    replay: `moe-bench run --gemm ${gemm} --archetypes ${archetype} --tokens ${numTokens}`,
    startedAt: "2026-01-01T00:00:00.000Z",
    wallMs: 12,
  };
}
