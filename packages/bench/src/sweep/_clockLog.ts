import type { SensorReading } from "../backends/Backend.ts";
import type { RowClocks } from "../results/schema.ts";

/**
 * NVML's reasons that spoil a pair: something is wrong with cooling or supply. The others say how the device was asked to run,
 * that it idles, or that it is at its power cap, at which it runs all day in a sustained load.
 */
export const SPOILING_REASONS: readonly string[] = [
  "HwSlowdown",
  "SwThermalSlowdown",
  "HwThermalSlowdown",
  "HwPowerBrakeSlowdown",
];

/** What a device said about its clocks while a cell was measured. */
export class ClockLog {
  readonly #read: () => SensorReading | null;
  readonly #readings: SensorReading[] = [];

  /** @param read asks the device; null = it does not tell */
  constructor(read: () => SensorReading | null) {
    this.#read = read;
  }

  /** Reads once more, and says whether something spoils a measurement at this moment; a device that does not tell is not. */
  isThrottled(): boolean {
    const reading = this.#read();
    if (reading === null) return false;
    this.#readings.push(reading);
    return (reading.throttleReasons ?? []).some((reason) => SPOILING_REASONS.includes(reason));
  }

  /** The log of a row, with the number of pairs that were dropped for it; null where the device told nothing. */
  describe(droppedThrottled: number): RowClocks | null {
    const [before] = this.#readings;
    const after = this.#readings.at(-1);
    if (before === undefined || after === undefined) return null;
    const clocks = this.#readings.flatMap(({ clockMhz }) => clockMhz ?? []);
    const reasons = this.#readings.flatMap(({ throttleReasons }) => throttleReasons ?? []);
    return {
      readings: this.#readings.length,
      before: moment(before),
      after: moment(after),
      lowestClockMhz: clocks.length === 0 ? null : Math.min(...clocks),
      maxClockMhz: before.maxClockMhz,
      throttleReasons: [...new Set(reasons)],
      droppedThrottled,
    };
  }
}

function moment(reading: SensorReading): RowClocks["before"] {
  const { clockMhz, memoryClockMhz, temperatureC, powerW } = reading;
  return { clockMhz, memoryClockMhz, temperatureC, powerW };
}
