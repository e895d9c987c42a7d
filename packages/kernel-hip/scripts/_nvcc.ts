// nvcc of the pinned version: the one that MOE_NVCC names, else from PyPI, kept below the user's cache.
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { NVCC_PACKAGES, NVCC_VERSION } from "./_cudaKernels.ts";

const CACHE = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
const ENVIRONMENT = join(CACHE, "moe-bench", `nvcc-${NVCC_VERSION}`);

/** @returns its path, after it was installed where it was not there */
export function nvcc(): string {
  const named = process.env.MOE_NVCC ?? "";
  const path = named === "" ? installed() : named;
  const said = run([path, "--version"]);
  if (said.includes(`V${NVCC_VERSION}`)) return path;
  throw new Error(
    `${path} is not of version ${NVCC_VERSION}, and another one gives other code: unset MOE_NVCC, or take that version\n${said}`,
  );
}

function installed(): string {
  const known = find();
  if (known !== undefined) return known;
  rmSync(ENVIRONMENT, { recursive: true, force: true });
  mkdirSync(ENVIRONMENT, { recursive: true });
  run(["python3", "-m", "venv", ENVIRONMENT]);
  const pins = Object.entries(NVCC_PACKAGES).map(([name, version]) => `${name}==${version}`);
  run([join(ENVIRONMENT, "bin", "pip"), "install", "--quiet", "--no-deps", ...pins]);
  const path = find();
  if (path === undefined) throw new Error(`${ENVIRONMENT} has no nvcc after the installation`);
  return path;
}

function find(): string | undefined {
  if (!existsSync(ENVIRONMENT)) return undefined;
  const glob = new Bun.Glob("lib/python3*/site-packages/nvidia/cu*/bin/nvcc");
  return [...glob.scanSync({ cwd: ENVIRONMENT, absolute: true })][0];
}

function run(command: string[]): string {
  if (Bun.which(command[0]) === null) throw new Error(`${command[0]} is not installed`);
  const child = Bun.spawnSync(command);
  const output = `${child.stdout.toString()}${child.stderr.toString()}`;
  if (child.exitCode !== 0) throw new Error(`${command.join(" ")}\n${output}`);
  return output;
}
