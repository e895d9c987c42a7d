import { afterEach, describe, expect, spyOn, test } from "bun:test";
import { load } from "../../src/_load.ts";
import { type Device, type DeviceBuffer, openDevice, type ProfileSink } from "../../src/index.ts";
import { caught } from "./_errors.ts";
import { mock, PTX, SCALE, useMock } from "./_mock.ts";

const EVENTS = 2;
/** After so much work the device is let go, before a driver's queue is full. */
const MOST_HELD = 256;

describe.each(["hip", "cuda"] as const)(
  "while work is put behind it to be timed, a device of %s",
  (backend) => {
    useMock();
    afterEach(() => expect(mock.live()).toBe(0));

    async function open(profile: ProfileSink[] = []): Promise<Device> {
      if (backend === "cuda") mock.reset("sm_90");
      return openDevice({ backend, profile });
    }

    function launcher(device: Device, buffer: DeviceBuffer): () => void {
      const kernel = device.loadModule(backend === "hip" ? SCALE : PTX).kernel("scale");
      const args = [buffer, buffer, { u32: 16 }, { u32: 1 }];
      return () => kernel.launch({ grid: 1, block: 64, args });
    }

    /** How many fills the driver has got whenever a hold ends. */
    function fillsAtReleases(): { fills: number[]; [Symbol.dispose](): void } {
      const { prototype } = load().binding.GpuHold;
      const release = Reflect.get(prototype, "release") as (this: typeof prototype) => void;
      const fills: number[] = [];
      const spy = spyOn(prototype, "release").mockImplementation(function (
        this: typeof prototype,
      ): void {
        fills.push(mock.calls(backend === "hip" ? "hipMemsetD8Async" : "cuMemsetD8Async"));
        release.call(this);
      });
      return { fills, [Symbol.dispose]: () => spy.mockRestore() };
    }

    test("waits, so that what comes before, both events and the work are in its queue when it begins", async () => {
      using device = await open();
      const buffer = await device.upload("buffer", new Uint32Array(16));
      const launch = launcher(device, buffer);
      await device.time(launch, () => buffer.fill(1));
      expect(mock.held()).toBe(1 + EVENTS + 1);
      await device.time(launch);
      expect(mock.held()).toBe(EVENTS + 1);
      await device.time(
        () => [launch, launch].forEach((each) => each()),
        () => [launch, launch, launch].forEach((each) => each()),
      );
      expect(mock.held()).toBe(3 + EVENTS + 2);
    });

    test("goes on after as much as a driver's queue surely takes", async () => {
      using device = await open();
      const buffer = await device.allocate("buffer", 16);
      const fill = (count: number) => () => {
        for (let i = 0; i < count; i++) buffer.fill(i % 256);
      };
      using releases = fillsAtReleases();
      await device.time(fill(3));
      await device.time(fill(2000));
      await device.time(fill(1), fill(2000));
      expect(releases.fills).toEqual([3, 3 + MOST_HELD, 3 + 2000 + MOST_HELD]);
    });

    test("goes on when work, or what comes before it, throws, and can be used", async () => {
      using device = await open();
      const buffer = await device.allocate("buffer", 16);
      using releases = fillsAtReleases();
      const fail = (): void => {
        buffer.fill(1);
        throw new RangeError("of the work");
      };
      for (const time of [() => device.time(fail), () => device.time(() => {}, fail)]) {
        expect(await time().catch((error: unknown) => error)).toEqual(
          new RangeError("of the work"),
        );
      }
      expect(releases.fills).toEqual([1, 2]);
      expect(await device.time(() => buffer.fill(1))).toBeGreaterThanOrEqual(0);
    });

    test("goes on where work writes and reads, which waits for it", async () => {
      using device = await open();
      const buffer = await device.upload("buffer", new Uint8Array(4));
      using releases = fillsAtReleases();
      const pending: Promise<unknown>[] = [];
      const target = new Uint8Array(4);
      const copy = (): void => {
        pending.push(buffer.write(Uint8Array.of(1, 2, 3, 4)), buffer.read(target));
      };
      await device.time(copy, copy);
      await Promise.all(pending);
      expect([...target]).toEqual([1, 2, 3, 4]);
      // At once, and not behind the copies.
      expect([releases.fills.length, mock.held()]).toEqual([1, 0]);
    });

    test("goes on where a profiler waits for it, and where other work is waited for", async () => {
      const spans: (number | null)[] = [];
      const sink: ProfileSink = {
        isTimed: true,
        begin: () => {},
        end: (_scope, _info, { deviceNs }) => void spans.push(deviceNs),
      };
      using device = await open([sink]);
      const buffer = await device.upload("buffer", new Uint32Array(16));
      const launch = launcher(device, buffer);
      const scope = () =>
        device.profiler?.around(
          () => ({ name: "scope", label: "scope", facts: {} as never }),
          launch,
        );
      using releases = fillsAtReleases();
      const other = buffer.read(new Uint8Array(4));
      await device.time(scope, scope);
      await other;
      expect(spans.map((ns) => typeof ns)).toEqual(["number", "number"]);
      expect(releases.fills).toEqual([0]);
    });

    test("goes on when it is disposed of", async () => {
      const device = await open();
      const buffer = await device.allocate("buffer", 16);
      using releases = fillsAtReleases();
      const timing = device.time(() => {
        buffer.fill(1);
        device.dispose();
        expect(releases.fills).toEqual([1]);
      });
      expect((await caught(() => timing)).code).toBe("E_DISPOSED");
    });

    test("is given back where the driver refuses to hold it", async () => {
      using device = await open();
      const buffer = await device.allocate("buffer", 16);
      const live = mock.live();
      mock.fail(backend === "hip" ? "hipStreamAddCallback" : "cuLaunchHostFunc", 1, 999);
      const refused = await caught(() => device.time(() => buffer.fill(1)));
      expect([refused.code, refused.details.number]).toEqual(["E_DRIVER", 999]);
      expect(mock.live()).toBe(live);
      await device.time(() => buffer.fill(1));
      expect(mock.held()).toBe(EVENTS + 1);
    });
  },
);
