import type { MenuEntry, ModelCall } from '@cc/models'
import type { Asked } from './ask-model.js'
import { cleanText } from './clean-text.js'
import type { FallbackReason } from './fallback-reason.js'
import type { Menu, MenuItem } from './menu-item.js'
import type { LlmOptions } from './options.js'
import { PROMPT_HASH } from './prompt.js'
import type { Provider } from './provider.js'

/** What a decision came from: its menu, what was asked, and why the model is not followed; `null`: it is. */
export type CallFacts = {
  provider: Provider | null
  options: Pick<LlmOptions, 'model' | 'mode'>
  menu: Menu | undefined
  asked: Asked | undefined
  fallback: FallbackReason | null
}

/** Writes down a model call for the record, also one that was not made. Numbers that no provider can mean are `null`. */
export function modelCallOf({ provider, options, menu, asked, fallback }: CallFacts): ModelCall {
  const outcome = asked?.outcome ?? null
  const answer = asked?.answer ?? null
  return {
    provider: provider?.name ?? 'none',
    model: cleanText(outcome?.model ?? '') || cleanText(options.model),
    mode: options.mode,
    promptHash: PROMPT_HASH,
    inputHash: asked?.inputHash ?? null,
    answerHash: asked?.answerHash ?? null,
    menu: menu?.items.map(entryOf) ?? [],
    choice: answer?.choice ?? null,
    confidence: answer?.confidence ?? null,
    reasonCodes: answer?.reasonCodes ?? [],
    attempts: outcome?.attempts.length ?? 0,
    inputTokens: countOf(outcome?.usage?.inputTokens),
    cachedTokens: countOf(outcome?.usage?.cachedTokens),
    outputTokens: countOf(outcome?.usage?.outputTokens),
    costUsd: outcome === null ? 0 : costOf(outcome.costUsd),
    fallback,
  }
}

function entryOf({ id, action: { action, params } }: MenuItem): MenuEntry {
  if ('fromSymbol' in params) {
    return { id, action, symbol: params.fromSymbol, toSymbol: params.toSymbol, sizeCoin: params.size }
  }
  if ('symbol' in params) return { id, action, symbol: params.symbol, toSymbol: null, sizeCoin: params.size }
  return { id, action, symbol: null, toSymbol: null, sizeCoin: null }
}

function countOf(tokens: number | null | undefined): number | null {
  return typeof tokens === 'number' && Number.isSafeInteger(tokens) && tokens >= 0 ? tokens : null
}

function costOf(usd: number | null): number | null {
  return usd !== null && Number.isFinite(usd) && usd >= 0 ? usd : null
}
