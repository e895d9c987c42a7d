// Backend cuda, through the mock driver of @moe/kernel-hip, which computes nothing for NVIDIA but where it is told to run kernels
// as code of the host.
import { describe, expect, test } from "bun:test";
import { parseShape, ResultRow } from "@moe/bench";
import { tritonConfigurations } from "@moe/kernel-hip";
import { existsSync } from "node:fs";
import { testWhere } from "../../../../test/_testWhere.ts";
import { cudaLibrary, mock, useMock } from "../../../kernel-hip/test/unit/_mock.ts";
import { collect, rowsOf } from "../_fakeBackend.ts";
import { GIB, openTrustingCuda, SMALL, sweepOn } from "../_gpuSweep.ts";

useMock();

describe("a sweep on an NVIDIA GPU", () => {
  test.each([
    ["sm_89", "moe_w4a16_sm80", ["moe_plan"]],
    ["sm_90", "moe_w4a16_sm90_low", []],
  ])(
    "%s repacks weights once a GEMM, launches %s and Triton's, and sees that the mock computes neither",
    async (arch, kernel, before) => {
      const rows = rowsOf(await sweepOn("cuda", arch, { tokens: [2, 3] }));
      expect(rows.map(({ status }) => status)).toEqual(["badrel", "badrel"]);
      expect(rows[0].kernel).toMatchObject({ name: kernel, isa: arch, threads: 40 });
      expect(rows[0].reference?.name).toStartWith("Triton 3.6.0 32x");
      const kernels = mock.launches().map((launch) => launch.kernel);
      const gemm = [...before, `${kernel}_bf16_g128`, "moe_w4a16_triton"];
      const fitting = tritonConfigurations(arch).filter((c) => c.blockM === 32 && c.topK === 8);
      // One that loads the code, then two samples of a warm cache, each of two calls.
      const trials = fitting.flatMap(() => Array.from({ length: 5 }, () => "moe_w4a16_triton"));
      expect(trials.length).toBeGreaterThan(9);
      const expected = ["moe_repack_g128", ...trials, ...gemm];
      expect(kernels.slice(0, expected.length)).toEqual(expected);
      expect(kernels.filter((name) => name === "moe_repack_g128")).toHaveLength(1);
      expect(mock.live()).toBe(0);
    },
    60_000,
  );
});

describe("a row on an sm_90", () => {
  test("names the kernel that ran: that for few rows up to 8 routes an expert where K is short, 2 elsewhere", async () => {
    const namesOf = async (k: number) => {
      const shape = parseShape(`K=${k},N=256,E=8,topK=8,G=128,blockM=32`);
      const rows = rowsOf(await sweepOn("cuda", "sm_90", { shape, tokens: [2, 3, 8, 9] }));
      return rows.map(({ kernel }) => kernel?.name);
    };
    const [low, planned] = ["moe_w4a16_sm90_low", "moe_w4a16_sm90"];
    expect(await namesOf(1024)).toEqual([low, low, low, planned]);
    expect(await namesOf(1152)).toEqual([low, planned, planned, planned]);
  }, 60_000);
});

describe.each([
  ["sm_86", "sm80"],
  ["sm_90", "sm90"],
] as const)("the kernel of an %s, run as code of the host by the mock", (arch, name) => {
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
      const both = { shape, tokens: [20], gemms: [1, 2], aa: true } as const;
      const rows = rowsOf(await collect({ ...SMALL, backend: "cuda", ...both }));
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

describe("the clocks of a GPU", () => {
  const GPU_IS_LOST = 15;

  async function timed(spoil = (): void => {}): Promise<ResultRow[]> {
    mock.reset("sm_90", 1, GIB);
    spoil();
    const backend = await openTrustingCuda();
    const rows = rowsOf(await collect({ ...SMALL, backend, gemms: [1, 2] }));
    await backend.close();
    expect(mock.live()).toBe(0);
    return rows;
  }

  test("are read between pairs through NVML, and a card that is too hot gives no number", async () => {
    const rows = await timed();
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
    const rows = await timed(spoil);
    expect(rows.map(({ status, clocks }) => [status, clocks])).toEqual([
      ["ok", null],
      ["ok", null],
    ]);
    expect(mock.calls("nvmlDeviceGetPowerUsage")).toBeLessThanOrEqual(1);
  });
});

test("the configuration of the reference is the one that is named, without a trial", async () => {
  const tritonConfig = "32x64x64_w4_s3";
  const [row] = rowsOf(await sweepOn("cuda", "sm_90", { tritonConfig }));
  expect(row.reference?.name).toStartWith(`Triton 3.6.0 ${tritonConfig} `);
  const kernels = mock.launches().map(({ kernel }) => kernel);
  expect(kernels.filter((name) => name === "moe_w4a16_triton")).toHaveLength(1);
});
