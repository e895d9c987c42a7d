import { execFileSync } from "node:child_process";
import type { RunEnvironment } from "../results/schema.ts";
import { VERSION } from "../_version.ts";

/**
 * Records what a run happened in: versions of this package and of the runtime, the commit of the working
 * directory's repository and whether tracked files differ from it, and the command line. A bundle for a bare machine says
 * itself what it was made of, in `MOE_BUNDLE_COMMIT`.
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
  const versionsOfAll = { "@moe/bench": VERSION, ...runtimeVersion(), ...versions };
  return { versions: versionsOfAll, ...(bundled() ?? checkedOut()), argv: [...argv] };
}

type Revision = Pick<RunEnvironment, "commit" | "dirty">;

/** What a bundle was made of, whatever the working directory is: `+` stands behind a commit with changes. */
function bundled(): Revision | undefined {
  const given = process.env.MOE_BUNDLE_COMMIT ?? "";
  return given === ""
    ? undefined
    : { commit: given.replace(/\+$/, ""), dirty: given.endsWith("+") };
}

function checkedOut(): Revision {
  const commit = git(["rev-parse", "HEAD"]);
  const changes = git(["status", "--porcelain", "--untracked-files=no"]);
  const dirty = commit === null || changes === null ? null : changes !== "";
  return { commit: commit || null, dirty };
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
