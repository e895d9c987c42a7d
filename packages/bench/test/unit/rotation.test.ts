// Samples that rotate through copies of a cell's tensors, on the mock driver, which executes AMD's launches.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type Device, KernelHipError, openDevice } from "@moe/kernel-hip";
import { parseShape, ResultRow, type SweepOptions } from "@moe/bench";
import { mock, useMock } from "../../../kernel-hip/test/unit/_mock.ts";
import { DeviceCells, type DeviceSides } from "../../src/backends/_deviceSides.ts";
import { deviceSampler, Flush } from "../../src/backends/_deviceSampler.ts";
import { type DeviceTensors, rotatedCopies } from "../../src/backends/_deviceTensors.ts";
import { touchedBytes } from "../../src/backends/_touchedBytes.ts";
import { cellBuilder } from "../../src/sweep/_cellBuilder.ts";
import { resolveOptions } from "../../src/sweep/_resolveOptions.ts";
import { planCells } from "../../src/sweep/planCells.ts";
import type { Cell } from "../../src/backends/Backend.ts";
import { rejectionOf } from "../../../../test/_errorOf.ts";
import { errorOf } from "../_errorOf.ts";
import { collect, rowsOf } from "../_fakeBackend.ts";
import { GIB, openTrustingCuda, SMALL } from "../_gpuSweep.ts";

const MIB = 2 ** 20;
const ROTATING = { ...SMALL, backend: "hip", cache: "rotate" } as const;

function cellOf(more: Partial<SweepOptions> = {}): Cell {
  const sweep = resolveOptions({ ...ROTATING, ...more });
  return cellBuilder(sweep).build(planCells(sweep.config)[0]).cell;
}

