import { describe, test } from "bun:test";
import { moeAlignBlockSize } from "../../src/index.ts";
import { alignLaws, naiveAlign } from "../../src/laws.ts";

describe("moeAlignBlockSize", () => {
  for (const law of alignLaws(moeAlignBlockSize)) test(law.name, () => law.run());
});

describe("the naive oracle itself", () => {
  for (const law of alignLaws(naiveAlign, { out: false })) {
    if (law.name !== "equals the naive oracle") test(law.name, () => law.run());
  }
});
