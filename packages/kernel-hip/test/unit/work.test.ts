import { describe, expect, test } from "bun:test";
import { type Device, type DeviceBuffer, openDevice } from "../../src/index.ts";
import { caught } from "./_errors.ts";
import { mock, PTX, SCALE, useMock } from "./_mock.ts";

const COUNT = 200;
const INPUT = Uint32Array.from({ length: COUNT }, (_, i) => i);
const BACKENDS = ["hip", "sim"] as const;

/** A launch of `scale`: out = in · factor. */
function scale(device: Device, out: DeviceBuffer, input: DeviceBuffer, factor: number): void {
  device
    .loadModule(SCALE)
    .kernel("scale")
    .launch({
      grid: Math.ceil(COUNT / 64),
      block: [64],
      args: [out, input, { u32: COUNT }, { u32: factor }],
    });
}

describe.each(BACKENDS)("on the backend %s", (backend) => {
  useMock();

  test("a kernel runs from upload to download, and nothing is left (oracle: multiplication)", async () => {
    {
      using device = openDevice({ backend });
      const input = await device.upload("input", INPUT);
      const copy = await device.allocate("copy", input.bytes);
      const out = await device.allocate("out", input.bytes);
      out.fill(0xff);
      copy.copyFrom(input);
      scale(device, out, copy, 3);
      await device.synchronize();
      expect(await out.read(new Uint32Array(COUNT))).toEqual(INPUT.map((i) => 3 * i));
      const { freeBytes, totalBytes } = device.memory();
      expect(freeBytes).toBeLessThan(totalBytes);
    }
    expect(mock.live()).toBe(0);
  });

  test("everything happens in the order of the calls, without waiting in between", async () => {
    using device = openDevice({ backend });
    const a = await device.upload("a", INPUT);
    const b = await device.upload("b", INPUT);
    scale(device, b, a, 3);
    const first = b.read(new Uint32Array(COUNT));
    const write = a.write(Uint32Array.of(1000, 1001), 8);
    scale(device, b, a, 5);
    const second = b.read(new Uint32Array(COUNT));
    b.fill(1);
    const third = b.read(new Uint32Array(1), 4 * (COUNT - 1));
    b.copyFrom(a);
    const fourth = b.read(new Uint32Array(4));
    await write;
    expect(await first).toEqual(INPUT.map((i) => 3 * i));
    const changed = INPUT.map((i) => (i === 2 || i === 3 ? 998 + i : i));
    expect(await second).toEqual(changed.map((i) => 5 * i));
    expect([...(await third)]).toEqual([0x01010101]);
    expect([...(await fourth)]).toEqual([0, 1, 1000, 1001]);
  });

  test("a kernel that faults is an E_LAUNCH with name and arguments when the device is waited for", async () => {
    using device = openDevice({ backend });
    const small = await device.allocate("small", 64);
    await small.write(new Uint8Array(64));
    scale(device, small, small, 7);
    const error = await caught(() => device.synchronize());
    expect(error.code).toBe("E_LAUNCH");
    expect(error.details.launch).toBe(
      "scale<<<[4, 1, 1], [64, 1, 1], 0>>>(small[64 bytes], small[64 bytes], 200, 7)",
    );
    expect(error.message).toStartWith(`the launch of ${error.details.launch} failed: `);
    await device.synchronize();
    if (backend === "hip") {
      expect(error.details).toMatchObject({ name: "hipErrorLaunchFailure", number: 719 });
    } else {
      expect(error.details.simulator).toBe("E_BOUNDS");
      expect(error.cause).toMatchObject({ code: "E_BOUNDS", details: { buffer: "small" } });
    }
  });

  test("what is behind a failure reports it once, in order, and the device goes on", async () => {
    using device = openDevice({ backend });
    const small = await device.upload("small", new Uint8Array(64));
    const out = await device.upload("out", INPUT);
    scale(device, small, small, 7);
    const read = caught(() => out.read(new Uint32Array(1)));
    scale(device, out, out, 2);
    const after = out.read(new Uint32Array(COUNT));
    expect((await read).code).toBe("E_LAUNCH");
    expect(await after).toEqual(INPUT.map((i) => 2 * i));
  });

  test("a module that is for another processor, or damaged, is an E_ARCH; an unknown kernel has its own code", async () => {
    using device = openDevice({ backend });
    const other = SCALE.with(48, 0x46); // e_flags: gfx1102
    for (const image of [Buffer.from("no code"), SCALE.subarray(0, 64), Buffer.from(other)]) {
      expect((await caught(() => device.loadModule(image))).code).toBe("E_ARCH");
    }
    const error = await caught(() => device.loadModule(SCALE).kernel("scales"));
    expect([error.code, error.details.kernel]).toEqual(["E_KERNEL_UNKNOWN", "scales"]);
    expect((await caught(() => device.loadModule(SCALE).kernel(5 as never))).code).toBe("E_TYPE");
  });
});

