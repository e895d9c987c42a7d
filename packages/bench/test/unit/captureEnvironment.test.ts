import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** `captureEnvironment` reads the working directory, so it runs in a child process of its own. */
const folder = mkdtempSync(join(tmpdir(), "moe-bench-git-"));
const SCRIPT = `import { captureEnvironment } from ${JSON.stringify(join(import.meta.dir, "../../src/index.ts"))};
console.log(JSON.stringify(captureEnvironment(["x"], { driver: "9" })));`;

// Git hooks set GIT_DIR and the like, which would point the child at another repository.
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith("GIT_")),
);

function capture(more: Record<string, string> = {}) {
  const run = Bun.spawnSync([process.execPath, "-e", SCRIPT], {
    cwd: folder,
    env: { ...env, ...more },
  });
  return JSON.parse(run.stdout.toString());
}

function git(...args: string[]): string {
  const identity = ["-c", "user.name=t", "-c", "user.email=t@example.invalid"];
  return Bun.spawnSync(["git", ...identity, ...args], { cwd: folder, env })
    .stdout.toString()
    .trim();
}

beforeAll(() => void capture());
afterAll(() => rmSync(folder, { recursive: true }));

test("outside of a repository and without git, commit and dirty are null", () => {
  const ceiling = { GIT_CEILING_DIRECTORIES: tmpdir() };
  expect(capture(ceiling)).toMatchObject({
    commit: null,
    dirty: null,
    argv: ["x"],
    versions: { driver: "9" },
  });
  expect(capture({ PATH: folder })).toMatchObject({ commit: null, dirty: null });
});

test("in a repository: the commit, clean, then dirty when a tracked file changes", () => {
  git("init", "-q");
  writeFileSync(join(folder, "file"), "1");
  git("add", "file");
  git("commit", "-qm", "first");
  const commit = git("rev-parse", "HEAD");
  expect(capture()).toMatchObject({ commit, dirty: false });
  writeFileSync(join(folder, "untracked"), "1");
  expect(capture()).toMatchObject({ commit, dirty: false });
  writeFileSync(join(folder, "file"), "2");
  expect(capture()).toMatchObject({ commit, dirty: true });
});
