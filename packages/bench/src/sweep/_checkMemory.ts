import { totalmem } from "node:os";
import type { CellPlan } from "../backends/Backend.ts";
import { BenchError } from "../errors.ts";
import { gemmShape, type MoeShape } from "../shapes/MoeShape.ts";

/** Share of the machine's memory that a cell may take. */
const USABLE = 0.9;

/** Bytes of one cell: weights and scales, A, C and the copy of C that verification compares with. */
export function cellBytes(shape: MoeShape, plan: CellPlan): number {
  const { k, n, rowShare } = gemmShape(shape, plan.gemm);
  const elements = shape.numExperts * n * k;
  const rows = plan.numTokens * shape.topK;
  const weights = elements / 2 + (2 * elements) / shape.groupSize;
  return weights + (2 * rows * k) / rowShare + 2 * (2 * rows * n);
}

/** Throws `E_MEMORY` before a cell is built that cannot fit. */
export function checkMemory(shape: MoeShape, plan: CellPlan): void {
  const needed = cellBytes(shape, plan);
  const allowed = USABLE * totalmem();
  if (needed <= allowed) return;
  const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
  throw new BenchError(
    "E_MEMORY",
    `${plan.id} needs ${gib(needed)}; ${gib(allowed)} of this machine's memory may be used. Use fewer tokens or a smaller shape.`,
    { id: plan.id, needed, allowed },
  );
}
