// First use of a fresh clone: install, build the native kernel. Imports built-ins only, nothing is installed yet.
import { existsSync } from "node:fs";
import { join } from "node:path";

import { BUN, childEnv, ROOT } from "./_workspace.ts";

/** Installs exactly what bun.lock names; throws with Bun's own message when that fails. */
export function install(): void {
  run([BUN, "install", "--frozen-lockfile"], "installing the dependencies");
}

/** Whether a Rust toolchain is on PATH. */
export function hasCargo(): boolean {
  return Bun.which("cargo", { PATH: childEnv().PATH ?? "" }) !== null;
}

/** Builds the native kernel where its sources changed. */
export function buildNative(): void {
  const script = join(ROOT, "packages", "kernel-cpu", "scripts", "build-native.ts");
  if (!existsSync(script)) throw new Error(`${script} does not exist`);
  run([BUN, script], "building the native kernel");
}

/** Runs one command of the set-up with its output passed on to stderr. */
export function run(argv: readonly string[], what: string): void {
  const start = performance.now();
  console.error(`▶ ${what}`);
  const child = Bun.spawnSync([...argv], {
    cwd: ROOT,
    env: childEnv(),
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (child.exitCode !== 0) throw new Error(`${what} failed: ${argv.join(" ")}`);
  console.error(`  ${((performance.now() - start) / 1000).toFixed(1)} s`);
}
