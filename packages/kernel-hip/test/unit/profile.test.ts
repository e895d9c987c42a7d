import { afterEach, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type MoeLayerProblem, verifyLayer } from "@moe/quant";
import { buildLayer } from "@moe/quant/testing";
import {
  ChromeTrace,
  type ChromeTraceEvent,
  type DeviceInfo,
  moeForward,
  openDevice,
  type ProfileScope,
  type ProfileSink,
  rangesSink,
} from "../../src/index.ts";
import { caught } from "./_errors.ts";
import { MOCK, mock, useMock } from "./_mock.ts";

/** 9 tokens to two of three experts: 0 gets 9 routes, 2 gets 8, one route is none. */
function someLayer(): MoeLayerProblem {
  const { layer } = buildLayer({
    seed: 3,
    dtype: "bf16",
    numTokens: 9,
    topK: 2,
    numExperts: 3,
    hiddenSize: 64,
    intermediateSize: 32,
    gateUpGroup: 64,
    downGroup: 32,
    zeros: false,
    padWords: 0,
    routing: "one",
    dropOneOf: 0,
  });
  layer.topkIds.forEach((_, flat) => void (layer.topkIds[flat] = flat % 2 === 0 ? 0 : 2));
  layer.topkIds[17] = -1;
  return layer;
}

const ROUTING = "block_m=16 valid_blocks=2 n_routed=17 tok_hist=0:1,8:1,9:1 vtok_hist=8:1,9:1";
const LABELS = [
  "moe_forward 9x64x32 E=3 top_k=2 g=64 block_m=16",
  "moe_align 9 E=3 top_k=2 block_m=16",
  "end",
  `moe_w4a16_gemm 9x64x64 E=3 top_k=2 g=64 ${ROUTING}`,
  "end",
  "moe_activate 18x32 E=3 top_k=2",
  "end",
  `moe_w4a16_gemm 18x64x32 E=3 top_k=1 g=32 ${ROUTING}`,
  "end",
  "moe_combine 18x64 E=3 top_k=2",
  "end",
  "end",
];

class Recorder implements ProfileSink {
  readonly isTimed: boolean;
  readonly lines: string[] = [];
  readonly scopes: ProfileScope[] = [];

  constructor(isTimed = false) {
    this.isTimed = isTimed;
  }

  begin(scope: ProfileScope, _info: DeviceInfo): void {
    this.lines.push(scope.label);
    this.scopes.push(scope);
  }

  end(): void {
    this.lines.push("end");
  }
}

const VARIABLES = [
  "MOE_PROFILE_SCOPES",
  "VLLM_CUSTOM_SCOPES_FOR_PROFILING",
  "VLLM_NVTX_SCOPES_FOR_PROFILING",
  "MOE_PROFILE_TRACE",
  "MOE_ROCTX_LIBRARY",
  "MOE_NVTX_LIBRARY",
  "NVTX_INJECTION64_PATH",
];

afterEach(() => {
  for (const name of VARIABLES) delete process.env[name];
});

describe.each(["sim", "hip"] as const)("scopes of a layer on %s", (backend) => {
  useMock();

  test.each([false, true])(
    "tell its routing, and the layer stays right; timed: %p",
    async (isTimed) => {
      const sink = new Recorder(isTimed);
      using device = openDevice({ backend, profile: [sink] });
      const layer = someLayer();
      await moeForward(device, layer, { blockM: 16 });
      expect(sink.lines).toEqual(LABELS);
      expect(verifyLayer(layer, { tokens: "all" })).toMatchObject({ passed: true });
      expect(sink.scopes[2]).toMatchObject({
        name: "moe_w4a16_gemm",
        facts: { M: 9, N: 64, K: 64, E: 3, top_k: 2, g: 64, block_m: 16, valid_blocks: 2 },
      });
      expect(sink.scopes[2].facts).toMatchObject({
        n_routed: 17,
        tok_hist: [
          [0, 1],
          [8, 1],
          [9, 1],
        ],
        vtok_hist: [
          [8, 1],
          [9, 1],
        ],
      });
      expect(sink.scopes[1].facts).toMatchObject({ N: null, K: null, tok_hist: null });
    },
  );

  test("are a trace whose spans nest, in µs, with names for its tracks", async () => {
    const trace = new ChromeTrace();
    using device = openDevice({ backend, profile: [trace] });
    const before = performance.now() * 1000;
    await moeForward(device, someLayer(), { blockM: 16 });
    const after = performance.now() * 1000;
    const { traceEvents, displayTimeUnit } = JSON.parse(JSON.stringify(trace)) as ReturnType<
      ChromeTrace["toJSON"]
    >;
    expect(displayTimeUnit).toBe("ns");
    const named = traceEvents.filter(({ ph }) => ph === "M");
    expect(named.map(({ name, args }) => [name, args.name])).toEqual([
      ["process_name", "@moe/kernel-hip"],
      ["thread_name", `${backend} 0: ${device.info.name}`],
    ]);
    const spans = traceEvents.filter(({ ph }) => ph === "X") as Required<ChromeTraceEvent>[];
    expect(spans).toHaveLength(6);
    const around = spans[5];
    expect(around.name).toBe("moe_forward");
    for (const [i, span] of spans.entries()) {
      expect(span).toMatchObject({ cat: "moe", pid: process.pid, tid: named[1].tid });
      expect(span.ts).toBeGreaterThanOrEqual(before);
      expect(span.dur).toBeGreaterThan(0);
      expect(span.ts + span.dur).toBeLessThanOrEqual(after);
      expect(span.args.label).toBe(LABELS.filter((label) => label !== "end").at((i + 1) % 6));
      expect(typeof span.args.device_ns).toBe(backend === "hip" ? "number" : "object");
      if (i === 5) continue;
      expect(span.ts).toBeGreaterThanOrEqual(around.ts);
      expect(span.ts + span.dur).toBeLessThanOrEqual(around.ts + around.dur);
      if (i > 0) expect(span.ts).toBeGreaterThanOrEqual(spans[i - 1].ts + spans[i - 1].dur);
    }
  });
});

