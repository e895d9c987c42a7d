import { availability, cpuInfo } from "@moe/kernel-cpu";
import { cpus } from "node:os";
import type { Context } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { bytes } from "../terminal/format.ts";

interface CpuDevice {
  backend: "cpu";
  model: string;
  cores: number;
  isas: string[];
  best: string | null;
  lastLevelCacheBytes: number | null;
  native: ReturnType<typeof availability>;
}

/** Lists devices. A device whose kernel cannot run is listed with the reason; that is no failure. */
export async function devices({ io, global, paint }: Context): Promise<ExitCode> {
  const device = describeCpu();
  if (global.json) {
    const body = { schemaVersion: 1, command: "devices", devices: [device] };
    io.out(JSON.stringify(body, null, 2) + "\n");
    return EXIT.ok;
  }
  const field = (name: string, value: string): string => `  ${name.padEnd(18)}${value}\n`;
  const { native, lastLevelCacheBytes } = device;
  io.out(
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
      (device.best === null ? "" : field("default", paint("green", device.best))),
  );
  return EXIT.ok;
}

function describeCpu(): CpuDevice {
  const native = availability();
  const list = cpus();
  const base = { backend: "cpu", model: list[0]?.model ?? "unknown", cores: list.length } as const;
  if (!native.available) {
    return { ...base, isas: [], best: null, lastLevelCacheBytes: null, native };
  }
  return { ...base, ...cpuInfo(), native };
}
