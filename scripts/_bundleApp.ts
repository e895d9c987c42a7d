// What moe-bench runs from, as one node_modules folder: the packages of this workspace, and what they need.
import { cpSync, existsSync, mkdirSync, readFileSync, realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";

import { packages } from "./_workspace.ts";
import type { Manifest, Package } from "./_workspace.ts";

/** In packages' `files`, but not needed to run their sources. */
const LEFT_OUT = ["dist", "README.md"];
/** Declarations, maps and prose of others' packages. */
const NOT_CODE = /\.(d\.[cm]?ts|map|md)$/;

/**
 * Copies everything, with addons for this platform.
 *
 * @param folder - gets `node_modules`
 * @throws Error naming the addons that are not built, or a package that is needed in two versions
 */
export function bundleApp(folder: string): void {
  const chosen = closure("moe-bench");
  const missing = chosen.filter((pkg) => wantsAddon(pkg) && addonsOf(pkg).length === 0);
  if (missing.length > 0) {
    const names = missing.map((pkg) => pkg.folder).join(" ");
    throw new Error(`not built: run bun scripts/build-native.ts ${names}`);
  }
  const modules = join(folder, "node_modules");
  for (const pkg of chosen) copyOwn(pkg, join(modules, pkg.manifest.name));
  for (const [name, from] of thirdParty(chosen)) {
    const filter = (path: string): boolean => !NOT_CODE.test(path);
    cpSync(from, join(modules, name), { recursive: true, dereference: true, filter });
  }
}

/** A package of this workspace and all of it that it needs, those first. */
function closure(name: string): Package[] {
  const all = packages();
  const wanted = new Set([all.find(({ manifest }) => manifest.name === name)!.folder]);
  // A package stands after what it needs, so that one pass from the end finds all.
  for (const pkg of all.toReversed()) {
    if (wanted.has(pkg.folder)) for (const needed of pkg.needs) wanted.add(needed);
  }
  return all.filter(({ folder }) => wanted.has(folder));
}

function wantsAddon({ path }: Package): boolean {
  return existsSync(join(path, "native", "Cargo.toml"));
}

function addonsOf({ path }: Package): string[] {
  return [...new Bun.Glob("*.node").scanSync(path)];
}

function copyOwn({ path }: Package, to: string): void {
  const wanted = readManifest(path).files.filter((name) => !LEFT_OUT.includes(name));
  const names = wanted.flatMap((name) =>
    name.includes("*") ? [...new Bun.Glob(name).scanSync(path)] : [name],
  );
  mkdirSync(to, { recursive: true });
  for (const name of [...names, "package.json"]) {
    cpSync(join(path, name), join(to, name), { recursive: true });
  }
}

/** Name → folder of every package that is not of this workspace. */
function thirdParty(chosen: readonly Package[]): Map<string, string> {
  const own = new Set(packages().map(({ manifest }) => manifest.name));
  const found = new Map<string, string>();
  const visit = (name: string, from: string): void => {
    const path = locate(name, from);
    const known = found.get(name);
    if (known === path) return;
    if (known !== undefined) throw new Error(`${name} is needed twice: ${known}, ${path}`);
    found.set(name, path);
    for (const needed of Object.keys(readManifest(path).dependencies ?? {})) visit(needed, path);
  };
  for (const { manifest, path } of chosen) {
    const needed = Object.keys(manifest.dependencies ?? {}).filter((name) => !own.has(name));
    for (const name of needed) visit(name, path);
  }
  return found;
}

/** The folder of a package, as seen from another's folder. */
function locate(name: string, from: string): string {
  for (let at = from; at !== dirname(at); at = dirname(at)) {
    const path = basename(at) === "node_modules" ? join(at, name) : join(at, "node_modules", name);
    if (existsSync(path)) return realpathSync(path);
  }
  throw new Error(`${name}, which ${from} needs, is not installed: run bun install`);
}

function readManifest(path: string): Manifest & { files: string[] } {
  return JSON.parse(readFileSync(join(path, "package.json"), "utf8")) as never;
}
