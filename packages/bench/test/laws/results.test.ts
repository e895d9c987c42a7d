import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openResultLog, readResults, type ResultHeader, type ResultRow } from "@moe/bench";
import { parseResultLines } from "../../src/results/_parseLines.ts";
import { collect, headerOf, rowsOf, tinySweep } from "../_fakeBackend.ts";

const folder = mkdtempSync(join(tmpdir(), "moe-bench-torn-"));
afterAll(() => rmSync(folder, { recursive: true }));

let header: ResultHeader;
let rows: ResultRow[];
let whole: Buffer;
beforeAll(async () => {
  const events = await collect(tinySweep({ archetypes: ["uniform"], gemms: [1], maxSamples: 6 }));
  [header, rows] = [headerOf(events), rowsOf(events)];
  const path = join(folder, "whole.jsonl");
  const log = openResultLog(path, header);
  for (const row of rows) log.append(row);
  log.close();
  whole = readFileSync(path);
});

/** Rows whose last byte before the newline lies within the first `offset` bytes. */
function finishedAt(offset: number): ResultRow[] {
  const text = whole.subarray(0, offset).toString("utf8");
  return rows.filter((row) => text.includes(JSON.stringify(row)));
}

/** Whether a cut there leaves whole lines, the newline of the last one aside. */
function isLineEnd(offset: number): boolean {
  return offset === 0 || whole[offset - 1] === 10 || whole[offset] === 10;
}

test("cut at every byte: the parser keeps every finished cell and warns exactly when a line is torn", () => {
  for (let offset = 0; offset <= whole.length; offset++) {
    const parsed = parseResultLines(whole.subarray(0, offset), "file");
    expect(parsed.rows).toEqual(finishedAt(offset));
    expect(parsed.warnings.length).toBe(isLineEnd(offset) ? 0 : 1);
    expect(isLineEnd(parsed.wholeBytes)).toBe(true);
    expect(parsed.needsNewline).toBe(parsed.wholeBytes > 0 && whole[parsed.wholeBytes - 1] !== 10);
  }
});

test("killed and resumed on disk: no finished cell is lost, none is repeated, the file ends as of one run", () => {
  const path = join(folder, "torn.jsonl");
  // Each resume waits for the disk several times, so every byte near a line's end and a few in between.
  for (let offset = 0; offset <= whole.length; offset++) {
    const nearEnd = [-2, -1, 0, 1, 2].some((step) => whole[offset + step] === 10);
    if (!nearEnd && offset % 509 !== 0) continue;
    writeFileSync(path, whole.subarray(0, offset));
    const resumed = openResultLog(path, header, { resume: true });
    expect([...resumed.rows]).toEqual(finishedAt(offset));
    for (const row of rows.slice(resumed.rows.length)) resumed.append(row);
    resumed.close();
    expect(readFileSync(path).equals(whole)).toBe(true);
  }
  expect(readResults(path).rows).toEqual(rows);
});
