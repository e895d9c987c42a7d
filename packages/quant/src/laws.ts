export type { Gemm, GemmLaw, LawRunOptions } from "./laws/_law.ts";
export { gemmLaws, type GemmLawOptions } from "./laws/gemmLaws.ts";
export { layerLaws, type LayerForward, type LayerLawOptions } from "./laws/layerLaws.ts";
export { layerSpec } from "./laws/layerSpec.ts";
export { problemSpec } from "./laws/problemSpec.ts";
export * from "./testing.ts";
