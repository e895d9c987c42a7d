import {
  BACKENDS,
  DEFAULT_PRESET,
  DEFAULT_TOKENS as BENCH_TOKENS,
  planCells,
  presetShape,
  runSweep,
} from "@moe/bench";
import { ARCHETYPES, PLACEMENTS as ROUTING_PLACEMENTS } from "@moe/routing";
import { expect, test } from "bun:test";
import { DEFAULT_TOKENS, PLACEMENTS } from "../../src/_options.ts";
import { createProgram } from "../../src/program.ts";
import { KERNEL_ARCHES } from "@moe/kernel-hip";
import { ARCH_NAMES, BACKEND_NAMES } from "../../src/run/choices.ts";

// Help and parsing must not load the libraries, so some of their lists are written a second time.

test("the lists of the command line are those of the libraries", () => {
  expect([...DEFAULT_TOKENS]).toEqual([...BENCH_TOKENS]);
  expect([...PLACEMENTS]).toEqual([...ROUTING_PLACEMENTS]);
  expect([...ARCH_NAMES]).toEqual([...KERNEL_ARCHES]);
  expect([...BACKEND_NAMES]).toEqual(Object.keys(BACKENDS) as (typeof BACKEND_NAMES)[number][]);
});

test("help names the default archetypes and the default preset of the libraries", () => {
  const run = createProgram(() => {}).commands.find((c) => c.name() === "run");
  const text = run?.options.map((o) => o.description).join("\n");
  expect(text).toContain(`(default: ${ARCHETYPES.join(",")})`);
  expect(text).toContain(`(default: ${DEFAULT_PRESET})`);
});

test("the line that repeats a cell is a line that run accepts", async () => {
  const shape = {
    ...presetShape(DEFAULT_PRESET),
    hidden: 64,
    intermediate: 32,
    groupSize: 32,
    numExperts: 8,
    topK: 2,
  };
  const sweep = runSweep({
    backend: "portable",
    shape,
    archetypes: [{ zipf: 1.5 }],
    tokens: [3],
    gemms: [2],
    minSamples: 6,
    maxSamples: 6,
    cache: "warm",
    seed: 2n ** 63n,
  });
  for await (const event of sweep) {
    if (event.type !== "cell") continue;
    const [name, ...argv] = event.row.replay?.split(" ") ?? [];
    expect(name).toBe("moe-bench");
    let chosen = 0;
    await createProgram(() => void chosen++).parseAsync(argv, { from: "user" });
    expect(chosen).toBe(1);
    const [plan] = planCells({ shape, gemms: [2], archetypes: ["zipf:1.5"], tokens: [3] });
    expect(event.row.id).toBe(plan.id);
  }
});
