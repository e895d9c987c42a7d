// Backend hip, through the mock driver of @moe/kernel-hip, which executes its launches on the simulator; and what it and cuda refuse
// alike.
import { afterEach, describe, expect, test } from "bun:test";
import { ResultRow, runSweep, type SweepOptions } from "@moe/bench";
import { tritonConfigurations } from "@moe/kernel-hip";
import { MOCK, mock, useMock } from "../../../kernel-hip/test/unit/_mock.ts";
import { openGpuBackend } from "../../src/backends/gpu.ts";
import { errorOf } from "../_errorOf.ts";
import { collect, headerOf, rowsOf } from "../_fakeBackend.ts";
import { GIB, SMALL, sweepOn } from "../_gpuSweep.ts";

describe("a sweep on a GPU", () => {
  useMock();

  test("verifies and times both GEMMs by events, and gives everything back", async () => {
    const events = await sweepOn("hip", "gfx1151", { gemms: [1, 2], tokens: [1, 2] });
    const [header, rows] = [headerOf(events), rowsOf(events)];
    expect(header.device).toMatchObject({
      backend: "hip",
      device: "Mock gfx1151",
      isa: "gfx1151",
      threads: 40,
    });
    expect(header.environment.versions).toMatchObject({ [MOCK]: "12345" });
    const ids = [1, 2].flatMap((gemm) => [`gemm${gemm}/zipf1/T1`, `gemm${gemm}/zipf1/T2`]);
    expect(rows.map((row) => row.id)).toEqual(ids);
    for (const row of rows) {
      expect(ResultRow.parse(row)).toEqual(row);
      expect(row).toMatchObject({
        status: "ok",
        counts: null,
        cache: "warm",
        kernel: { name: "moe_w4a16_gemm", isa: "gfx1151", threads: 40 },
      });
      expect(row.kernel?.verification?.passed && row.reference?.verification?.passed).toBe(true);
      expect(row.timing?.samples.kernelNs).toHaveLength(6);
      expect(row.timing?.kernel.medianNs).toBeGreaterThan(0);
    }
    // Two events around each of 7 pairs' sides, and around the ramp, for each of four cells.
    expect(mock.calls("hipEventRecord")).toBeGreaterThanOrEqual(4 * (2 * 2 * 7 + 2));
    // Weights and scales once for a GEMM, six tensors for a cell.
    expect(mock.calls("hipMalloc")).toBe(2 * 2 + 4 * 6);
    expect(mock.live()).toBe(0);
  }, 60_000);

  test("evicts the caches before each sample, by default by writing", async () => {
    const { cache: _, ...cold } = SMALL;
    mock.reset("gfx1151", 1, GIB);
    const events = await collect({ ...cold, backend: "hip" });
    expect(headerOf(events).config.cache).toBe("write");
    // One before each side of 7 pairs, the first of which is not recorded, two before trials of each of three
    // configurations, and one poisons C for each side. The others: pairs for which the clocks settle.
    const settling = mock.calls("hipMemsetD8Async") - (2 * 7 + 2 * 3 + 2);
    expect(settling).toBeGreaterThan(0);
    expect(settling % 2).toBe(0);
    expect(mock.live()).toBe(0);
  }, 60_000);

  test("goes on after a launch that failed, with its error in the row", async () => {
    mock.reset("gfx1151", 1, GIB);
    const rows = [];
    for await (const event of runSweep({ ...SMALL, backend: "hip", gemms: [1, 2] })) {
      if (event.type === "cell-start" && event.cell.gemm === 1) {
        mock.fail("hipModuleLaunchKernel", 6, 719);
      }
      if (event.type === "cell") rows.push(event.row);
    }
    expect(rows.map((row) => row.status)).toEqual(["error", "ok"]);
    expect(rows[0].error?.code).toBe("E_LAUNCH");
    expect(mock.live()).toBe(0);
  }, 60_000);
});

