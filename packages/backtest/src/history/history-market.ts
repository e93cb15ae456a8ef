import type { Market, MarketSteps } from '@cc/exchange-sim'
import { CcError, type Currency, type MarketSource, parseSymbol } from '@cc/models'
import type { ChainColumns, CoinSeries } from './chain-columns.js'
import { lastAt } from './listed-rows.js'
import { createQuotedChain, type QuotedChain } from './quoted-chain.js'
import { createSeriesBars, type SeriesBars } from './series-bars.js'

/** What a market of recorded history is made of. */
export type HistoryMarketInput = {
  /** One for each coin. */
  chains: readonly ChainColumns[]
  /** One for each coin of `chains`. */
  series: readonly CoinSeries[]
  source: MarketSource
  /**
   * `recorded`: a quote without a recorded size cannot be traded with. `assumed`: every quote has `assumedSizeCoin`, in
   * coin, by default 1,000,000: as much as is asked for.
   */
  sizes: 'recorded' | 'assumed'
  assumedSizeCoin?: number
}

/**
 * Creates a market of recorded chains, which changes at each snapshot of any coin.
 *
 * Quotes and index are those of the coin's latest snapshot. An option stays listed until its expiry: where a later snapshot
 * lacks it, its last mark is carried on with neither bid nor ask. An expiry is delivered at the source's delivery price,
 * else at the open of the index bar at the expiry, known from then on. Ticks are 0.0005 coin everywhere before 2023, and
 * since then 0.0001 below 0.005.
 *
 * @throws CcError `backtest/unfit-history` for no coin, a coin twice, one without a series, a series without a chain.
 * Asked for the index before a coin's first snapshot the market throws `backtest/no-quotes-yet` (recovery `halt`).
 */
export function createHistoryMarket(input: HistoryMarketInput): Market {
  const { chains, source, sizes, assumedSizeCoin = 1_000_000 } = input
  requireFit(input)
  const currencies = chains.map(({ currency }) => currency)
  const coins = new Map(chains.map((columns) => [columns.currency, coinOf(columns)]))
  const stepsMs = unionOf(chains.map(({ timeMs }) => timeMs))
  const [startMs = 0] = stepsMs

  function coinOf(columns: ChainColumns): Coin {
    const series = input.series.find(({ currency }) => currency === columns.currency) as CoinSeries
    return {
      chain: createQuotedChain(
        columns,
        sizes === 'recorded' ? { kind: 'recorded' } : { kind: 'assumed', sizeCoin: assumedSizeCoin },
      ),
      bars: createSeriesBars(series),
      series,
    }
  }

  function coin(currency: Currency): Coin {
    const known = coins.get(currency)
    if (known !== undefined) return known
    throw unfit('currency', currency, `one of ${currencies.join(', ')}`)
  }

  const steps: MarketSteps = {
    startMs(atMs, currency) {
      const own = currency === undefined ? undefined : coin(currency).chain.startMs(atMs)
      return own ?? stepsMs[Math.max(0, lastAt(stepsMs, atMs))] ?? startMs
    },
    nextMs: (atMs) => stepsMs[lastAt(stepsMs, atMs) + 1] ?? Number.POSITIVE_INFINITY,
  }

  return {
    source,
    currencies,
    startMs,
    frozen: false,
    // The steps tell when quotes change; nothing else is counted in this.
    stepMs: 1,
    steps,
    instruments: (currency, atMs) => coin(currency).chain.instruments(atMs),
    indexUsd(currency, atMs) {
      const indexUsd = coin(currency).chain.indexUsd(atMs)
      if (indexUsd !== undefined) return indexUsd
      throw new CcError(`There are no quotes of ${currency} yet at ${new Date(atMs).toISOString()}.`, {
        code: 'backtest/no-quotes-yet',
        recovery: 'halt',
        facts: { currency, atMs },
      })
    },
    chain: (currency, atMs) => coin(currency).chain.quotes(atMs),
    chainRows: (currency, atMs) => coin(currency).chain.chainRows(atMs),
    quote(symbol, atMs) {
      const option = parseSymbol(symbol)
      return option && coins.get(option.currency)?.chain.quote(option, atMs)
    },
    history: (currency, request) => coin(currency).bars(request),
    deliveryUsd(currency, expiryMs, nowMs) {
      return nowMs < expiryMs ? undefined : deliveryOf(coin(currency).series, expiryMs)
    },
  }
}

type Coin = { chain: QuotedChain; bars: SeriesBars; series: CoinSeries }

function deliveryOf({ deliveryUsd, candles }: CoinSeries, expiryMs: number): number | undefined {
  const stated = deliveryUsd.get(expiryMs)
  if (stated !== undefined) return stated
  const bar = lastAt(candles.openMs, expiryMs)
  return candles.openMs[bar] === expiryMs ? candles.open[bar] : undefined
}

/** All times of several ascending columns, ascending, each once. */
export function unionOf(columns: readonly Float64Array[]): Float64Array {
  const all = Float64Array.from(new Set(columns.flatMap((column) => [...column])))
  return all.sort()
}

function requireFit({ chains, series, assumedSizeCoin }: HistoryMarketInput): void {
  const names = chains.map(({ currency }) => currency)
  if (chains.length === 0) throw unfit('chains', 'none', 'at least one coin')
  if (new Set(names).size !== names.length) throw unfit('chains', names.join(', '), 'each coin once')
  const serial = series.map(({ currency }) => currency)
  if (new Set(serial).size !== serial.length || !names.every((name) => serial.includes(name))) {
    throw unfit('series', serial.join(', ') || 'none', `each of ${names.join(', ')} once`)
  }
  for (const { currency, timeMs } of chains) {
    if (timeMs.length === 0) throw unfit('chains', `no snapshot of ${currency}`, 'at least one snapshot')
  }
  if (assumedSizeCoin !== undefined && !(assumedSizeCoin > 0 && Number.isFinite(assumedSizeCoin))) {
    throw unfit('assumedSizeCoin', String(assumedSizeCoin), 'a number above 0')
  }
}

function unfit(field: string, value: string, expected: string): CcError {
  return new CcError(`${field}: expected ${expected}, got ${value}.`, {
    code: 'backtest/unfit-history',
    recovery: 'halt',
    facts: { field, value, expected },
  })
}
