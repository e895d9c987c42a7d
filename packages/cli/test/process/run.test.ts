import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ResultDocument, ResultHeader, ResultRow } from "@moe/bench";
import { afterAll, expect, test } from "bun:test";
import { BIN, cleanEnv, cli, cliIntoHead, ESCAPE, TINY } from "../_spawn.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "moe-bench-"));
afterAll(() => rmSync(FOLDER, { recursive: true }));
const file = (name: string): string => join(FOLDER, name);
const GRID = [...TINY, "-a", "zipf1,uniform", "-t", "4,8", "--samples", "6"];
const lines = (path: string): string[] => readFileSync(path, "utf8").trimEnd().split("\n");
/** A noisy machine may leave every cell undecided, which is exit code 4 and right. */
const DONE = [0, 4];

test("run prints a heading and a row for each cell, then the conclusions, and nothing animated", () => {
  const { code, out, err } = cli(GRID);
  expect(DONE).toContain(code);
  expect(out).toContain("gemm1  K=64 N=64 E=8 topK=2 G=32 · blocks of 16 rows\nportable: ");
  expect(out).toContain("portableGemm against ");
  const rows = out.split("\n").filter((line) => /^(zipf1|uniform) .* 1\.\de-3 /.test(line));
  expect(rows).toHaveLength(8);
  for (const title of ["worst first", "kernel faster", "rank correlation", "gemm2: speedup"]) {
    expect(out).toContain(`\n${title}`);
  }
  expect(out).toMatch(/\n8 cells: /);
  expect(out + err).not.toContain(ESCAPE);
  expect(err).toBe("");
});

test("--json prints one document that the schema accepts, with the conclusions", () => {
  const { code, out } = cli([...GRID, "--json", "--filter", "gemm2/zipf1"]);
  expect(DONE).toContain(code);
  const { interrupted, conclusions, ...document } = JSON.parse(out);
  expect(interrupted).toBe(false);
  expect(ResultDocument.parse(document).rows.map((row) => row.id)).toEqual([
    "gemm2/zipf1/T4",
    "gemm2/zipf1/T8",
  ]);
  expect(Object.keys(conclusions)).toEqual([
    "verdicts",
    "worstFirst",
    "crossovers",
    "rankCorrelation",
  ]);
});

test("--jsonl prints a header and then one row a line", () => {
  const [header, ...rows] = cli([...GRID, "--jsonl", "-g", "1"])
    .out.trimEnd()
    .split("\n");
  expect(ResultHeader.parse(JSON.parse(header)).config.gemms).toEqual([1]);
  expect(rows.map((row) => ResultRow.parse(JSON.parse(row)).id)).toHaveLength(4);
});

test("--aa ends with the share of SAME, which decides the exit code", () => {
  const path = file("aa.json");
  const { code, out } = cli([...GRID, "-g", "1", "--aa", "-o", path]);
  expect(out).toContain("\nA/A: portableGemm against itself\n");
  expect(out).not.toContain("kernel faster");
  const found = /\nA\/A: (\d) of 4 cells SAME, [\d.]+ %, (as wanted|too few)/.exec(out);
  const { header, rows } = ResultDocument.parse(JSON.parse(readFileSync(path, "utf8")));
  const same = rows.filter((row) => row.timing?.verdict === "SAME").length;
  expect([header.config.aa, Number(found?.[1])]).toEqual([true, same]);
  expect([found?.[2], code]).toEqual(same === 4 ? ["as wanted", 0] : ["too few", 1]);
});

test("--resume takes the options from the file and measures only what is missing", () => {
  const path = file("resume.jsonl");
  expect(DONE).toContain(cli([...GRID, "-g", "1", "-o", path]).code);
  const whole = lines(path);
  expect(whole).toHaveLength(5);
  writeFileSync(path, `${whole.slice(0, 3).join("\n")}\n${whole[3].slice(0, 40)}`);
  const { code, out, err } = cli(["run", "--resume", path]);
  expect(DONE).toContain(code);
  expect(err).toContain("2 of 4 cells are in ");
  expect(err).toContain("torn");
  expect(lines(path).slice(0, 3)).toEqual(whole.slice(0, 3));
  expect(lines(path)).toHaveLength(5);
  expect(out).toMatch(/\n4 cells: /);
});

