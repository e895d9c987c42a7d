import { describe, expect, test } from "bun:test";
import { openDevice } from "../../src/index.ts";
import { caught } from "./_errors.ts";
import { MOCK, mock, PTX, SCALE, useMock } from "./_mock.ts";

const NOT_SUPPORTED = 3;
const GPU_IS_LOST = 15;

describe("the sensors of an NVIDIA device", () => {
  useMock();

  test("are read through NVML, of the device that is open and not of one with its number", async () => {
    mock.reset("sm_90", 2);
    using device = openDevice({ backend: "cuda", index: 1 });
    expect(device.sensors()).toEqual({
      clockMhz: 1502,
      maxClockMhz: 1980,
      memoryClockMhz: 2600,
      temperatureC: 45,
      powerW: 350.5,
      powerLimitW: 700,
      throttleReasons: ["SwPowerCap", "SwThermalSlowdown", "bit 40"],
    });
  });

  test("are null where the device has none, and an error with NVML's name for it where it fails", async () => {
    mock.reset("sm_90");
    using device = openDevice({ backend: "cuda" });
    mock.fail("nvmlDeviceGetPowerUsage", 1, NOT_SUPPORTED);
    expect(device.sensors()).toMatchObject({ powerW: null, powerLimitW: 700 });
    mock.fail("nvmlDeviceGetClockInfo", 1, GPU_IS_LOST);
    const error = await caught(() => device.sensors());
    expect([error.code, error.message]).toEqual([
      "E_DRIVER",
      "nvmlDeviceGetClockInfo failed with GPU is lost (15)",
    ]);
  });

  test("leave the device as it is where NVML cannot be loaded, and say where it was looked for", async () => {
    mock.reset("sm_90");
    using device = openDevice({ backend: "cuda" });
    process.env.MOE_NVML_LIBRARY = "/nowhere/libnvidia-ml.so.1";
    const error = await caught(() => device.sensors());
    expect(error.code).toBe("E_NO_LIBRARY");
    expect(error.message).toStartWith("no NVML: tried /nowhere/libnvidia-ml.so.1 (");
    process.env.MOE_NVML_LIBRARY = MOCK;
    expect(device.sensors().temperatureC).toBe(45);
  });

  test("go with the device, and a device that is gone has none", async () => {
    mock.reset("sm_90");
    const device = openDevice({ backend: "cuda" });
    device.sensors();
    device.dispose();
    expect(mock.live()).toBe(0);
    expect((await caught(() => device.sensors())).code).toBe("E_DISPOSED");
  });

  test.each(["hip", "sim"] as const)("are not there on %s", async (backend) => {
    using device = openDevice({ backend });
    expect((await caught(() => device.sensors())).code).toBe("E_UNSUPPORTED");
  });
});

describe("a launch that overlaps the one before", () => {
  useMock();

  test("tells CUDA's driver so, with the shared memory that it was granted", async () => {
    mock.reset("sm_90");
    using device = openDevice({ backend: "cuda" });
    const kernel = device.loadModule(PTX).kernel("scale");
    const launch = { grid: [3, 2], block: 64, args: [{ u32: 7 }] } as const;
    kernel.launch({ ...launch, sharedBytes: 49_153, overlaps: true });
    kernel.launch(launch);
    await device.synchronize();
    const common = { kernel: "scale", grid: [3, 2, 1], block: [64, 1, 1], arguments: "07000000" };
    expect(mock.launches()).toEqual([
      { ...common, sharedBytes: 49_153, overlaps: true } as never,
      { ...common, sharedBytes: 0, overlaps: false } as never,
    ]);
    expect(mock.calls("cuFuncSetAttribute")).toBe(1);
  });

  test.each(["hip", "sim"] as const)("is refused on %s", async (backend) => {
    using device = openDevice({ backend });
    const args = [null, null, { u32: 0 }, { u32: 0 }];
    device.loadModule(SCALE).kernel("scale").launch({ grid: 1, block: 64, args, overlaps: true });
    const error = await caught(() => device.synchronize());
    expect(error.code).toBe("E_UNSUPPORTED");
    expect(mock.launches()).toEqual([]);
  });

  test("is true or false", async () => {
    using device = openDevice({ backend: "sim" });
    const kernel = device.loadModule(SCALE).kernel("scale");
    const error = await caught(() => kernel.launch({ grid: 1, block: 64, overlaps: 1 as never }));
    expect([error.code, error.message]).toEqual([
      "E_OPTION",
      "overlaps is 1, but must be true or false",
    ]);
  });
});
