import { verifyGemm, type VerifyReport } from "@moe/quant";
import type { Cell } from "./Backend.ts";

/** A bf16 NaN that no kernel computes from finite inputs: where it is left, nothing was written. */
export const POISON = 0xffff;
/** Both of its bytes. */
export const POISON_BYTE = 0xff;
/** Elements compared a side. */
const VERIFIED_ELEMENTS = 4096;

/**
 * Poisons C, runs a side into it and compares it with the oracle. `weightRounding` is what the side rounds in each
 * dequantised weight, see `verifyGemm`.
 */
export async function verifyPoisoned(
  { problem, verifySeed: seed }: Cell,
  run: () => void | Promise<void>,
  weightRounding = 0,
): Promise<VerifyReport> {
  problem.c.fill(POISON);
  const untouched = problem.c.slice();
  await run();
  const options = { samples: VERIFIED_ELEMENTS, seed, untouched, weightRounding };
  return requireWritten(verifyGemm(problem, options), problem.c);
}

/** A sweep routes every row, so poison anywhere in C, not only in the drawn elements, is an error. */
function requireWritten(report: VerifyReport, c: Uint16Array): VerifyReport {
  let unwritten = 0;
  for (const bits of c) if (bits === POISON) unwritten++;
  return unwritten === 0
    ? report
    : { ...report, passed: false, failed: Math.max(report.failed, unwritten) };
}
