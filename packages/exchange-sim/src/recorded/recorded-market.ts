import { CcError, type Currency } from '@cc/models'
import { unknownCurrency } from '../failures.js'
import { emptyHistory } from '../history-bars.js'
import type { Market } from '../market.js'
import type { RecordedChain } from './recorded-chain.js'

/**
 * Creates a market of one recorded moment: time frozen, no history, no deliveries, nothing expires. Real quotes, marks,
 * IVs and forwards; sizes are assumed.
 *
 * @throws CcError `exchange-sim/malformed-market` (recovery `halt`) for no chain, two of one currency, and chains of
 * different moments.
 */
export function createRecordedMarket(chains: readonly RecordedChain[]): Market {
  const [first] = chains
  if (first === undefined) throw unfit('at least one chain', 'none')
  const startMs = first.atMs
  const currencies = chains.map(({ currency }) => currency)
  for (const { currency, atMs } of chains) {
    if (atMs !== startMs) throw unfit(`chains of one moment, ${momentOf(startMs)}`, `${currency} of ${momentOf(atMs)}`)
  }
  if (new Set(currencies).size !== currencies.length) throw unfit('one chain per currency', currencies.join(', '))

  const sides = new Map(
    chains.map(({ currency, indexUsd, options }) => [
      currency,
      {
        indexUsd,
        instruments: options.map(({ instrument }) => instrument),
        chain: options.map(({ quote }) => quote),
      },
    ]),
  )
  const quotes = new Map(chains.flatMap(({ options }) => options.map(({ quote }) => [quote.symbol, quote] as const)))

  function sideOf(currency: Currency) {
    const side = sides.get(currency)
    if (side === undefined) throw unknownCurrency(currency, currencies)
    return side
  }

  return {
    source: {
      kind: 'recorded-chain',
      description: `recorded chain ${currencies.join(' and ')} ${momentOf(startMs)}, sizes assumed`,
    },
    currencies,
    startMs,
    frozen: true,
    stepMs: STEP_MS,
    instruments: (currency) => sideOf(currency).instruments,
    indexUsd: (currency) => sideOf(currency).indexUsd,
    chain: (currency) => sideOf(currency).chain,
    quote: (symbol) => quotes.get(symbol),
    history: (currency, request) => emptyHistory({ ...request, currency }),
    deliveryUsd: () => undefined,
  }
}

/** Nothing moves here; the step only has to be one. */
const STEP_MS = 60_000

function momentOf(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 16)}Z`
}

function unfit(expected: string, value: string): CcError {
  return new CcError(`These recorded chains make no market: expected ${expected}, got ${value}.`, {
    code: 'exchange-sim/malformed-market',
    recovery: 'halt',
    facts: { expected, value },
  })
}
