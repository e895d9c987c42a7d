import { describe, expect, test } from "bun:test";
import {
  AlignError,
  alignSizes,
  batchedMoeAlignBlockSize,
  blockFill,
  inverseAlignment,
  moeAlignBlockSize,
  spaceMap,
} from "../../src/index.ts";
import * as shared from "../../../../test/_errorOf.ts";

const ids = Int32Array.of(0, 1, 1, 0);
const shape = { numTokens: 2, topK: 2, numExperts: 2, blockM: 4 };

const errorOf = (call: () => unknown): AlignError => shared.errorOf(AlignError, call);

// Calls with types that TypeScript would refuse, as plain JavaScript can make them.
const align = moeAlignBlockSize as (ids: unknown, options: unknown) => unknown;
const fresh = () => ({
  sortedTokenIds: new Int32Array(10),
  expertIds: new Int32Array(3),
  numTokensPostPadded: new Int32Array(1),
});

describe("bad input is a typed error that says what is allowed", () => {
  const cases: [string, () => unknown, string, RegExp][] = [
    ["no options", () => align(ids, undefined), "E_TYPE", /options object/],
    ["a misspelt option", () => align(ids, { ...shape, blockm: 4 }), "E_OPTION", /blockm.*Allowed/],
    [
      "a missing option",
      () => align(ids, { ...shape, topK: undefined }),
      "E_OPTION",
      /topK.*from 1/,
    ],
    ["a plain array of ids", () => align([0, 1, 1, 0], shape), "E_TYPE", /Int32Array\.from/],
    ["ids of 64 bits", () => align(new BigInt64Array(4), shape), "E_TYPE", /BigInt64Array/],
    ["too few ids", () => align(ids.subarray(1), shape), "E_SHAPE", /3 entries, 4/],
    ["no row in a block", () => align(ids, { ...shape, blockM: 0 }), "E_RANGE", /blockM is 0/],
    ["no expert", () => align(ids, { ...shape, numExperts: 0 }), "E_RANGE", /numExperts is 0/],
    ["negative tokens", () => align(ids, { ...shape, numTokens: -2 }), "E_RANGE", /-2/],
    ["half a block", () => align(ids, { ...shape, blockM: 1.5 }), "E_TYPE", /1\.5/],
    ["NaN", () => align(ids, { ...shape, topK: Number.NaN }), "E_TYPE", /NaN/],
    ["a number as text", () => align(ids, { ...shape, blockM: "4" }), "E_TYPE", /"4"/],
    ["2^31 experts", () => align(ids, { ...shape, numExperts: 2 ** 31 }), "E_RANGE", /2147483647/],
    [
      "a map of the wrong length",
      () => align(ids, { ...shape, expertMap: ids }),
      "E_SHAPE",
      /expertMap/,
    ],
    [
      "a map as a plain array",
      () => align(ids, { ...shape, expertMap: [0, 1] }),
      "E_TYPE",
      /expertMap/,
    ],
    [
      "a number as a switch",
      () => align(ids, { ...shape, padSortedIds: 1 }),
      "E_TYPE",
      /true or false/,
    ],
    ["another tail", () => align(ids, { ...shape, tail: "zero" }), "E_RANGE", /'minus-one'/],
    [
      "an unknown buffer",
      () => align(ids, { ...shape, out: { ...fresh(), extra: 1 } }),
      "E_OPTION",
      /extra/,
    ],
    ["a missing buffer", () => align(ids, { ...shape, out: {} }), "E_TYPE", /out\.sortedTokenIds/],
    ["a negative count", () => blockFill([1, -1], 4), "E_RANGE", /counts\[1\]/],
    ["a fractional count", () => blockFill([0.5], 4), "E_TYPE", /counts\[0\]/],
    ["counts that are text", () => blockFill("abc" as never, 4), "E_TYPE", /counts/],
    ["a block size of zero", () => blockFill([1], 0), "E_RANGE", /blockM/],
    ["cells that are no list", () => spaceMap({ cells: 5 as never }), "E_TYPE", /cells/],
    ["one block size", () => spaceMap({ cells: [], blockM: 16 as never }), "E_TYPE", /blockM/],
    [
      "an unknown map option",
      () => spaceMap({ cells: [], block: [16] } as never),
      "E_OPTION",
      /block/,
    ],
    [
      "a block size of zero in a map",
      () => spaceMap({ cells: [], blockM: [0] }),
      "E_RANGE",
      /blockM\[0\]/,
    ],
    ["a negative number of routes", () => inverseAlignment(ids, -1), "E_RANGE", /numRoutes/],
    [
      "more rows than a slab has",
      () => batchedMoeAlignBlockSize(Int32Array.of(3, 9), { maxTokensPerBatch: 8, blockM: 4 }),
      "E_RANGE",
      /expertNumTokens\[1\] is 9.*to 8/,
    ],
    [
      "a negative number of rows",
      () => batchedMoeAlignBlockSize(Int32Array.of(-1), { maxTokensPerBatch: 8, blockM: 4 }),
      "E_RANGE",
      /expertNumTokens\[0\]/,
    ],
  ];
  for (const [title, call, code, message] of cases) {
    test(title, () => {
      const error = errorOf(call);
      expect(error.code).toBe(code as AlignError["code"]);
      expect(error.message).toMatch(message);
      expect(error.name).toBe("AlignError");
    });
  }
});

