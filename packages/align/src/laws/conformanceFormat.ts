// The format of conformance/*.json, described in conformance/README.md.
import type { AlignOptions } from "../moeAlignBlockSize.ts";

/** Routes made by a formula, so that a large case stays a line. */
export interface ConformanceGenerator {
  /** A linear congruential generator with distinct experts per token; formula in conformance/README.md. */
  generator: "lcg-distinct";
  /** Start state, 0 to 4294967295 (included). */
  seed: number;
  /** Value that then replaces entry [0, 0]. */
  first?: number;
  /** `true`: ids whose `expertMap` entry is negative become -1. */
  maskNonLocal?: boolean;
}

/** What stands for a long array. */
export interface ConformanceDigest {
  /** Number of entries. */
  length: number;
  /** Their `hashInt32`. */
  fnv1a32: string;
}

/** Values in full, or their digest. */
export type ConformanceArray = number[] | ConformanceDigest;

/** A recorded result, routes of one expert in ascending order. */
export interface ConformanceResult {
  /** The whole buffer. */
  sortedTokenIds: ConformanceArray;
  /** The whole buffer with its tail. */
  expertIds: ConformanceArray;
  /** The count. */
  numTokensPostPadded: number;
}

/** Arguments of `moeAlignBlockSize`. */
export interface ConformanceInput {
  /** `[numTokens, topK]` int32. */
  topkIds: Int32Array;
  /** Shape and variants. */
  options: AlignOptions;
}

/** One case of `moeAlignBlockSize`. */
export interface ConformanceCase {
  /** Unique in its file. */
  name: string;
  /** Tokens. */
  numTokens: number;
  /** Experts per token. */
  topK: number;
  /** Global experts. */
  numExperts: number;
  /** Rows of one block. */
  blockM: number;
  /** Default `false`. */
  padSortedIds?: boolean;
  /** Default: none. */
  expertMap?: number[];
  /** Default `false`. */
  ignoreInvalidExperts?: boolean;
  /** Default `'wrap'`. */
  tail?: "wrap" | "minus-one";
  /** Routes, `[numTokens, topK]`. */
  topkIds: number[] | ConformanceGenerator;
  /** The result. */
  expected: ConformanceResult;
}

/** One file of the corpus. */
export interface ConformanceFile {
  /** Format version; this reader knows 1. */
  schemaVersion: number;
  /** What the file covers. */
  description: string;
  /** The cases. */
  cases: ConformanceCase[];
}
