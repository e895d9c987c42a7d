import { expect, test } from "bun:test";
import { ARCHETYPES, archetypeLabel, parseArchetype, type Archetype } from "@moe/routing";
import { errorOf } from "../_support/errorOf.ts";

test("labels read back to the same archetype", () => {
  const all: Archetype[] = [
    ...ARCHETYPES,
    { zipf: 1.5 },
    { zipf: 0 },
    { hot: 8 },
    { dirichlet: 0.3 },
  ];
  all.push({ hot: 8, cold: 0 }, { hot: 3, cold: 1e-9 }, { zipf: 1e-7 });
  for (const archetype of all) expect(parseArchetype(archetypeLabel(archetype))).toEqual(archetype);
  expect(archetypeLabel({ hot: 8, cold: 1e-6 })).toBe("hot:8");
  expect(archetypeLabel(new Float64Array(3))).toBe("custom");
});

test("text that is no archetype is refused with the nearest name", () => {
  const suggestions: [string, string | undefined][] = [
    ["zipf3", "zipf1"],
    ["Uniform", "uniform"],
    ["balancd", "balanced"],
    ["hot", "hot:<k>"],
    ["hot:0", "hot:<k>"],
    ["zipf:-1", "zipf:<s>"],
    ["zipf:", "zipf:<s>"],
    ["zipf:1:2", "zipf:<s>"],
    ["dirichlet:0", "dirichlet:<alpha>"],
    ["hot:2.5", "hot:<k>"],
    ["custom", undefined],
    ["", undefined],
    ["x".repeat(10_000), undefined],
  ];
  for (const [text, suggestion] of suggestions) {
    const error = errorOf(() => parseArchetype(text));
    expect(error.code).toBe("E_ARCHETYPE");
    expect(error.details["suggestion"]).toBe(suggestion);
    expect(error.message).toContain("zipf:<s>");
  }
});
