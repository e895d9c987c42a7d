// First use of a fresh clone: install, build the native kernel. Imports built-ins only, nothing is installed yet.
import { join } from "node:path";

import { BUN, childEnv, ROOT } from "./_workspace.ts";

/** The stub is a few lines of text, the program some 100 MB. */
const STUB_LIMIT_BYTES = 1_000_000;

/** Installs exactly what bun.lock names; throws with Bun's own message when that fails. */
export function install(): void {
  run([BUN, "install", "--frozen-lockfile"], "installing the dependencies");
  finishLocalBun();
}

/**
 * Somebody whose npm settings say `ignore-scripts` gets a stub in place of the local Bun, and the next `npx bun`
 * would pick it: put the real one there.
 */
function finishLocalBun(): void {
  const folder = join(ROOT, "node_modules", "bun");
  const isStub = Bun.file(join(folder, "bin", "bun.exe")).size < STUB_LIMIT_BYTES;
  if (isStub) Bun.spawnSync([BUN, "install.js"], { cwd: folder, env: childEnv() });
}

/** Whether a Rust toolchain is on PATH. */
export function hasCargo(): boolean {
  return Bun.which("cargo", { PATH: childEnv().PATH ?? "" }) !== null;
}

/** Builds the native code that the benchmark needs, where its sources changed. */
export function buildNative(): void {
  run([BUN, join(ROOT, "scripts", "build-native.ts"), "kernel-cpu"], "building the native kernel");
}

/**
 * Runs one command of the set-up with its output passed on. With a limit it is interrupted after that time, as by
 * Ctrl-C, and that is no failure.
 */
export function run(argv: readonly string[], what: string, limitMs?: number): void {
  const start = performance.now();
  console.error(`▶ ${what}`);
  const child = Bun.spawnSync([...argv], {
    cwd: ROOT,
    env: childEnv(),
    stdio: ["ignore", "inherit", "inherit"],
    ...(limitMs === undefined ? {} : { timeout: limitMs, killSignal: "SIGINT" as const }),
  });
  const tookMs = performance.now() - start;
  const stopped = limitMs !== undefined && tookMs >= limitMs;
  if (child.exitCode !== 0 && !stopped) throw new Error(`${what} failed: ${argv.join(" ")}`);
  const note = stopped ? ", stopped: the time for the demo is over" : "";
  console.error(`  ${(tookMs / 1000).toFixed(1)} s${note}`);
}
