/** `check` finds what a device computes, on the simulator, and on a mock driver that launches NVIDIA's kernels or does not. */

import { expect, test } from "bun:test";
import { mock, useMock } from "../../../kernel-hip/test/unit/_mock.ts";
import { runCli } from "../../src/cli.ts";
import { recordedIo } from "../_io.ts";

useMock();

const check = async (...args: string[]): Promise<{ code: number; out: string; err: string }> => {
  const io = recordedIo();
  const code = await runCli(["check", ...args], io);
  return { code, ...io.written };
};

test("a device that computes what it should is exit code 0, with a count for each part (oracles: @moe/align, f64)", async () => {
  const { code, out } = await check("--backend", "sim", "--arch", "gfx1100");
  expect(out).toBe(
    [
      "sim  simulated gfx1100 (gfx1100)",
      "  align   18 of 18 equal to the host's, bit for bit",
      "  gemm    18 of 18 within tolerance of f64",
      "  layer   13 of 13 within tolerance of f64",
      "",
    ].join("\n"),
  );
  expect(code).toBe(0);
}, 60_000);

test("a device that computes nothing is exit code 1, with every problem and what is wrong with it", async () => {
  mock.reset("sm_90", 1, 1 << 28);
  const { code, out } = await check("--backend", "cuda", "--json");
  expect(code).toBe(1);
  const { backend, arch, parts } = JSON.parse(out);
  expect([backend, arch]).toEqual(["cuda", "sm_90"]);
  for (const { ran, failures, reason } of parts) {
    expect([ran > 0, failures.length, reason]).toEqual([true, ran, null]);
  }
  const [align, gemm, layer] = parts;
  expect(align.failures[0]).toMatchObject({
    problem: "numTokens=1 topK=8 numExperts=8 blockM=16 no map",
    wrong: expect.stringMatching(/^sortedTokenIds\[0\] is -?\d+ instead of \d+$/),
  });
  for (const { failures } of [gemm, layer]) {
    expect(failures[0].wrong).toMatch(/^\d+ of \d+ elements are wrong, in column \d+ /);
  }
}, 60_000);

test("what a processor has no kernel for is told; where it has none at all the exit code is 3", async () => {
  mock.reset("sm_100", 1, 1 << 28);
  const { code, out } = await check("--backend", "cuda");
  expect(code).toBe(3);
  for (const part of ["align", "gemm ", "layer"]) {
    expect(out).toMatch(
      new RegExp(`^  ${part}   not run: arch is sm_100, but the .*kernel takes`, "m"),
    );
  }
});

test("a device that is not there is exit code 3, and options of others are refused", async () => {
  process.env.MOE_CUDA_LIBRARY = "/no/such/library.so";
  expect(await check("--backend", "cuda")).toMatchObject({
    code: 3,
    err: expect.stringContaining("no NVIDIA driver: tried /no/such/library.so"),
  });
  expect(await check("--backend", "cuda", "--arch", "gfx1100")).toMatchObject({
    code: 2,
    err: expect.stringContaining("--arch does not fit the backend cuda"),
  });
  expect(await check("--backend", "sim", "--device", "1")).toMatchObject({
    code: 2,
    err: expect.stringContaining("--device does not fit the backend sim"),
  });
  expect((await check()).code).toBe(2);
});
