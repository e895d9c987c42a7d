import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

import type { Availability } from "./Availability.ts";

/** Platform → suffix of the addon's file and of the package that carries it. */
const PLATFORMS: Readonly<Record<string, string>> = {
  "linux x64": "linux-x64-gnu",
  "linux arm64": "linux-arm64-gnu",
  "darwin x64": "darwin-x64",
  "darwin arm64": "darwin-arm64",
  "win32 x64": "win32-x64-msvc",
};

/** Whose addon to find. */
export interface AddonOptions {
  /** `import.meta.url` of a module directly below the package's `src` or `dist`. */
  moduleUrl: string;
  /** What the addon is, for the message that it is missing: "native kernel". */
  noun: string;
  /** The package's own error class. */
  createError: (
    code: "E_NATIVE_UNAVAILABLE" | "E_NATIVE_VERSION",
    message: string,
    details: Record<string, unknown>,
  ) => Error;
}

/** What every addon exports. */
export interface Versioned {
  /** Version of the package it was built for. */
  version(): string;
}

/** A loaded addon and where it came from. */
export interface Addon<Binding> {
  /** What the addon exports. */
  binding: Binding;
  /** The file, or the package that carries it. */
  path: string;
}

/** Loads one package's addon when it is first needed. */
export interface AddonLoader<Binding> {
  /** The addon; throws the same typed error each time where there is none. */
  load: () => Addon<Binding>;
  /** Whether {@link load} would succeed; never throws. */
  availability: () => Availability;
}

/** What this needs of the package's package.json. */
interface Manifest {
  name: string;
  version: string;
  napi: { binaryName: string };
}

/**
 * A loader of the addon that a package's package.json names in `napi.binaryName`, which must export `version()`.
 *
 * Looked for in this order: the file that the variable `<BINARY_NAME>_LIBRARY` names (and then nowhere else: an explicit
 * addon that does not load is an error, never a reason to try another), a build in the package's folder, the package
 * `<name>-<platform>`. One of another version is refused. Nothing is loaded before the first call.
 *
 * @param options - see {@link AddonOptions}
 * @returns the loader; each failure is `E_NATIVE_UNAVAILABLE` with every place and its cause, or `E_NATIVE_VERSION`
 */
export function addonLoader<Binding extends Versioned>(
  options: AddonOptions,
): AddonLoader<Binding> {
  let result: { addon: Addon<Binding> } | { error: Error } | undefined;
  const load = (): Addon<Binding> => {
    result ??= tryLoad<Binding>(options);
    if ("error" in result) throw result.error;
    return result.addon;
  };
  const availability = (): Availability => {
    try {
      const { binding, path } = load();
      return { available: true, version: binding.version(), path };
    } catch (error) {
      return { available: false, reason: error instanceof Error ? error.message : String(error) };
    }
  };
  return { load, availability };
}

function tryLoad<Binding extends Versioned>({
  moduleUrl,
  noun,
  createError,
}: AddonOptions): { addon: Addon<Binding> } | { error: Error } {
  const require = createRequire(moduleUrl);
  const { name, version, napi } = require("../package.json") as Manifest;
  const causes: string[] = [];
  for (const path of candidates(name, napi.binaryName, moduleUrl, causes)) {
    try {
      const binding = require(path) as Binding;
      const found = binding.version();
      if (found === version) return { addon: { binding, path } };
      const message = `${path} is version ${found}, but ${name} is ${version}; reinstall or rebuild it`;
      return { error: createError("E_NATIVE_VERSION", message, { path, found, version }) };
    } catch (cause) {
      // The first line says what failed; below it, runtimes list who asked.
      causes.push(
        `${path}: ${String(cause instanceof Error ? cause.message : cause).split("\n")[0]}`,
      );
    }
  }
  const { platform, arch } = process;
  const message = `no ${noun} for ${platform} ${arch}: ${causes.join("; ")}`;
  return { error: createError("E_NATIVE_UNAVAILABLE", message, { platform, arch, causes }) };
}

/** Where the addon may be, in order; what rules a place out is added to `causes`. */
function candidates(name: string, binary: string, moduleUrl: string, causes: string[]): string[] {
  const explicit = process.env[`${binary.toUpperCase().replaceAll("-", "_")}_LIBRARY`];
  if (explicit !== undefined && explicit !== "") return [explicit];
  const suffix = PLATFORMS[`${process.platform} ${process.arch}`];
  if (suffix === undefined) {
    causes.push(`addons exist for ${Object.keys(PLATFORMS).join(", ")}`);
    return [];
  }
  // Built from source in the package, else installed beside it for this platform.
  const built = fileURLToPath(new URL(`../${binary}.${suffix}.node`, moduleUrl));
  if (existsSync(built)) return [built];
  causes.push(`${built}: not built (it takes cargo, see the README)`);
  return [`${name}-${suffix}`];
}
