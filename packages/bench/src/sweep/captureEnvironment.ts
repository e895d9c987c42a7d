import { execFileSync } from "node:child_process";
import type { RunEnvironment } from "../results/schema.ts";
import { VERSION } from "../_version.ts";

/**
 * Records what a run happened in: versions of this package and of the runtime, the commit of the working
 * directory's repository and whether tracked files differ from it, and the command line.
 *
 * @param argv command line, default `process.argv`
 * @param versions further versions, e.g. of a backend
 * @returns the record; `commit` and `dirty` are null outside of a git repository or without git
 * @example
 * ```ts
 * import { captureEnvironment } from '@moe/bench';
 * const { argv, versions } = captureEnvironment(['moe-bench', 'run']);
 * console.log(argv.join(' '), '@moe/bench' in versions);
 * // → moe-bench run true
 * ```
 */
export function captureEnvironment(
  argv: readonly string[] = process.argv,
  versions: Readonly<Record<string, string>> = {},
): RunEnvironment {
  const commit = git(["rev-parse", "HEAD"]);
  const changes = git(["status", "--porcelain", "--untracked-files=no"]);
  return {
    versions: { "@moe/bench": VERSION, ...runtimeVersion(), ...versions },
    commit: commit || null,
    dirty: commit === null || changes === null ? null : changes !== "",
    argv: [...argv],
  };
}

function runtimeVersion(): Record<string, string> {
  const { bun, node } = process.versions;
  return bun ? { bun } : { node };
}

/** Output of a git command in the working directory, null when it fails. */
function git(args: string[]): string | null {
  try {
    const stdio: ["ignore", "pipe", "ignore"] = ["ignore", "pipe", "ignore"];
    return execFileSync("git", args, { encoding: "utf8", stdio, timeout: 5000 }).trim();
  } catch {
    return null;
  }
}
