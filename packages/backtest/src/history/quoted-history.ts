import type { History, QuotedRecipe } from './history.js'
import { snapshotTimes } from './history-card.js'
import { createHistoryMarket } from './history-market.js'

/** Puts recorded quotes behind the port of the local exchange. */
export function quotedHistory(recipe: QuotedRecipe): History {
  const { card, chains, series, sizes } = recipe
  const source = { kind: 'recorded-history' as const, description: card.description }
  return {
    card,
    timesMs: snapshotTimes(chains),
    market: createHistoryMarket({ chains, series, source, sizes }),
    chains: new Map(chains.map((columns) => [columns.currency, columns])),
    recipe,
  }
}
