export { BenchError, type BenchErrorCode } from "./errors.ts";

export { quantile, median } from "./stats/quantile.ts";
export { medianAbsoluteDeviation } from "./stats/medianAbsoluteDeviation.ts";
export {
  medianRatioInterval,
  type RatioInterval,
  type RatioIntervalOptions,
} from "./stats/medianRatioInterval.ts";
export { verdict, DEFAULT_MARGIN, type Verdict } from "./stats/verdict.ts";
export { noiseFlags, type NoiseFlag, type PairedSamples } from "./stats/noiseFlags.ts";
export { mannWhitney, type MannWhitney } from "./stats/mannWhitney.ts";
export { hodgesLehmann } from "./stats/hodgesLehmann.ts";
export { lag1Autocorrelation } from "./stats/lag1Autocorrelation.ts";
export { spearman } from "./stats/spearman.ts";

export {
  samplePairs,
  DEFAULT_SAMPLING,
  type PairOptions,
  type PairSampling,
  type SamplingOptions,
  type Side,
  type StopReason,
} from "./sampling/samplePairs.ts";

export { gemmShape, type Gemm, type GemmShape, type MoeShape } from "./shapes/MoeShape.ts";
export { parseShape, formatShape } from "./shapes/parseShape.ts";
export {
  PRESETS,
  DEFAULT_PRESET,
  presetShape,
  type Preset,
  type PresetName,
} from "./shapes/presets.ts";

export type {
  Backend,
  BackendOptions,
  Cell,
  CellPlan,
  CountedCell,
  ExecutedWork,
  PreparedCell,
  Ran,
  SensorReading,
  TimedCell,
} from "./backends/Backend.ts";
export {
  BACKENDS,
  type BackendEntry,
  type BackendOption,
  type SweepDefaults,
} from "./backends/table.ts";

export { runSweep, type SweepEvent } from "./sweep/runSweep.ts";
export { DEFAULT_TOKENS, type SweepOptions } from "./sweep/SweepOptions.ts";
export { planCells } from "./sweep/planCells.ts";
export { captureEnvironment } from "./sweep/captureEnvironment.ts";

export {
  ResultRow,
  ResultHeader,
  ResultDocument,
  SCHEMA_VERSION,
  type CacheMode,
  type DeviceDescription,
  type RowClocks,
  type RowCounts,
  type RowTiming,
  type RowVerification,
  type RunEnvironment,
  type SweepConfig,
} from "./results/schema.ts";
export { resultJsonSchema } from "./results/resultJsonSchema.ts";
export { openResultLog, type ResultLog, type ResultLogOptions } from "./results/openResultLog.ts";
export { readResults, type Results } from "./results/readResults.ts";
export { writeResultDocument } from "./results/writeResultDocument.ts";

export { agreementOf, type Agreement, type CellAgreement } from "./analysis/agreementOf.ts";
export { comparisonOf, type Comparison } from "./analysis/comparisonOf.ts";
export { crossovers, type Crossing, type Crossover } from "./analysis/crossovers.ts";
export { rankCorrelation, type RankCorrelation } from "./analysis/rankCorrelation.ts";
export { shareOfSame, type ShareOfSame } from "./analysis/shareOfSame.ts";
export { worstFirst } from "./analysis/worstFirst.ts";

export { speedupPlot, type SpeedupPlotOptions } from "./plot/speedupPlot.ts";
