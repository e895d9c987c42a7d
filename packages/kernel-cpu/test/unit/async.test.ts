import { expect, test } from "bun:test";
import { verifyGemm } from "@moe/quant";
import { KernelCpuError, moeGemmW4A16, moeGemmW4A16Async } from "../../src/index.ts";
import { dealtProblem } from "./_problem-fixture.ts";

test("the asynchronous call gives the synchronous call's bits and reports its end", async () => {
  const problem = dealtProblem(64, 8, 96, 256);
  moeGemmW4A16(problem);
  const want = problem.c.slice();
  problem.c.fill(0x7fff);
  const seen: [number, number][] = [];
  const report = await moeGemmW4A16Async(problem, {
    onProgress: (done, total) => seen.push([done, total]),
  });
  expect(problem.c).toEqual(want);
  expect(report.backend).toBe("rust");
  const [done, total] = seen.at(-1) ?? [0, -1];
  expect(done).toBe(total);
  expect(total).toBeGreaterThanOrEqual(8);
});

test("a signal that is already aborted rejects with E_CANCELLED", async () => {
  const problem = dealtProblem(64, 8, 96, 256);
  const error = await moeGemmW4A16Async(problem, { signal: AbortSignal.abort() }).catch(
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(KernelCpuError);
  expect((error as KernelCpuError).code).toBe("E_CANCELLED");
});

test("aborting in the middle stops a long call, and the next call is whole (oracle: f64)", async () => {
  // Some 60 GFLOP on the slowest path: minutes if the signal were ignored on a slow CPU, so long after the abort.
  const problem = dealtProblem(4096, 16, 2048, 4096);
  const controller = new AbortController();
  const running = moeGemmW4A16Async(problem, {
    isa: "portable",
    threads: 1,
    signal: controller.signal,
  });
  setTimeout(() => controller.abort(), 20);
  const error = await running.catch((e: unknown) => e);
  expect((error as KernelCpuError).code).toBe("E_CANCELLED");
  const small = dealtProblem(9, 2, 40, 128);
  await moeGemmW4A16Async(small);
  expect(verifyGemm(small, { samples: "all" }).passed).toBe(true);
});

test("a refused problem rejects and does not throw synchronously", async () => {
  const problem = { ...dealtProblem(4, 2, 8, 64), topK: 0 };
  const error = await moeGemmW4A16Async(problem).catch((e: unknown) => e);
  expect(error).toMatchObject({ name: "QuantError", code: "E_SHAPE_SIZE" });
});
