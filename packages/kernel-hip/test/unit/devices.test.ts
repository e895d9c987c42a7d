import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { infoOf } from "../../src/_drivers.ts";
import { devices, openDevice } from "../../src/index.ts";
import { testWhere } from "../../../../test/_testWhere.ts";
import { caught } from "./_errors.ts";
import { MOCK, mock, useMock } from "./_mock.ts";

const entry = (backend: string) => devices().find((found) => found.backend === backend)!;

describe("the list of devices", () => {
  useMock();

  test("has both devices of a driver, with what it says of them", () => {
    mock.reset("gfx1100", 2, 4096);
    const info = {
      backend: "hip",
      name: "Mock gfx1100",
      arch: "gfx1100",
      computeUnits: 40,
      waveSize: 32,
      clockKhz: 1_000_000,
      memoryClockKhz: 1_000_000,
      memoryBusBits: 1_000_000,
      l2Bytes: 1_000_000,
      memoryBytes: 4096,
      sharedBytesPerGroup: 65_536,
    };
    expect(entry("hip")).toEqual({
      backend: "hip",
      available: true,
      library: MOCK,
      version: "12345",
      devices: [
        { ...info, index: 0 },
        { ...info, index: 1 },
      ],
    } as never);
    mock.reset("sm_90");
    expect(
      entry("cuda").devices.map(({ arch, sharedBytesPerGroup }) => [arch, sharedBytesPerGroup]),
    ).toEqual([["sm_90", 232_448]]);
    expect(devices().map(({ backend }) => backend)).toEqual(["hip", "cuda", "sim"]);
    expect(mock.live()).toBe(0);
  });

  test("gives the reason where a driver has no device, for every code that it can have", () => {
    const reasonOf = (backend: string) => {
      const found = entry(backend);
      return found.available ? [] : [found.code, found.reason, found.devices.length];
    };
    mock.reset("gfx1151", 0);
    expect(reasonOf("hip")).toEqual([
      "E_NO_DEVICE",
      `${MOCK} finds no AMD device: hipInit failed with hipErrorNoDevice (100)`,
      0,
    ]);
    mock.reset("gfx1151");
    mock.fail("cuDeviceGetName", 1, 999);
    expect(reasonOf("cuda")[0]).toBe("E_DRIVER");
    process.env.MOE_CUDA_LIBRARY = "/nowhere/libcuda.so.1";
    expect(reasonOf("cuda")[0]).toBe("E_NO_LIBRARY");
    expect(reasonOf("cuda")[1]).toContain("/nowhere/libcuda.so.1");
    process.env.MOE_HIP_LIBRARY = "libc.so.6";
    expect(reasonOf("hip")[0]).toBe("E_DRIVER_OLD");
  });

  test("opens the second of two devices, and says how many there are where it does not exist", async () => {
    mock.reset("gfx1151", 2);
    using device = openDevice({ backend: "hip", index: 1 });
    expect(device.info).toMatchObject({ backend: "hip", index: 1, arch: "gfx1151" });
    const error = await caught(() => openDevice({ backend: "hip", index: 2 }));
    expect([error.code, error.message]).toEqual([
      "E_DEVICE_INDEX",
      "device 2 does not exist; there are 2, 0 to 1",
    ]);
  });

  test("refuses a device of another processor than was asked for, and keeps nothing of it", async () => {
    const error = await caught(() => openDevice({ backend: "hip", arch: "gfx1100" }));
    expect([error.code, error.details]).toEqual([
      "E_ARCH",
      { arch: "gfx1151", given: "gfx1100", index: 0 },
    ]);
    expect(mock.live()).toBe(0);
    mock.reset("sm_90");
    using device = openDevice({ backend: "cuda", arch: "sm_90" });
    expect(device.info.arch).toBe("sm_90");
  });
});

test("what a driver does not know is null, not 0", () => {
  const known = { index: 0, name: "", arch: "", waveSize: 32, sharedBytesPerGroup: 0 };
  const unknown = { computeUnits: 0, clockKhz: 0, memoryClockKhz: 0, memoryBusBits: 0, l2Bytes: 0 };
  const { backend, ...info } = infoOf("hip", { ...known, ...unknown, memoryBytes: 0 });
  expect(backend).toBe("hip");
  const nulls = Object.keys({ ...unknown, memoryBytes: 0 }).map((name) => [name, null]);
  expect(info).toEqual({ ...known, ...Object.fromEntries(nulls) });
});

test("without its addon the package imports, lists the reason, and opening throws it", () => {
  const script = `
    import { infoOf } from "../../src/_drivers.ts";
import { devices, openDevice } from "@moe/kernel-hip";
    const [hip, cuda, sim] = devices();
    console.log(hip.code, cuda.code, sim.available);
    try { openDevice({ backend: "hip" }); } catch (error) { console.log(error.code, error.message === hip.reason); }
    console.log(hip.reason);
    console.log(openDevice({ backend: "sim" }).info.arch);`;
  const env = { ...process.env, MOE_KERNEL_HIP_LIBRARY: "./no/such/addon.node" };
  const child = Bun.spawnSync([process.execPath, "-e", script], { cwd: import.meta.dirname, env });
  const lines = child.stdout.toString().trim().split("\n");
  expect(lines[0]).toBe("E_NATIVE_UNAVAILABLE E_NATIVE_UNAVAILABLE true");
  expect(lines[1]).toBe("E_NATIVE_UNAVAILABLE true");
  expect(lines[2]).toStartWith("no native driver layer for");
  expect(lines[2]).toContain("./no/such/addon.node: ");
  expect(lines[3]).toBe("gfx1151");
});

/** Debian's libamdhip64-5, a real driver; machines of this project have no AMD GPU. */
const DEBIAN = "/usr/lib/x86_64-linux-gnu/libamdhip64.so.5";
const HAS_KFD = existsSync("/dev/kfd");

testWhere(
  existsSync(DEBIAN) && !HAS_KFD,
  "Debian's libamdhip64-5 and no /dev/kfd",
  "a real ROCm 5 without a GPU says so",
  () => {
    const script = `
      import { devices } from "@moe/kernel-hip";
      const [hip] = devices();
      console.log(hip.available, hip.code, hip.reason);`;
    const env = { ...process.env, MOE_HIP_LIBRARY: DEBIAN };
    const child = Bun.spawnSync([process.execPath, "-e", script], {
      cwd: import.meta.dirname,
      env,
    });
    expect(child.exitCode).toBe(0);
    expect(child.stdout.toString()).toStartWith(
      `false E_NO_DEVICE ${DEBIAN} finds no AMD device: `,
    );
  },
);
