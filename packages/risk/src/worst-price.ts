import type { Breach, MarginQuote } from '@cc/models'
import { nextPriceDown, nextPriceUp, roundPriceDown, roundPriceUp, tickSizeAt } from '@cc/pricing'
import type { RiskLimits } from './options.js'
import type { QuotedOption } from './trade.js'

type Collar = RiskLimits['collar']
/** The prices that the venue takes now; `null` where it states none. */
type Band = Pick<MarginQuote, 'minPriceCoin' | 'maxPriceCoin'>

/** `priceCoin` is on the tick grid; `undefined` without a quote. */
export type WorstPrice = { priceCoin: number | undefined; breaches: Breach[] }

/** A call can never pay out more than the coin that covers it. */
const HIGHEST_CALL_PRICE_COIN = 1

/**
 * The lowest price that a sale may take: one tick below the bid, yet never below the collar, a tick, or the venue's
 * band. A bid that is itself outside of these is a breach: selling there would be selling into a broken book.
 */
export function worstSellPrice(option: QuotedOption, collar: Collar, band: Band | undefined): WorstPrice {
  const { instrument, bidPriceCoin, markPriceCoin } = option
  const on = instrument.symbol
  if (bidPriceCoin === null) return { priceCoin: undefined, breaches: [{ code: 'no-quote', on, side: 'bid' }] }

  const room = roomCoin(option, collar.sellTicks, collar.sellFraction)
  const minPriceCoin = Math.max(
    roundPriceUp(Math.max(0, markPriceCoin - room), instrument),
    roundPriceUp(band?.minPriceCoin ?? 0, instrument),
    instrument.tickSizeCoin,
  )
  const maxPriceCoin = Math.min(band?.maxPriceCoin ?? HIGHEST_CALL_PRICE_COIN, HIGHEST_CALL_PRICE_COIN)
  const inside = bidPriceCoin >= minPriceCoin && bidPriceCoin <= maxPriceCoin
  return {
    priceCoin: Math.max(nextPriceDown(bidPriceCoin, instrument), minPriceCoin),
    breaches: inside ? [] : [{ code: 'price-outside-band', on, priceCoin: bidPriceCoin, minPriceCoin, maxPriceCoin }],
  }
}

/**
 * The highest price that a buy-back may pay: one tick above the ask, yet never above the collar. An ask above the
 * collar is no breach: the order then rests below it. The venue's band is not asked for, since an exit waits for no
 * answer that it can do without: a price outside of it would be rejected, and nothing lost.
 */
export function worstBuyPrice(option: QuotedOption, collar: Collar): WorstPrice {
  const { instrument, askPriceCoin, markPriceCoin } = option
  const on = instrument.symbol
  if (askPriceCoin === null) return { priceCoin: undefined, breaches: [{ code: 'no-quote', on, side: 'ask' }] }

  const room = roomCoin(option, collar.buyTicks, collar.buyFraction)
  const wanted = Math.min(nextPriceUp(askPriceCoin, instrument), roundPriceDown(markPriceCoin + room, instrument))
  return { priceCoin: Math.max(wanted, instrument.tickSizeCoin), breaches: [] }
}

/** How far from the mark a price may lie: some ticks or a share of it, whichever is more. */
function roomCoin({ instrument, markPriceCoin }: QuotedOption, ticks: number, fraction: number): number {
  return Math.max(ticks * tickSizeAt(markPriceCoin, instrument), fraction * markPriceCoin)
}
