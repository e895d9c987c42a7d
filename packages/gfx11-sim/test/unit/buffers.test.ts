import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Simulator } from "../../src/index.ts";
import { caught } from "./_examples.ts";

describe("a buffer", () => {
  test("holds what was written, at any offset and from any kind of array", () => {
    const buffer = new Simulator().create("b", 24);
    buffer.write(Float64Array.of(1.5, -2), 8);
    buffer.write(Uint8Array.of(7), 3);
    expect([...buffer.read(new Float64Array(2), 8)]).toEqual([1.5, -2]);
    expect([...buffer.read(new Uint8Array(8))]).toEqual([0, 0, 0, 7, 0, 0, 0, 0]);
    expect(buffer.read(new BigInt64Array(1), 16)[0]).toBe(-4611686018427387904n);
    const view = new DataView(new ArrayBuffer(12), 2, 8);
    expect(buffer.read(view, 8).getFloat64(0, true)).toBe(1.5);
    expect(new Float64Array(buffer.read(new ArrayBuffer(8), 16))[0]).toBe(-2);
  });

  test("reads back any bytes from any place (oracle: a Uint8Array)", () => {
    const buffer = new Simulator().create("b", 64);
    const mirror = new Uint8Array(64);
    const write = fc.tuple(fc.nat(64), fc.uint8Array({ maxLength: 64 }));
    fc.assert(
      fc.property(write, fc.nat(64), ([offset, bytes], from) => {
        const data = bytes.subarray(0, 64 - offset);
        buffer.write(data, offset);
        mirror.set(data, offset);
        expect(buffer.read(new Uint8Array(64 - from), from)).toEqual(mirror.slice(from));
      }),
      { seed: 1 },
    );
  });

  test("has a name, a size, and an address that no other ever has", () => {
    const simulator = new Simulator();
    const first = simulator.create("first", 100);
    first.dispose();
    const second = simulator.createFrom("second", new Uint8Array(5));
    expect([second.name, second.bytes]).toEqual(["second", 5]);
    expect(second.address).toBeGreaterThan(first.address);
    expect(second.address % 4096n).toBe(0n);
    expect(simulator.create("empty", 0).bytes).toBe(0);
  });

  test("refuses ranges that it does not have", () => {
    const buffer = new Simulator().create("b", 16);
    const error = caught(() => buffer.write(new Uint8Array(9), 8));
    expect(error.code).toBe("E_RANGE");
    expect(error.message).toBe("9 bytes at offset 8 do not fit buffer 'b' of 16 bytes");
    expect(error.details).toEqual({ buffer: "b", bytes: 9, bufferOffset: 8, bufferBytes: 16 });
    expect(caught(() => buffer.read(new Uint8Array(17))).code).toBe("E_RANGE");
    for (const offset of [-1, 0.5, Number.NaN, 2 ** 60, "1" as never]) {
      expect(caught(() => buffer.read(new Uint8Array(0), offset)).code).toBe("E_OPTION");
    }
    expect(buffer.read(new Uint8Array(0), 16).length).toBe(0);
  });

  test("refuses what is no array of bytes", () => {
    const simulator = new Simulator();
    const buffer = simulator.create("b", 16);
    for (const bad of [undefined, null, [1], "x", {}, new SharedArrayBuffer(4)]) {
      expect(caught(() => buffer.write(bad as never)).code).toBe("E_TYPE");
      expect(caught(() => buffer.read(bad as never)).code).toBe("E_TYPE");
      expect(caught(() => simulator.createFrom("c", bad as never)).code).toBe("E_TYPE");
    }
  });

  test("is gone after dispose, and disposing twice is nothing", () => {
    const buffer = new Simulator().create("b", 16);
    buffer.dispose();
    buffer.dispose();
    expect(caught(() => buffer.write(new Uint8Array(1))).code).toBe("E_DISPOSED");
    expect(caught(() => buffer.read(new Uint8Array(1))).code).toBe("E_DISPOSED");
  });
});

describe("creating buffers", () => {
  test("refuses names and sizes that are none", () => {
    const simulator = new Simulator();
    for (const bytes of [-1, 1.5, Number.NaN, 2 ** 41, "4" as never, undefined as never]) {
      expect(caught(() => simulator.create("b", bytes)).code).toBe("E_OPTION");
    }
    expect(caught(() => simulator.create(5 as never, 4)).code).toBe("E_TYPE");
  });

  test("takes memory only where something is written", () => {
    const simulator = new Simulator();
    const before = process.memoryUsage.rss();
    const large = simulator.create("large", 2 ** 32);
    large.write(new Uint8Array(4096), 2 ** 31);
    expect(process.memoryUsage.rss() - before).toBeLessThan(2 ** 27);
    large.dispose();
  });

  test("stays within 1.2 times of the buffers when all is written", () => {
    const data = new Uint8Array(2 ** 26).fill(1);
    const simulator = new Simulator();
    const before = process.memoryUsage.rss();
    const buffers = [1, 2, 3, 4].map((i) => simulator.createFrom(`b${i}`, data));
    const used = process.memoryUsage.rss() - before;
    expect(used).toBeLessThan(1.2 * 4 * data.length);
    // The runtime may give memory of its own back meanwhile.
    expect(used).toBeGreaterThan(0.75 * 4 * data.length);
    for (const buffer of buffers) buffer.dispose();
  });
});
