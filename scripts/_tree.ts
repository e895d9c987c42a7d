// Whether a run left the working tree as it was: in CI as committed, elsewhere as it was before.
import { commandStep } from "./_steps.ts";
import type { Step } from "./_steps.ts";
import { ROOT } from "./_workspace.ts";

/** A step to run last. Call this before the others: it remembers the tree as it is now. */
export function treeStep(root: string = ROOT): Step {
  if (process.env.CI) return commandStep("clean tree", "git", "diff", "--exit-code");
  const before = treeState(root);
  return {
    name: "clean tree",
    run: () => {
      const after = treeState(root);
      if (after === undefined) return { ok: true, note: "not a git checkout" };
      const output = `changed by this run:\n${after}`;
      return { ok: after === before, output };
    },
  };
}

/** Changed, new and deleted files with a hash of the changes; undefined outside a git checkout. */
function treeState(root: string): string | undefined {
  const git = Bun.which("git");
  if (git === null) return undefined;
  const ask = (...args: string[]): string | undefined => {
    const { exitCode, stdout } = Bun.spawnSync([git, ...args], { cwd: root, stderr: "ignore" });
    return exitCode === 0 ? stdout.toString() : undefined;
  };
  const status = ask("status", "--porcelain");
  const diff = ask("diff", "HEAD");
  return status === undefined || diff === undefined ? undefined : `${status}${Bun.hash(diff)}`;
}