test("results are never overwritten, and a resumed file must be of the same run", () => {
  const path = file("kept.jsonl");
  cli([...GRID, "-g", "1", "-a", "zipf1", "-o", path]);
  const before = readFileSync(path, "utf8");
  const again = cli([...GRID, "-o", path]);
  expect([again.code, again.out]).toEqual([2, ""]);
  expect(again.err).toContain("exists");
  const other = cli(["run", "--resume", path, "-t", "5"]);
  expect(other.code).toBe(2);
  expect(other.err).toContain("config.tokens was [4,8], now [5]");
  expect(readFileSync(path, "utf8")).toBe(before);
});

test("a .json file is one whole document", () => {
  const path = file("whole.json");
  cli([...GRID, "-g", "2", "-o", path, "-q"]);
  expect(ResultDocument.parse(JSON.parse(readFileSync(path, "utf8"))).rows).toHaveLength(4);
  expect(cli([...GRID, "-o", path]).err).toContain("exists");
});

test("a file in a folder that does not exist is answered before anything is measured", () => {
  const { code, out, err } = cli([...GRID, "-o", file("no/such/folder.jsonl")]);
  expect([code, out]).toEqual([2, ""]);
  expect(err).toContain("next: name a file in a folder that exists");
});

test("--verbose explains each cell on stderr, --quiet leaves stderr empty", () => {
  expect(cli([...GRID, "-g", "1", "-v"]).err).toMatch(
    /^moe-bench: gemm1\/zipf1\/T4: 6 pairs, stopped by /m,
  );
  expect(cli([...GRID, "-g", "1", "-q"]).err).toBe("");
});

/** So many cells that no machine finishes them while the signal is on its way. */
const TOKENS = Array.from({ length: 200 }, (_, i) => i + 1).join(",");
const CELLS = 200 * 5 * 2;

/** Starts a run that would take minutes, sends the signal after the first row, and returns what was left. */
async function interrupt(signal: "SIGINT" | "SIGTERM", path: string, ...more: string[]) {
  const args = [
    ...TINY,
    "-t",
    TOKENS,
    "--samples",
    "1000",
    "--time-budget",
    "1s",
    "-o",
    path,
    ...more,
  ];
  const child = Bun.spawn([process.execPath, BIN, ...args], {
    env: cleanEnv(),
    stdout: "pipe",
    stderr: "pipe",
  });
  const err = child.stderr.text();
  let out = "";
  const decoder = new TextDecoder();
  for await (const chunk of child.stdout) {
    const first = !out.includes("balanced");
    out += decoder.decode(chunk, { stream: true });
    if (first && out.includes("balanced")) child.kill(signal);
  }
  return { code: await child.exited, out, err: await err };
}

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)(
  "%s ends a run with the finished rows saved and summed up, and exit code %p",
  async (signal, wanted) => {
    const path = file(`${signal}.jsonl`);
    const { code, out, err } = await interrupt(signal, path);
    expect(code).toBe(wanted);
    const [header, ...rows] = lines(path);
    expect(ResultHeader.safeParse(JSON.parse(header)).success).toBe(true);
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.length).toBeLessThan(CELLS);
    for (const row of rows) expect(ResultRow.parse(JSON.parse(row)).status).toBe("ok");
    expect(out).toMatch(new RegExp(`\\n${rows.length} cells?: `));
    expect(err).toBe(
      `moe-bench: stopped after ${rows.length} of ${CELLS} cells; go on with: moe-bench run --resume ${path}\n`,
    );
  },
);

test("a reader that goes away ends a run silently, and its file holds whole rows", async () => {
  const path = file("pipe.jsonl");
  const { out, err } = await cliIntoHead([...GRID, "-o", path]);
  expect(out).toMatch(/^gemm1 .*\n0\n$/);
  expect(err).toBe("");
  for (const row of lines(path).slice(1))
    expect(ResultRow.safeParse(JSON.parse(row)).success).toBe(true);
});
