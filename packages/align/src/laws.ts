export { type AlignLawOptions, alignLaws } from "./laws/alignLaws.ts";
export type { Align, AlignLaw, LawRun } from "./laws/_law.ts";
export {
  checkConformanceCase,
  type ConformanceArray,
  type ConformanceCase,
  type ConformanceFile,
  type ConformanceGenerator,
  conformanceInput,
} from "./laws/conformance.ts";
export { hashInt32 } from "./laws/hashInt32.ts";
export { naiveAlign, naiveBatchedAlign } from "./laws/naiveAlign.ts";