describe("a GPU that a caller opened", () => {
  useMock();

  test("refuses to read its caches cold, which it cannot, instead of measuring without a flush", async () => {
    mock.reset("gfx1151", 1, GIB);
    const backend = await openGpuBackend("hip");
    const { cache: _, ...options } = SMALL;
    const [row] = rowsOf(await collect({ ...options, backend }));
    await backend.close();
    expect(row).toMatchObject({ status: "error", cache: "read", timing: null });
    expect(row.error).toEqual({
      code: "E_OPTION",
      message: 'cache is read; of the backend "hip" it must be write or rotate or warm.',
    });
  });
});

describe("the clocks of a GPU", () => {
  useMock();

  test("are null on hip, which has no sensors", async () => {
    const rows = rowsOf(await sweepOn("hip", "gfx1151", { gemms: [1, 2] }));
    expect(rows.map(({ status, clocks }) => [status, clocks])).toEqual([
      ["ok", null],
      ["ok", null],
    ]);
    expect(mock.live()).toBe(0);
  }, 60_000);
});

describe("the configuration of the reference", () => {
  useMock();

  test("is one of those that fit, each of which is tried, where none is named", async () => {
    const [row] = rowsOf(await sweepOn("hip", "gfx1151", { tokens: [16] }));
    const fitting = tritonConfigurations("gfx1151").filter((c) => c.blockM === 32 && c.topK === 8);
    expect(fitting).toHaveLength(3);
    const names = fitting.map(({ name }) => name);
    expect(names).toContain(row.reference?.name.split(" ")[2] ?? "");
    const trials = 5 * fitting.length;
    expect(
      mock
        .launches()
        .slice(0, trials)
        .map(({ kernel }) => kernel),
    ).toEqual(Array.from({ length: trials }, () => "moe_w4a16_triton"));
  }, 60_000);
});

describe("a GPU that cannot run it is an error that says why and what to use instead", () => {
  useMock();
  const instead =
    'Without such a GPU, use the backend "sim", which counts what the same kernels execute.';
  const refusal = (more: Pick<SweepOptions, "backend"> & Partial<SweepOptions>) =>
    errorOf(() => runSweep({ ...SMALL, ...more }).next());

  test.each([
    [
      "hip",
      "gfx942",
      {},
      "device 0, Mock gfx942, is a gfx942, and the kernels are built for gfx1100",
    ],
    ["cuda", "sm_75", {}, "device 0, Mock sm_75, is a sm_75, and the kernels are built for sm_80"],
    ["hip", "gfx1151", { arch: "gfx1100" }, 'device 0 is a gfx1151, but "gfx1100" was asked for'],
    ["hip", "gfx1151", { device: 1 }, "1"],
  ] as const)("%s with a %s and %p", async (backend, arch, more, reason) => {
    mock.reset(arch, 1, GIB);
    const { code, message } = await refusal({ backend, ...more });
    expect(code).toBe("E_BACKEND_UNAVAILABLE");
    expect(message).toStartWith(`The backend "${backend}" cannot run here: `);
    expect(message).toContain(reason);
    expect(message).toEndWith(instead);
    expect(mock.live()).toBe(0);
  });

  test("no device", async () => {
    mock.reset("gfx1151", 0, GIB);
    expect((await refusal({ backend: "hip" })).details).toMatchObject({
      backend: "hip",
      cause: "E_NO_DEVICE",
    });
  });
});

describe("without a driver", () => {
  const before = process.env.MOE_HIP_LIBRARY;
  afterEach(() => {
    if (before === undefined) delete process.env.MOE_HIP_LIBRARY;
    else process.env.MOE_HIP_LIBRARY = before;
  });

  test("the error names the library and what to install", async () => {
    process.env.MOE_HIP_LIBRARY = "/no/such/library.so";
    const { message, details } = await errorOf(() => runSweep({ ...SMALL, backend: "hip" }).next());
    expect(details).toMatchObject({ cause: "E_NO_LIBRARY" });
    expect(message).toContain("/no/such/library.so");
    expect(message).toContain("install ROCm 5 or later");
  });
});
