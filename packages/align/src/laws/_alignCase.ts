// Random inputs of the laws: small shapes, with every edge that the rules name drawn often.
import * as fc from "fast-check";
import type { AlignOptions } from "../moeAlignBlockSize.ts";

/** One random call. */
export interface AlignCase {
  /** `[numTokens, topK]` int32. */
  topkIds: Int32Array;
  /** Options without `out`. */
  options: AlignOptions;
}

/** Which options a case has. */
export interface AlignCaseShape {
  /** `'none'`: no `expertMap`. `'local'`: local ids ascending, as a rank of expert parallelism. `'any'`: either, or any int32s. */
  map: "none" | "local" | "any";
}

const blockSizes = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 9 }) },
  { weight: 2, arbitrary: fc.constantFrom(1, 2, 16, 32, 48, 64, 1000) },
);

/**
 * Random routings and options: ids in range, skewed, repeated in a row, -1 and any int32; no token; fewer routes than experts; more
 * routes than a kernel's threads; blocks of 1 and of 1000 rows.
 */
export function alignCase(shape: AlignCaseShape): fc.Arbitrary<AlignCase> {
  return fc
    .record({
      numTokens: fc.integer({ min: 0, max: 40 }),
      topK: fc.integer({ min: 1, max: 6 }),
      numExperts: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 13, max: 300 })),
      blockM: blockSizes,
      padSortedIds: fc.boolean(),
      ignoreInvalidExperts: fc.boolean(),
      tail: fc.constantFrom("wrap" as const, "minus-one" as const),
    })
    .chain((options) =>
      fc
        .record({
          topkIds: topkIdsOf(options.numTokens * options.topK, options.numExperts),
          expertMap: mapOf(options.numExperts, shape.map),
        })
        .map(({ topkIds, expertMap }) => ({
          topkIds,
          options: expertMap === undefined ? options : { ...options, expertMap },
        })),
    );
}

function topkIdsOf(length: number, numExperts: number): fc.Arbitrary<Int32Array> {
  const inRange = fc.integer({ min: 0, max: numExperts - 1 });
  const hot = fc.integer({ min: 0, max: Math.min(2, numExperts - 1) });
  const bad = fc.constantFrom(-1, -2, numExperts, numExperts + 1, 2147483647, -2147483648);
  const id = fc.oneof(
    { weight: 6, arbitrary: inRange },
    { weight: 3, arbitrary: hot },
    { weight: 1, arbitrary: bad },
  );
  const size = { minLength: length, maxLength: length, size: "max" as const };
  return fc
    .oneof(
      { weight: 4, arbitrary: fc.array(id, size) },
      { weight: 4, arbitrary: fc.array(inRange, size) },
      { weight: 1, arbitrary: inRange.map((one) => Array.from({ length }, () => one)) },
      { weight: 1, arbitrary: fc.constant(Array.from({ length }, () => -1)) },
    )
    .map((ids) => Int32Array.from(ids));
}

function mapOf(
  numExperts: number,
  kind: AlignCaseShape["map"],
): fc.Arbitrary<Int32Array | undefined> {
  const size = { minLength: numExperts, maxLength: numExperts, size: "max" as const };
  const local = fc.array(fc.boolean(), size).map((isLocal) => {
    let next = 0;
    return Int32Array.from(isLocal, (here) => (here ? next++ : -1));
  });
  // Two global experts on one local id, and ids that no expert has: legal int32s that must not break the layout.
  const wild = fc
    .array(fc.integer({ min: -2, max: numExperts + 1 }), size)
    .map((map) => Int32Array.from(map));
  if (kind === "none") return fc.constant(undefined);
  if (kind === "local") return local;
  return fc.oneof(fc.constant(undefined), local, wild);
}
