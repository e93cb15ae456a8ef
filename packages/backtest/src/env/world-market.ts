import { greeksOf, type Market, priceBand } from '@cc/exchange-sim'
import { CcError, type Currency, type OptionInstrument, type OptionQuote } from '@cc/models'
import { black76, yearsBetween } from '@cc/pricing'
import { ASK, BID, FORWARD_USD, IV, MARK, QUOTE_WIDTH, TERM_WIDTH, type World } from './world.js'

/**
 * Shows a world as a market of the local exchange: bids, asks, marks, index and deliveries are those of the environment to
 * the last bit, so that the agent's own cycle can trade what the environment trades. Each contract is listed from the
 * time it is first on a menu. Any size is quoted on both sides; there is no past, and no volume.
 */
export function marketOfWorld(world: World): Market {
  const { currency, timeMs, indexUsd, contracts, quotes, terms } = world
  const { instruments, expiryMs, deliveryUsd, firstTime, endTime, firstRow } = contracts
  const startMs = timeMs[0] as number
  const bySymbol = new Map(instruments.map(({ symbol }, contract) => [symbol, contract]))
  const deliveries = new Map(instruments.map((instrument, contract) => [instrument.expiryMs, deliveryUsd[contract]]))
  const listed = listings(world)
  const kept = new Map<number, OptionQuote>()
  let last = 0

  /** The decision time whose quotes hold at a moment. Moments come in order more often than not. */
  function timeAt(atMs: number): number {
    if ((timeMs[last] as number) > atMs) last = 0
    while (last + 1 < timeMs.length && (timeMs[last + 1] as number) <= atMs) last++
    return last
  }

  function isListed(contract: number, time: number, atMs: number): boolean {
    return (
      (firstTime[contract] as number) <= time &&
      time < (endTime[contract] as number) &&
      (expiryMs[contract] as number) > atMs
    )
  }

  function quoteOf(contract: number, time: number): OptionQuote {
    const row = (firstRow[contract] as number) + time - (firstTime[contract] as number)
    const known = kept.get(row)
    if (known !== undefined) return known
    const made = quoteOfRow(row, instruments[contract] as OptionInstrument, time)
    if (kept.size >= KEPT_QUOTES) kept.clear()
    kept.set(row, made)
    return made
  }

  function quoteOfRow(row: number, instrument: OptionInstrument, time: number): OptionQuote {
    const at = row * QUOTE_WIDTH
    const atMs = timeMs[time] as number
    const markPriceCoin = quotes[at + MARK] as number
    const forwardUsd = terms[row * TERM_WIDTH + FORWARD_USD] as number
    const iv = terms[row * TERM_WIDTH + IV] as number
    const expiryYears = yearsBetween(atMs, instrument.expiryMs)
    const fair = black76({ forwardUsd, strikeUsd: instrument.strikeUsd, expiryYears, iv, kind: 'call' })
    const top = {
      bidPriceCoin: priceOf(quotes[at + BID]),
      bidSizeCoin: priceOf(quotes[at + BID]) && ANY_SIZE_COIN,
      askPriceCoin: priceOf(quotes[at + ASK]),
      askSizeCoin: priceOf(quotes[at + ASK]) && ANY_SIZE_COIN,
    }
    return {
      symbol: instrument.symbol,
      timestampMs: atMs,
      ...top,
      markPriceCoin,
      markIv: iv,
      forwardUsd,
      indexUsd: indexUsd[time] as number,
      greeks: greeksOf(fair, { forwardUsd, iv, expiryYears, markPriceCoin }),
      ...priceBand(instrument, { markPriceCoin, ...top }),
      openInterestCoin: null,
      volumeCoin: null,
    }
  }

  function requireCurrency(asked: Currency): void {
    if (asked === currency) return
    throw new CcError(`This world has no ${asked}, only ${currency}.`, {
      code: 'backtest/unknown-currency',
      recovery: 'halt',
      facts: { asked, has: currency },
    })
  }

  return {
    source: world.source,
    currencies: [currency],
    startMs,
    frozen: false,
    stepMs: MINUTE_MS,
    steps: {
      startMs: (atMs) => timeMs[timeAt(atMs)] as number,
      nextMs: (atMs) => (atMs < startMs ? startMs : (timeMs[timeAt(atMs) + 1] ?? Number.POSITIVE_INFINITY)),
    },
    instruments(asked, atMs) {
      requireCurrency(asked)
      const time = timeAt(atMs)
      return listed(time)
        .filter((contract) => isListed(contract, time, atMs))
        .map((contract) => instruments[contract] as OptionInstrument)
    },
    indexUsd(asked, atMs) {
      requireCurrency(asked)
      return indexUsd[timeAt(atMs)] as number
    },
    chain(asked, atMs) {
      requireCurrency(asked)
      const time = timeAt(atMs)
      return listed(time)
        .filter((contract) => isListed(contract, time, atMs))
        .map((contract) => quoteOf(contract, time))
    },
    quote(symbol, atMs) {
      const contract = bySymbol.get(symbol)
      const time = timeAt(atMs)
      return contract !== undefined && isListed(contract, time, atMs) ? quoteOf(contract, time) : undefined
    },
    history(asked, { kind, resolutionMs }) {
      requireCurrency(asked)
      return { kind, currency, resolutionMs, openMs: [], open: [], high: [], low: [], close: [] }
    },
    deliveryUsd: (asked, ofMs, nowMs) => (asked === currency && nowMs >= ofMs ? deliveries.get(ofMs) : undefined),
  }
}

/** Contracts that are quoted at a decision time, in symbol order. */
function listings({ contracts }: World): (time: number) => readonly number[] {
  const { instruments, firstTime, endTime } = contracts
  const inOrder = instruments
    .map(({ symbol }, contract) => ({ symbol, contract }))
    .toSorted((a, b) => (a.symbol < b.symbol ? -1 : 1))
    .map(({ contract }) => contract)
  const lists = new Map<number, readonly number[]>()
  return (time) => {
    let list = lists.get(time)
    if (list === undefined) {
      list = inOrder.filter(
        (contract) => (firstTime[contract] as number) <= time && time < (endTime[contract] as number),
      )
      lists.set(time, list)
    }
    return list
  }
}

function priceOf(price: number | undefined): number | null {
  return price !== undefined && price > 0 ? price : null
}

const MINUTE_MS = 60_000
const KEPT_QUOTES = 200_000
/** What the environment assumes: as much as is asked for. */
const ANY_SIZE_COIN = 1_000_000