describe("on a GPU", () => {
  useMock();

  test("without sinks, nothing is read and nothing waits", async () => {
    using device = openDevice({ backend: "hip" });
    await moeForward(device, someLayer(), { blockM: 16 });
    const calls = () =>
      ["hipMemcpyDtoH", "hipStreamSynchronize", "hipEventCreateWithFlags"].map(mock.calls);
    const first = calls();
    await moeForward(device, someLayer(), { blockM: 16 });
    // One copy of the result, after one wait.
    expect(calls().map((count, i) => count - first[i])).toEqual([1, 1, 0]);
  });

  test("what has begun ends, also where a launch fails, and the failure is told", async () => {
    for (const isTimed of [false, true]) {
      const sink = new Recorder(isTimed);
      using device = openDevice({ backend: "hip", profile: [sink] });
      await moeForward(device, someLayer(), { blockM: 16 });
      const live = mock.live();
      const launches = mock.calls("hipModuleLaunchKernel");
      for (let nth = 1; nth <= 7; nth++) {
        sink.lines.length = 0;
        mock.fail("hipModuleLaunchKernel", nth, 719);
        const error = await caught(() => moeForward(device, someLayer(), { blockM: 16 }));
        expect([error.code, error.details.number]).toEqual(["E_LAUNCH", 719]);
        const ends = sink.lines.filter((line) => line === "end").length;
        expect(ends).toBe(sink.lines.length - ends);
        expect(mock.live()).toBe(live);
      }
      expect(launches).toBeGreaterThanOrEqual(7);
    }
  });

  test("a sink that throws is told as a failure, and what had begun ends", async () => {
    const first = new Recorder();
    const bad: ProfileSink = {
      isTimed: false,
      begin: () => {
        throw new Error("no begin");
      },
      end: () => {},
    };
    using device = openDevice({ backend: "hip", profile: [first, bad] });
    await expect(moeForward(device, someLayer())).rejects.toThrow("no begin");
    expect(first.lines).toEqual([expect.stringContaining("moe_forward"), "end"]);
  });

  test.each([
    ["roctx", "MOE_ROCTX_LIBRARY"],
    ["nvtx", "MOE_NVTX_LIBRARY"],
  ] as const)("are ranges of %s", async (api, variable) => {
    process.env[variable] = MOCK;
    const sink = rangesSink(api);
    expect([sink.library, sink.isTimed]).toEqual([MOCK, false]);
    using device = openDevice({ backend: "hip", profile: [sink] });
    await moeForward(device, someLayer(), { blockM: 16 });
    expect(mock.ranges()).toEqual(LABELS.map((label) => `${api} ${label}`));
    const zero = { ...new Recorder().scopes[0], label: "a\0b" } as ProfileScope;
    expect((await caught(() => sink.begin(zero, device.info))).code).toBe("E_RANGE");
  });
});