describe("sizes past int32 are refused before anything is allocated", () => {
  const big = { numTokens: 2 ** 30, topK: 1, numExperts: 1, blockM: 1 };
  const cases: [string, Parameters<typeof alignSizes>[0]][] = [
    ["n", { ...big, topK: 2 }],
    ["n·B", { ...big, numExperts: 2 ** 31 - 1, blockM: 2 }],
    ["E·(B−1)", { ...big, numTokens: 2 ** 20, numExperts: 2 ** 20, blockM: 2 ** 12 }],
    ["n + E·(B−1)", { ...big, numExperts: 2 ** 30, blockM: 2 }],
  ];
  for (const [title, input] of cases) {
    test(title, () => expect(errorOf(() => alignSizes(input)).code).toBe("E_SIZE"));
  }

  test("the padded length", () => {
    const exact = { numTokens: 2147483644, topK: 1, numExperts: 2, blockM: 2 };
    expect(alignSizes(exact).sortedTokenIds).toBe(2147483646);
    const odd = { numTokens: 2147483645, topK: 1, numExperts: 2, blockM: 2 };
    expect(alignSizes(odd).sortedTokenIds).toBe(2147483647);
    expect(errorOf(() => alignSizes({ ...odd, padSortedIds: true })).code).toBe("E_SIZE");
  });

  test("slabs", () => {
    const options = { maxTokensPerBatch: 2 ** 30, blockM: 1 };
    const call = () => batchedMoeAlignBlockSize(new Int32Array(2), options);
    expect(errorOf(call).code).toBe("E_SIZE");
  });
});

describe("given buffers", () => {
  test("too short by one entry is refused, whichever it is", () => {
    for (const key of ["sortedTokenIds", "expertIds", "numTokensPostPadded"] as const) {
      const out = fresh();
      out[key] = out[key].subarray(1);
      const error = errorOf(() => moeAlignBlockSize(ids, { ...shape, out }));
      expect([error.code, error.details.buffer]).toEqual(["E_OUT_SIZE", key]);
    }
  });

  test("memory shared with the input or another output is refused, neighbours are not", () => {
    const memory = new Int32Array(30);
    const input = memory.subarray(0, 4);
    const apart = {
      sortedTokenIds: memory.subarray(4, 14),
      expertIds: memory.subarray(14, 17),
      numTokensPostPadded: memory.subarray(17, 18),
    };
    expect(moeAlignBlockSize(input, { ...shape, out: apart })).toBe(apart);
    const onInput = { ...apart, sortedTokenIds: memory.subarray(3, 14) };
    const onOutput = { ...apart, expertIds: memory.subarray(13, 17) };
    for (const out of [onInput, onOutput]) {
      const error = errorOf(() => moeAlignBlockSize(input, { ...shape, out }));
      expect(error.code).toBe("E_OUT_ALIAS");
    }
  });

  test("a second call into the same buffers leaves nothing of the first", () => {
    const out = fresh();
    moeAlignBlockSize(ids, { ...shape, out });
    moeAlignBlockSize(new Int32Array(4).fill(-1), { ...shape, out });
    expect(out.sortedTokenIds).toEqual(new Int32Array(10).fill(4));
    expect(out.expertIds).toEqual(new Int32Array(3).fill(-1));
    expect(out.numTokensPostPadded[0]).toBe(0);
  });
});

test("memory that the runtime refuses is a typed error that says how much was asked for", () => {
  const Real = globalThis.Int32Array;
  class Scarce extends Real {
    constructor(length: number) {
      if (length > 1000) throw new RangeError("Out of memory");
      super(length);
    }
  }
  globalThis.Int32Array = Scarce as unknown as typeof Int32Array;
  try {
    const call = () => moeAlignBlockSize(new Scarce(4), { ...shape, blockM: 1000 });
    const error = errorOf(call);
    expect([error.code, error.details.bytes]).toEqual(["E_ALLOCATION", 4 * (2002 + 3 + 1)]);
    expect(error.message).toContain("Out of memory");
  } finally {
    globalThis.Int32Array = Real;
  }
});
