import { describe, expect, test } from "bun:test";
import { type ArgumentValue, type KernelArguments, Simulator } from "../../src/index.ts";
import { counting, examples, rejected } from "./_examples.ts";

const simulator = new Simulator();
const out = simulator.create("out", 64);

/** Arguments of `every_size` with one of them replaced. */
function replacing(name: string, value: ArgumentValue): Record<string, ArgumentValue> {
  const usual = {
    out,
    a: 1,
    b: 2,
    c: 3,
    d: 4n,
    e: Float32Array.of(5),
    f: Float64Array.of(6),
    7: Uint32Array.of(7, 8),
  };
  return { ...usual, [name]: value };
}

async function seen(args: KernelArguments): Promise<bigint[]> {
  await simulator.launch(examples, "every_size", { grid: 1, block: 1, args });
  return [...out.read(new BigUint64Array(8))];
}

const refused = async (args: unknown, kernel = "every_size"): Promise<string> => {
  const error = await rejected(simulator, kernel, { args: args as KernelArguments });
  expect(error.code).toBe("E_ARGUMENT");
  return error.message;
};

describe("arguments", () => {
  test("arrive with the size and sign that the kernel declares (oracle: what it stores)", async () => {
    const args = {
      ...replacing("a", 255),
      b: -2,
      c: -(2 ** 31),
      d: 2n ** 64n - 1n,
      e: Float32Array.of(-0.5),
      f: Float64Array.of(Math.PI),
    };
    expect(await seen(args)).toEqual([
      255n,
      2n ** 64n - 2n,
      2n ** 64n - 2n ** 31n,
      2n ** 64n - 1n,
      0xbf000000n,
      0x400921fb54442d18n,
      7n,
      8n,
    ]);
  });

  test("by position are those by name", async () => {
    const byName = replacing("c", 77);
    const order = ["out", "a", "b", "c", "d", "e", "f", "7"];
    expect(await seen(order.map((name) => byName[name]))).toEqual(await seen(byName));
  });

  test("take the whole range of their size, signed and unsigned, and nothing beyond", async () => {
    const ends: [string, number][] = [
      ["a", 8],
      ["b", 16],
      ["c", 32],
      ["d", 64],
    ];
    for (const [name, bits] of ends) {
      const [least, most] = [-(2n ** BigInt(bits - 1)), 2n ** BigInt(bits) - 1n];
      for (const value of [least, most]) await seen(replacing(name, value));
      for (const value of [least - 1n, most + 1n]) {
        expect(await refused(replacing(name, value))).toBe(
          `argument '${name}' of ${bits / 8} bytes (by_value), is ${value}, but must be ${least} to ${most}`,
        );
      }
    }
  });

  test("that are no whole number name a way to pass a float", async () => {
    for (const value of [0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
      expect(await refused(replacing("e", value))).toContain("pass Float32Array.of(…)");
    }
  });

  test("as typed arrays have to have the argument's size", async () => {
    expect(await refused(replacing("e", Float64Array.of(1)))).toBe(
      "argument 'e' of 4 bytes (by_value), is given a value of type Float64Array with 8 bytes",
    );
    expect(await seen(replacing("d", Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 1)))).toContain(
      0x0100000000000001n,
    );
  });

  test("of a wrong type are refused by name", async () => {
    for (const value of ["1", true, undefined, {}, [1], null]) {
      expect(await refused(replacing("c", value as never))).toStartWith("argument 'c' of 4 bytes");
    }
    expect(await refused(replacing("out", 4096))).toContain(
      "must be a buffer, an address as a bigint, or null",
    );
    expect(await refused(replacing("out", "out" as never))).toEndWith(
      'is "out", but must be a buffer',
    );
    expect(await refused(replacing("c", out))).toContain(
      "is given buffer 'out', whose address has 8 bytes",
    );
  });

  test("that are buffers have to be of the same simulator", async () => {
    const stranger = new Simulator().create("stranger", 64);
    expect(await refused(replacing("out", stranger))).toContain(
      "is given buffer 'stranger', which is not of this simulator",
    );
  });

  test("wrong in number are answered with all of them", async () => {
    const signature = "kernel 'copy_unchecked' takes out (global_buffer), in (global_buffer)";
    expect(await refused([out], "copy_unchecked")).toBe(`${signature}, but 1 arguments are given`);
    expect(await refused({ out }, "copy_unchecked")).toBe(`${signature}, but 'in' is missing`);
    expect(await refused({ out, in: out, n: 1 }, "copy_unchecked")).toBe(
      `${signature}, but 'n' is given`,
    );
    expect(await refused(null, "copy_unchecked")).toContain("but 0 arguments are given");
    expect(await refused("out", "copy_unchecked")).toContain("pass an object or an array");
  });
});

describe("pointers", () => {
  test("may point into a buffer", async () => {
    const source = simulator.createFrom("in", counting(128));
    const target = simulator.create("copy", 256);
    const args = { out: target, in: source.address + 256n };
    await simulator.launch(examples, "copy_unchecked", { grid: 1, block: 64, args });
    expect(target.read(new Uint32Array(64))).toEqual(counting(128).subarray(64));
  });

  test("that are null, stale or behind a buffer are findings where they are used", async () => {
    const source = simulator.createFrom("in", counting(64));
    const stale = simulator.create("stale", 256);
    stale.dispose();
    for (const bad of [null, stale, source.address + 4n * 64n]) {
      const error = await rejected(simulator, "copy_unchecked", { args: { out, in: bad } });
      expect([bad, error.code]).toEqual([bad, "E_BOUNDS"]);
    }
  });
});
