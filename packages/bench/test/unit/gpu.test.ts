// Backend hip, through the mock driver of @moe/kernel-hip, which executes launches on the simulator.
import { afterEach, describe, expect, test } from "bun:test";
import { type Backend, parseShape, ResultRow, runSweep, type SweepOptions } from "@moe/bench";
import { tritonConfigurations } from "@moe/kernel-hip";
import { existsSync } from "node:fs";
import { testWhere } from "../../../../test/_testWhere.ts";
import { cudaLibrary, MOCK, mock, useMock } from "../../../kernel-hip/test/unit/_mock.ts";
import { openGpuBackend } from "../../src/backends/gpu.ts";
import { errorOf } from "../_errorOf.ts";
import { headerOf } from "../_fakeBackend.ts";

const GIB = 2 ** 30;
const SMALL: SweepOptions = {
  backend: "hip",
  shape: parseShape("K=128,N=256,E=8"),
  archetypes: ["zipf1"],
  tokens: [2],
  gemms: [1],
  cache: "warm",
  minSamples: 6,
  maxSamples: 6,
};

async function sweep(more: Partial<SweepOptions> = {}) {
  mock.reset("gfx1151", 1, GIB);
  const events = await Array.fromAsync(runSweep({ ...SMALL, ...more }));
  const rows = events.flatMap((event) => (event.type === "cell" ? [event.row] : []));
  return { header: headerOf(events), rows };
}

