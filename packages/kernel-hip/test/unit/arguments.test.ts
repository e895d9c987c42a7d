import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { packArguments } from "../../src/_pack.ts";
import { type KernelArgument, openDevice } from "../../src/index.ts";
import { caught } from "./_errors.ts";
import { EXAMPLES, useMock } from "./_mock.ts";

const pack = (...args: KernelArgument[]) => packArguments("k", args, (buffer) => buffer.address);
const hex = (...args: KernelArgument[]): string => Buffer.from(pack(...args).bytes).toString("hex");

/** Bytes of one value after the other. */
const joined = (text: string): string => text.replaceAll(" ", "");

describe("arguments as bytes", () => {
  test("are little endian, each at a multiple of its size, structs padded to their alignment", () => {
    expect(hex({ u8: 1 }, { i16: -2 }, { u32: 3 }, { u64: 4n })).toBe(
      joined("01 00 feff 03000000 0400000000000000"),
    );
    expect(hex({ u8: 1 }, null, { i8: -1 })).toBe(joined("01 00000000000000 0000000000000000 ff"));
    expect(hex({ f32: 0.1 }, { f64: -2 })).toBe(joined("cdcccc3d 00000000 00000000000000c0"));
    expect(hex({ u8: 7 }, { struct: [{ u16: 1 }, { u8: 2 }] }, { u8: 9 })).toBe(
      joined("07 00 0100 02 00 09"),
    );
    expect(hex({ struct: [{ u64: 1 }, { struct: [{ u32: 2 }] }] })).toBe(
      joined("0100000000000000 02000000 00000000"),
    );
    expect(hex()).toBe("");
    expect(hex({ struct: [] }, { u8: 5 })).toBe("05");
  });

  test("hold every integer of their type and no other (oracle: DataView)", () => {
    const get = { u8: "getUint8", i8: "getInt8", u16: "getUint16", i16: "getInt16" } as const;
    const more = { u32: "getUint32", i32: "getInt32" } as const;
    for (const [type, getter] of Object.entries({ ...get, ...more })) {
      const bits = Number(type.slice(1));
      const least = type[0] === "i" ? -(2 ** (bits - 1)) : 0;
      const most = least + 2 ** bits - 1;
      const values = fc.oneof(fc.integer({ min: least, max: most }), fc.constantFrom(least, most));
      fc.assert(
        fc.property(values, (value) => {
          const { bytes } = pack({ [type]: value } as never);
          expect(bytes.length).toBe(bits / 8);
          expect(new DataView(bytes.buffer)[getter](0, true)).toBe(value);
        }),
        { seed: 1 },
      );
      for (const bad of [least - 1, most + 1, 0.5, Number.NaN, "1", undefined, 2 ** 60]) {
        expect(() => pack({ [type]: bad } as never)).toThrow(/^argument 0 of kernel 'k' is /);
      }
    }
    expect(hex({ i64: -(1n << 63n) }, { u64: (1n << 64n) - 1n })).toBe(
      joined("0000000000000080 ffffffffffffffff"),
    );
    for (const bad of [{ u64: 1n << 64n }, { u64: -1 }, { i64: 1n << 63n }, { u64: 2 ** 53 }]) {
      expect(() => pack(bad)).toThrow("argument 0");
    }
  });

  test("are described for errors", () => {
    expect(pack({ f32: 0.5 }, null, { struct: [{ u8: 1 }, { i8: -1 }] }).text).toBe(
      "0.5, null, {1, -1}",
    );
  });

  test("of no known kind are refused, with their number and the kinds that there are", () => {
    const itself: { struct: KernelArgument[] } = { struct: [] };
    itself.struct.push(itself);
    const bad = [
      5,
      "5",
      undefined,
      {},
      { u7: 1 },
      { u8: 1, u16: 2 },
      { struct: 5 },
      { f32: "x" },
      itself,
      [1],
      5n,
    ];
    for (const argument of bad) {
      expect(() => pack({ u8: 1 }, argument as never)).toThrow(
        /^argument 1 of kernel 'k' (is|has) /,
      );
    }
    expect(() => packArguments("k", { a: 1 } as never, () => 0n)).toThrow("must be an array");
    expect(() => pack(5 as never)).toThrow(
      "must be a buffer, null, { buffer, offset }, { struct }",
    );
  });
});

describe("a kernel gets", () => {
  useMock();

  test("each of its arguments (oracle: the kernel's own view of them)", async () => {
    using device = openDevice({ backend: "sim", arch: "gfx1100" });
    const out = await device.allocate("out", 64);
    const args = [
      out,
      { u8: 200 },
      { i16: -3 },
      { i32: -4 },
      { u64: 2n ** 63n + 5n },
      { f32: 0.1 },
      { f64: 0.1 },
      { struct: [{ u32: 6 }, { u32: 7 }] },
    ];
    device.loadModule(EXAMPLES).kernel("every_size").launch({ grid: 1, block: 32, args });
    const words = await out.read(new BigUint64Array(8));
    expect([...words]).toEqual([
      200n,
      BigInt.asUintN(64, -3n),
      BigInt.asUintN(64, -4n),
      2n ** 63n + 5n,
      0x3dcccccdn,
      0x3fb999999999999an,
      6n,
      7n,
    ]);
  });

  test("a place inside of a buffer", async () => {
    using device = openDevice({ backend: "sim", arch: "gfx1100" });
    const data = await device.upload(
      "data",
      Uint32Array.from({ length: 128 }, (_, i) => i),
    );
    const args = [data, { buffer: data, offset: 256 }];
    device.loadModule(EXAMPLES).kernel("copy_unchecked").launch({ grid: 1, block: 64, args });
    expect([...(await data.read(new Uint32Array(2)))]).toEqual([64, 65]);
    for (const offset of [-1, 513, 0.5, "1"]) {
      const kernel = device.loadModule(EXAMPLES).kernel("copy_unchecked");
      const wrong = {
        grid: 1,
        block: 64,
        args: [data, { buffer: data, offset: offset as number }],
      };
      const error = await caught(() => kernel.launch(wrong));
      expect([error.code, error.details]).toEqual([
        "E_ARGUMENT",
        { kernel: "copy_unchecked", argument: 1 },
      ]);
    }
  });

  test("no buffer of another device", async () => {
    using device = openDevice({ backend: "sim", arch: "gfx1100" });
    using other = openDevice({ backend: "hip" });
    const mine = await device.allocate("mine", 256);
    const foreign = await other.allocate("foreign", 256);
    const kernel = device.loadModule(EXAMPLES).kernel("copy_unchecked");
    const launch = (...args: KernelArgument[]) => kernel.launch({ grid: 1, block: 64, args });
    const error = await caught(() => launch(mine, foreign));
    expect([error.code, error.details]).toEqual(["E_ARGUMENT", { buffer: "foreign" }]);
    expect((await caught(() => mine.copyFrom(foreign))).code).toBe("E_ARGUMENT");
  });
});
