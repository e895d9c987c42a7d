import { describe, expect, test } from "bun:test";
import { type LaunchReport, Simulator, type SimulatorOptions } from "../../src/index.ts";
import { caught, counting, examples, rejected } from "./_examples.ts";

/** Sums of 64 consecutive numbers, one a workgroup. */
async function sums(
  groups: number,
  options: SimulatorOptions,
): Promise<[report: LaunchReport, sums: Uint32Array]> {
  const simulator = new Simulator(options);
  const out = simulator.create("out", 4 * groups);
  const args = { out, in: simulator.createFrom("in", counting(64 * groups)) };
  const size = { grid: groups, block: 64, dynamicLds: 256 };
  const report = await simulator.launch(examples, "block_sum", { ...size, args });
  return [report, out.read(new Uint32Array(groups))];
}

/** What must not depend on the machine or on the order of threads. */
function facts(report: LaunchReport): unknown {
  const { groups, waves, total, buffers } = report;
  return { groups, waves, total, buffers, profile: report.profile() };
}

describe("a launch", () => {
  test("computes what the kernel says (oracle: TypeScript)", async () => {
    const [report, found] = await sums(5, {});
    expect([...found]).toEqual([0, 1, 2, 3, 4].map((group) => 64 * 64 * group + (64 * 63) / 2));
    expect(report).toMatchObject({ groups: 5, waves: 10, detailed: true });
  });

  test("gives the same results and counts for any number of threads and any order of waves", async () => {
    const [expected, values] = await sums(40, { threads: 1 });
    const others: SimulatorOptions[] = [
      { threads: 2 },
      { threads: 7 },
      { schedule: "random", seed: 5 },
      { schedule: "random", seed: 2n ** 63n, threads: 3 },
    ];
    for (const options of others) {
      const [report, found] = await sums(40, options);
      expect(found).toEqual(values);
      expect(facts(report)).toEqual(facts(expected));
      expect(report.threads).toBeLessThanOrEqual(options.threads ?? 256);
    }
  });

  test("takes its random order from the seed (oracle: what a kernel with a race stores)", async () => {
    const stored = async (seed: number): Promise<string> => {
      const checks = { races: false, poison: false };
      const simulator = new Simulator({ schedule: "random", seed, checks });
      const out = simulator.create("out", 4 * 256);
      const options = { grid: 1, block: 256, dynamicLds: 1024, args: { out } };
      await simulator.launch(examples, "missing_barrier", options);
      return out.read(new Uint32Array(256)).join();
    };
    const seeds = [1, 2, 3, 4, 5, 6];
    const first = await Promise.all(seeds.map(stored));
    expect(await Promise.all(seeds.map(stored))).toEqual(first);
    expect(new Set(first).size).toBeGreaterThan(1);
  });

  test("runs workgroups and threads in x, y and z", async () => {
    // The kernel looks at x alone, so that waves store to the same places.
    const simulator = new Simulator({ checks: { races: false } });
    const out = simulator.createFrom("out", counting(64));
    const options = { grid: [2, 3, 4], block: [8, 4, 2], args: [out, out] } as const;
    const report = await simulator.launch(examples, "copy_unchecked", options);
    expect([report.groups, report.waves]).toEqual([24, 48]);
  });

  test("keeps memory for the next one", async () => {
    const simulator = new Simulator();
    const a = simulator.createFrom("a", counting(64));
    const [b, c] = [simulator.create("b", 256), simulator.create("c", 256)];
    for (const args of [
      [b, a],
      [c, b],
    ]) {
      await simulator.launch(examples, "copy_unchecked", { grid: 1, block: 64, args });
    }
    expect(c.read(new Uint32Array(64))).toEqual(counting(64));
  });

  test("is refused while another runs on the simulator, as are its buffers; other simulators go on", async () => {
    const simulator = new Simulator();
    const out = simulator.createFrom("out", new Uint8Array(256));
    const controller = new AbortController();
    const options = { grid: 1, block: 64, args: { out }, signal: controller.signal };
    const endless = simulator.launch(examples, "count_for_ever", options);
    const busy = await rejected(simulator, "copy_unchecked", { args: [out, out] });
    expect(busy.code).toBe("E_BUSY");
    expect(caught(() => out.read(new Uint8Array(4))).code).toBe("E_BUSY");
    expect(caught(() => out.write(new Uint8Array(4))).code).toBe("E_BUSY");
    expect(caught(() => out.dispose()).code).toBe("E_BUSY");
    expect(caught(() => simulator.create("more", 4)).code).toBe("E_BUSY");
    const [, [first]] = await sums(1, {});
    expect(first).toBe(2016);
    controller.abort();
    expect(await endless.catch((e: unknown) => e)).toMatchObject({ name: "AbortError" });
    await simulator.launch(examples, "copy_unchecked", { grid: 1, block: 64, args: [out, out] });
  });
});