describe("a sweep on a GPU", () => {
  useMock();

  test("verifies and times both GEMMs by events, and gives everything back", async () => {
    const { header, rows } = await sweep({ gemms: [1, 2], tokens: [1, 2] });
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
    const events = await Array.fromAsync(runSweep(cold));
    expect(headerOf(events).config.cache).toBe("write");
    // One before each side of 7 pairs, the first of which is not recorded, two before trials of each of three
    // configurations, and one poisons C for each side.
    expect(mock.calls("hipMemsetD8Async")).toBe(2 * 7 + 2 * 3 + 2);
    expect(mock.live()).toBe(0);
  }, 60_000);

  test("goes on after a launch that failed, with its error in the row", async () => {
    mock.reset("gfx1151", 1, GIB);
    const rows = [];
    for await (const event of runSweep({ ...SMALL, gemms: [1, 2] })) {
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

describe("a sweep on an NVIDIA GPU", () => {
  useMock();

  test.each([
    ["sm_89", "moe_w4a16_sm80"],
    ["sm_90", "moe_w4a16_sm90"],
  ])(
    "%s repacks weights once a GEMM, launches %s and Triton's, and sees that the mock computes neither",
    async (arch, kernel) => {
      mock.reset(arch, 1, GIB);
      const tokens = [2, 3];
      const events = await Array.fromAsync(runSweep({ ...SMALL, backend: "cuda", tokens }));
      const rows = events.flatMap((event) => (event.type === "cell" ? [event.row] : []));
      expect(rows.map(({ status }) => status)).toEqual(["badrel", "badrel"]);
      expect(rows[0].kernel).toMatchObject({ name: kernel, isa: arch, threads: 40 });
      expect(rows[0].reference?.name).toStartWith("Triton 3.6.0 32x");
      const kernels = mock.launches().map((launch) => launch.kernel);
      const gemm = ["moe_plan", `${kernel}_bf16_g128`, "moe_w4a16_triton"];
      const fitting = tritonConfigurations(arch).filter((c) => c.blockM === 32 && c.topK === 8);
      // One that loads the code, then two samples of a warm cache, each of two calls.
      const trials = fitting.flatMap(() => Array.from({ length: 5 }, () => "moe_w4a16_triton"));
      expect(trials.length).toBeGreaterThan(9);
      expect(kernels.slice(0, trials.length + 4)).toEqual(["moe_repack_g128", ...trials, ...gemm]);
      expect(kernels.filter((name) => name === "moe_repack_g128")).toHaveLength(1);
      expect(mock.live()).toBe(0);
    },
    60_000,
  );
});

describe.each([
  ["sm_86", "sm80"],
  ["sm_90", "sm90"],
] as const)("the kernel of an %s, run as code of the host by the mock", (arch, name) => {
  useMock();

  testWhere(
    existsSync(cudaLibrary(name)),
    "clang-19 at the build",
    "is right in a sweep of both GEMMs that compares it with itself (oracle: f64 dot products)",
    async () => {
      mock.reset(arch, 1, GIB);
      mock.runCuda(name, 3);
      // That of the mock says that it is too hot.
      process.env.MOE_NVML_LIBRARY = "/no/such/library.so";
      const shape = parseShape("K=128,N=128,E=4,topK=2,G=64,blockM=32");
      const tokens = [20];
      const both = { ...SMALL, backend: "cuda", aa: true, shape, tokens, gemms: [1, 2] } as const;
      const events = await Array.fromAsync(runSweep(both));
      const rows = events.flatMap((event) => (event.type === "cell" ? [event.row] : []));
      expect(rows).toHaveLength(2);
      for (const { status, error, kernel, reference } of rows) {
        expect([status, error]).toEqual(["ok", null]);
        expect(kernel?.verification?.passed).toBe(true);
        expect(reference?.verification?.passed).toBe(true);
      }
      expect(mock.live()).toBe(0);
    },
    240_000,
  );
});

describe("a GPU that a caller opened", () => {
  useMock();

  test("refuses to read its caches cold, which it cannot, instead of measuring without a flush", async () => {
    mock.reset("gfx1151", 1, GIB);
    const backend = await openGpuBackend("hip");
    const { cache: _, ...options } = SMALL;
    const events = await Array.fromAsync(runSweep({ ...options, backend }));
    await backend.close();
    const [row] = events.flatMap((event) => (event.type === "cell" ? [event.row] : []));
    expect(row).toMatchObject({ status: "error", cache: "read", timing: null });
    expect(row.error).toEqual({
      code: "E_OPTION",
      message: 'cache is read; of the backend "hip" it must be write or rotate or warm.',
    });
  });
});

describe("the clocks of a GPU", () => {
  useMock();
  const GPU_IS_LOST = 15;

  /** The mock computes nothing for NVIDIA: with outputs taken for right the cell is timed. */
  async function timed(backend: "hip" | "cuda", arch: string, spoil = (): void => {}) {
    mock.reset(arch, 1, GIB);
    spoil();
    const options = backend === "cuda" ? { tritonConfig: "32x64x64_w4_s3" } : {};
    const gpu = await openGpuBackend(backend, options);
    const worst = null;
    const good = { passed: true, checked: 1, failed: 0, rel: 0, strayWrites: 0, worst };
    const trusting: Backend = {
      ...gpu,
      prepare: async (cell) => ({ ...(await gpu.prepare(cell)), verify: async () => good }),
    };
    const events = await Array.fromAsync(runSweep({ ...SMALL, backend: trusting, gemms: [1, 2] }));
    await gpu.close();
    expect(mock.live()).toBe(0);
    return events.flatMap((event) => (event.type === "cell" ? [event.row] : []));
  }

  test("are read between pairs through NVML, and a card that is too hot gives no number", async () => {
    const rows = await timed("cuda", "sm_90");
    for (const row of rows) {
      expect(row).toMatchObject({ status: "error", timing: null, error: { code: "E_THROTTLED" } });
      const moment = { clockMhz: 1501, memoryClockMhz: 2600, temperatureC: 45, powerW: 350.5 };
      expect(row.clocks).toEqual({
        readings: 7,
        before: moment,
        after: moment,
        lowestClockMhz: 1501,
        maxClockMhz: 1980,
        throttleReasons: ["SwPowerCap", "SwThermalSlowdown", "bit 40"],
        droppedThrottled: 6,
      });
      expect(ResultRow.parse(row)).toEqual(row);
    }
    expect(mock.calls("nvmlDeviceGetTemperature")).toBe(2 * 7);
  }, 60_000);

  test.each([
    ["without NVML", () => void (process.env.MOE_NVML_LIBRARY = "/nowhere/libnvidia-ml.so.1")],
    ["with an NVML that fails", () => mock.fail("nvmlDeviceGetPowerUsage", 1, GPU_IS_LOST)],
  ])("%s are null, and cells are measured as before", async (_, spoil) => {
    const rows = await timed("cuda", "sm_90", spoil);
    expect(rows.map(({ status, clocks }) => [status, clocks])).toEqual([
      ["ok", null],
      ["ok", null],
    ]);
    expect(mock.calls("nvmlDeviceGetPowerUsage")).toBeLessThanOrEqual(1);
  });

  test("are null on hip, which has no sensors", async () => {
    const rows = await timed("hip", "gfx1151");
    expect(rows.map(({ status, clocks }) => [status, clocks])).toEqual([
      ["ok", null],
      ["ok", null],
    ]);
  }, 60_000);
});

describe("the configuration of the reference", () => {
  useMock();

  test("is the one that is named, without a trial", async () => {
    mock.reset("sm_90", 1, GIB);
    const tritonConfig = "32x64x64_w4_s3";
    const options = { ...SMALL, backend: "cuda", tritonConfig } as const;
    const events = await Array.fromAsync(runSweep(options));
    const rows = events.flatMap((event) => (event.type === "cell" ? [event.row] : []));
    expect(rows[0].reference?.name).toStartWith(`Triton 3.6.0 ${tritonConfig} `);
    const kernels = mock.launches().map(({ kernel }) => kernel);
    expect(kernels.filter((name) => name === "moe_w4a16_triton")).toHaveLength(1);
  });

  test("is else one of those that fit, each of which is tried", async () => {
    mock.reset("gfx1151", 1, GIB);
    const events = await Array.fromAsync(runSweep({ ...SMALL, tokens: [16] }));
    const rows = events.flatMap((event) => (event.type === "cell" ? [event.row] : []));
    const fitting = tritonConfigurations("gfx1151").filter((c) => c.blockM === 32 && c.topK === 8);
    expect(fitting).toHaveLength(3);
    const names = fitting.map(({ name }) => name);
    expect(names).toContain(rows[0].reference?.name.split(" ")[2] ?? "");
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
  const refusal = (more: Partial<SweepOptions>) =>
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
    expect((await refusal({})).details).toMatchObject({ backend: "hip", cause: "E_NO_DEVICE" });
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
    const { message, details } = await errorOf(() => runSweep(SMALL).next());
    expect(details).toMatchObject({ cause: "E_NO_LIBRARY" });
    expect(message).toContain("/no/such/library.so");
    expect(message).toContain("install ROCm 5 or later");
  });
});
