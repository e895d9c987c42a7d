import { describe, expect, test } from "bun:test";
import { checkProblem, type MoeGemmProblem } from "@moe/quant";
import { buildProblem, type ProblemSpec } from "@moe/quant/testing";
import { codeOf } from "../_support/codeOf.ts";

const SPEC: ProblemSpec = {
  seed: 1,
  numExperts: 3,
  n: 5,
  k: 32,
  groupSize: 16,
  padWords: 1,
  zeros: true,
  topK: 2,
  blockM: 4,
  blocks: [
    { expert: 0, rows: 4 },
    { expert: 2, rows: 1 },
  ],
  extraBlocks: 1,
  unrouted: 1,
  mixPadding: false,
  cutTail: false,
  misalign: false,
};

type Edit = (p: MoeGemmProblem) => void;
const weights =
  (part: object): Edit =>
  (p) =>
    void (p.weights = { ...p.weights, ...part });
const problem =
  (part: object): Edit =>
  (p) =>
    void Object.assign(p, part);

const WRONG: [string, Edit, string][] = [
  ["an activation array of another type", problem({ a: new Float32Array(999) }), "E_DTYPE"],
  ["a missing output", problem({ c: undefined }), "E_DTYPE"],
  ["weights that are null", problem({ weights: null }), "E_DTYPE"],
  ["unsigned packed words", weights({ packed: new Uint32Array(999) }), "E_DTYPE"],
  ["zero points of another type", weights({ zeros: new Int8Array(999) }), "E_DTYPE"],
  ["ids of another type", problem({ sortedTokenIds: new Uint32Array(12) }), "E_DTYPE"],
  ["no experts", weights({ numExperts: 0 }), "E_SHAPE_SIZE"],
  ["negative n", weights({ n: -1 }), "E_SHAPE_SIZE"],
  ["k of 0", weights({ k: 0 }), "E_SHAPE_SIZE"],
  ["k that is no multiple of 8", weights({ k: 12, groupSize: 12 }), "E_SHAPE_SIZE"],
  ["k that is NaN", weights({ k: NaN }), "E_SHAPE_SIZE"],
  ["blockM of 0", problem({ blockM: 0 }), "E_SHAPE_SIZE"],
  ["a broken topK", problem({ topK: 1.5 }), "E_SHAPE_SIZE"],
  ["a huge numValidTokens", problem({ numValidTokens: 2 ** 31 }), "E_SHAPE_SIZE"],
  ["negative numBlocks", problem({ numBlocks: -1 }), "E_SHAPE_SIZE"],
  ["a group size that does not divide k", weights({ groupSize: 24 }), "E_SHAPE_GROUP"],
  ["a group size that is no multiple of 8", weights({ groupSize: 4 }), "E_SHAPE_SIZE"],
  ["a group size of 12", weights({ k: 24, groupSize: 12 }), "E_SHAPE_GROUP"],
  ["rows shorter than k", weights({ rowStride: 3 }), "E_SHAPE_STRIDE"],
  ["too few packed words", weights({ rowStride: 6 }), "E_SHAPE_LENGTH"],
  ["too few scales", weights({ scales: new Uint16Array(29) }), "E_SHAPE_LENGTH"],
  ["too few zero points", weights({ zeros: new Uint8Array(29) }), "E_SHAPE_LENGTH"],
  ["too few activation rows", (p) => void (p.a = p.a.subarray(1)), "E_SHAPE_LENGTH"],
  ["an output that is one short", (p) => void (p.c = p.c.subarray(0, 29)), "E_SHAPE_LENGTH"],
  ["more blocks than ids", problem({ numBlocks: 4 }), "E_SHAPE_LENGTH"],
  ["an expert out of range", (p) => void (p.expertIds[1] = 3), "E_ID_RANGE"],
  ["a negative flat index", (p) => void (p.sortedTokenIds[7] = -1), "E_ID_RANGE"],
  [
    "a repeated flat index",
    (p) => void (p.sortedTokenIds[5] = p.sortedTokenIds[0]),
    "E_ID_REPEATED",
  ],
  [
    "a negative flat index behind a skipped block",
    (p) => {
      p.expertIds[0] = -1;
      p.sortedTokenIds[7] = -1;
    },
    "E_ID_RANGE",
  ],
  ["an output inside the activations", (p) => void (p.c = p.a), "E_ALIAS"],
  ["an output over the scales", (p) => void (p.c = p.weights.scales), "E_ALIAS"],
];

describe("checkProblem refuses", () => {
  for (const [what, edit, code] of WRONG) {
    test(what, () => {
      const { problem: p } = buildProblem(SPEC);
      edit(p);
      expect(codeOf(() => checkProblem(p))).toBe(code);
    });
  }

  test("anything that is not an object", () => {
    for (const p of [null, undefined, 3, "x"]) {
      expect(codeOf(() => checkProblem(p as never))).toBe("E_DTYPE");
    }
  });
});

describe("checkProblem accepts", () => {
  const fine: [string, Edit][] = [
    ["the problem as built", () => {}],
    [
      "ids of skipped blocks that mean nothing",
      (p) => {
        p.expertIds[1] = -1;
        p.sortedTokenIds.fill(-9, 4, 8);
      },
    ],
    [
      "one flat index again in a skipped block",
      (p) => {
        p.expertIds[1] = -5;
        p.sortedTokenIds.fill(p.sortedTokenIds[0], 4, 8);
      },
    ],
    ["padding above numValidTokens", (p) => void p.sortedTokenIds.fill(2 ** 31 - 1, 5, 8)],
    [
      "an id buffer that ends early",
      (p) => void (p.sortedTokenIds = p.sortedTokenIds.subarray(0, 5)),
    ],
    [
      "an expert out of range behind numBlocks",
      (p) => {
        p.numBlocks = 2;
        p.expertIds[2] = 99;
      },
    ],
    [
      "no columns and no output",
      (p) => {
        p.weights = { ...p.weights, n: 0 };
        p.c = new Uint16Array(0);
      },
    ],
    [
      "no tokens",
      (p) => {
        p.numValidTokens = 0;
        p.a = p.c = new Uint16Array(0);
      },
    ],
    [
      "neighbours in one buffer",
      (p) => {
        const shared = new Uint16Array(p.a.length + p.c.length);
        shared.set(p.a);
        p.a = shared.subarray(0, p.a.length);
        p.c = shared.subarray(p.a.length);
      },
    ],
    [
      "an output in front of an input in one buffer",
      (p) => {
        const shared = new Uint16Array(p.a.length + p.c.length);
        shared.set(p.a, p.c.length);
        p.a = shared.subarray(p.c.length);
        p.c = shared.subarray(0, p.c.length);
      },
    ],
  ];
  for (const [what, edit] of fine) {
    test(what, () => {
      const { problem: p } = buildProblem(SPEC);
      edit(p);
      expect(() => checkProblem(p)).not.toThrow();
    });
  }
});