describe("a signal", () => {
  const start = (signal: AbortSignal): Promise<unknown> => {
    const simulator = new Simulator();
    const args = { out: simulator.createFrom("out", new Uint8Array(256)) };
    const options = { grid: 1, block: 64, args, signal };
    return simulator.launch(examples, "count_for_ever", options).catch((e: unknown) => e);
  };

  test("that is aborted already rejects with its reason", async () => {
    expect(await start(AbortSignal.abort())).toMatchObject({ name: "AbortError" });
    const reason = new Error("enough");
    expect(await start(AbortSignal.abort(reason))).toBe(reason);
  });

  test("ends a launch that would never end, and the event loop goes on meanwhile", async () => {
    const reason = new Error("enough");
    const controller = new AbortController();
    const ended = start(controller.signal);
    let ticks = 0;
    await new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        if (++ticks < 5) return;
        clearInterval(timer);
        resolve();
      }, 2);
    });
    controller.abort(reason);
    expect(await ended).toBe(reason);
    expect(ticks).toBe(5);
  });

  test("with a timeout rejects with a TimeoutError", async () => {
    expect(await start(AbortSignal.timeout(5))).toMatchObject({ name: "TimeoutError" });
  });
});

describe("progress", () => {
  const seenOf = async (grid: [number, number]): Promise<[done: number, total: number][]> => {
    // Every workgroup stores to the same places.
    const simulator = new Simulator({ checks: false, threads: 1 });
    const buffer = simulator.createFrom("b", counting(64));
    const seen: [number, number][] = [];
    const onProgress = (done: number, total: number): void => void seen.push([done, total]);
    const options = { grid, block: 64, args: [buffer, buffer], onProgress };
    await simulator.launch(examples, "copy_unchecked", options);
    return seen;
  };

  test("grows up to the number of workgroups", async () => {
    const seen = await seenOf([300, 20]);
    const done = seen.map(([count]) => count);
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(seen.every(([count, total]) => count <= total && total === 6000)).toBe(true);
    expect(seen.at(-1)).toEqual([6000, 6000]);
  });

  test("is given at the end of a launch that is too short to be looked at", async () => {
    expect((await seenOf([2, 1])).at(-1)).toEqual([2, 2]);
  });
});

describe("a report", () => {
  test("counts instructions by class, opcode and address, and they agree", async () => {
    const [report] = await sums(3, { threads: 1 });
    const { total } = report;
    const sum = (rows: readonly { executions: number }[]): number =>
      rows.reduce((all, { executions }) => all + executions, 0);
    expect(sum(total.classes)).toBe(report.instructions);
    expect(sum(total.opcodes)).toBe(report.instructions);
    expect(sum(report.profile())).toBe(report.instructions);
    const executions = (name: string): number | undefined =>
      total.classes.find((row) => row.name === name)?.executions;
    expect(executions("global-load")).toBe(6);
    expect(executions("barrier")).toBe(3 * 2 * 6);
    expect(report.resources).toMatchObject({ ldsBytes: 256, wavesPerGroup: 2 });
    expect(
      report.buffers.map(({ name, loads, stores }) => [name, loads.bytes, stores.bytes]),
    ).toEqual([
      ["out", 0, 12],
      ["in", 768, 0],
    ]);
  });

  test("counts roles apart", async () => {
    const simulator = new Simulator();
    const out = simulator.createFrom("out", counting(64));
    const { entry } = examples.kernel("copy_unchecked");
    const report = await simulator.launch(examples, "copy_unchecked", {
      grid: 1,
      block: 64,
      args: [out, out],
      roles: [
        { name: "second wave", waves: [1, 2] },
        { name: "first word", code: [entry, Number(entry) + 4] },
      ],
    });
    expect(report.roles.map(({ name, statistics }) => [name, statistics.instructions])).toEqual([
      ["second wave", report.instructions / 2],
      ["first word", 2],
    ]);
  });

  test("is data for JSON, and text", async () => {
    const [report] = await sums(1, {});
    const data = JSON.parse(JSON.stringify(report)) as LaunchReport;
    expect(data.total.instructions).toBe(report.instructions);
    expect(report.annotate()).toStartWith("block_sum at 0x");
    expect(report.annotate()).toContain("ds_store_b32");
  });

  test("has no addresses where statistics are off, and the same counts", async () => {
    const [full] = await sums(2, {});
    const [plain] = await sums(2, { statistics: false });
    expect(plain.detailed).toBe(false);
    expect(plain.total.classes).toEqual(full.total.classes);
    expect(plain.total.global.loads).toEqual({ accesses: 0, bytes: 0, lines: 0 });
    expect(plain.buffers).toEqual([]);
  });
});
