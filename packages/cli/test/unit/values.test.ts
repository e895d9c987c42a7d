import { expect, test } from "bun:test";
import * as values from "../../src/_values.ts";
import { CliError } from "../../src/index.ts";

function messageOf(parse: () => unknown): string {
  try {
    return `parsed to ${String(parse())}`;
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    expect(error.exitCode).toBe(2);
    return error.message;
  }
}

test("integers accept both bounds and reject what is beside them", () => {
  const parse = values.integer("--n", 1, 5);
  expect(["1", "5", " 3 ", "+2"].map(parse)).toEqual([1, 5, 3, 2]);
  for (const bad of ["0", "6", "1.5", "1e0", "0x2", "", "-", "NaN", "١", "9".repeat(400)]) {
    expect(messageOf(() => parse(bad))).toBe(
      `--n: ${JSON.stringify(bad)} is not allowed\n  allowed: an integer from 1 to 5`,
    );
  }
});

test("shares accept both bounds and reject what is beside them", () => {
  const parse = values.share("--s");
  expect(["0", "1", " .5 ", "0.95", "1.0"].map(parse)).toEqual([0, 1, 0.5, 0.95, 1]);
  for (const bad of ["-0.1", "1.01", "95%", "1e-1", "", ".", "1.", "NaN"]) {
    expect(messageOf(() => parse(bad))).toBe(
      `--s: ${JSON.stringify(bad)} is not allowed\n  allowed: a number from 0 to 1`,
    );
  }
});

test("lists keep their order, drop repeats and reject empty items", () => {
  expect(values.integerList("--n", 1, 99)("32,16, 32")).toEqual([32, 16]);
  expect(values.wordList("--a")("b,a,b")).toEqual(["b", "a"]);
  expect(messageOf(() => values.wordList("--a")("a,,b"))).toContain("remove the empty item");
});

test("seeds reach 2^64 - 1 without losing a digit", () => {
  const parse = values.seed("--seed");
  expect(parse("9007199254740991")).toBe(9007199254740991);
  expect(parse("9007199254740993")).toBe(9007199254740993n);
  expect(parse("18446744073709551615")).toBe(2n ** 64n - 1n);
  for (const bad of ["18446744073709551616", "-1", "1.0", "0x1", "1".repeat(21), ""]) {
    expect(messageOf(() => parse(bad))).toContain(
      "allowed: an integer from 0 to 18446744073709551615",
    );
  }
});

test("durations take ms, s, m and h, and a bare number counts seconds", () => {
  const parse = values.duration("--time-budget");
  expect(["500ms", "2s", "2", "1.5m", "1h", "3min"].map(parse)).toEqual([
    500, 2000, 2000, 90_000, 3_600_000, 180_000,
  ]);
  for (const bad of ["", "s", "0", "-1s", "5q", "1e9h", "169h"]) {
    expect(messageOf(() => parse(bad))).toContain("allowed: a duration from 1ms to 168h");
  }
});

test("a wrong word is answered with the list and the nearest word", () => {
  expect(messageOf(() => values.choice("--sampler", ["fast", "numpy"])("numppy"))).toBe(
    '--sampler: unknown value "numppy"\n  allowed: fast, numpy\n  next: did you mean numpy?',
  );
});

test("a broken pattern is answered with the reason", () => {
  expect(values.pattern("--filter")("T64$").test("gemm1/zipf1/T64")).toBe(true);
  expect(messageOf(() => values.pattern("--filter")("("))).toContain(
    "a JavaScript regular expression",
  );
});
