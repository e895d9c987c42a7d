export { type AlignLawOptions, alignLaws } from "./laws/alignLaws.ts";
export type { Align, AlignLaw, LawRun } from "./laws/_law.ts";
export { checkConformanceCase } from "./laws/checkConformanceCase.ts";
export type {
  ConformanceArray,
  ConformanceCase,
  ConformanceDigest,
  ConformanceFile,
  ConformanceGenerator,
  ConformanceInput,
  ConformanceResult,
} from "./laws/conformanceFormat.ts";
export { conformanceInput } from "./laws/conformanceInput.ts";
export { hashInt32 } from "./laws/hashInt32.ts";
export { naiveAlign, naiveBatchedAlign } from "./laws/naiveAlign.ts";
