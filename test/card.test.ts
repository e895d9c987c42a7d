import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

const SCRIPT = join(import.meta.dir, "..", "bench", "peers", "nvidia", "card.sh");
const folder = mkdtempSync(join(tmpdir(), "moe-card-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A stand-in that prints what it was called with, and fails on `compare`. */
for (const name of ["moe-bench", "python3", "ncu", "compute-sanitizer"]) {
  writeFileSync(
    join(folder, name),
    '#!/bin/sh\necho "$(basename "$0")" "$@"\n[ "$1" != compare ]\n',
  );
  chmodSync(join(folder, name), 0o755);
}

function card(...args: string[]) {
  const env = { ...process.env, PATH: folder + delimiter + process.env.PATH };
  const { stdout, stderr, exitCode } = Bun.spawnSync([SCRIPT, ...args], { env });
  return { out: stdout.toString(), err: stderr.toString(), exitCode };
}

describe("the script that runs all on a card", () => {
  test("goes on after a step that fails, counts it, and keeps a log of each", () => {
    const out = join(folder, "all");
    const found = card(folder, out);
    expect(found.exitCode).toBe(1);
    expect(found.out).toMatch(/^compare +\d+ s {2}exit 1$/m);
    expect(found.out).toMatch(/^counters +\d+ s {2}exit 0$/m);
    expect(found.out).toContain(
      `moe-bench run --backend cuda --aa --output ${join(out, "aa.jsonl")}`,
    );
    expect(found.out).toContain("failed steps: 1;");
    expect(readdirSync(out)).toHaveLength(14);
  });

  test("runs the steps that are named", () => {
    const out = join(folder, "some");
    expect(card(folder, out, "devices", "check").exitCode).toBe(0);
    expect(readdirSync(out).sort()).toEqual(["check.log", "devices.log"]);
  });

  test("says how it is called", () => {
    const { err, exitCode } = card();
    expect(exitCode).toBe(2);
    expect(err).toStartWith("usage: card.sh BUNDLE OUT");
  });
});
