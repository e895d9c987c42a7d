import { describe, expect, test } from "bun:test";
import {
  DEFAULT_PRESET,
  formatShape,
  gemmShape,
  parseShape,
  PRESETS,
  presetShape,
} from "@moe/bench";
import { errorOf } from "../_errorOf.ts";

test("the default preset is the shape of the original suite", () => {
  const shape = PRESETS[DEFAULT_PRESET].shape;
  expect(shape).toEqual({
    hidden: 2048,
    intermediate: 512,
    numExperts: 256,
    topK: 8,
    groupSize: 128,
    blockM: 32,
  });
  expect(gemmShape(shape, 1)).toEqual({ k: 2048, n: 1024, rowShare: 8 });
  expect(gemmShape(shape, 2)).toEqual({ k: 512, n: 2048, rowShare: 1 });
});

for (const [name, { shape, source }] of Object.entries(PRESETS))
  test(`preset ${name} names its source and survives a round trip through text`, () => {
    expect(source).toMatch(/^[\w-]+\/[\w-]+ \S+$/);
    expect(parseShape(formatShape(shape))).toEqual(shape);
  });

test("keys that are left out keep the default preset's values", () => {
  expect(parseShape(" N=512 , K=256 ")).toEqual({
    ...presetShape(DEFAULT_PRESET),
    hidden: 256,
    intermediate: 256,
  });
});

test("the group size that is left out is the largest usual one that divides both K", () => {
  const groupOf = (text: string): number => parseShape(text).groupSize;
  expect([groupOf("K=2048,N=1024"), groupOf("K=256,N=128"), groupOf("K=2880,N=5760")]).toEqual([
    128, 64, 64,
  ]);
  expect(groupOf("K=24,N=16")).toBe(8);
});

describe("a shape that cannot be used is refused with its reason", () => {
  const cases: [string, string][] = [
    ["", "key=integer"],
    ["K=2048", "K and N are both needed"],
    ["K=2048,N=1023", "even"],
    ["K=2048,N=1024,X=1", '"X" is not one of'],
    ["K=2048,N=1024,K=2048", "K is given twice"],
    ["K=2048,N=1024,E=0", "numExperts is 0"],
    ["K=2048,N=1024,E=4,topK=5", "only 4 experts"],
    ["K=2048,N=1024,G=12", "multiple of 8"],
    ["K=2880,N=5760,G=128", "does not divide"],
    ["K=2044,N=5760", "does not divide"],
    ["K=2048,N=-2", "key=integer"],
    ["K=1e3,N=2", "key=integer"],
    ["K=99999999,N=1024", "hidden is 99999999"],
    ["K=__proto__,N=2", "key=integer"],
  ];
  for (const [text, reason] of cases)
    test(JSON.stringify(text), async () => {
      const error = await errorOf(() => parseShape(text));
      expect(error.code).toBe("E_SHAPE");
      expect(error.message).toContain(reason);
    });
});

test("an unknown preset is refused with the names that exist", async () => {
  for (const name of ["qwen", "toString", "__proto__"]) {
    const error = await errorOf(() => presetShape(name));
    expect(error.code).toBe("E_PRESET");
    expect(error.details.allowed).toContain("mixtral-8x7b");
  }
});
