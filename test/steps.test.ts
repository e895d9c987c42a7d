import { afterAll, beforeAll, describe, expect, spyOn, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { command, runSteps } from "../scripts/_steps.ts";
import type { Step } from "../scripts/_steps.ts";
import { treeStep } from "../scripts/_tree.ts";
import { gitFiles, packages } from "../scripts/_workspace.ts";
import { overLimit, sizeTable } from "../scripts/sizes.ts";

/** What a run of these steps prints, and whether it says that all passed. */
async function printed(steps: readonly Step[]): Promise<{ ok: boolean; lines: string[] }> {
  const lines: string[] = [];
  const log = spyOn(console, "log").mockImplementation(
    (text: string) => void lines.push(...text.split("\n")),
  );
  try {
    return { ok: await runSteps(steps), lines };
  } finally {
    log.mockRestore();
  }
}

describe("a run of steps", () => {
  test("goes on after a failure and after an exception, and its last line has the totals", async () => {
    const ran: string[] = [];
    const { ok, lines } = await printed([
      { name: "first", run: () => ({ ok: false, output: "why it failed" }) },
      {
        name: "second",
        run: () => {
          throw new Error("thrown");
        },
      },
      {
        name: "third",
        run: () => ({ ok: ran.push("third") === 1, testsPassed: 10, testsFailed: 0 }),
      },
    ]);
    expect(ran).toEqual(["third"]);
    expect(lines).toContain("     | why it failed");
    expect(lines.some((line) => line.includes("Error: thrown"))).toBe(true);
    expect(lines.at(-1)).toBe("11 passed, 2 failed");
    expect(ok).toBe(false);
  });

  test("counts failed tests beside the failed step", async () => {
    const { ok, lines } = await printed([
      { name: "tests", run: () => ({ ok: false, testsPassed: 4, testsFailed: 3 }) },
    ]);
    expect(lines.at(-1)).toBe("4 passed, 4 failed");
    expect(ok).toBe(false);
  });

  test("says that all passed only when all did", async () => {
    const { ok, lines } = await printed([{ name: "fine", run: () => ({ ok: true }) }]);
    expect(lines.at(-1)).toBe("1 passed, 0 failed");
    expect(ok).toBe(true);
  });
});

describe("a command", () => {
  test("that hangs is killed at its limit and fails", async () => {
    const { ok, output } = await command(["bun", "-e", "setInterval(() => {}, 1000)"], {
      limitS: 0.2,
    });
    expect(ok).toBe(false);
    expect(output).toContain("was killed, limit 0.2 s");
  });

  test("that does not exist fails with a sentence, and cargo's says where to get it", async () => {
    const env = { PATH: "" };
    expect(await command(["no-such-tool"], { env })).toEqual({
      ok: false,
      output: "no-such-tool is not on PATH",
    });
    const { ok, output } = await command(["cargo", "--version"], { env });
    expect(ok).toBe(false);
    expect(output).toContain("https://rustup.rs");
  });

  test("named bun is the Bun of this process, wherever PATH points", async () => {
    const { output } = await command(["bun", "-e", "console.log(process.execPath)"], {
      env: { PATH: "" },
    });
    expect(output.trim()).toBe(process.execPath);
  });
});

describe("the look at the working tree", () => {
  let folder: string;
  let saved: string | undefined;

  beforeAll(async () => {
    saved = process.env.CI;
    delete process.env.CI;
    folder = mkdtempSync(join(tmpdir(), "moe-tree-"));
    writeFileSync(join(folder, "a.txt"), "a");
    const me = ["-c", "user.name=a", "-c", "user.email=a@example.invalid"];
    for (const args of [["init"], ["add", "."], [...me, "commit", "-m", "a"]]) {
      expect(await command(["git", ...args], { cwd: folder })).toMatchObject({ ok: true });
    }
  });

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
    if (saved !== undefined) process.env.CI = saved;
  });

  test("sees a new file, a change, and a change to a file that was changed before", async () => {
    const step = treeStep(folder);
    expect(await step.run()).toMatchObject({ ok: true });
    writeFileSync(join(folder, "b.txt"), "b");
    expect(await step.run()).toMatchObject({ ok: false });
    rmSync(join(folder, "b.txt"));
    writeFileSync(join(folder, "a.txt"), "changed");
    expect(await step.run()).toMatchObject({ ok: false });
    const later = treeStep(folder);
    writeFileSync(join(folder, "a.txt"), "changed again");
    expect(await later.run()).toMatchObject({ ok: false });
  });
});

describe("the workspace", () => {
  test("lists every package after the packages that it needs", () => {
    const order = packages().map(({ folder }) => folder);
    for (const { folder, needs } of packages()) {
      for (const needed of needs) expect(order.indexOf(needed)).toBeLessThan(order.indexOf(folder));
    }
    expect(order).toHaveLength(new Set(order).size);
  });

  test("asks git for files, new ones included and ignored ones left out", () => {
    expect(gitFiles("test/steps.test.ts")).toEqual(["test/steps.test.ts"]);
    expect(gitFiles("node_modules/**")).toEqual([]);
  });

  test("reports a TypeScript file over the limit, and Rust only in the table", () => {
    const row = {
      tree: "packages/x/src",
      files: 1,
      lines: 301,
      median: 301,
      p90: 301,
      max: 301,
      longest: "a.ts",
    };
    expect(overLimit([row])).toEqual(["packages/x/src/a.ts has 301 lines, split it at 300"]);
    expect(
      overLimit([
        { ...row, max: 300 },
        { ...row, tree: "packages/x (Rust)" },
      ]),
    ).toEqual([]);
    expect(sizeTable().map(({ tree }) => tree)).toContain("scripts");
  });
});
