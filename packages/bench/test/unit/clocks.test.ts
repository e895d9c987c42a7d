// The log of a device's clocks in a row, and what a throttled device does to a cell.
import { describe, expect, test } from "bun:test";
import { ResultRow, type SensorReading, type SweepOptions } from "@moe/bench";
import { collect, fakeBackend, rowsOf, tinySweep } from "../_fakeBackend.ts";

const CALM: SensorReading = {
  clockMhz: 1900,
  maxClockMhz: 1980,
  memoryClockMhz: 2619,
  temperatureC: 40,
  powerW: 300,
  throttleReasons: [],
};
const ONE = { archetypes: ["uniform"], tokens: [8], gemms: [1] } as const;

/** One cell of a device that says these things, the last for ever. */
async function measure(
  sensors: (reading: number) => SensorReading | null,
  more: Partial<SweepOptions> = {},
) {
  const backend = fakeBackend({ sensors, time: (_, __, sample) => 1000 + sample });
  const [row] = rowsOf(await collect(tinySweep({ backend, ...ONE, ...more })));
  expect(ResultRow.parse(row)).toEqual(row);
  return { row, calls: backend.calls };
}

const reasonsAt =
  (reasons: readonly string[], ...readings: number[]) =>
  (reading: number): SensorReading => ({
    ...CALM,
    throttleReasons: readings.includes(reading) ? reasons : [],
  });

test("a row says where the clocks were before, after and at their lowest, and every reason that was seen", async () => {
  const { row } = await measure((reading) => ({
    ...CALM,
    clockMhz: [1980, 1800, 1700][reading] ?? 1850,
    temperatureC: 40 + reading,
    powerW: reading === 6 ? null : 300,
    throttleReasons: [["GpuIdle"], ["SyncBoost", "GpuIdle"]][reading] ?? [],
  }));
  expect(row.timing?.samples.kernelNs).toHaveLength(6);
  expect(row.clocks).toEqual({
    readings: 7,
    before: { clockMhz: 1980, memoryClockMhz: 2619, temperatureC: 40, powerW: 300 },
    after: { clockMhz: 1850, memoryClockMhz: 2619, temperatureC: 46, powerW: null },
    lowestClockMhz: 1700,
    maxClockMhz: 1980,
    throttleReasons: ["GpuIdle", "SyncBoost"],
    droppedThrottled: 0,
  });
});

test("sensors are read after the clocks were ramped up, between pairs and never inside of one", async () => {
  const { calls } = await measure(() => CALM);
  const timed = calls.slice(calls.indexOf("ramp up") + 1, -1);
  const pairs = timed.join(" ").replaceAll(/kernel reference|reference kernel/g, "pair");
  expect(pairs.split(" ")).toEqual(
    ["pair", ...Array(6).fill("sensors pair"), "sensors"].join(" ").split(" "),
  );
});

describe("a pair is dropped and counted", () => {
  test.each(["HwSlowdown", "SwThermalSlowdown", "HwThermalSlowdown", "HwPowerBrakeSlowdown"])(
    "for %s",
    async (reason) => {
      const { row } = await measure(reasonsAt(["GpuIdle", reason], 2));
      expect(row.clocks).toMatchObject({
        droppedThrottled: 2,
        throttleReasons: ["GpuIdle", reason],
      });
      // The second and the third recorded pair, whose samples are the numbers 4 to 7.
      const { kernelNs, referenceNs } = row.timing!.samples;
      const kept = [...kernelNs, ...referenceNs].map((ns) => ns - 1000).sort((a, b) => a - b);
      expect(kept).toEqual([2, 3, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17]);
    },
  );

  test.each(["GpuIdle", "ApplicationsClocksSetting", "SyncBoost", "DisplayClockSetting", "bit 9"])(
    "but not for %s, which limits nothing that was asked for",
    async (reason) => {
      const { row } = await measure(reasonsAt([reason], 0, 2, 4));
      expect(row.clocks).toMatchObject({ droppedThrottled: 0, throttleReasons: [reason] });
      expect(row.timing?.samples.kernelNs).toHaveLength(6);
    },
  );

  test("but not for SwPowerCap: a card at its power cap all the time is measured, and the row says so", async () => {
    const { row } = await measure(() => ({ ...CALM, throttleReasons: ["SwPowerCap"] }));
    expect(row).toMatchObject({ status: "ok", error: null });
    expect(row.clocks).toMatchObject({ droppedThrottled: 0, throttleReasons: ["SwPowerCap"] });
    expect(row.timing?.samples.kernelNs).toHaveLength(6);
  });

  test("but for heat at the power cap", async () => {
    const { row } = await measure(reasonsAt(["SwPowerCap", "SwThermalSlowdown"], 2));
    expect(row.clocks?.droppedThrottled).toBe(2);
  });
});

describe("a device that stays throttled", () => {
  test("with too few pairs for an interval makes the cell an error that says why, and the next cell runs", async () => {
    const backend = fakeBackend({
      sensors: (reading) => ({
        ...CALM,
        throttleReasons: reading < 3 ? [] : ["HwPowerBrakeSlowdown", "SwPowerCap"],
      }),
    });
    const options = { backend, ...ONE, tokens: [8, 16], maxSamples: 9 };
    const rows = rowsOf(await collect(tinySweep(options)));
    expect(rows.map(({ status, timing }) => [status, timing])).toEqual([
      ["error", null],
      ["error", null],
    ]);
    expect(rows[1].error).toEqual({
      code: "E_THROTTLED",
      message:
        "9 pairs were dropped because the device was throttled (HwPowerBrakeSlowdown), and 2 are left; an interval needs 6. Let it cool, lower its clocks below its limits, or raise maxSamples and timeBudgetMs.",
    });
    expect(rows[1].clocks).toMatchObject({ readings: 12, droppedThrottled: 9 });
    for (const row of rows) expect(ResultRow.parse(row)).toEqual(row);
  });

  test("with pairs for an interval, but fewer than asked for, says that it ended so", async () => {
    const sensors = (reading: number) =>
      reading < 8 ? CALM : reasonsAt(["HwSlowdown"], reading)(reading);
    const { row } = await measure(sensors, { minSamples: 10, maxSamples: 12 });
    expect(row).toMatchObject({ status: "ok", timing: { stop: "throttled" } });
    expect(row.timing?.samples.kernelNs).toHaveLength(7);
    expect(row.clocks?.droppedThrottled).toBe(12);
  });
});

describe("clocks are null", () => {
  test("where the device does not tell them", async () => {
    const { row } = await measure(() => null);
    expect([row.status, row.clocks]).toEqual(["ok", null]);
  });

  test("where a backend has no sensors, and in rows from before there were any", async () => {
    const [row] = rowsOf(await collect(tinySweep({ ...ONE })));
    expect(row.clocks).toBeNull();
    const { clocks: _, ...old } = row;
    expect(ResultRow.parse(old)).toEqual(row);
  });

  test("figure by figure where a sensor is missing, and its pairs count", async () => {
    const silent = { ...CALM, clockMhz: null, maxClockMhz: null, throttleReasons: null };
    const { row } = await measure(() => silent);
    expect(row.clocks).toMatchObject({
      before: { clockMhz: null, temperatureC: 40 },
      lowestClockMhz: null,
      maxClockMhz: null,
      throttleReasons: [],
      droppedThrottled: 0,
    });
    expect(row.timing?.samples.kernelNs).toHaveLength(6);
  });
});
