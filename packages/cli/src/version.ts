/** `--version`, and with `--json` what a bug report needs to know about the machine. */

import { cpus, release, totalmem } from "node:os";
import manifest from "../package.json" with { type: "json" };
import { EXIT, type ExitCode } from "./exit-codes.ts";
import type { Io } from "./io.ts";

/** Version of this program. */
export const VERSION: string = manifest.version;

/** Prints the version alone, or a document with Bun, OS, CPU, and whether the native kernel loads. */
export async function printVersion(json: boolean, io: Io): Promise<ExitCode> {
  if (!json) {
    io.out(`${manifest.name} ${VERSION}\n`);
    return EXIT.ok;
  }
  const { availability } = await import("@moe/kernel-cpu");
  const list = cpus();
  const body = {
    schemaVersion: 1,
    name: manifest.name,
    version: VERSION,
    bun: { version: Bun.version, revision: Bun.revision },
    os: { platform: process.platform, release: release(), arch: process.arch },
    cpu: { model: list[0]?.model ?? "unknown", cores: list.length, memoryBytes: totalmem() },
    nativeKernel: availability(),
  };
  io.out(JSON.stringify(body, null, 2) + "\n");
  return EXIT.ok;
}
