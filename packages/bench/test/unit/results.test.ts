import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  openResultLog,
  readResults,
  resultJsonSchema,
  writeResultDocument,
  type ResultHeader,
  type ResultRow,
} from "@moe/bench";
import { errorOf } from "../_errorOf.ts";
import { collect, headerOf, rowsOf, tinySweep } from "../_fakeBackend.ts";

const folder = mkdtempSync(join(tmpdir(), "moe-bench-results-"));
afterAll(() => rmSync(folder, { recursive: true }));
let next = 0;
const fresh = (): string => join(folder, `run${next++}.jsonl`);
let header: ResultHeader;
let rows: ResultRow[];
beforeAll(async () => {
  const events = await collect(tinySweep({ gemms: [1] }));
  header = headerOf(events);
  rows = rowsOf(events);
});

function write(path: string, some: readonly ResultRow[]): void {
  const log = openResultLog(path, header);
  for (const row of some) log.append(row);
  log.close();
}

test("rows written one by one are read back equal, and a document holds the same", () => {
  const path = fresh();
  write(path, rows);
  expect(readResults(path)).toEqual({ header, rows, warnings: [] });
  const document = join(folder, "run.json");
  writeResultDocument(document, header, rows);
  writeResultDocument(document, header, rows);
  expect(readResults(document)).toEqual({ header, rows, warnings: [] });
  expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

test("a row is on disk when append returns", () => {
  const path = fresh();
  const log = openResultLog(path, header);
  log.append(rows[0]);
  expect(readResults(path).rows).toEqual([rows[0]]);
  log.close();
  log.close();
});

test("an existing file is never overwritten without resume", async () => {
  const path = fresh();
  write(path, rows);
  const before = readFileSync(path, "utf8");
  expect((await errorOf(() => openResultLog(path, header))).code).toBe("E_OUTPUT_EXISTS");
  expect(readFileSync(path, "utf8")).toBe(before);
});

test("resume on a missing file starts it", () => {
  const path = fresh();
  openResultLog(path, header, { resume: true }).close();
  expect(readResults(path)).toEqual({ header, rows: [], warnings: [] });
});

test("a cell that was run again counts once, with its last row", () => {
  const path = fresh();
  const failed: ResultRow = { ...rows[0], status: "error", timing: null };
  write(path, [failed, rows[1], rows[0]]);
  expect(readResults(path).rows).toEqual([rows[1], rows[0]]);
});

describe("resume refuses a file of another run and names each difference", () => {
  const cases: [string, (h: ResultHeader) => ResultHeader, string][] = [
    ["seed", (h) => ({ ...h, config: { ...h.config, seed: "7" } }), 'config.seed was "0", now "7"'],
    [
      "shape",
      (h) => ({ ...h, config: { ...h.config, shape: { ...h.config.shape, blockM: 32 } } }),
      "config.shape",
    ],
    ["device", (h) => ({ ...h, device: { ...h.device, isa: "fake2" } }), "device.isa"],
  ];
  for (const [name, change, text] of cases)
    test(name, async () => {
      const path = fresh();
      write(path, rows.slice(0, 1));
      const before = readFileSync(path, "utf8");
      const error = await errorOf(() => openResultLog(path, change(header), { resume: true }));
      expect([error.code, error.message.includes(text)]).toEqual(["E_RESUME_MISMATCH", true]);
      expect(error.details.differences).toHaveLength(1);
      expect(readFileSync(path, "utf8")).toBe(before);
    });
});

test("resume with another commit goes on with a warning", () => {
  const path = fresh();
  write(path, rows.slice(0, 1));
  const other = { ...header, environment: { ...header.environment, commit: "ffff" } };
  const log = openResultLog(path, other, { resume: true });
  expect(log.warnings.join()).toContain("commit was");
  expect(log.rows).toEqual([rows[0]]);
  log.close();
});

describe("damage that is not a torn last line is an error that names the line", () => {
  const damaged = (change: (lines: string[]) => void): string => {
    const path = fresh();
    write(path, rows);
    const lines = readFileSync(path, "utf8").split("\n");
    change(lines);
    writeFileSync(path, lines.join("\n"));
    return path;
  };
  const cases: [string, (lines: string[]) => void, string, string][] = [
    ["half a line in the middle", (l) => (l[2] = l[2].slice(0, 40)), "E_RESULTS_CORRUPT", "line 3"],
    [
      "a last line that ends but is no JSON",
      (l) => (l[4] = "{oops"),
      "E_RESULTS_CORRUPT",
      "line 5",
    ],
    ["an empty line", (l) => l.splice(1, 0, ""), "E_RESULTS_CORRUPT", "line 2"],
    ["no header", (l) => l.shift(), "E_RESULTS_CORRUPT", "line 1"],
    [
      "a wrong type",
      (l) => (l[1] = l[1].replace('"blocks":', '"blocks":-')),
      "E_RESULTS_CORRUPT",
      "blocks",
    ],
    [
      "an unknown field",
      (l) => (l[1] = l[1].replace("{", '{"extra":1,')),
      "E_RESULTS_CORRUPT",
      "extra",
    ],
    [
      "another schema version",
      (l) => (l[0] = l[0].replace('"schemaVersion":1', '"schemaVersion":2')),
      "E_RESULTS_VERSION",
      "schemaVersion 2",
    ],
  ];
  for (const [name, change, code, text] of cases)
    test(name, async () => {
      const path = damaged(change);
      const before = readFileSync(path, "utf8");
      for (const open of [
        () => readResults(path),
        () => openResultLog(path, header, { resume: true }),
      ]) {
        const error = await errorOf(open);
        expect([error.code as string, error.message.includes(text)]).toEqual([code, true]);
      }
      expect(readFileSync(path, "utf8")).toBe(before);
    });
});

test("an empty file and a torn header have no results to read, but resume starts them", async () => {
  for (const text of ["", '{"schemaVersion":1,"kind":"hea']) {
    const path = fresh();
    writeFileSync(path, text);
    expect((await errorOf(() => readResults(path))).code).toBe("E_RESULTS_CORRUPT");
    const log = openResultLog(path, header, { resume: true });
    expect(log.warnings).toHaveLength(text === "" ? 0 : 1);
    log.append(rows[0]);
    log.close();
    expect(readResults(path).rows).toEqual([rows[0]]);
  }
});

test("bytes that are not UTF-8 at the torn end are cut with the line", () => {
  const path = fresh();
  write(path, rows.slice(0, 2));
  appendFileSync(path, Uint8Array.of(0x7b, 0xff, 0xc3));
  const read = readResults(path);
  expect([read.rows.length, read.warnings.length]).toEqual([2, 1]);
});

test("docs/result-schema.json is the schema of this version", () => {
  const path = join(import.meta.dir, "../../../../docs/result-schema.json");
  expect(existsSync(path)).toBe(true);
  expect(JSON.parse(readFileSync(path, "utf8"))).toEqual(resultJsonSchema());
});
