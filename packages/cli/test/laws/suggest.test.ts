import { expect, test } from "bun:test";
import fc from "fast-check";
import { editDistance, nearest } from "../../src/_suggest.ts";

const SETTINGS = { seed: 20261123, numRuns: 500 };
const word = fc.string({ maxLength: 8, unit: fc.constantFrom("a", "b", "c", "-") });

/** Distance by the recursive definition (optimal string alignment): slow, obviously right. */
function naive(a: string, b: string): number {
  if (a === "" || b === "") return a.length + b.length;
  const replaced = naive(a.slice(1), b.slice(1)) + (a[0] === b[0] ? 0 : 1);
  const best = Math.min(naive(a.slice(1), b) + 1, naive(a, b.slice(1)) + 1, replaced);
  const swaps = a.length > 1 && b.length > 1 && a[0] === b[1] && a[1] === b[0];
  return swaps ? Math.min(best, naive(a.slice(2), b.slice(2)) + 1) : best;
}

test("the distance equals the recursive definition", () => {
  const short = fc.string({ maxLength: 5, unit: fc.constantFrom("a", "b", "c") });
  fc.assert(
    fc.property(short, short, (a, b) => editDistance(a, b) === naive(a, b)),
    SETTINGS,
  );
});

test("the distance is a symmetric number between the length difference and the longer length", () => {
  fc.assert(
    fc.property(word, word, (a, b) => {
      const d = editDistance(a, b);
      expect(d).toBe(editDistance(b, a));
      expect(d).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
      expect(d).toBeLessThanOrEqual(Math.max(a.length, b.length));
      expect(d === 0).toBe(a === b);
    }),
    SETTINGS,
  );
});

test("a suggestion is always one of the allowed words, and a word suggests itself", () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.uniqueArray(word, { minLength: 1, maxLength: 5 }),
      (given, allowed) => {
        const found = nearest(given, allowed);
        if (found !== undefined) expect(allowed).toContain(found);
        if (allowed[0].length > 0)
          expect(editDistance(nearest(allowed[0], allowed) ?? "", allowed[0])).toBe(0);
      },
    ),
    SETTINGS,
  );
});

test.each([
  ["zpif1", "zipf1"],
  ["unifrom", "uniform"],
  ["bal", "balanced"],
  ["HOT16", "hot16"],
  ["", undefined],
  ["xyzzy", undefined],
  ["z".repeat(10_000), undefined],
])("%p suggests %p", (given, wanted) => {
  expect(nearest(given, ["balanced", "uniform", "zipf1", "zipf2", "hot16"])).toBe(wanted);
});
