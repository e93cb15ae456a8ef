import type { MarginQuote } from '@cc/models'
import { nextPriceDown, nextPriceUp, roundPriceDown, roundPriceUp, tickSizeAt } from '@cc/pricing'
import type { RiskLimits } from './options.js'
import type { QuotedOption } from './trade.js'

type Collar = RiskLimits['collar']
/** The prices that the venue takes now; `null` where it states none. */
type Band = Pick<MarginQuote, 'minPriceCoin' | 'maxPriceCoin'>

/** The lowest price that a sale may take, on the tick grid, and the range that its bid must lie in. */
export type SellBounds = { worstCoin: number; minPriceCoin: number; maxPriceCoin: number }

/** A call can never pay out more than the coin that covers it. */
const HIGHEST_CALL_PRICE_COIN = 1

/**
 * The lowest price that a sale may take: one tick below the bid, yet never below the collar, a tick, or the venue's
 * band. `undefined` without a bid.
 */
export function sellBounds(option: QuotedOption, collar: Collar, band: Band | undefined): SellBounds | undefined {
  const { instrument, bidPriceCoin, markPriceCoin } = option
  if (bidPriceCoin === null) return undefined

  const room = roomCoin(option, collar.sellTicks, collar.sellFraction)
  const minPriceCoin = Math.max(
    roundPriceUp(Math.max(0, markPriceCoin - room), instrument),
    roundPriceUp(band?.minPriceCoin ?? 0, instrument),
    instrument.tickSizeCoin,
  )
  return {
    worstCoin: Math.max(nextPriceDown(bidPriceCoin, instrument), minPriceCoin),
    minPriceCoin,
    maxPriceCoin: Math.min(band?.maxPriceCoin ?? HIGHEST_CALL_PRICE_COIN, HIGHEST_CALL_PRICE_COIN),
  }
}

/**
 * The highest price that a buy-back may pay, on the tick grid: one tick above the ask, yet never above the collar. An ask
 * above the collar is no breach: the order then rests below it. The venue's band is not asked for, since an exit waits for
 * no answer that it can do without: a price outside of it would be rejected, and nothing lost. `undefined` without an ask.
 */
export function worstBuyPrice(option: QuotedOption, collar: Collar): number | undefined {
  const { instrument, askPriceCoin, markPriceCoin } = option
  if (askPriceCoin === null) return undefined

  const room = roomCoin(option, collar.buyTicks, collar.buyFraction)
  const wanted = Math.min(nextPriceUp(askPriceCoin, instrument), roundPriceDown(markPriceCoin + room, instrument))
  return Math.max(wanted, instrument.tickSizeCoin)
}

/** How far from the mark a price may lie: some ticks or a share of it, whichever is more. */
function roomCoin({ instrument, markPriceCoin }: QuotedOption, ticks: number, fraction: number): number {
  return Math.max(ticks * tickSizeAt(markPriceCoin, instrument), fraction * markPriceCoin)
}
