import type { LlmOptions } from './options.js'

/** How much a model thinks before it answers, least first. */
export type Effort = LlmOptions['effort']

/** USD for a million tokens, from a day (UTC) on. `null`: not published. */
export type Prices = {
  /** `YYYY-MM-DD`; `null`: since its release. */
  effectiveFrom: string | null
  inputUsd: number
  /** Input that the provider had in its cache. */
  cachedUsd: number | null
  /** Input that it put there. */
  cacheWriteUsd: number | null
  /** Reasoning counts as output. */
  outputUsd: number
}

/** What a model takes and costs, and how long it is there. Dates are `YYYY-MM-DD`, UTC. */
export type ModelEntry = {
  name: string
  /** Oldest first. */
  prices: readonly [Prices, ...Prices[]]
  /** Least first; empty: it refuses the parameter. */
  efforts: readonly Effort[]
  /** When a temperature may be sent at all. */
  temperature: 'always' | 'with-effort-none' | 'never'
  /** Whether it takes another verbosity than its own. */
  verbosity: boolean
  /** When the provider takes it away, and what it names instead; `null`: not announced. */
  shutdown: { date: string; replacement: string } | null
  /** Up to when its knowledge reaches; `null`: not published. */
  knowledgeCutoff: string | null
}

/** The day on which the provider's pages were last read for this table. */
export const MODEL_TABLE_DATE = '2026-11-23'

/**
 * The models that are known, from OpenAI's pages on models, prices and deprecations
 * (https://developers.openai.com/api/docs/models, …/pricing, …/deprecations).
 */
export const MODELS: readonly ModelEntry[] = [
  {
    name: 'gpt-6-luna',
    prices: [{ effectiveFrom: '2026-09-22', inputUsd: 0.1, cachedUsd: 0.01, cacheWriteUsd: 0.125, outputUsd: 0.5 }],
    efforts: ['none', 'low', 'medium', 'high'],
    temperature: 'with-effort-none',
    verbosity: true,
    shutdown: null,
    knowledgeCutoff: '2026-05-18',
  },
  {
    name: 'gpt-6.1-terra',
    prices: [{ effectiveFrom: '2026-10-26', inputUsd: 1, cachedUsd: 0.05, cacheWriteUsd: null, outputUsd: 5 }],
    efforts: ['none', 'low', 'medium', 'high'],
    temperature: 'with-effort-none',
    verbosity: true,
    shutdown: null,
    knowledgeCutoff: null,
  },
  {
    name: 'gpt-6.1-sol',
    prices: [{ effectiveFrom: null, inputUsd: 2, cachedUsd: null, cacheWriteUsd: null, outputUsd: 10 }],
    efforts: ['low', 'medium', 'high'],
    temperature: 'never',
    verbosity: true,
    shutdown: null,
    knowledgeCutoff: null,
  },
  {
    name: 'gpt-5.6-luna',
    prices: [
      { effectiveFrom: null, inputUsd: 1, cachedUsd: null, cacheWriteUsd: null, outputUsd: 6 },
      { effectiveFrom: '2026-07-30', inputUsd: 0.2, cachedUsd: 0.02, cacheWriteUsd: null, outputUsd: 1.2 },
    ],
    efforts: ['none', 'low', 'medium', 'high'],
    temperature: 'with-effort-none',
    verbosity: true,
    shutdown: null,
    knowledgeCutoff: '2026-02-16',
  },
  {
    name: 'gpt-5.4-mini',
    prices: [{ effectiveFrom: null, inputUsd: 0.75, cachedUsd: 0.075, cacheWriteUsd: null, outputUsd: 4.5 }],
    efforts: ['none', 'low', 'medium', 'high'],
    temperature: 'with-effort-none',
    verbosity: true,
    shutdown: null,
    knowledgeCutoff: null,
  },
  {
    name: 'gpt-5-mini',
    prices: [{ effectiveFrom: null, inputUsd: 0.25, cachedUsd: 0.025, cacheWriteUsd: null, outputUsd: 2 }],
    efforts: ['minimal', 'low', 'medium', 'high'],
    temperature: 'never',
    verbosity: true,
    shutdown: { date: '2026-12-11', replacement: 'gpt-6.1-terra' },
    knowledgeCutoff: '2024-05-31',
  },
  {
    name: 'gpt-4.1-mini',
    prices: [{ effectiveFrom: null, inputUsd: 0.4, cachedUsd: 0.1, cacheWriteUsd: null, outputUsd: 1.6 }],
    efforts: [],
    temperature: 'always',
    verbosity: false,
    shutdown: { date: '2027-01-14', replacement: 'gpt-6-luna' },
    knowledgeCutoff: '2024-06-01',
  },
]

/** The entry of a model, also by the name of one of its dated snapshots; `undefined`: nothing is known of it. */
export function modelEntry(name: string): ModelEntry | undefined {
  const family = name.replace(/-\d{4}-\d{2}-\d{2}$/, '')
  return MODELS.find((entry) => entry.name === family)
}

/** The prices of a model at a time; before its first price, that one. `null`: nothing is known of the model. */
export function pricesAt(name: string, atMs: number): Prices | null {
  const prices = modelEntry(name)?.prices
  if (prices === undefined) return null
  return (
    prices.findLast(({ effectiveFrom }) => effectiveFrom === null || Date.parse(effectiveFrom) <= atMs) ?? prices[0]
  )
}

/** What can be sent for an effort that is wanted: the least that is not below it, else the most there is; `null`: nothing. */
export function effortFor(name: string, wanted: Effort): Effort | null {
  const efforts = modelEntry(name)?.efforts ?? []
  return efforts.find((effort) => LADDER.indexOf(effort) >= LADDER.indexOf(wanted)) ?? efforts.at(-1) ?? null
}

const LADDER: readonly Effort[] = ['none', 'minimal', 'low', 'medium', 'high']

/** The most tokens that an answer may have, its reasoning included: too few, and it is cut off before its first word. */
export function maxOutputTokens(name: string, wanted: Effort): number {
  if (modelEntry(name) === undefined) return MAX_OUTPUT_TOKENS.medium
  return MAX_OUTPUT_TOKENS[effortFor(name, wanted) ?? 'none']
}

const MAX_OUTPUT_TOKENS: Readonly<Record<Effort, number>> = {
  none: 600,
  minimal: 2_000,
  low: 2_000,
  medium: 4_000,
  high: 8_000,
}

/** How long before its end a model is warned of. */
const WARN_MS = 60 * 86_400_000

/** Says that a model ends within 60 days, or has ended, and what to take instead. */
export function shutdownWarning(name: string, nowMs: number): string | undefined {
  const shutdown = modelEntry(name)?.shutdown ?? null
  if (shutdown === null) return undefined
  const leftMs = Date.parse(shutdown.date) - nowMs
  if (leftMs > WARN_MS) return undefined
  const [words, advice] = [`on ${shutdown.date}`, `use ${shutdown.replacement} instead`]
  if (leftMs <= 0) return `The model ${name} was shut down ${words}: ${advice}.`
  const days = Math.ceil(leftMs / 86_400_000)
  return `The model ${name} will be shut down ${words}, in ${days} ${days === 1 ? 'day' : 'days'}: ${advice}.`
}
