import { describe, expect, test } from "bun:test";
import {
  type ArgumentValue,
  type Checks,
  type LaunchOptions,
  type SimBuffer,
  Simulator,
} from "../../src/index.ts";
import { counting, examples, rejected } from "./_examples.ts";

/** A kernel that makes a mistake, and what finds it. */
interface Mistake {
  kernel: string;
  args: (simulator: Simulator) => Record<string, ArgumentValue>;
  options?: Partial<LaunchOptions>;
  check: keyof Checks;
  code: string;
  details: object;
}

const written = (simulator: Simulator, name: string, words = 64): SimBuffer =>
  simulator.createFrom(name, counting(words));

const MISTAKES: Record<string, Mistake> = {
  "an access past the end of a buffer": {
    kernel: "copy_unchecked",
    args: (s) => ({ out: s.create("out", 512), in: written(s, "in", 100) }),
    options: { grid: 2 },
    check: "bounds",
    code: "E_BOUNDS",
    details: {
      instruction: "global_load_b32 v2, v[2:3], off",
      workgroup: [1, 0, 0],
      wave: 1,
      lane: 4,
      space: "global",
      bytes: 4,
      buffer: "in",
      bufferOffset: 400,
      bufferBytes: 400,
    },
  },
  "an atomic at an address that is not aligned": {
    kernel: "misaligned_atomic",
    args: (s) => ({ out: written(s, "out") }),
    check: "alignment",
    code: "E_ALIGNMENT",
    details: { space: "global", lane: 0, buffer: "out", bufferOffset: 2 },
  },
  "an access outside of the LDS": {
    kernel: "block_sum",
    args: (s) => ({ out: written(s, "out"), in: written(s, "in") }),
    options: { dynamicLds: 100 },
    check: "bounds",
    code: "E_BOUNDS",
    details: { space: "LDS", wave: 0, lane: 25 },
  },
  "a read of memory that nothing has written": {
    kernel: "copy_unchecked",
    args: (s) => ({ out: s.create("out", 256), in: s.create("fresh", 256) }),
    check: "poison",
    code: "E_POISON",
    details: { space: "global", wave: 0, lane: 0, bytes: 4, buffer: "fresh", bufferOffset: 0 },
  },
  "a race between waves": {
    kernel: "missing_barrier",
    args: (s) => ({ out: s.create("out", 256) }),
    options: { dynamicLds: 256 },
    check: "races",
    code: "E_RACE",
    details: { space: "LDS", wave: 1, otherWave: 0 },
  },
  "a barrier that not all waves reach": {
    kernel: "divergent_barrier",
    args: (s) => ({ out: s.create("out", 256) }),
    check: "barriers",
    code: "E_BARRIER",
    details: { instruction: "s_barrier", wave: 0 },
  },
  "a register that is used before its load has come": {
    kernel: "missing_wait",
    args: (s) => ({ out: s.create("out", 256), in: written(s, "in") }),
    check: "waits",
    code: "E_IN_FLIGHT",
    details: { register: "v4", wave: 0 },
  },
};

describe.each(Object.entries(MISTAKES))("%s", (_title, mistake) => {
  test("is a finding that tells the place", async () => {
    const simulator = new Simulator();
    const args = mistake.args(simulator);
    const error = await rejected(simulator, mistake.kernel, { ...mistake.options, args });
    expect(error.message).not.toContain("undefined");
    expect([error.code, error.isFinding]).toEqual([mistake.code as never, true]);
    expect(error.details).toMatchObject(mistake.details);
    const { entry, codeBytes } = examples.kernel(mistake.kernel);
    expect(error.details.pc).toBeGreaterThanOrEqual(entry);
    expect(error.details.pc).toBeLessThan(entry + BigInt(codeBytes));
    const line = examples.disassemble(mistake.kernel).find((l) => l.address === error.details.pc);
    expect(line?.text).toBe(error.details.instruction as string);
    expect(error.message).toContain(line?.text as string);
  });

  test("is passed over when its check is off", async () => {
    const simulator = new Simulator({ checks: { [mistake.check]: false, poison: false } });
    const args = mistake.args(simulator);
    const size = { grid: 1, block: 64, ...mistake.options };
    const { groups } = await simulator.launch(examples, mistake.kernel, { ...size, args });
    expect(groups).toBe(size.grid as number);
  });
});

describe("a loop without end", () => {
  test("is a finding at the limit of instructions", async () => {
    const simulator = new Simulator({ maxInstructions: 10_000 });
    const args = { out: simulator.create("out", 256) };
    const error = await rejected(simulator, "count_for_ever", { args });
    expect([error.code, error.isFinding]).toEqual(["E_LOOP", true]);
    expect(error.message).toContain("10000 instructions");
  });
});

describe("of several findings", () => {
  test("the one of the first workgroup is given, whatever the threads", async () => {
    for (const threads of [1, 4]) {
      const simulator = new Simulator({ threads });
      const args = {
        out: simulator.create("out", 4 * 64 * 50),
        in: written(simulator, "in", 64 * 7),
      };
      const error = await rejected(simulator, "copy_unchecked", { args, grid: 50 });
      expect(error.details.workgroup).toEqual([7, 0, 0]);
    }
  });

  test("the simulator can be used after one, and has what was stored before it", async () => {
    const simulator = new Simulator({ threads: 1 });
    const out = simulator.create("out", 512);
    const args = { out, in: written(simulator, "in", 64) };
    expect((await rejected(simulator, "copy_unchecked", { args, grid: 2 })).code).toBe("E_BOUNDS");
    expect(out.read(new Uint32Array(64))).toEqual(counting(64));
    const report = await simulator.launch(examples, "copy_unchecked", { grid: 1, block: 64, args });
    expect(report.groups).toBe(1);
  });
});
