import { devices as backends } from "@moe/kernel-hip";
import type { Context } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { cpuText, describeCpu } from "./cpu.ts";
import { backendText } from "./gpu.ts";

/** Lists devices. What cannot run is listed with the reason; that is no failure. */
export async function devices({ io, global, paint }: Context): Promise<ExitCode> {
  const cpu = describeCpu();
  const found = backends();
  if (global.json) {
    const body = {
      schemaVersion: 1,
      command: "devices",
      devices: [cpu, ...found.flatMap((backend) => backend.devices)],
      backends: found.map((backend) => ({ ...backend, devices: backend.devices.length })),
    };
    io.out(JSON.stringify(body, null, 2) + "\n");
    return EXIT.ok;
  }
  io.out([cpuText(cpu, paint), ...found.map((backend) => backendText(backend, paint))].join("\n"));
  return EXIT.ok;
}
