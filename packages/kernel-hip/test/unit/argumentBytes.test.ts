import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { loadCodeObject } from "@moe/gfx11-sim";
import { argumentBytes } from "../../src/_argumentBytes.ts";
import { type KernelArgument, openDevice } from "../../src/index.ts";
import { caught } from "./_errors.ts";
import { EXAMPLES, mock, PTX, SCALE, useMock } from "./_mock.ts";

const PREBUILT = new URL("../../prebuilt/", import.meta.url);
const packed = (pattern: string): [string, Uint8Array][] =>
  [...new Bun.Glob(pattern).scanSync(fileURLToPath(PREBUILT))].map((file) => [
    file,
    gunzipSync(readFileSync(new URL(file, PREBUILT))),
  ]);

describe("how many bytes of arguments kernels take", () => {
  test("is known of every code object of the package (oracle: the simulator's loader)", () => {
    const objects = [...packed("gfx*/*.gz"), ...packed("triton/gfx*/*.gz")];
    expect(objects.length).toBeGreaterThan(20);
    // Whose kernels have arguments that the runtime adds, too.
    objects.push(["examples.co", new Uint8Array(EXAMPLES)]);
    for (const [file, image] of objects) {
      const want = loadCodeObject(image).kernels.map(
        ({ name, arguments: all }): [string, number] => [
          name,
          Math.max(0, ...all.map(({ offsetBytes, sizeBytes }) => offsetBytes + sizeBytes)),
        ],
      );
      expect([file, Object.fromEntries(argumentBytes(image))]).toEqual([
        file,
        Object.fromEntries(want),
      ]);
    }
  });

  test("is known of every cubin of the package (oracle: the structs of kernels/)", () => {
    const cubins = packed("cuda/*/*.gz");
    expect(cubins.length).toBeGreaterThan(10);
    const low = { moe_w4a16_sm90_low: 96 };
    const gemm = { ...low, moe_plan: 32, moe_repack: 48, moe_unpack: 48, moe_w4a16: 80 };
    const bytes = { ...gemm, moe_align: 80, moe_activate: 40, moe_combine: 56 };
    for (const [, image] of cubins) {
      const kernels = [...argumentBytes(image)];
      expect(kernels.length).toBeGreaterThan(0);
      for (const [name, size] of kernels) {
        const [, wanted] = Object.entries(bytes).find(([start]) => name.startsWith(start)) ?? [];
        expect([name, size]).toEqual([name, wanted as number]);
      }
    }
  });

  test("is not known of PTX and of what is no module, and no damage is more than that", () => {
    expect(argumentBytes(PTX).size).toBe(0);
    expect(argumentBytes(new Uint8Array(0)).size).toBe(0);
    const [, cubin] = packed("cuda/*/plan.cubin.gz")[0];
    for (const image of [new Uint8Array(SCALE), cubin]) {
      fc.assert(
        fc.property(
          fc.nat(image.length - 1),
          fc.nat(255),
          fc.nat(image.length),
          (at, byte, end) => {
            const damaged = image.slice(0, end);
            if (at < end) damaged[at] = byte;
            for (const [name, bytes] of argumentBytes(damaged)) {
              expect([typeof name, Number.isInteger(bytes)]).toEqual(["string", true]);
            }
          },
        ),
        { seed: 1, numRuns: 2000 },
      );
    }
  });
});

describe.each(["sim", "hip", "cuda"] as const)("a launch on %s with other arguments", (backend) => {
  useMock();

  test("is refused before the driver gets it", async () => {
    if (backend === "cuda") mock.reset("sm_90");
    using device = openDevice({ backend });
    const [, plan] = packed("cuda/sm_90a/plan.cubin.gz")[0];
    const name = backend === "cuda" ? "moe_plan" : "scale";
    const kernel = device.loadModule(backend === "cuda" ? plan : SCALE).kernel(name);
    const buffer = await device.allocate("x", 64);
    const right: KernelArgument[] = [buffer, buffer, { u32: 0 }, { u32: 1 }];
    const padding: KernelArgument[] = backend === "cuda" ? [{ u64: 0 }] : [];
    const launched = () => mock.calls("hipModuleLaunchKernel") + mock.calls("cuLaunchKernel");
    const before = launched();
    for (const args of [[], right.slice(0, 3), [...right, ...padding, { u8: 0 }]]) {
      const error = await caught(() => kernel.launch({ grid: 1, block: 64, args }));
      expect([error.code, error.details.kernel, error.details.allowed]).toEqual([
        "E_ARGUMENT",
        name,
        backend === "cuda" ? 32 : 24,
      ]);
    }
    const short = await caught(() => kernel.launch({ grid: 1, block: 64, args: [buffer] }));
    expect(short.message).toMatch(
      new RegExp(`^kernel '${name}' takes .. bytes of arguments, but 8 are given: x.64 bytes.$`),
    );
    expect(launched()).toBe(before);
    kernel.launch({ grid: 1, block: 64, args: [...right, ...padding] });
    await device.synchronize();
    expect(launched()).toBe(before + (backend === "sim" ? 0 : 1));
  });
});
