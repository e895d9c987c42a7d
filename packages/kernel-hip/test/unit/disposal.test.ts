import { describe, expect, test } from "bun:test";
import { type Device, openDevice } from "../../src/index.ts";
import { caught } from "./_errors.ts";
import { EXAMPLES, mock, SCALE, useMock } from "./_mock.ts";

const KERNEL = { grid: 1, block: 64 } as const;

/** Collects until `live` is reached; objects on a stack may survive a collection or two. */
async function collected(live: number): Promise<number> {
  for (let i = 0; i < 100 && mock.live() > live; ++i) {
    Bun.gc(true);
    await Bun.sleep(1);
  }
  return mock.live();
}

describe.each(["hip", "sim"] as const)("on the backend %s", (backend) => {
  useMock();

  test("what was disposed of cannot be used, and disposing twice is nothing", async () => {
    const device = openDevice({ backend });
    const buffer = await device.upload("b", new Uint8Array(256));
    const other = await device.upload("other", new Uint8Array(256));
    const module = device.loadModule(SCALE);
    const kernel = module.kernel("scale");
    buffer.dispose();
    buffer.dispose();
    const args = [buffer, other, { u32: 0 }, { u32: 0 }];
    const uses: (() => unknown)[] = [
      () => buffer.write(new Uint8Array(1)),
      () => buffer.read(new Uint8Array(1)),
      () => buffer.fill(0),
      () => buffer.copyFrom(other),
      () => other.copyFrom(buffer),
      () => kernel.launch({ ...KERNEL, args }),
    ];
    for (const use of uses) {
      const error = await caught(use);
      expect([error.code, error.message]).toEqual([
        "E_DISPOSED",
        "buffer 'b' was disposed of; make a new one",
      ]);
    }
    module.dispose();
    module.dispose();
    for (const use of [() => module.kernel("scale"), () => kernel.launch(KERNEL)]) {
      expect((await caught(use)).message).toBe("the module was disposed of; make a new one");
    }
    const last = device.loadModule(SCALE);
    const lastKernel = last.kernel("scale");
    device.dispose();
    device.dispose();
    const afterwards: (() => unknown)[] = [
      () => device.memory(),
      () => device.allocate("c", 4),
      () => device.upload("c", new Uint8Array(1)),
      () => device.loadModule(SCALE),
      () => device.synchronize(),
      () => device.time(() => {}),
      () => other.read(new Uint8Array(1)),
      () => last.kernel("scale"),
      () => lastKernel.launch(KERNEL),
    ];
    for (const use of afterwards) expect((await caught(use)).code).toBe("E_DISPOSED");
    expect(mock.live()).toBe(0);
  });

  test("a buffer is given back behind the launches that use it", async () => {
    using device = openDevice({ backend });
    const input = await device.upload(
      "in",
      Uint32Array.from({ length: 64 }, (_, i) => i),
    );
    const out = await device.allocate("out", 256);
    const kernel = device.loadModule(SCALE).kernel("scale");
    const read = input.read(new Uint32Array(64)); // until it has ended, what follows waits
    kernel.launch({ ...KERNEL, args: [out, input, { u32: 64 }, { u32: 2 }] });
    input.dispose();
    expect([...(await out.read(new Uint32Array(2), 8))]).toEqual([4, 6]);
    await read;
  });

  test("disposing of a device while it works ends what waits for it", async () => {
    const device = openDevice({ backend });
    const buffer = await device.upload("b", new Uint8Array(256));
    const kernel = device.loadModule(SCALE).kernel("scale");
    kernel.launch({ ...KERNEL, args: [buffer, buffer, { u32: 64 }, { u32: 1 }] });
    const waits = device.synchronize().catch((error: { code: string }) => error.code);
    const reads = buffer.read(new Uint8Array(1)).catch((error: { code: string }) => error.code);
    device.dispose();
    // A GPU finishes its launch; the simulator may have been stopped in it.
    expect([undefined, "E_DISPOSED"]).toContain((await waits) as undefined);
    await reads;
    await Bun.sleep(0);
    expect(mock.live()).toBe(0);
  });
});

test("disposing of a simulator ends a launch that would run for minutes", async () => {
  const device = openDevice({ backend: "sim", arch: "gfx1100" });
  const out = await device.allocate("out", 256);
  device
    .loadModule(EXAMPLES)
    .kernel("count_for_ever")
    .launch({ ...KERNEL, args: [out] });
  const waits = caught(() => device.synchronize());
  device.dispose();
  expect((await waits).code).toBe("E_DISPOSED");
}, 10_000);

describe("what is forgotten is given back", () => {
  useMock();

  async function forgetBuffers(device: Device, count: number): Promise<void> {
    for (let i = 0; i < count; ++i) await device.upload(`b${i}`, new Uint8Array(4096));
  }

  test("buffers, while their device lives on", async () => {
    using device = openDevice({ backend: "hip" });
    const kept = await device.allocate("kept", 1);
    const live = mock.live();
    await forgetBuffers(device, 50);
    expect(mock.live()).toBeGreaterThan(live);
    // The engine may keep the last one in a register or on its stack.
    expect(await collected(live + 1)).toBeLessThanOrEqual(live + 1);
    await kept.read(new Uint8Array(1));
  });

  test("modules, but not before their kernels", async () => {
    using device = openDevice({ backend: "hip" });
    const buffer = await device.upload("b", new Uint8Array(256));
    const kernels = await (async () => device.loadModule(SCALE).kernel("scale"))();
    for (let i = 0; i < 50; ++i) device.loadModule(SCALE).kernel("scale");
    expect(mock.live()).toBeGreaterThan(50);
    expect(await collected(10)).toBeLessThanOrEqual(10);
    kernels.launch({ ...KERNEL, args: [buffer, buffer, { u32: 64 }, { u32: 1 }] });
    await device.synchronize();
  });

  test("whole devices with all that they have", async () => {
    for (let i = 0; i < 20; ++i) {
      await (async () => {
        const device = openDevice({ backend: "hip" });
        device.loadModule(SCALE).kernel("scale");
        await forgetBuffers(device, 2);
      })();
    }
    expect(mock.live()).toBeGreaterThan(60);
    expect(await collected(8)).toBeLessThanOrEqual(8);
  });

  test("buffers of the simulator, whose launches then find nothing at their address", async () => {
    using device = openDevice({ backend: "sim" });
    const addresses: bigint[] = [];
    await (async () => {
      for (let i = 0; i < 20; ++i) {
        addresses.push((await device.upload(`b${i}`, new Uint8Array(256))).address);
      }
    })();
    const out = await device.allocate("out", 256);
    const kernel = device.loadModule(SCALE).kernel("scale");
    const isGone = async (address: bigint): Promise<boolean> => {
      const args = [out, { u64: address }, { u32: 1 }, { u32: 1 }];
      kernel.launch({ ...KERNEL, args });
      return await device.synchronize().then(
        () => false,
        (error: { details: { simulator: string } }) => error.details.simulator === "E_BOUNDS",
      );
    };
    let gone = 0;
    for (let i = 0; i < 100 && gone < 19; ++i) {
      Bun.gc(true);
      await Bun.sleep(1);
      gone = 0;
      for (const address of addresses) gone += Number(await isGone(address));
    }
    expect(gone).toBeGreaterThanOrEqual(19);
  });
});
