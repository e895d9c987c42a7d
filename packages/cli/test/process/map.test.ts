import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "bun:test";
import { BIN, cleanEnv, cli, cliIntoHead, ESCAPE } from "../_spawn.ts";

const GOLDEN = readFileSync(new URL("../golden/space-map-seed0.tsv", import.meta.url), "utf8");

test("the NumPy sampler with seed 0 prints the golden file byte for byte", () => {
  const { code, out, err } = cli(["map", "--sampler", "numpy", "--seed", "0", "--tsv"]);
  expect(out).toBe(GOLDEN);
  expect({ code, err }).toEqual({ code: 0, err: "" });
});

test("the table holds the cells of the TSV form, in the same order", () => {
  const words = (text: string) =>
    text
      .split("\n")
      .filter((line) => /^(balanced|uniform|zipf|hot)/.test(line))
      .map((line) => line.trim().split(/\s+/));
  const table = cli(["map"]).out;
  expect(words(table)).toEqual(words(cli(["map", "--tsv"]).out));
  expect(words(table)).toHaveLength(55);
  expect(table).not.toContain(ESCAPE);
});

test("--json is one document with the parameters and unrounded rows", () => {
  const { out } = cli([
    "map",
    "--json",
    "-a",
    "zipf:1.5",
    "-t",
    "64,7",
    "-b",
    "8",
    "-e",
    "16",
    "-k",
    "2",
    "--seed",
    "18446744073709551615",
  ]);
  const document = JSON.parse(out);
  expect(document).toMatchObject({
    schemaVersion: 1,
    command: "map",
    parameters: {
      experts: 16,
      topK: 2,
      blockM: [8],
      tokens: [64, 7],
      seed: "18446744073709551615",
      sampler: "fast",
      placement: "sorted",
    },
    rows: [
      { archetype: "zipf:1.5", tokens: 64, routed: 128 },
      { archetype: "zipf:1.5", tokens: 7, routed: 14 },
    ],
  });
  expect(Object.keys(document.rows[0].fill)).toEqual(["8"]);
});

test("the same seed prints the same map, another seed another one", () => {
  const map = (seed: string) => cli(["map", "--seed", seed, "-a", "zipf1", "--tsv"]).out;
  expect(map("5")).toBe(map("5"));
  expect(map("5")).not.toBe(map("6"));
});

test("COLUMNS narrows the table and says what is left out", () => {
  const { out } = cli(["map", "-t", "4096", "-b", "16,32,64"], { COLUMNS: "70" });
  for (const line of out.split("\n")) expect(Bun.stringWidth(line)).toBeLessThanOrEqual(70);
  expect(out).toEndWith("\nnot shown: routed, mean, median\n");
  expect(cli(["map", "-t", "4096"], { COLUMNS: "32" }).out).toEndWith(
    "\nnot shown: routed, mean, median, max, dead, B=16 skinny%, B=32 skinny%\n",
  );
});

test("--plot adds one heat map a block size, in ASCII where the terminal is dumb", () => {
  const { out } = cli(["map", "--plot", "-t", "16,64"], { TERM: "dumb" });
  expect(out).toContain("use% of blocks of 16 rows\n       T    16    64\nbalanced    6.   13. \n");
  expect(out).toContain("use% of blocks of 32 rows\n");
});

test("FORCE_COLOR and --color=always colour a pipe, NO_COLOR and --color=never do not", () => {
  const colored = (args: string[], env: Record<string, string>) =>
    cli(["map", "-t", "16", ...args], env).out.includes(ESCAPE);
  const help = (args: string[], env: Record<string, string>) =>
    cli([...args, "--help"], env).out.includes(ESCAPE);
  const error = (args: string[], env: Record<string, string>) =>
    cli(["mpa", ...args], env).err.includes(ESCAPE);
  for (const painted of [help, error]) {
    expect(painted(["--color=always"], { NO_COLOR: "1" })).toBe(true);
    expect(painted(["--color", "never"], { FORCE_COLOR: "1" })).toBe(false);
    expect(painted([], { FORCE_COLOR: "1" })).toBe(true);
    expect(painted([], {})).toBe(false);
  }
  expect(colored([], { FORCE_COLOR: "1" })).toBe(true);
  expect(colored(["--color", "always"], { NO_COLOR: "1" })).toBe(true);
  expect(colored([], { NO_COLOR: "1" })).toBe(false);
  expect(colored(["--color", "never"], { FORCE_COLOR: "1" })).toBe(false);
});

test("a reader that goes away ends the program silently", async () => {
  const tokens = Array.from({ length: 3000 }, (_, i) => i + 1).join(",");
  const { out, err } = await cliIntoHead(["map", "--tsv", "-t", tokens, "-a", "balanced"]);
  expect(out).toBe(`${GOLDEN.split("\n")[0]}\n0\n`);
  expect(err).toBe("");
});

test("map and help load neither bench nor what bench needs", () => {
  const forbid = fileURLToPath(new URL("../_forbid-modules.ts", import.meta.url));
  const code = (...args: string[]) =>
    Bun.spawnSync([process.execPath, "--preload", forbid, BIN, ...args], { env: cleanEnv() })
      .exitCode;
  expect(code("map", "-t", "16")).toBe(0);
  expect(code("help", "run")).toBe(0);
  expect(code("presets")).toBe(1);
});