test("a library that a profiler injects fills in the functions of NVTX 3", async () => {
  // In a process of its own, as a library is attached once.
  const script = `
    const { rangesSink } = await import(${JSON.stringify(import.meta.resolve("../../src/index.ts"))});
    const { mock } = await import(${JSON.stringify(import.meta.resolve("./_mock.ts"))});
    mock.reset("sm_90");
    mock.inject(true);
    const sink = rangesSink("nvtx");
    sink.begin({ label: "outer" });
    sink.begin({ label: "inner" });
    sink.end();
    sink.end();
    console.log(mock.ranges().join());
  `;
  const env = { ...process.env, NVTX_INJECTION64_PATH: MOCK };
  const child = Bun.spawn([process.execPath, "-e", script], {
    env,
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  expect([out.trim(), err]).toEqual([
    "injected outer,injected inner,injected end,injected end",
    "",
  ]);
}, 30_000);

describe("the environment", () => {
  useMock();
  const LAUNCH = `
    const { moeForward, openDevice } = await import(${JSON.stringify(import.meta.resolve("../../src/index.ts"))});
    const { buildLayer } = await import("@moe/quant/testing");
    using device = openDevice({ backend: "sim" });
    const shape = { hiddenSize: 32, intermediateSize: 32, gateUpGroup: 32, downGroup: 32, padWords: 0 };
    const spec = { seed: 1, dtype: "f16", numTokens: 1, topK: 1, numExperts: 1, zeros: false, routing: "one" };
    await moeForward(device, buildLayer({ ...shape, ...spec, dropOneOf: 0 }).layer);
  `;

  test("names a file that the trace is written to when the process ends", async () => {
    const folder = mkdtempSync(join(tmpdir(), "moe-trace-"));
    try {
      const file = join(folder, "trace.json");
      const env = { ...process.env, MOE_PROFILE_SCOPES: "1", MOE_PROFILE_TRACE: file };
      const cwd = join(import.meta.dirname, "..");
      const child = Bun.spawn([process.execPath, "-e", LAUNCH], { env, cwd, stderr: "pipe" });
      expect(await new Response(child.stderr).text()).toBe("");
      expect(await child.exited).toBe(0);
      const { traceEvents } = JSON.parse(readFileSync(file, "utf8")) as {
        traceEvents: ChromeTraceEvent[];
      };
      expect(traceEvents.filter(({ ph }) => ph === "X")).toHaveLength(6);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 30_000);

  test.each(VARIABLES.slice(0, 3))("turns scopes on by %s", async (name) => {
    process.env[name] = "1";
    process.env.MOE_ROCTX_LIBRARY = MOCK;
    using device = openDevice({ backend: "hip" });
    await moeForward(device, someLayer(), { blockM: 16 });
    expect(mock.ranges()).toEqual(LABELS.map((label) => `roctx ${label}`));
  });

  test("has an order: the first variable that is set counts", async () => {
    Object.assign(process.env, { MOE_PROFILE_SCOPES: "0", VLLM_NVTX_SCOPES_FOR_PROFILING: "1" });
    process.env.MOE_ROCTX_LIBRARY = MOCK;
    using device = openDevice({ backend: "hip" });
    await moeForward(device, someLayer());
    expect(mock.ranges()).toEqual([]);
  });

  test("that cannot be followed is an error before a device is opened", async () => {
    const failure = async (backend: "sim" | "hip", set: Record<string, string>) => {
      for (const name of VARIABLES) delete process.env[name];
      Object.assign(process.env, set);
      const error = await caught(() => openDevice({ backend }));
      return [error.code, error.message];
    };
    const [, sim] = await failure("sim", { MOE_PROFILE_SCOPES: "1" });
    expect(sim).toStartWith("MOE_PROFILE_SCOPES is 1, but no profiler looks at the simulator");
    expect(await failure("hip", { VLLM_CUSTOM_SCOPES_FOR_PROFILING: "yes" })).toEqual([
      "E_OPTION",
      'VLLM_CUSTOM_SCOPES_FOR_PROFILING is "yes", but must be 1 (scopes around launches), 0 or not set (none)',
    ]);
    const [code, message] = await failure("hip", {
      MOE_PROFILE_SCOPES: "1",
      MOE_ROCTX_LIBRARY: "libnone.so",
    });
    expect(code).toBe("E_NO_LIBRARY");
    expect(message).toStartWith("no library for AMD profilers: tried libnone.so (");
    const nvidia = await caught(() => {
      process.env.MOE_NVTX_LIBRARY = "libnone.so";
      mock.reset("sm_90");
      openDevice({ backend: "cuda" });
    });
    expect(nvidia.message).toStartWith("no library for NVIDIA profilers: tried libnone.so (");
    const wrong = await caught(() => rangesSink("itt" as never));
    expect(wrong.code).toBe("E_OPTION");
    for (const profile of [5, [5], [{ begin: () => {} }]]) {
      const refused = await caught(() => openDevice({ backend: "sim", profile: profile as never }));
      expect([refused.code, refused.details.option]).toEqual(["E_OPTION", "profile"]);
    }
  });
});
