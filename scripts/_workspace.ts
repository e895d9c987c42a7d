// Where things are in this workspace. Imports built-ins only: the demo runs it before any install.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

/** Absolute path of the repository. */
export const ROOT: string = join(import.meta.dir, "..");

/** The Bun that runs this script; `bun` itself may not be on PATH. */
export const BUN: string = process.execPath;

/** What a package.json of this workspace holds, as far as the scripts look at it. */
export interface Manifest {
  name: string;
  version: string;
  bin?: Record<string, string>;
  scripts?: Record<string, string>;
  exports: Record<string, string | Record<string, string>>;
  dependencies?: Record<string, string>;
}

/** One package of the workspace. */
export interface Package {
  /** Folder name below `packages/`. */
  folder: string;
  /** Absolute path of the folder. */
  path: string;
  manifest: Manifest;
  /** Folders of the packages of this workspace that it needs at run time. */
  needs: string[];
}

/** All packages, each after the packages that it needs. */
export function packages(): Package[] {
  const manifests = readManifests();
  const folderOf = new Map([...manifests].map(([folder, manifest]) => [manifest.name, folder]));
  const sorted: Package[] = [];
  const visit = (folder: string): void => {
    if (sorted.some((done) => done.folder === folder)) return;
    const manifest = manifests.get(folder)!;
    const needs = Object.keys(manifest.dependencies ?? {}).flatMap((n) => folderOf.get(n) ?? []);
    for (const needed of needs) visit(needed);
    sorted.push({ folder, path: join(ROOT, "packages", folder), manifest, needs });
  };
  for (const folder of manifests.keys()) visit(folder);
  return sorted;
}

function readManifests(): Map<string, Manifest> {
  const folders = readdirSync(join(ROOT, "packages")).sort();
  const found = new Map<string, Manifest>();
  for (const folder of folders) {
    const file = join(ROOT, "packages", folder, "package.json");
    if (existsSync(file)) found.set(folder, JSON.parse(readFileSync(file, "utf8")) as Manifest);
  }
  return found;
}

/**
 * Environment of every child process: installed tools come first on PATH, rustup's usual place last (a login shell has
 * it, an editor's task runner often has not).
 */
export function childEnv(extra: Record<string, string> = {}): Record<string, string> {
  const tools = join(ROOT, "node_modules", ".bin");
  const path = [tools, process.env.PATH ?? "", join(homedir(), ".cargo", "bin")].join(delimiter);
  // npx hands the permission it was given down; npm refuses it for a project.
  const { npm_config_allow_scripts: _, ...env } = process.env as Record<string, string>;
  return { ...env, PATH: path, ...extra };
}

/** Files that git tracks and new ones that it does not ignore, or undefined outside a checkout. */
export function gitFiles(...patterns: string[]): string[] | undefined {
  const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", ...patterns];
  const git = Bun.which("git");
  if (git === null) return undefined;
  const result = Bun.spawnSync([git, ...args], { cwd: ROOT, stderr: "ignore" });
  if (result.exitCode !== 0) return undefined;
  const names = result.stdout.toString().split("\0").filter(Boolean);
  return names.filter((name) => existsSync(join(ROOT, name))).sort();
}
