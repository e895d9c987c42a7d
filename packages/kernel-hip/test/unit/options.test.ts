import { describe, expect, test } from "bun:test";
import { openDevice } from "../../src/index.ts";
import { caught } from "./_errors.ts";
import { SCALE, useMock } from "./_mock.ts";

describe("options", () => {
  useMock();

  test("that no device has, or with values that they do not take, are refused", async () => {
    const bad: [unknown, RegExp][] = [
      [undefined, /^the options are undefined, but must be an object/],
      [null, /^the options are null/],
      [{}, /^backend is undefined, but must be hip or cuda or sim$/],
      [{ backend: "metal" }, /^backend is "metal"/],
      [
        { backend: "hip", device: 1 },
        /^unknown option of backend hip device; allowed are backend, index, arch, profile$/,
      ],
      [{ backend: "cuda", onReport() {} }, /^unknown option of backend cuda onReport/],
      [{ backend: "hip", index: -1 }, /^index is -1/],
      [{ backend: "hip", index: "0" }, /^index is "0"/],
      [{ backend: "sim", index: 0 }, /^unknown option of backend sim index/],
      [{ backend: "sim", arch: "gfx942" }, /^arch is "gfx942", but must be gfx1100 or/],
      [{ backend: "sim", simulator: { arch: "gfx1100" } }, /^simulator must be an object/],
      [{ backend: "sim", simulator: 5 }, /^simulator must be an object/],
      [
        { backend: "sim", simulator: { thread: 1 } },
        /^unknown option thread; allowed are arch, schedule/,
      ],
      [{ backend: "sim", simulator: { threads: 0 } }, /^threads is 0/],
      [{ backend: "sim", onReport: 5 }, /^onReport is 5, but must be a function$/],
    ];
    for (const [options, message] of bad) {
      const error = await caught(() => openDevice(options as never));
      expect([options, error.code]).toEqual([options, "E_OPTION"]);
      expect(error.message).toMatch(message);
    }
  });

  test("of launches are checked before anything runs", async () => {
    using device = openDevice({ backend: "hip" });
    const kernel = device.loadModule(SCALE).kernel("scale");
    const good = { grid: 1, block: 64 };
    const bad: [unknown, string][] = [
      [
        { ...good, shared: 1 },
        "unknown launch option shared; allowed are grid, block, sharedBytes, overlaps, args",
      ],
      [{ block: 64 }, "grid is undefined, but must be a whole number from 1 to 4294967295"],
      [{ ...good, grid: 0 }, "grid is 0, but must be a whole number from 1 to 4294967295"],
      [{ ...good, block: [1, 2, 3, 4] }, "block has 4 sizes, but must have 1 to 3"],
      [{ ...good, block: [] }, "block has 0 sizes, but must have 1 to 3"],
      [
        { ...good, sharedBytes: 2 ** 21 },
        "sharedBytes is 2097152, but must be a whole number from 0 to 1048576",
      ],
    ];
    for (const [options, message] of bad) {
      const error = await caught(() => kernel.launch(options as never));
      expect([error.code, error.message]).toEqual(["E_OPTION", message]);
    }
    await device.synchronize();
  });

  test("of buffers: sizes, names, ranges and data are checked on every backend", async () => {
    for (const backend of ["hip", "sim"] as const) {
      using device = openDevice({ backend });
      for (const bytes of [0, -1, 1.5, 2 ** 41, "4", undefined]) {
        expect((await caught(() => device.allocate("b", bytes as never))).code).toBe("E_OPTION");
      }
      expect((await caught(() => device.allocate(5 as never, 4))).code).toBe("E_TYPE");
      expect((await caught(() => device.upload("b", new Uint8Array(0)))).code).toBe("E_OPTION");
      expect((await caught(() => device.upload("b", [1] as never))).code).toBe("E_TYPE");
      expect((await caught(() => device.loadModule("x" as never))).code).toBe("E_TYPE");
      const buffer = await device.allocate("b", 16);
      const range = await caught(() => buffer.write(new Uint8Array(9), 8));
      expect([range.code, range.message]).toEqual([
        "E_RANGE",
        "9 bytes at offset 8 do not fit buffer 'b' of 16 bytes",
      ]);
      expect((await caught(() => buffer.read(new Uint8Array(17)))).code).toBe("E_RANGE");
      expect((await caught(() => buffer.read(new Uint8Array(1), -1))).code).toBe("E_OPTION");
      expect((await caught(() => buffer.read(null as never))).code).toBe("E_TYPE");
      expect((await caught(() => buffer.fill(256))).code).toBe("E_OPTION");
      expect((await caught(() => buffer.copyFrom(5 as never))).code).toBe("E_TYPE");
      const larger = await device.allocate("larger", 17);
      expect((await caught(() => buffer.copyFrom(larger))).code).toBe("E_RANGE");
      await buffer.write(Uint16Array.of(1, 2), 4);
      expect(
        (await buffer.read(new DataView(new ArrayBuffer(6), 2, 4), 4)).getUint32(0, true),
      ).toBe(0x20001);
      await buffer.write(new ArrayBuffer(0), 16);
    }
  });
});
