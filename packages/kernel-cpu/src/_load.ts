// Finds and loads the native addon, once, when it is first needed.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

import type * as Binding from "./_binding.d.ts";
import { KernelCpuError } from "./errors.ts";

const require = createRequire(import.meta.url);

/** An explicit addon; one that does not load is an error, never a reason to try another. */
const PATH_VARIABLE = "MOE_KERNEL_CPU_LIBRARY";

/** Platform → suffix of the addon's file and of the package that carries it. */
const PLATFORMS: Readonly<Record<string, string>> = {
  "linux x64": "linux-x64-gnu",
  "linux arm64": "linux-arm64-gnu",
  "darwin x64": "darwin-x64",
  "darwin arm64": "darwin-arm64",
  "win32 x64": "win32-x64-msvc",
};

/** A loaded addon and where it came from. */
export interface Loaded {
  binding: typeof Binding;
  path: string;
}

let loaded: Loaded | KernelCpuError | undefined;

/** The addon; throws the same typed error each time where there is none. */
export function load(): Loaded {
  loaded ??= tryLoad();
  if (loaded instanceof KernelCpuError) throw loaded;
  return loaded;
}

function tryLoad(): Loaded | KernelCpuError {
  const causes: string[] = [];
  for (const path of candidates(causes)) {
    try {
      const binding = require(path) as typeof Binding;
      const version = (require("../package.json") as { version: string }).version;
      if (binding.version() === version) return { binding, path };
      const found = binding.version();
      return new KernelCpuError(
        "E_NATIVE_VERSION",
        `${path} is version ${found}, but @moe/kernel-cpu is ${version}; reinstall or rebuild it`,
        { path, found, version },
      );
    } catch (cause) {
      // The first line says what failed; below it, runtimes list who asked.
      causes.push(
        `${path}: ${String(cause instanceof Error ? cause.message : cause).split("\n")[0]}`,
      );
    }
  }
  return new KernelCpuError(
    "E_NATIVE_UNAVAILABLE",
    `no native kernel for ${process.platform} ${process.arch}: ${causes.join("; ")}`,
    { platform: process.platform, arch: process.arch, causes },
  );
}

/** Where the addon may be, in order; what rules a place out is added to `causes`. */
function candidates(causes: string[]): string[] {
  const explicit = process.env[PATH_VARIABLE];
  if (explicit !== undefined && explicit !== "") return [explicit];
  const suffix = PLATFORMS[`${process.platform} ${process.arch}`];
  if (suffix === undefined) {
    causes.push(`addons exist for ${Object.keys(PLATFORMS).join(", ")}`);
    return [];
  }
  // Built from source in this package, else installed beside it for this platform.
  const built = fileURLToPath(new URL(`../moe-kernel-cpu.${suffix}.node`, import.meta.url));
  if (existsSync(built)) return [built];
  causes.push(`${built}: not built (it takes cargo, see the README)`);
  return [`@moe/kernel-cpu-${suffix}`];
}
