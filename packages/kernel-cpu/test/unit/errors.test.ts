import { describe, expect, test } from "bun:test";
import { verifyGemm } from "@moe/quant";
import {
  cpuInfo,
  evictCaches,
  KernelCpuError,
  machinePeaks,
  moeGemmW4A16,
  referenceGemm,
} from "../../src/index.ts";
import { errorOf } from "../../../../test/_errorOf.ts";
import { dealtProblem } from "./_problem-fixture.ts";

/** The error that `call` throws. */
const caught = (call: () => unknown): KernelCpuError => errorOf(KernelCpuError, call);

describe("options", () => {
  const problem = dealtProblem(4, 2, 8, 64);

  test("a misspelt option is refused with the allowed ones", () => {
    const error = caught(() => moeGemmW4A16(problem, { thread: 2 } as object));
    expect(error.code).toBe("E_OPTION");
    expect(error.message).toBe("unknown option thread; allowed are threads, isa");
  });

  test("thread counts outside 1 to 1024 are refused before any thread starts", () => {
    for (const threads of [0, -1, 1.5, Number.NaN, 1025, 2 ** 40, Number.POSITIVE_INFINITY]) {
      expect(caught(() => moeGemmW4A16(problem, { threads })).code).toBe("E_THREADS");
      expect(caught(() => referenceGemm(problem, { threads })).code).toBe("E_THREADS");
      expect(caught(() => machinePeaks({ threads })).code).toBe("E_THREADS");
      expect(caught(() => evictCaches({ bytes: 64, by: "read", threads })).code).toBe("E_THREADS");
    }
  });

  test("a path that no CPU has is refused with the list of paths", () => {
    const error = caught(() => moeGemmW4A16(problem, { isa: "avx1024" as "avx2" }));
    expect(error.code).toBe("E_ISA_UNKNOWN");
    expect(error.message).toContain("avx512bf16, avx512, avx2, neon, portable");
  });

  test("a path that this CPU lacks is refused and nothing else runs in its place", () => {
    const lacking = (["neon", "avx2"] as const).find((isa) => !cpuInfo().isas.includes(isa));
    const before = problem.c.slice();
    const error = caught(() => moeGemmW4A16(problem, { isa: lacking ?? "neon" }));
    expect(error.code).toBe("E_ISA_UNAVAILABLE");
    expect(problem.c).toEqual(before);
  });

  test("evicting takes whole bytes up to 16 GiB and one of two ways", () => {
    expect(caught(() => evictCaches({ bytes: -1, by: "read" })).code).toBe("E_OPTION");
    expect(caught(() => evictCaches({ bytes: 2 ** 40, by: "read" })).code).toBe("E_SHAPE");
    expect(caught(() => evictCaches({ bytes: 1, by: "erase" as "read" })).code).toBe("E_OPTION");
    expect(evictCaches({ bytes: 2 ** 20, by: "write", threads: 2 })).toBeUndefined();
  });
});

describe("views", () => {
  test("typed arrays that start anywhere in a larger buffer are read and written in place (oracle: f64)", () => {
    const problem = dealtProblem(21, 3, 37, 128);
    const shifted = { ...problem, weights: { ...problem.weights } };
    shifted.a = new Uint16Array(new ArrayBuffer(2 * problem.a.length + 2), 2);
    shifted.a.set(problem.a);
    shifted.c = new Uint16Array(new ArrayBuffer(2 * problem.c.length + 6), 6);
    shifted.weights.packed = new Int32Array(
      new ArrayBuffer(4 * problem.weights.packed.length + 4),
      4,
    );
    shifted.weights.packed.set(problem.weights.packed);
    for (const isa of cpuInfo().isas) {
      moeGemmW4A16(shifted, { isa });
      expect(verifyGemm(shifted, { samples: "all" })).toMatchObject({ passed: true });
    }
  });
});

describe("MOE_CPU_ISA", () => {
  const script = `
    import { moeGemmW4A16 } from "@moe/kernel-cpu";
    import { dealtProblem } from "./_problem-fixture.ts";
    try { console.log(moeGemmW4A16(dealtProblem(2, 1, 4, 8)).isa); }
    catch (error) { console.log(error.code); }`;
  const isaWith = (value: string): string => {
    const env = { ...process.env, MOE_CPU_ISA: value };
    const child = Bun.spawnSync([process.execPath, "-e", script], {
      cwd: import.meta.dirname,
      env,
    });
    return child.stdout.toString().trim();
  };

  test("forces a path, and an unavailable or unknown one is an error", () => {
    expect(isaWith("portable")).toBe("portable");
    expect(isaWith("")).toBe(cpuInfo().best);
    expect(isaWith("sse9")).toBe("E_ISA_UNKNOWN");
    expect(isaWith(process.arch === "x64" ? "neon" : "avx2")).toBe("E_ISA_UNAVAILABLE");
  });
});

describe("without the addon", () => {
  const script = `
    import { availability, moeGemmW4A16, portableGemm } from "@moe/kernel-cpu";
    import { dealtProblem } from "./_problem-fixture.ts";
    const native = availability();
    console.log(native.available, native.reason);
    const problem = dealtProblem(2, 1, 4, 8);
    try { moeGemmW4A16(problem); } catch (error) { console.log(error.code); }
    console.log(portableGemm(problem).backend);`;

  test("importing works, availability gives the reason, calls throw it, and the portable kernel runs", () => {
    const env = { ...process.env, MOE_KERNEL_CPU_LIBRARY: "./no/such/addon.node" };
    const child = Bun.spawnSync([process.execPath, "-e", script], {
      cwd: import.meta.dirname,
      env,
    });
    const [first, ...rest] = child.stdout.toString().trim().split("\n");
    expect(first).toStartWith("false no native kernel for");
    expect(first).toContain("./no/such/addon.node: ");
    expect(rest).toEqual(["E_NATIVE_UNAVAILABLE", "typescript"]);
  });
});
