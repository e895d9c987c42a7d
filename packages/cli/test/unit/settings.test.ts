import { presetShape, type SweepConfig } from "@moe/bench";
import { expect, test } from "bun:test";
import type { RunOptions } from "../../src/run/command.ts";
import { createProgram } from "../../src/program.ts";
import { applyFilter } from "../../src/run/filter.ts";
import { sweepSettings } from "../../src/run/settings.ts";

/** What the parser makes of a line. */
function parse(...args: string[]): RunOptions {
  const program = createProgram(() => {});
  program.parse(["run", ...args], { from: "user" });
  return program.commands.find((c) => c.name() === "run")?.opts() as RunOptions;
}

const RESUMED = {
  backend: "portable",
  shape: { ...presetShape("mixtral-8x7b"), blockM: 64 },
  gemms: [2],
  archetypes: ["zipf:1.5"],
  tokens: [7],
  seed: "18446744073709551615",
  sampler: "numpy",
  placement: "strided",
  cache: "warm",
  aa: true,
  threads: 3,
  isa: "avx2",
  arch: "gfx1100",
  device: 2,
  tritonConfig: "best_m32",
  minSamples: 8,
  maxSamples: 9,
  timeBudgetMs: 123,
  targetHalfWidth: 0.25,
  margin: 0.5,
} satisfies SweepConfig;

test("without flags the sweep gets the default preset and otherwise its own defaults", () => {
  expect(sweepSettings(parse())).toEqual({ backend: "cpu", shape: presetShape("qwen3.5-35b-a3b") });
});

test("every flag reaches the sweep", () => {
  const line =
    "--backend portable -p mixtral-8x7b -b 48 -g 2 -a zipf:1.5,hot:4 -t 9,8 --seed 18446744073709551615 --sampler numpy " +
    "--placement shuffled --cache write --threads 5 --isa avx2 --arch gfx1100 --device 2 --triton-config best_m32 --samples 7 --time-budget 2m";
  expect(sweepSettings(parse(...line.split(" ")))).toEqual({
    backend: "portable",
    shape: { ...presetShape("mixtral-8x7b"), blockM: 48 },
    gemms: [2],
    archetypes: [{ zipf: 1.5 }, { hot: 4 }],
    tokens: [9, 8],
    seed: 2n ** 64n - 1n,
    sampler: "numpy",
    placement: "shuffled",
    cache: "write",
    threads: 5,
    isa: "avx2",
    arch: "gfx1100",
    device: 2,
    tritonConfig: "best_m32",
    minSamples: 7,
    maxSamples: 7,
    timeBudgetMs: 120_000,
  });
});

test("an A/A run is asked for by one word, and a resumed one stays one", () => {
  expect(sweepSettings(parse("--aa")).aa).toBe(true);
  expect(sweepSettings(parse(), RESUMED).aa).toBe(true);
  expect(sweepSettings(parse(), { ...RESUMED, aa: false })).not.toHaveProperty("aa");
});

test("many samples raise the most and keep the least", () => {
  const settings = sweepSettings(parse("--samples", "500"));
  expect([settings.minSamples, settings.maxSamples]).toEqual([10, 500]);
});

test("what was not given comes from the resumed run", () => {
  const parsed = { archetypes: [{ zipf: 1.5 }], seed: 2n ** 64n - 1n };
  expect(sweepSettings(parse(), RESUMED)).toEqual({ ...RESUMED, ...parsed });
});

test("what was given wins over the resumed run, which then refuses it where it differs", () => {
  const settings = sweepSettings(
    parse("--seed", "5", "-t", "1,2", "--shape", "K=64,N=64,G=32"),
    RESUMED,
  );
  expect(settings).toMatchObject({ seed: 5, tokens: [1, 2], shape: { hidden: 64, blockM: 32 } });
});

test("a filter keeps the rows and columns of the grid that match, in their order", () => {
  const settings = sweepSettings(parse("-a", "zipf1,uniform,hot16", "-t", "64,16,8"));
  expect(applyFilter(settings, /gemm2\/(zipf1|hot16)\/T(8|64)$/)).toEqual({
    ...settings,
    gemms: [2],
    archetypes: ["zipf1", "hot16"],
    tokens: [64, 8],
  });
  expect(applyFilter(settings, undefined)).toBe(settings);
});

test("a filter on one numpy stream is refused: its cells depend on each other", () => {
  const settings = sweepSettings(parse("--sampler", "numpy"));
  expect(() => applyFilter(settings, /zipf1/)).toThrow("part of a numpy stream");
});
