import { availability, cpuInfo } from "@moe/kernel-cpu";
import { cpus } from "node:os";
import { bytes } from "../terminal/format.ts";
import type { Paint } from "../terminal/paint.ts";
import { field } from "./field.ts";

interface CpuDevice {
  backend: "cpu";
  model: string;
  cores: number;
  isas: string[];
  best: string | null;
  lastLevelCacheBytes: number | null;
  native: ReturnType<typeof availability>;
}

/** What the CPU is, and whether its native kernel can run. */
export function describeCpu(): CpuDevice {
  const native = availability();
  const list = cpus();
  const base = { backend: "cpu", model: list[0]?.model ?? "unknown", cores: list.length } as const;
  if (!native.available) {
    return { ...base, isas: [], best: null, lastLevelCacheBytes: null, native };
  }
  return { ...base, ...cpuInfo(), native };
}

/** The same for people. */
export function cpuText(device: CpuDevice, paint: Paint): string {
  const { native, lastLevelCacheBytes } = device;
  return (
    `${paint("bold", device.backend)}  ${device.model}\n` +
    field("cores", String(device.cores)) +
    field("last-level cache", lastLevelCacheBytes ? bytes(lastLevelCacheBytes) : "unknown") +
    field(
      "native kernel",
      native.available ? `available, version ${native.version}` : "not available",
    ) +
    (native.available ? "" : field("", native.reason)) +
    field(
      "instruction sets",
      device.isas.join(", ") || "none: the portable TypeScript kernel runs",
    ) +
    (device.best === null ? "" : field("default", paint("green", device.best)))
  );
}
