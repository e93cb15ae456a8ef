import type { DecisionRecord, ModelCall } from '@cc/models'
import { fixed } from './number-format.js'

/** How a model did over a run. */
export type ModelTally = {
  /** Decisions that it was to make, or to speak on. */
  decisions: number
  /** Those that it answered in time, by an id of its menu. */
  answered: number
  requests: number
  /** Decisions without its answer, by reason. */
  fallbacks: Readonly<Record<string, number>>
  /** What all calls cost at most; `null` where no price is known. */
  costUsd: number | null
}

/** Counts what a model did, record by record; `undefined`: nobody asked one. */
export function createModelTally() {
  const calls: ModelCall[] = []
  return {
    see({ decision }: DecisionRecord): void {
      if (decision?.modelCall !== undefined) calls.push(decision.modelCall)
    },
    read: (): ModelTally | undefined => (calls.length === 0 ? undefined : tallyOf(calls)),
  }
}

function tallyOf(calls: readonly ModelCall[]): ModelTally {
  const fallbacks: Record<string, number> = {}
  for (const { fallback } of calls) if (fallback !== null) fallbacks[fallback] = (fallbacks[fallback] ?? 0) + 1
  const isPriced = calls.every(({ costUsd, attempts }) => costUsd !== null || attempts === 0)
  return {
    decisions: calls.length,
    answered: calls.filter(({ fallback }) => fallback === null).length,
    requests: calls.reduce((sum, { attempts }) => sum + attempts, 0),
    fallbacks,
    costUsd: isPriced ? calls.reduce((sum, { costUsd }) => sum + (costUsd ?? 0), 0) : null,
  }
}

/** `The model: 21 decisions, 3 answered, 15 breaker-open, 3 timeout; 6 requests, 0.0012 USD.` */
export function modelWords({ decisions, answered, requests, fallbacks, costUsd }: ModelTally): string {
  const reasons = Object.entries(fallbacks)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .map(([reason, count]) => `${count} ${reason}`)
  const cost = costUsd === null ? 'at a cost that is not known' : `${fixed(costUsd, 4)} USD`
  const asked = `${requests} ${requests === 1 ? 'request' : 'requests'}, ${cost}`
  return `The model: ${decisions} ${decisions === 1 ? 'decision' : 'decisions'}, ${[`${answered} answered`, ...reasons].join(', ')}; ${asked}.`
}
