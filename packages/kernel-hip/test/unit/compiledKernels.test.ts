import { describe, expect, test } from "bun:test";
import { moeAlignBlockSize as alignOnHost } from "@moe/align";
import { type MoeGemmProblem, verifyGemm } from "@moe/quant";
import { synthTopk } from "@moe/routing";
import { readdirSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { kernelSource } from "../../src/_kernelSource.ts";
import {
  compileMoeKernels,
  KernelHipError,
  moeAlignBlockSize,
  moeGemmW4A16,
  moeKernelCode,
  openDevice,
  usesMoeKernel,
} from "../../src/index.ts";
import { testWhere } from "../../../../test/_testWhere.ts";
import { caught } from "./_errors.ts";
import { MOCK, mock, useMock } from "./_mock.ts";
import { routedProblem } from "./_routedProblem.ts";

const PREBUILT = new URL("../../prebuilt/", import.meta.url);
const KERNELS = new URL("../../kernels/", import.meta.url);
const SHAPE = { k: 128, n: 64, groupSize: 64, topK: 2, blockM: 16, dtype: "bf16" } as const;
/** gfx11, and without prebuilt code. */
const NEWER = "gfx1153";

let spelling = "";
/** A compiler that nothing was compiled by: the mock by another name. Its devices are of the newer processor. */
function freshCompiler(): { origin: "hiprtc"; library: string } {
  spelling += "./";
  const library = MOCK.replace("/target/", `/target/${spelling}`);
  process.env.MOE_HIPRTC_LIBRARY = library;
  mock.reset(NEWER, 2, 1 << 24);
  return { origin: "hiprtc", library };
}

/** The prebuilt code of the processor before it, which the mock gives the newer one's name. */
const codeOf = (source: string): Uint8Array =>
  gunzipSync(readFileSync(new URL(`gfx1152/${source}.co.gz`, PREBUILT)));

const gemm = (): MoeGemmProblem =>
  routedProblem({ archetype: "uniform", numTokens: 12, numExperts: 4, ...SHAPE });

describe("where the code of a processor comes from", () => {
  useMock();

  test("is the package for each that it has objects for, whatever compiler there is", () => {
    process.env.MOE_HIPRTC_LIBRARY = "/nowhere/libhiprtc.so";
    const archs = readdirSync(PREBUILT).filter((name) => name.startsWith("gfx"));
    expect(archs.length).toBe(7);
    for (const arch of archs) expect(moeKernelCode(arch)).toEqual({ origin: "prebuilt" });
  });

  test("is the run-time compiler for every other gfx11", () => {
    expect(moeKernelCode(NEWER)).toEqual({ origin: "hiprtc", library: MOCK });
    expect(usesMoeKernel({ ...SHAPE, arch: NEWER })).toBe(true);
    expect(usesMoeKernel({ ...SHAPE, arch: "gfx1200" })).toBe(false);
  });

  test("is an error that says why where there is none", async () => {
    process.env.MOE_HIPRTC_LIBRARY = "/nowhere/libhiprtc.so";
    const error = await caught(() => moeKernelCode(NEWER));
    expect(error.code).toBe("E_NO_LIBRARY");
    expect(error.message).toContain("no HIP run-time compiler: tried /nowhere/libhiprtc.so");
    expect(usesMoeKernel({ ...SHAPE, arch: NEWER })).toBe(false);
    process.env.MOE_HIP = "1";
    const forced = await caught(() => usesMoeKernel({ ...SHAPE, arch: NEWER }));
    delete process.env.MOE_HIP;
    expect([forced.code, forced.details.limit]).toEqual(["E_SHAPE", "arch"]);
    expect(forced.message).toContain("sm_121; no HIP run-time compiler: tried /nowhere/");
    expect((await caught(() => moeKernelCode("gfx1200"))).code).toBe("E_SHAPE");
  });
});

test.each(["moe_w4a16_gemm", "moe_align", "moe_layer"])(
  "%s is one text with every header once, under its own name",
  (source) => {
    const text = kernelSource(source);
    expect(text).not.toMatch(/^\s*#\s*(include|pragma once)/m);
    const names = [...text.matchAll(/^#line 1 "(.+)"$/gm)].map(([, name]) => name);
    expect(names[0]).toBe(`${source}.hip`);
    expect(new Set(names).size).toBe(names.length);
    const own = readFileSync(new URL(`${source}.hip`, KERNELS), "utf8").split("\n");
    const last = own.findLastIndex((line) => line.startsWith("#include"));
    expect(text).toEndWith(
      [`#line ${last + 2} "${source}.hip"`, ...own.slice(last + 1)].join("\n"),
    );
  },
);

describe("on a processor without prebuilt code", () => {
  useMock();

  test("a kernel that does not compile is an error with the log, and the next call tries again", async () => {
    const { library } = freshCompiler();
    mock.compileTo(new Uint8Array(0));
    using device = openDevice({ backend: "hip" });
    const options = { numTokens: 4, topK: 1, numExperts: 2, blockM: 16 };
    for (const run of [
      () => moeAlignBlockSize(device, new Int32Array(4), options),
      () => compileMoeKernels(NEWER),
      () => moeGemmW4A16(device, gemm()),
    ]) {
      const error = await caught(run);
      expect(error).toBeInstanceOf(KernelHipError);
      expect([error.code, error.details.call]).toEqual(["E_COMPILE", "hiprtcCompileProgram"]);
      expect(error.details.library).toBe(library);
      expect(error.details.log).toMatch(/^note: a mock\nmoe_\w+\.hip:1:1: error: no code\n$/);
      expect(error.message).toEndWith(": error: no code");
    }
  });

  test("a call that fails is an error, and nothing stays", async () => {
    for (const call of ["hiprtcCreateProgram", "hiprtcCompileProgram", "hiprtcGetCode"]) {
      freshCompiler();
      mock.compileTo(codeOf("moe_align"));
      mock.fail(call, 1, 11);
      const error = await caught(() => compileMoeKernels(NEWER));
      expect([error.code, error.details.call, error.details.number]).toEqual([
        "E_DRIVER",
        call,
        11,
      ]);
      expect(mock.live()).toBe(0);
    }
  });

  test("the GEMM is right, says that it was compiled, and is compiled once for all devices (oracle: f64 dot products)", async () => {
    const compiled = freshCompiler();
    mock.compileTo(codeOf("moe_w4a16_gemm"));
    for (const index of [0, 1, 0]) {
      using device = openDevice({ backend: "hip", index });
      const problem = gemm();
      const { arch, code } = await moeGemmW4A16(device, problem);
      expect([arch, code]).toEqual([NEWER, compiled]);
      expect(verifyGemm(problem, { samples: "all" })).toMatchObject({ passed: true });
    }
    expect(mock.calls("hiprtcCompileProgram")).toBe(1);
  });

  testWhere(
    Bun.which("clang-19") !== null,
    "clang-19",
    "the text of the align kernel compiles without anything of HIP, and runs (oracle: @moe/align)",
    async () => {
      freshCompiler();
      using device = openDevice({ backend: "hip" });
      const { topkIds } = synthTopk({ archetype: "zipf1", numTokens: 50, numExperts: 9, topK: 3 });
      const options = { numTokens: 50, topK: 3, numExperts: 9, blockM: 16 };
      const found = await moeAlignBlockSize(device, topkIds, options);
      expect(found).toEqual(alignOnHost(topkIds, options));
      expect(mock.calls("hiprtcCompileProgram")).toBe(1);
    },
    60_000,
  );

  test("all kernels can be compiled ahead, once", async () => {
    const compiled = freshCompiler();
    mock.compileTo(codeOf("moe_layer"));
    const [code] = await Promise.all([compileMoeKernels(NEWER), compileMoeKernels(NEWER)]);
    expect(code).toEqual(compiled);
    await compileMoeKernels(NEWER);
    expect(mock.calls("hiprtcCompileProgram")).toBe(3);
    expect(mock.live()).toBe(0);
  });
});
