import { describe, expect, test } from "bun:test";
import { CHECKS, Simulator, type SimulatorOptions } from "../../src/index.ts";
import { caught, examples, rejected } from "./_examples.ts";

const refused = (options: object): string =>
  caught(() => new Simulator(options as SimulatorOptions)).message;

describe("options of a simulator", () => {
  test("unknown ones are refused with the allowed ones", () => {
    expect(refused({ thread: 2 })).toBe(
      "unknown option thread; allowed are arch, schedule, seed, checks, threads, maxInstructions, statistics",
    );
    expect(refused({ checks: { poisons: false } })).toBe(
      `unknown check poisons; allowed are ${CHECKS.join(", ")}`,
    );
  });

  test("values out of range are refused by name", () => {
    for (const threads of [0, -1, 1.5, 257, Number.NaN, "2"]) {
      expect(refused({ threads })).toStartWith("threads is");
    }
    for (const maxInstructions of [0, 0.5, 2 ** 53, Number.POSITIVE_INFINITY]) {
      expect(refused({ maxInstructions })).toStartWith("maxInstructions is");
    }
    for (const seed of [-1, 1.5, 2n ** 64n, "1", null]) {
      expect(refused({ schedule: "random", seed })).toStartWith("seed is");
    }
    expect(refused({ seed: 1 })).toBe('seed needs schedule "random"');
    expect(refused({ schedule: "fair" })).toBe(
      'schedule is "fair", but must be round-robin or random',
    );
    expect(refused({ arch: "gfx942" })).toStartWith('arch is "gfx942", but must be gfx1100 or');
    expect(refused({ checks: 1 })).toBe("checks is 1, but must be true or false");
    expect(refused({ checks: { races: "no" } })).toBe(
      'checks.races is "no", but must be true or false',
    );
    expect(refused({ statistics: 0 })).toBe("statistics is 0, but must be true or false");
  });

  test("every allowed value is taken", () => {
    const good: SimulatorOptions[] = [
      { schedule: "round-robin" },
      { schedule: "random" },
      { schedule: "random", seed: 2n ** 64n - 1n, threads: 256, maxInstructions: 1 },
      { checks: false, statistics: false, arch: "gfx1153" },
      { checks: { races: false } },
    ];
    for (const options of good) expect(new Simulator(options)).toBeInstanceOf(Simulator);
  });

  test("a simulator of one processor refuses code for another", async () => {
    const simulator = new Simulator({ arch: "gfx1151" });
    const error = await rejected(simulator, "saxpy", {});
    expect(error.code).toBe("E_ARCH");
    expect(error.message).toBe("the code object is for gfx1100, but this simulator is a gfx1151");
  });
});

describe("options of a launch", () => {
  const simulator = new Simulator();
  const args = [null, null];

  test("sizes have to be whole, at least 1, and three at most", async () => {
    for (const grid of [
      0,
      -1,
      1.5,
      2 ** 32,
      Number.NaN,
      [1, 0],
      [],
      [1, 1, 1, 1],
      "4",
      undefined,
    ]) {
      const error = await rejected(simulator, "copy_unchecked", { grid: grid as never, args });
      expect([grid, error.code]).toEqual([grid, "E_OPTION"]);
    }
    const large = await rejected(simulator, "copy_unchecked", { block: [64, 32], args });
    expect(large.code).toBe("E_LAUNCH");
    expect(large.message).toContain("2048 threads, but must have 1 to 1024");
  });

  test("dynamic LDS is limited, with the static one", async () => {
    for (const dynamicLds of [-1, 65_537, 0.5]) {
      expect((await rejected(simulator, "copy_unchecked", { dynamicLds, args })).code).toBe(
        "E_OPTION",
      );
    }
  });

  test("unknown keys and unknown kernels are refused", async () => {
    const error = await rejected(simulator, "copy_unchecked", { lds: 4 } as never);
    expect(error.message).toStartWith("unknown launch option lds; allowed are grid, block, args");
    expect((await rejected(simulator, "copy", { args })).code).toBe("E_KERNEL_UNKNOWN");
    const notLoaded = simulator.launch({ ...examples } as never, "saxpy", { grid: 1, block: 1 });
    expect(await notLoaded.catch((e: unknown) => e)).toMatchObject({ code: "E_TYPE" });
  });

  test("roles need a name, a range, and waves of their own", async () => {
    const waves = (roles: unknown): Promise<{ code: string; message: string }> =>
      rejected(simulator, "copy_unchecked", { args, roles: roles as never });
    expect((await waves([{ waves: [0, 1] }])).code).toBe("E_OPTION");
    expect((await waves([{ name: "a" }])).message).toContain("needs waves or code: [start, end]");
    expect((await waves([{ name: "a", waves: [0, 1], lanes: 3 }])).message).toStartWith(
      "unknown key of role 'a' lanes",
    );
    expect((await waves([{ name: "a", code: [-1n, 4n] }])).code).toBe("E_OPTION");
    const shared = [
      { name: "a", waves: [0, 2] },
      { name: "b", waves: [1, 2] },
    ];
    expect((await waves(shared)).message).toContain("'a' and 'b' share a wave");
  });
});
