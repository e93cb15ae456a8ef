export type { BookedFlow, BookRow, HeldOption, RunBook } from './book/run-book.js'
export type { Difference } from './causality/first-difference.js'
export { otherFuture } from './causality/other-future.js'
export {
  type CausalityFinding,
  type CausalityInput,
  type CausalityOptions,
  type CausalityReport,
  causalityOptionsSchema,
  verifyCausality,
} from './causality/verify-causality.js'
export { type EnvCausalityInput, verifyEnvCausality } from './causality/verify-env-causality.js'
export type { ActionOf, SpecificationAction } from './env/action-form.js'
export { assertEnv, type CheckEnvOptions, checkEnv } from './env/check-env.js'
export { ENV_FINDING_CODES, type EnvFinding, type EnvFindingCode } from './env/check-env-findings.js'
export { assertVectorEnv, type CheckVectorEnvOptions, checkVectorEnv } from './env/check-env-vector.js'
export { createDict, createTuple, type DictSpace, type TupleSpace, type ValueOf } from './env/composite-space.js'
export { CoveredCallEnv, type CoveredCallEnvOptions } from './env/covered-call-env.js'
export type {
  AutoresetMode,
  Env,
  EnvInfo,
  EnvMetadata,
  EnvStart,
  EnvStep,
  ResetRequest,
  VectorEnv,
  VectorInfos,
  VectorResetRequest,
  VectorStep,
} from './env/env.js'
export { type EnvOptions, type EnvOptionsInput, envOptionsSchema } from './env/episode.js'
export { type HistoryWorldOptions, historyWorldOptionsSchema, worldOf } from './env/history-world.js'
export { createKernel, type Kernel } from './env/kernel.js'
export { ACTION_KINDS, type KernelColumns, REFUSALS, type Refusal } from './env/kernel-columns.js'
export { MASK_CLOSABLE, MASK_HELD } from './env/kernel-mask.js'
export { ACCOUNT_FEATURES } from './env/observation.js'
export { createRandom, type Random, type RandomState, randomOf } from './env/seeding.js'
export {
  type BoxSpace,
  createBox,
  createDiscrete,
  createMultiBinary,
  createMultiDiscrete,
  type DiscreteSpace,
  type FlatNumbers,
  type MultiBinarySpace,
  type MultiDiscreteSpace,
  type Space,
} from './env/space.js'
export type { StepAttribution, StepInfo } from './env/step-info.js'
export {
  type SyntheticWorldOptions,
  type SyntheticWorldOptionsInput,
  syntheticWorldOptionsSchema,
} from './env/synthetic-options.js'
export { createSyntheticWorld } from './env/synthetic-world.js'
export { createVectorEnv, type VectorEnvOptions, type VectorStepInfos } from './env/vector-env.js'
export { MARKET_FEATURES, type Menu, type World, type WorldContracts } from './env/world.js'
export { marketOfWorld } from './env/world-market.js'
export type { BarColumns, ChainColumns, CoinSeries } from './history/chain-columns.js'
export type { FolderBars, FolderBarsRequest } from './history/folder-bars.js'
export type { BadRow, History, HistoryCard, HistoryGap, HistoryRecipe } from './history/history.js'
export { readRecordedBars } from './history/recorded-bars.js'
export {
  openRecordedHistory,
  type RecordedHistoryOptions,
  recordedHistoryOptionsSchema,
} from './history/recorded-history.js'
export {
  type CoveredCallRule,
  type CoveredCallScan,
  type CoveredCallTrades,
  scanCoveredCalls,
} from './history/scan-chains.js'
export { fitSurfaceModel, type SurfaceFit } from './modelled/fit-surface-model.js'
export { historyOf } from './modelled/history-of.js'
export type { ModelError } from './modelled/model-errors.js'
export {
  openReconstructedHistory,
  type ReconstructedHistoryOptions,
  type ReconstructedSources,
  reconstructedHistoryOptionsSchema,
} from './modelled/reconstructed-history.js'
export { RECORDED_SURFACE } from './modelled/recorded-surface.js'
export { seriesOfHistory } from './modelled/series-of-history.js'
export type { SurfaceCoefficients } from './modelled/surface-model.js'
export {
  openSyntheticHistory,
  type SyntheticHistoryOptions,
  syntheticHistoryOptionsSchema,
} from './modelled/synthetic-history.js'
export { renderReport } from './report/render-report.js'
export { type ReportCsv, reportCsv } from './report/report-csv.js'
export { reportJson } from './report/report-json.js'
export { type BenchmarkRun, benchmarksOf } from './results/benchmarks.js'
export { type BootstrapInput, blockLength, bootstrapInterval, type Interval } from './results/bootstrap.js'
export { type BookFinding, checkBook } from './results/check-book.js'
export { type OverfittingOptions, probabilityOfOverfitting } from './results/cscv.js'
export { dailyOverlay } from './results/daily.js'
export {
  type DeflatedSharpe,
  type DeflatedSharpeInput,
  deflatedSharpe,
  luckySharpe,
  type MeasuredSharpe,
  probabilisticSharpe,
  type SharpeTrials,
} from './results/overfit.js'
export type {
  Attribution,
  BacktestResult,
  Benchmark,
  CallFigures,
  CallStory,
  CoinResult,
  DecisionFigures,
  EquityCurve,
  Estimate,
  Metrics,
  Overfit,
  OverlayFall,
  RunCard,
  Sensitivity,
  Verdict,
} from './results/result.js'
export { summarise } from './results/summarise.js'
export type { SummaryContext } from './results/summary-context.js'
export { hedgeTiming, type TimingHedge, type TimingHedgeOptions } from './results/timing-hedge.js'
export type { BacktestRun, DecisionNote } from './run/backtest-run.js'
export type { BacktestParts, BacktestWorld, Compose } from './run/compose.js'
export { composeRules, type RulesStrategy } from './run/compose-rules.js'
export { type BacktestDeps, type BacktestInput, type RunProgress, runBacktest } from './run/run-backtest.js'
export { type RunOptions, type RunOptionsInput, runOptionsSchema } from './run/run-options.js'
export { withinRun } from './run/within-run.js'
export {
  type PlainHistoryOptions,
  plainHistoryOptionsSchema,
  type TardisHistoryOptions,
  tardisHistoryOptionsSchema,
} from './sources/options.js'
export { readPlainBars } from './sources/plain-bars.js'
export { openPlainHistory } from './sources/plain-history.js'
export { quoteFormatOf } from './sources/quote-format.js'
export { openTardisHistory } from './sources/tardis-history.js'
export { writePlainHistory } from './sources/write-plain-history.js'
export { expandGrid, type GridAxis } from './sweep/grid.js'
export { createInlinePool } from './sweep/inline-pool.js'
export { runSweepJob, type SweepCoin, type SweepJobResult } from './sweep/run-job.js'
export { planSweep, runSweep, type SweepInput, type SweepProgress } from './sweep/run-sweep.js'
export { sharedMemory } from './sweep/shared-memory.js'
export { sweepCsv } from './sweep/sweep-csv.js'
export { jobIdOf, type NamedJob, type SweepGround, type SweepJob } from './sweep/sweep-job.js'
export { createSweepPool, type SweepPool } from './sweep/sweep-pool.js'
export { type SweepResult, type SweepVerdict, sweepResult } from './sweep/sweep-result.js'