describe("a turn through the copies", () => {
  /** What ran in what order, and which of it was timed. */
  async function turns(copies: number, samples: number) {
    const ran: number[] = [];
    const timed: number[] = [];
    const device = {
      time: async (work: () => void, before: () => void) => {
        before();
        const start = ran.length;
        work();
        timed.push(...ran.slice(start));
        return 1;
      },
    } as unknown as Device;
    const labels = Array.from({ length: copies }, (_, i) => i as unknown as DeviceTensors);
    const sample = deviceSampler(device, "rotate", labels, new Flush(device));
    for (let i = 0; i < samples; i++) await sample((tensors) => void ran.push(Number(tensors)));
    return { ran, timed };
  }

  test("ends with the next copy each time", async () => {
    expect(await turns(3, 4)).toEqual({
      ran: [1, 2, 0, 2, 0, 1, 0, 1, 2, 1, 2, 0],
      timed: [0, 1, 2, 0],
    });
  });

  test("uses all others between two uses of the copy that is timed", async () => {
    const sizes = fc.record({
      copies: fc.integer({ min: 2, max: 12 }),
      samples: fc.integer({ min: 1, max: 30 }),
    });
    await fc.assert(
      fc.asyncProperty(sizes, async ({ copies, samples }) => {
        const { ran } = await turns(copies, samples);
        for (let sample = 0; sample < samples; sample++) {
          const at = (sample + 1) * copies - 1;
          const before = ran.lastIndexOf(ran[at], at - 1);
          const between = new Set(ran.slice(before + 1, at));
          expect(between.size).toBe(copies - 1);
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe("copies", () => {
  test("are as few as leave the least bytes between two uses, for what a call touches", () => {
    const cell = cellOf({ archetypes: ["hot16"], tokens: [1] });
    const experts = new Set(cell.problem.expertIds.filter((expert) => expert >= 0));
    const weights = experts.size * 256 * 128 * (1 / 2 + 2 / 128);
    expect(touchedBytes(cell.problem)).toBe(weights + 2 * 128 + 2 * 8 * 256);
    for (const coldBytes of [1, 1e5, 1e6, 1e7]) {
      const others = rotatedCopies(cell, coldBytes) - 1;
      expect(others * touchedBytes(cell.problem)).toBeGreaterThanOrEqual(coldBytes);
      expect((others - 1) * touchedBytes(cell.problem)).toBeLessThan(coldBytes);
    }
  });

  test("of experts without a route count for nothing: a few hot ones take more copies", () => {
    const shape = parseShape("K=128,N=256,E=64");
    const copies = (archetype: "balanced" | "hot16"): number =>
      rotatedCopies(cellOf({ shape, archetypes: [archetype], tokens: [32] }), 8 * MIB);
    expect(copies("hot16")).toBeGreaterThan(1.5 * copies("balanced"));
  });

  test("beyond 128 are refused, with what to do instead", () => {
    const cell = cellOf();
    expect(() => rotatedCopies(cell, 256 * MIB)).toThrow(
      /^gemm1\/zipf1\/T2 touches 0\.1 MiB a call, so that 256\.0 MiB between two uses of a tensor take \d+ copies; at most 128 are made\. Use the cache mode "write", more tokens or a larger shape\.$/,
    );
  });
});

describe("on a device", () => {
  useMock();

  /** The cell on a device, with so many copies. */
  async function prepared(
    copies: number,
    use: (sides: DeviceSides, device: Device) => Promise<void>,
    { memory = GIB, aa = false } = {},
  ): Promise<void> {
    mock.reset("gfx1151", 1, memory);
    using device = openDevice({ backend: "hip" });
    const cell = { ...cellOf(), aa };
    const coldBytes = (copies - 1) * touchedBytes(cell.problem);
    const choose = async () => {
      throw new Error("a configuration is named");
    };
    const sides = await new DeviceCells(device, "best_m32", { coldBytes, choose }).prepare(cell);
    await use(sides, device);
    const before = mock.live();
    sides.dispose();
    await device.synchronize();
    // Six tensors of the first, eight of each other, where prepared weights are no copy; weights of the first are kept.
    const second = aa ? 1 : 0;
    expect(before - mock.live()).toBe(6 + second + (8 + second) * (copies - 1));
  }

  test(
    "each copy has tensors of its own with equal contents, and both sides pass on each",
    () =>
      prepared(3, async (sides, device) => {
        const { copies } = sides;
        expect(copies).toHaveLength(3);
        const names = ["a", "packed", "scales", "sortedTokenIds", "expertIds"] as const;
        const all = [...names, "c", "workspace", "numTokensPostPadded"] as const;
        const addresses = copies.flatMap(({ gemm }) =>
          all.map((name) => (gemm[name] as { address: bigint }).address),
        );
        expect(new Set(addresses).size).toBe(3 * all.length);
        for (const name of names) {
          const contents = copies.map(async ({ gemm }) => {
            const buffer = gemm[name] as typeof gemm.c;
            return await buffer.read(new Uint8Array(buffer.bytes));
          });
          const [first, ...others] = await Promise.all(contents);
          for (const other of others) expect(other).toEqual(first);
        }
        const launched = mock.launches().length;
        for (const side of ["kernel", "reference"] as const)
          expect((await sides.verify(side)).passed).toBe(true);
        await device.synchronize();
        // Row sums and the GEMM of the kernel, one of the reference, for each copy, on its own C.
        const launches = mock.launches().slice(launched);
        expect(launches).toHaveLength(3 * 2 + 3);
        for (const { gemm } of copies) {
          const c = addressBytes(gemm.c.address);
          expect(launches.filter(({ arguments: bytes }) => bytes.includes(c))).toHaveLength(2);
        }
      }),
    60_000,
  );

  test(
    "each copy has an output of its own for the second side of an A/A run",
    () =>
      prepared(
        3,
        async (sides) => {
          const outputs = sides.copies.flatMap(({ c }) => [c.kernel.address, c.reference.address]);
          expect(new Set(outputs).size).toBe(6);
          for (const side of ["kernel", "reference"] as const)
            expect((await sides.verify(side)).passed).toBe(true);
        },
        { aa: true },
      ),
    60_000,
  );

  test.each([0, 1, 2])(
    "a fault in copy %i of three is found on either side",
    (spoiled) =>
      prepared(3, async (sides) => {
        sides.copies[spoiled].gemm.scales.fill(0x7f);
        for (const side of ["kernel", "reference"] as const)
          expect((await sides.verify(side)).passed).toBe(false);
      }),
    60_000,
  );

  test("copies that do not fit are refused before one is made, and the cell's tensors are given back", async () => {
    const error = await errorOf(() => prepared(40, async () => {}, { memory: 5 * MIB }));
    expect(error).toMatchObject({ name: "BenchError", code: "E_MEMORY" });
    expect(error.message).toMatch(
      /^gemm1\/zipf1\/T2 rotates through 40 copies of 0\.\d MiB; .* Use the cache mode "write", a smaller shape or a device with more memory\.$/,
    );
    expect(mock.calls("hipMemcpyDtoDAsync")).toBe(0);
  }, 60_000);

  test("an allocation that fails gives back the copies before it", async () => {
    mock.reset("gfx1151", 1, GIB);
    using device = openDevice({ backend: "hip" });
    const cell = cellOf();
    const choose = async () => {
      throw new Error("a configuration is named");
    };
    const coldBytes = 4 * touchedBytes(cell.problem);
    const cells = new DeviceCells(device, "best_m32", { coldBytes, choose });
    // Weights and scales, six tensors of the cell, eight of a copy, and some of the next.
    mock.fail("hipMalloc", 2 + 6 + 8 + 3, 2);
    expect((await rejectionOf(KernelHipError, () => cells.prepare(cell))).message).toContain(
      "buffer 'a'",
    );
    await device.synchronize();
    const kept = mock.live();
    mock.fail("hipMalloc", 6 + 8 + 3, 2);
    expect((await rejectionOf(KernelHipError, () => cells.prepare(cell))).message).toContain(
      "buffer 'a'",
    );
    await device.synchronize();
    expect(mock.live()).toBe(kept);
  }, 60_000);
});

describe("a sweep", () => {
  useMock();

  test("on an NVIDIA GPU rotates repacked weights too, fills nothing, and its rows say through how many copies", async () => {
    mock.reset("sm_90", 1, GIB);
    const backend = await openTrustingCuda();
    process.env.MOE_NVML_LIBRARY = "/nowhere/libnvidia-ml.so.1";
    const shape = parseShape("K=2048,N=1024,E=8");
    const [row] = rowsOf(await collect({ ...ROTATING, backend, shape }));
    await backend.close();
    expect(row).toMatchObject({ status: "ok", cache: "rotate" });
    expect(ResultRow.parse(row)).toEqual(row);
    const copies = row.copies!;
    expect(copies).toBe(1 + Math.ceil((256 * MIB) / touchedBytes(cellOf({ shape }).problem)));
    expect(mock.calls("cuMemsetD8Async")).toBe(0);
    expect(mock.calls("cuMemcpyDtoDAsync_v2")).toBe(8 * (copies - 1));
    const launches = mock.launches();
    const repacks = launches.filter(({ kernel }) => kernel === "moe_repack_g128");
    expect(repacks).toHaveLength(copies);
    // Each GEMM of the kernel reads the second pointer: the samples of 7 pairs go round through all of them.
    const read = launches
      .filter(({ kernel }) => kernel === "moe_w4a16_sm90_low_bf16_g128")
      .map(({ arguments: bytes }) => bytes.slice(16, 32));
    expect(new Set(read).size).toBe(copies);
    const sampled = read.slice(-7 * copies);
    for (let turn = 0; turn < 7; turn++)
      expect(new Set(sampled.slice(turn * copies, (turn + 1) * copies)).size).toBe(copies);
    expect(mock.live()).toBe(0);
  }, 60_000);
});

/** An address as launches have it in their arguments. */
function addressBytes(address: bigint): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(address);
  return bytes.toString("hex");
}
