export type { Gemm, GemmLaw, LawRunOptions } from "./laws/_law.ts";
export { gemmLaws, type GemmLawOptions } from "./laws/gemmLaws.ts";
export { problemSpec } from "./laws/problemSpec.ts";
export * from "./testing.ts";
