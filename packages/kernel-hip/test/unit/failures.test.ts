import { describe, expect, test } from "bun:test";
import { KernelHipError, openDevice } from "../../src/index.ts";
import { caught } from "./_errors.ts";
import { mock, PTX, SCALE, useMock } from "./_mock.ts";

const COUNT = 64;

/** Everything that a user does with a device, once; every failure is thrown. */
async function wholePath(backend: "hip" | "cuda"): Promise<void> {
  using device = openDevice({ backend });
  device.memory();
  using a = await device.upload("a", new Uint32Array(COUNT));
  using b = await device.allocate("b", a.bytes);
  using module = device.loadModule(backend === "hip" ? SCALE : PTX);
  const kernel = module.kernel("scale");
  const args = [b, a, { u32: COUNT }, { u32: 2 }];
  b.fill(1);
  b.copyFrom(a);
  await device.time(() => kernel.launch({ grid: 1, block: 64, sharedBytes: 50_000, args }));
  await device.synchronize();
  await b.read(new Uint32Array(COUNT));
}

/** What is called on the way, in both drivers, and what its failure is. */
const CALLS: [hip: string, cuda: string, code: string][] = [
  ["hipInit", "cuInit", "E_DRIVER"],
  ["hipGetDeviceCount", "cuDeviceGetCount", "E_DRIVER"],
  ["hipDeviceGet", "cuDeviceGet", "E_DRIVER"],
  ["hipDeviceGetName", "cuDeviceGetName", "E_DRIVER"],
  ["hipDeviceGetAttribute", "cuDeviceGetAttribute", "E_DRIVER"],
  ["hipDeviceTotalMem", "cuDeviceTotalMem_v2", "E_DRIVER"],
  ["hipGetDevicePropertiesR0600", "cuDevicePrimaryCtxRetain", "E_DRIVER"],
  ["hipSetDevice", "cuCtxSetCurrent", "E_DRIVER or E_LAUNCH"],
  ["hipMemGetInfo", "cuMemGetInfo_v2", "E_DRIVER"],
  ["hipMalloc", "cuMemAlloc_v2", "E_DRIVER"],
  ["hipMemcpyHtoD", "cuMemcpyHtoD_v2", "E_DRIVER"],
  ["hipMemcpyDtoH", "cuMemcpyDtoH_v2", "E_DRIVER"],
  ["hipMemcpyDtoDAsync", "cuMemcpyDtoDAsync_v2", "E_DRIVER"],
  ["hipMemsetD8Async", "cuMemsetD8Async", "E_DRIVER"],
  ["hipStreamCreateWithFlags", "cuStreamCreate", "E_DRIVER"],
  ["hipEventCreateWithFlags", "cuEventCreate", "E_DRIVER"],
  ["hipEventRecord", "cuEventRecord", "E_DRIVER"],
  ["hipEventElapsedTime", "cuEventElapsedTime", "E_DRIVER"],
  ["hipModuleLoadData", "cuModuleLoadData", "E_DRIVER"],
  ["hipModuleGetFunction", "cuModuleGetFunction", "E_DRIVER"],
  ["hipModuleLaunchKernel", "cuLaunchKernel", "E_LAUNCH"],
  ["hipStreamSynchronize", "cuStreamSynchronize", "E_LAUNCH or E_DRIVER"],
  ["hipStreamAddCallback", "cuLaunchHostFunc", "E_DRIVER"],
];

/** Calls that give something back: they have nobody to tell. */
const RELEASES: [hip: string, cuda: string][] = [
  ["hipFree", "cuMemFree_v2"],
  ["hipStreamDestroy", "cuStreamDestroy_v2"],
  ["hipEventDestroy", "cuEventDestroy_v2"],
  ["hipModuleUnload", "cuModuleUnload"],
];

describe.each(["hip", "cuda"] as const)("in the driver of %s", (backend) => {
  useMock();
  const side = backend === "hip" ? 0 : 1;
  const reset = (): void => mock.reset(backend === "hip" ? "gfx1151" : "sm_90");

  async function failureOf(call: string, nth: number, number: number): Promise<unknown> {
    reset();
    mock.fail(call, nth, number);
    return await wholePath(backend).then(
      () => undefined,
      (error: unknown) => error,
    );
  }

  test.each(CALLS.map((row) => [row[side], row[2]] as const))(
    "each failure of %s is an error that names it, and leaves nothing behind",
    async (call, code) => {
      reset();
      await wholePath(backend);
      const count = mock.calls(call);
      expect(count).toBeGreaterThan(0);
      for (let nth = 1; nth <= count; ++nth) {
        const error = await failureOf(call, nth, 999);
        const isRelease = error === undefined;
        // A device that cannot be made current at the end of the path cannot give the last things back.
        if (isRelease) expect(["hipSetDevice", "cuCtxSetCurrent"]).toContain(call);
        else {
          expect(error).toBeInstanceOf(KernelHipError);
          const found = error as KernelHipError;
          expect(code).toContain(found.code);
          expect(found.details.number).toBe(999);
          expect(call).toStartWith(found.details.call!); // without the suffix of a release
          expect(found.message).toContain(found.details.call!);
        }
        expect([call, nth, mock.live()]).toEqual([call, nth, isRelease ? 1 : 0]);
      }
    },
  );

  test.each(RELEASES.map((row) => row[side]))("a failure of %s harms nothing", async (call) => {
    expect(await failureOf(call, 1, 999)).toBeUndefined();
    expect(mock.live()).toBe(1);
  });

  test("an upload that fails keeps no memory", async () => {
    reset();
    using device = openDevice({ backend });
    const live = mock.live();
    mock.fail(CALLS[10][side], 1, 999);
    expect((await caught(() => device.upload("a", new Uint8Array(4)))).code).toBe("E_DRIVER");
    expect(mock.live()).toBe(live);
  });

  test("numbers that drivers share become the code that says what to do", async () => {
    const code = async (row: number, nth: number, number: number): Promise<unknown> =>
      ((await failureOf(CALLS[row][side], nth, number)) as KernelHipError).code;
    expect(await code(0, 1, 100)).toBe("E_NO_DEVICE");
    expect(await code(1, 1, 101)).toBe("E_NO_DEVICE");
    expect(await code(18, 1, 2)).toBe("E_MEMORY");
    expect(await code(18, 1, 200)).toBe("E_ARCH");
    expect(await code(18, 1, 209)).toBe("E_ARCH");
    expect(await code(18, 1, 218)).toBe("E_ARCH");
    expect(await code(19, 1, 500)).toBe("E_KERNEL_UNKNOWN");
    const memory = (await failureOf(CALLS[9][side], 2, 2)) as KernelHipError;
    expect(memory.code).toBe("E_MEMORY");
    expect(memory.message).toStartWith("buffer 'b': out of memory: 256 bytes were asked for, ");
    expect(memory.details).toEqual({
      buffer: "b",
      bytes: 256,
      freeBytes: 2 ** 20 - 256,
      totalBytes: 2 ** 20,
    });
  });
});
