import type { BackendDevices, DeviceInfo } from "@moe/kernel-hip";
import { bytes } from "../terminal/format.ts";
import type { Paint } from "../terminal/paint.ts";
import { field } from "./field.ts";

/** A backend with its devices, or why it has none, for people. */
export function backendText(found: BackendDevices, paint: Paint): string {
  const { backend } = found;
  if (!found.available) {
    return `${paint("bold", backend)}  no device\n` + field("reason", found.reason);
  }
  if (backend === "sim") return simulatorText(found.devices, paint);
  const driver = field("driver", `${found.library}, version ${found.version}`);
  return found.devices.map((info) => gpuText(info, paint) + driver).join("");
}

function simulatorText(all: DeviceInfo[], paint: Paint): string {
  const arches = all.map(({ arch }) => arch).join(", ");
  return `${paint("bold", "sim")}  simulated gfx11, no GPU needed\n` + field("processors", arches);
}

function gpuText(info: DeviceInfo, paint: Paint): string {
  const { backend, index, name, arch, computeUnits, clockKhz, l2Bytes, memoryBytes } = info;
  const known = <T>(value: T | null, text: (value: T) => string): string =>
    value === null ? "unknown" : text(value);
  const mhz = (khz: number): string => `${Math.round(khz / 1000)} MHz`;
  const units = backend === "hip" ? "compute units" : "multiprocessors";
  return (
    `${paint("bold", backend)}  ${name}\n` +
    field("index", String(index)) +
    field("processor", paint("green", arch)) +
    field(units, known(computeUnits, String)) +
    field("peak clock", known(clockKhz, mhz)) +
    field("memory", known(memoryBytes, bytes)) +
    field("L2 cache", known(l2Bytes, bytes))
  );
}
