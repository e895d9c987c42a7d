import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { bunOutcome, cargoOutcome } from "../scripts/_counts.ts";
import { command } from "../scripts/_steps.ts";
import type { Outcome } from "../scripts/_steps.ts";

/** What `bun test` of one file with this body comes to. */
async function outcomeOf(body: string): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "moe-counts-"));
  try {
    writeFileSync(join(folder, "a.test.ts"), `import { expect, test } from "bun:test";\n${body}`);
    return bunOutcome(await command(["bun", "test"], { cwd: folder }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe("the outcome of a real bun test run", () => {
  test("counts what passed", async () => {
    const outcome = await outcomeOf('test("a", () => {}); test("b", () => {});');
    expect(outcome).toMatchObject({ ok: true, testsPassed: 2, testsFailed: 0 });
  });

  test("fails and counts one failure, and keeps its message", async () => {
    const outcome = await outcomeOf('test("a", () => {}); test("b", () => expect(1).toBe(2));');
    expect(outcome).toMatchObject({ ok: false, testsPassed: 1, testsFailed: 1 });
    expect(outcome.output).toContain("Expected: 2");
  });

  test("fails when a test is left out, so that no skip stays unseen", async () => {
    expect(await outcomeOf('test("a", () => {}); test.skip("b", () => {});')).toMatchObject({
      ok: false,
    });
    expect(await outcomeOf('test("a", () => {}); test.todo("b");')).toMatchObject({ ok: false });
  });

  test("passes without what the machine cannot run, and names it", async () => {
    const helper = JSON.stringify(join(import.meta.dir, "_testWhere.ts"));
    const body = `import { testWhere } from ${helper};
      test("a", () => {}); testWhere(false, "a card", "b", () => {}); testWhere(true, "air", "c", () => {});`;
    expect(await outcomeOf(body)).toMatchObject({
      ok: true,
      testsPassed: 2,
      note: "2 tests passed, 0 failed; NOT RUN: a card: b",
    });
  });

  test("fails when the process ends before the totals, or a file throws while it loads", async () => {
    expect(await outcomeOf('test("a", () => process.exit(0));')).toMatchObject({ ok: false });
    expect(await outcomeOf('test("a", () => {}); throw new Error("x");')).toMatchObject({
      ok: false,
    });
  });

  test("fails when there is no test", async () => {
    expect(await outcomeOf("expect;")).toMatchObject({ ok: false, testsPassed: 0 });
  });
});

describe("the outcome of cargo test", () => {
  const line = (state: string, passed: number, failed: number): string =>
    `test result: ${state}. ${passed} passed; ${failed} failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n`;

  test("adds up all test binaries", () => {
    const output = line("ok", 3, 0) + line("ok", 0, 0) + line("ok", 4, 0);
    expect(cargoOutcome({ ok: true, output })).toMatchObject({
      ok: true,
      testsPassed: 7,
      testsFailed: 0,
    });
  });

  test("fails on a failed test, on a failed build, and where nothing ran", () => {
    const bad = cargoOutcome({ ok: false, output: line("FAILED", 3, 2) });
    expect(bad).toMatchObject({ ok: false, testsPassed: 3, testsFailed: 2 });
    expect(cargoOutcome({ ok: false, output: "error: could not compile" }).ok).toBe(false);
    expect(cargoOutcome({ ok: true, output: "" }).ok).toBe(false);
  });
});
