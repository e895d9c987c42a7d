/** Runs the real binary as a user's shell would. */

import { fileURLToPath } from "node:url";

/** The committed entry point. */
export const BIN: string = fileURLToPath(new URL("../bin/moe-bench.js", import.meta.url));

/** What a finished process left. */
export interface Finished {
  code: number;
  out: string;
  err: string;
}

/** An environment without the colour and option variables of whoever runs the tests. */
export function cleanEnv(extra: Record<string, string> = {}): Record<string, string> {
  const { PATH = "", HOME = "" } = process.env;
  const options = process.env.BUN_OPTIONS;
  return { PATH, HOME, LANG: "C.UTF-8", ...(options && { BUN_OPTIONS: options }), ...extra };
}

/** Runs to the end. */
export function cli(args: readonly string[], env: Record<string, string> = {}): Finished {
  const { exitCode, stdout, stderr } = Bun.spawnSync([process.execPath, BIN, ...args], {
    env: cleanEnv(env),
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  return { code: exitCode, out: stdout.toString(), err: stderr.toString() };
}

/** Runs with a reader that goes away after the first line: that line, and a line with the exit code behind it. */
export async function cliIntoHead(args: readonly string[]): Promise<Omit<Finished, "code">> {
  const words = [process.execPath, BIN, ...args].map((word) => `'${word}'`).join(" ");
  const command = `${words} | head -1; echo "\${PIPESTATUS[0]}"`;
  const child = Bun.spawn(["bash", "-c", command], {
    env: cleanEnv(),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  return { out, err };
}

/** Smallest layer that both GEMMs of the portable kernel accept, measured in milliseconds a cell. */
export const TINY: readonly string[] = [
  "run",
  "--backend",
  "portable",
  "--shape",
  "K=64,N=64,E=8,topK=2,G=32,blockM=16",
  "--cache",
  "warm",
];

/** An escape sequence of a terminal. */
export const ESCAPE = "\u001b[";
