import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Gfx11SimError, loadCodeObject } from "../../src/index.ts";
import { caught, EXAMPLES, examples } from "./_examples.ts";

describe("a code object", () => {
  test("tells its processor, format and kernels", () => {
    expect(examples.arch).toBe("gfx1100");
    expect(examples.abi).toBe(5);
    expect(examples.kernels.map(({ name }) => name)).toContain("saxpy");
    expect(caught(() => examples.kernel("sax")).message).toBe(
      `there is no kernel 'sax'; the code object has: ${examples.kernels.map((k) => k.name).join(", ")}`,
    );
  });

  test("gives arguments as the compiler laid them out, hidden ones apart", () => {
    const kernel = examples.kernel("every_size");
    expect(kernel.arguments.map((a) => [a.name, a.offsetBytes, a.sizeBytes, a.kind])).toEqual([
      ["out", 0, 8, "global_buffer"],
      ["a", 8, 1, "by_value"],
      ["b", 10, 2, "by_value"],
      ["c", 12, 4, "by_value"],
      ["d", 16, 8, "by_value"],
      ["e", 24, 4, "by_value"],
      ["f", 32, 8, "by_value"],
      ["", 40, 8, "by_value"],
    ]);
    expect(kernel.hiddenArguments.every(({ kind }) => kind.startsWith("hidden_"))).toBe(true);
    expect(kernel.hiddenArguments.length).toBeGreaterThan(0);
    expect(kernel).toMatchObject({ waveSize: 32, maxWorkgroupSize: 1024, scratchBytes: 0 });
  });

  test("tells the occupancy, and what limits it", () => {
    expect(examples.occupancy("saxpy", { workgroupSize: 64 })).toEqual({
      wavesPerSimd: 16,
      workgroups: 32,
      limit: "wave-slots",
    });
    const wide = examples.occupancy("block_sum", { workgroupSize: 64, dynamicLds: 32_768 });
    expect(wide.limit).toBe("lds");
    expect(caught(() => examples.occupancy("saxpy", { workgroupSize: 0 })).code).toBe("E_OPTION");
    expect(
      caught(() => examples.occupancy("saxpy", { workgroupSize: 1, lds: 1 } as never)).message,
    ).toBe("unknown option lds; allowed are workgroupSize, dynamicLds");
    expect(caught(() => examples.occupancy("none", { workgroupSize: 1 })).code).toBe(
      "E_KERNEL_UNKNOWN",
    );
  });

  test("disassembles a kernel without gaps, and all code", () => {
    const { entry, codeBytes } = examples.kernel("saxpy");
    const lines = examples.disassemble("saxpy");
    let at = entry;
    for (const line of lines) {
      expect(line.address).toBe(at);
      at += BigInt(line.sizeBytes);
    }
    expect(at).toBe(entry + BigInt(codeBytes));
    expect(lines.map(({ text }) => text)).toContain("global_load_b32 v2, v[2:3], off");
    expect(lines.at(-1)?.text).toBe("s_endpgm");
    const all = examples.disassemble();
    expect(all.find(({ address }) => address === entry)).toEqual(lines[0]);
    expect(all.length).toBeGreaterThan(lines.length);
    expect(caught(() => examples.disassemble("none")).code).toBe("E_KERNEL_UNKNOWN");
  });

  test("is read from any view of its bytes", () => {
    const shifted = new Uint8Array(EXAMPLES.length + 3);
    shifted.set(EXAMPLES, 3);
    expect(loadCodeObject(shifted.subarray(3)).kernels).toEqual(examples.kernels as never);
    expect(loadCodeObject(new DataView(shifted.buffer, 3)).kernels.length).toBe(
      examples.kernels.length,
    );
    expect(loadCodeObject(Uint8Array.from(EXAMPLES).buffer).arch).toBe("gfx1100");
  });
});

describe("what is no code object", () => {
  test("is refused by type before it is read", () => {
    for (const bad of [undefined, null, "ELF", 5, [1, 2], new SharedArrayBuffer(8)]) {
      expect(caught(() => loadCodeObject(bad as never)).code).toBe("E_TYPE");
    }
    expect(caught(() => loadCodeObject("ELF" as never)).message).toBe(
      'bytes is "ELF", but must be a typed array, a DataView or an ArrayBuffer, not shared',
    );
  });

  test("is refused with a code that says why", () => {
    expect(caught(() => loadCodeObject(new Uint8Array(0))).code).toBe("E_FORMAT");
    expect(caught(() => loadCodeObject(new Uint8Array(4096))).code).toBe("E_FORMAT");
    expect(caught(() => loadCodeObject(EXAMPLES.subarray(0, 9000))).code).toBe("E_TRUNCATED");
    const other = Uint8Array.from(EXAMPLES);
    other[48] = 0x36; // EF_AMDGPU_MACH of gfx1030
    expect(caught(() => loadCodeObject(other)).code).toBe("E_ARCH");
    const old = Uint8Array.from(EXAMPLES);
    old[8] = 2; // ABI version of code object v4
    expect(caught(() => loadCodeObject(old)).code).toBe("E_ABI");
  });

  test("never crashes, however it is damaged", () => {
    const damage = fc.array(fc.tuple(fc.nat(EXAMPLES.length - 1), fc.nat(255)), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(damage, (bytes) => {
        const damaged = Uint8Array.from(EXAMPLES);
        for (const [at, value] of bytes) damaged[at] = value;
        try {
          loadCodeObject(damaged).disassemble();
        } catch (error) {
          expect(error).toBeInstanceOf(Gfx11SimError);
          expect((error as Gfx11SimError).code).not.toBe("E_INTERNAL");
        }
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});
