import { PRESET_NAMES } from '@cc/policy-rules'

/** What a backtest can be compared with, beside holding: the presets, and two that are made of `bxm`. */
export const BENCHMARK_NAMES = [...PRESET_NAMES, 'bxmc', 'bxm-hedged'] as const
export type BenchmarkName = (typeof BENCHMARK_NAMES)[number]
