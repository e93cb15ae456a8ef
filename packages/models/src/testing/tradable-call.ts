import type { Currency, OptionInstrument } from '../instrument.js'
import type { OptionQuote } from '../market.js'
import type { Venue } from '../ports.js'

type TwoSided = OptionQuote & { bidPriceCoin: number; bidSizeCoin: number; askPriceCoin: number; askSizeCoin: number }

const WEEK_MS = 7 * 86_400_000

/** A call some weeks out with a bid and an ask that take at least the smallest order. */
export async function tradableCall(
  venue: Venue,
  currency: Currency,
): Promise<{ instrument: OptionInstrument; quote: TwoSided }> {
  const nowMs = venue.clock.now()
  const chain = await venue.market.chain(currency)
  const quoted = new Map(chain.quotes.map((quote) => [quote.symbol, quote]))
  const calls = (await venue.market.instruments(currency))
    .filter(({ kind, state, expiryMs }) => kind === 'call' && state === 'open' && expiryMs > nowMs + WEEK_MS)
    .filter(({ symbol }) => quoted.get(symbol)?.bidPriceCoin != null && quoted.get(symbol)?.askPriceCoin != null)
    .sort((a, b) => a.expiryMs - b.expiryMs || distance(a) - distance(b))
  for (const instrument of calls.slice(0, 50)) {
    const quote = await venue.market.quote(instrument.symbol)
    if (isTwoSided(quote) && Math.min(quote.bidSizeCoin, quote.askSizeCoin) >= instrument.minSizeCoin)
      return { instrument, quote }
  }
  throw new Error(`No call of ${currency} has a bid and an ask to trade against.`)

  function distance({ symbol, strikeUsd }: OptionInstrument): number {
    return Math.abs(strikeUsd / (quoted.get(symbol)?.forwardUsd ?? strikeUsd) - 1.05)
  }
}

/** About twice a price, on the widest grid that the instrument has. */
export function farAbove(priceCoin: number, { tickSizeCoin, tickSteps }: OptionInstrument): number {
  const tickCoin = Math.max(tickSizeCoin, ...tickSteps.map((step) => step.tickSizeCoin))
  return Number((Math.ceil((2 * priceCoin) / tickCoin) * tickCoin).toFixed(8))
}

function isTwoSided(quote: OptionQuote): quote is TwoSided {
  return (
    quote.bidPriceCoin !== null &&
    quote.bidSizeCoin !== null &&
    quote.askPriceCoin !== null &&
    quote.askSizeCoin !== null
  )
}
