/** What a GPU does at the moment; `null` for what it does not tell. */
export interface DeviceSensors {
  /** Clock of the multiprocessors, in MHz. */
  clockMhz: number | null;
  /** The highest that it can have. */
  maxClockMhz: number | null;
  /** Clock of the memory, in MHz. */
  memoryClockMhz: number | null;
  /** Of the GPU's core, in degrees Celsius. */
  temperatureC: number | null;
  /** Drawn by the whole card, in W. */
  powerW: number | null;
  /** The most that it may draw, in W. */
  powerLimitW: number | null;
  /**
   * Why the clocks are not higher, by NVML's names: `GpuIdle`, `ApplicationsClocksSetting`, `SwPowerCap`, `HwSlowdown`,
   * `SyncBoost`, `SwThermalSlowdown`, `HwThermalSlowdown`, `HwPowerBrakeSlowdown`, `DisplayClockSetting`; `bit 9` and so on
   * for others. Empty where nothing holds them back.
   */
  throttleReasons: string[] | null;
}