describe("only the simulator knows a failure before it is asked, and", () => {
  useMock();

  test("drops what is behind it", async () => {
    using device = openDevice({ backend: "sim" });
    const small = await device.upload("small", new Uint8Array(64));
    const out = await device.upload("out", INPUT);
    scale(device, small, small, 7);
    scale(device, out, out, 2);
    out.fill(9);
    expect((await caught(() => device.synchronize())).code).toBe("E_LAUNCH");
    expect(await out.read(new Uint32Array(COUNT))).toEqual(INPUT);
  });
});

describe("copies to and from the host, which no stream orders,", () => {
  useMock();

  test("wait for the stream where it has work, and only then", async () => {
    using device = openDevice({ backend: "hip" });
    const a = await device.upload("a", INPUT);
    await a.read(new Uint32Array(1));
    expect(mock.calls("hipStreamSynchronize")).toBe(0);
    const work = [
      () => scale(device, a, a, 1),
      () => a.fill(0),
      () => a.copyFrom(a),
      () => scale(device, a, a, 1),
    ];
    for (const [i, put] of work.entries()) {
      put();
      await (i === 3 ? a.write(INPUT) : a.read(new Uint32Array(1)));
      await a.read(new Uint32Array(1));
      expect(mock.calls("hipStreamSynchronize")).toBe(i + 1);
    }
  });
});

describe("on a mock of NVIDIA's driver", () => {
  useMock();

  test("modules are PTX, and shared memory beyond 48 KiB is asked for", async () => {
    mock.reset("sm_90");
    {
      using device = openDevice({ backend: "cuda", arch: "sm_90" });
      const kernel = device.loadModule(PTX).kernel("scale");
      kernel.launch({ grid: [2, 3], block: 32, sharedBytes: 49_152 });
      await device.synchronize();
      expect(mock.calls("cuFuncSetAttribute")).toBe(0);
      kernel.launch({ grid: [2, 3], block: 32, sharedBytes: 49_153 });
      await device.synchronize();
      expect([mock.calls("cuFuncSetAttribute"), mock.calls("cuLaunchKernel")]).toEqual([1, 2]);
    }
    expect(mock.live()).toBe(0);
  });
});

describe("time", () => {
  useMock();

  test("is between two events around the work, which are given back", async () => {
    using device = openDevice({ backend: "hip" });
    const a = await device.upload("a", INPUT);
    const live = mock.live();
    const timeNs = await device.time(() => scale(device, a, a, 1));
    expect(mock.calls("hipEventRecord")).toBe(2);
    expect(mock.calls("hipModuleLaunchKernel")).toBe(1);
    // The mock's events have the wall time of a launch that it simulates: more than 100 instructions.
    expect(timeNs).toBeGreaterThan(100);
    expect(timeNs).toBeLessThan(60e9);
    expect(mock.live()).toBe(live + 1); // the module, until it is forgotten
  });

  test("is refused where there is no clock, and for work that does not end at once", async () => {
    using sim = openDevice({ backend: "sim" });
    expect((await caught(() => sim.time(() => {}))).code).toBe("E_UNSUPPORTED");
    using hip = openDevice({ backend: "hip" });
    expect((await caught(() => hip.time((async () => {}) as never))).code).toBe("E_TYPE");
    const own = await hip
      .time(() => {
        throw new RangeError("of the work");
      })
      .catch((error: unknown) => error);
    expect(own).toEqual(new RangeError("of the work"));
    await hip.synchronize();
  });
});

test("every launch on the simulator gives a report, with what was launched", async () => {
  const reports: [string, string, number][] = [];
  using device = openDevice({
    backend: "sim",
    simulator: { threads: 1, statistics: false },
    onReport: (report, { kernel, text }) => reports.push([kernel, text, report.waves]),
  });
  const a = await device.upload("a", INPUT);
  scale(device, a, a, 2);
  scale(device, a, a, 3);
  await device.synchronize();
  const text = (factor: number): string =>
    `scale<<<[4, 1, 1], [64, 1, 1], 0>>>(a[800 bytes], a[800 bytes], 200, ${factor})`;
  expect(reports).toEqual([
    ["scale", text(2), 8],
    ["scale", text(3), 8],
  ]);
});
