import type { ModelRequest, Usage } from './model-reply.js'
import { maxOutputTokens, pricesAt } from './model-table.js'
import type { LlmOptions } from './options.js'

/**
 * What these tokens cost, USD: `(input − cached − written) × in + cached × cachedRate + written × writeRate + output × out`,
 * for the prices of that time. A cached token without a price of its own counts in full, a written one 1.25 times.
 *
 * `null` where no price is known, or the usage is not, or makes no sense.
 */
export function costOf(usage: Usage | null, model: string, atMs: number): number | null {
  const prices = pricesAt(model, atMs)
  if (prices === null || usage === null || usage.inputTokens === null || usage.outputTokens === null) return null
  // Whoever does not count these does not charge for them either.
  const cached = usage.cachedTokens ?? 0
  const written = usage.cacheWriteTokens ?? 0
  const plain = usage.inputTokens - cached - written
  if (plain < 0) return null
  const usd =
    plain * prices.inputUsd +
    cached * (prices.cachedUsd ?? prices.inputUsd) +
    written * (prices.cacheWriteUsd ?? prices.inputUsd * CACHE_WRITE_RATE) +
    usage.outputTokens * prices.outputUsd
  return usd / MILLION
}

/** Parts of the options that a bound of the cost depends on. */
type CostOptions = Pick<LlmOptions, 'maxAttempts' | 'effort'>

/**
 * The most that a call can cost, USD, all its attempts counted. No token is shorter than a byte, so the bytes of what is
 * sent are the most tokens that it can be; the answer is bounded by what is asked for.
 *
 * `null` where no price is known.
 */
export function worstCaseCost(
  request: ModelRequest,
  model: string,
  { maxAttempts, effort }: CostOptions,
  atMs: number,
): number | null {
  const prices = pricesAt(model, atMs)
  if (prices === null) return null
  const inputUsd = Math.max(prices.inputUsd, prices.cacheWriteUsd ?? prices.inputUsd * CACHE_WRITE_RATE)
  const usd = maxInputTokens(request) * inputUsd + maxOutputTokens(model, effort) * prices.outputUsd
  return (maxAttempts * usd) / MILLION
}

const MILLION = 1_000_000

/** What writing to the cache costs, as a multiple of plain input, where there is no other price. */
const CACHE_WRITE_RATE = 1.25

/** For what frames the texts on their way: roles, names, a sentence on the form of the answer. */
const FRAME_TOKENS = 500

function maxInputTokens({ instructions, input, schema }: ModelRequest): number {
  const texts = [instructions, input, JSON.stringify(schema)]
  return texts.reduce((tokens, text) => tokens + Buffer.byteLength(text), FRAME_TOKENS)
}
