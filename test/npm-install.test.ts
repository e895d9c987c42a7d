import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { command } from "../scripts/_steps.ts";
import { packages, ROOT } from "../scripts/_workspace.ts";

/** The manifests alone, in a folder of their own: npm must not touch this checkout. */
let copy: string;

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), "moe-npm-"));
  cpSync(join(ROOT, "package.json"), join(copy, "package.json"));
  for (const { folder, path } of packages()) {
    cpSync(join(path, "package.json"), join(copy, "packages", folder, "package.json"));
  }
});

afterAll(() => rmSync(copy, { recursive: true, force: true }));

describe("npm install in the repository", () => {
  test("says which command to run, before it touches the network or writes a file", async () => {
    expect(Bun.which("npm")).toBeString();
    const env = { npm_config_registry: "http://127.0.0.1:9/", npm_config_fetch_retries: "0" };
    const { ok, output } = await command(["npm", "install", "--no-update-notifier"], {
      cwd: copy,
      env,
    });
    expect(output).toContain(
      "npm cannot install this workspace. Run: npx --yes --allow-scripts=bun bun@1.4.5 install",
    );
    expect(ok).toBe(false);
    expect(existsSync(join(copy, "node_modules"))).toBe(false);
    expect(readdirSync(copy).sort()).toEqual(["package.json", "packages"]);
  }, 60_000);
});
