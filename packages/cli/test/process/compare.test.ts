// Two result files of one configuration.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readResults, writeResultDocument, type ResultRow } from "@moe/bench";
import { afterAll, beforeAll, expect, test } from "bun:test";
import { cli, TINY } from "../_spawn.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "moe-bench-compare-"));
afterAll(() => rmSync(FOLDER, { recursive: true }));
const file = (name: string): string => join(FOLDER, name);
const RUN = [...TINY, "-g", "1", "-a", "zipf1", "--samples", "6", "-q"];

type Interval = readonly [low: number, high: number];

/** The measured run with these intervals; cells beyond them were not measured. */
function write(name: string, intervals: readonly Interval[]): string {
  const { header, rows } = readResults(file("measured.json"));
  const changed = intervals.map(([speedupLow, speedupHigh], i): ResultRow => {
    const timing = { ...rows[i].timing!, speedup: 1.25, speedupPercent: 25 };
    return { ...rows[i], timing: { ...timing, speedupLow, speedupHigh } };
  });
  writeResultDocument(file(name), header, changed);
  return file(name);
}

beforeAll(() => {
  cli([...RUN, "-t", "4,8,16", "-o", file("measured.json")]);
});

test("every cell is told with both intervals, and the share decides the exit code", () => {
  const first = write("first.json", [
    [1.2, 1.3],
    [1.2, 1.3],
    [1.2, 1.3],
  ]);
  const second = write("second.json", [
    [1.1, 1.2],
    [1.31, 1.4],
  ]);
  const { code, out, err } = cli(["compare", first, second]);
  expect({ code, err }).toEqual({ code: 1, err: "" });
  expect(out.split("\n").map((line) => line.trimEnd())).toEqual([
    "                     first         first     second        second",
    "cell             speedup %    interval %  speedup %    interval %  intervals",
    "─".repeat(out.split("\n")[2].length),
    "gemm1/zipf1/T4       +25.0  +20.0..+30.0      +25.0  +10.0..+20.0  agree",
    "gemm1/zipf1/T8       +25.0  +20.0..+30.0      +25.0  +31.0..+40.0  DIFFER",
    "gemm1/zipf1/T16      +25.0  +20.0..+30.0          -             -  not measured in the second",
    "",
    "1 of 3 cells agree, 33.3 %, too few: wanted at least 95.0 %",
    "",
  ]);
  const enough = cli(["compare", first, second, "--at-least", "0.33"]);
  expect(enough.code).toBe(0);
  expect(enough.out).toEndWith("1 of 3 cells agree, 33.3 %, as wanted: at least 33.0 %\n");
  expect(cli(["compare", first, first]).code).toBe(0);
});

test("--json gives the same as one document", () => {
  const first = write("first-json.json", [
    [1.2, 1.3],
    [1.2, 1.3],
    [1.2, 1.3],
  ]);
  const second = write("second-json.json", [
    [1.1, 1.25],
    [1.25, 1.4],
    [1.31, 1.4],
  ]);
  const { code, out } = cli(["compare", first, second, "--json", "--at-least", "0.6"]);
  expect(code).toBe(0);
  const { cells, ...head } = JSON.parse(out);
  expect(head).toEqual({
    schemaVersion: 1,
    command: "compare",
    files: [first, second],
    atLeast: 0.6,
    isEnough: true,
    agreeing: 2,
    share: 2 / 3,
  });
  expect(cells.map(({ id, agrees }: { id: string; agrees: boolean }) => [id, agrees])).toEqual([
    ["gemm1/zipf1/T4", true],
    ["gemm1/zipf1/T8", true],
    ["gemm1/zipf1/T16", false],
  ]);
  expect(cells[2].second).toMatchObject({ speedup: 1.25, speedupLow: 1.31, speedupHigh: 1.4 });
});

test("runs with other options are refused with the fields that differ", () => {
  cli([...RUN, "-t", "4", "-o", file("other.json")]);
  const { code, out, err } = cli(["compare", file("measured.json"), file("other.json")]);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toContain("config.tokens is [4,8,16] in the first, [4] in the second");
});

test("another commit is a note on stderr, which --quiet leaves out", () => {
  const { header, rows } = readResults(file("measured.json"));
  const environment = { ...header.environment, commit: "another" };
  writeResultDocument(file("later.json"), { ...header, environment }, rows);
  const files = [file("measured.json"), file("later.json")];
  const { code, err } = cli(["compare", ...files]);
  expect(code).toBe(0);
  expect(err).toMatch(
    /^moe-bench: environment\.commit is .* in the first, "another" in the second\n$/,
  );
  expect(cli(["compare", ...files, "-q"]).err).toBe("");
});
