// Packs every package and installs the tarballs into an empty project, the way a user gets them.
import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

import { command } from "./_steps.ts";
import type { Finished } from "./_steps.ts";
import { packages, ROOT } from "./_workspace.ts";
import type { Package } from "./_workspace.ts";

/** One packed package. */
export interface Tarball {
  pkg: Package;
  /** Absolute path of the .tgz. */
  path: string;
  sizeBytes: number;
  /** Files in it, relative to the package. */
  files: string[];
}

/** Builds what is stale, then packs all packages into the folder. */
export async function packAll(folder: string): Promise<Tarball[]> {
  await must(["bun", "scripts/build.ts"], ROOT);
  mkdirSync(folder, { recursive: true });
  const packed: Tarball[] = [];
  for (const pkg of packages()) packed.push(await packOne(pkg, folder));
  return packed;
}

async function packOne(pkg: Package, folder: string): Promise<Tarball> {
  const path = join(folder, `${pkg.folder}.tgz`);
  await must(["bun", "pm", "pack", "--quiet", "--filename", path], pkg.path);
  const listed = await must(["tar", "-tzf", path], folder);
  const files = listed.output
    .trim()
    .split("\n")
    .map((file) => file.replace(/^package\//, ""));
  return { pkg, path, sizeBytes: Bun.file(path).size, files };
}

/** Installs the tarballs, and nothing else of this workspace, into a new project. */
export async function installAll(tarballs: readonly Tarball[], project: string): Promise<void> {
  const specs = Object.fromEntries(
    tarballs.map(({ pkg, path }) => [pkg.manifest.name, `file:${path}`]),
  );
  const manifest = {
    name: basename(project),
    private: true,
    type: "module",
    dependencies: { ...specs, "fast-check": catalogVersion("fast-check") },
    overrides: specs,
  };
  mkdirSync(project, { recursive: true });
  writeFileSync(join(project, "package.json"), JSON.stringify(manifest, null, 2));
  await must(["bun", "install"], project);
}

function catalogVersion(name: string): string {
  const root = require(join(ROOT, "package.json")) as {
    workspaces: { catalog: Record<string, string> };
  };
  return root.workspaces.catalog[name] ?? "";
}

/** Runs a command that has to succeed. */
export async function must(argv: readonly string[], cwd: string): Promise<Finished> {
  const finished = await command(argv, { cwd });
  if (!finished.ok) throw new Error(`${argv.join(" ")} failed in ${cwd}:\n${finished.output}`);
  return finished;
}
