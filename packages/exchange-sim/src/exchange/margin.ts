import type { OptionInstrument, OptionQuote } from '@cc/models'
import { shortCallMargin } from '@cc/pricing'

/** All that one symbol asks of an account: the position and the resting orders. Sizes and cost in coin. */
export type Exposure = {
  readonly instrument: OptionInstrument
  /** Signed. */
  readonly positionCoin: number
  readonly sellsCoin: number
  readonly buysCoin: number
  /** What the resting buys pay if they fill, fees included. */
  readonly buysCostCoin: number
}

export type Margin = {
  /** Of the position. */
  initialMarginCoin: number
  maintenanceMarginCoin: number
  /** Of the resting orders, on top. */
  ordersMarginCoin: number
}

/**
 * Segregated standard margin of one symbol. Short options ask by Deribit's formula, bought ones nothing: their
 * premium is paid. Resting sells ask like shorts where they are more than the options held; resting buys set
 * their cost aside where they are more than closes the short.
 */
export function marginOf(exposure: Exposure, quote: OptionQuote): Margin {
  const { instrument, positionCoin, sellsCoin, buysCoin, buysCostCoin } = exposure
  const shortCoin = Math.max(0, -positionCoin)
  const opensShortCoin = Math.max(0, sellsCoin - Math.max(0, positionCoin))
  const opensLongCoin = Math.max(0, buysCoin - shortCoin)
  const position = shortMargin(instrument, quote, shortCoin)
  const sells = shortMargin(instrument, quote, opensShortCoin)
  const buysMarginCoin = opensLongCoin === 0 ? 0 : buysCostCoin * (opensLongCoin / buysCoin)
  return { ...position, ordersMarginCoin: sells.initialMarginCoin + buysMarginCoin }
}

function shortMargin(
  { kind, strikeUsd }: OptionInstrument,
  { forwardUsd, markPriceCoin }: OptionQuote,
  sizeCoin: number,
): { initialMarginCoin: number; maintenanceMarginCoin: number } {
  const short = { sizeCoin, strikeUsd, underlyingUsd: forwardUsd, markCoin: markPriceCoin }
  return kind === 'call' ? shortCallMargin(short) : shortPutMargin(short)
}

/**
 * Initial: max(max(0.15 − otm, 0.10) + mark, maintenance); maintenance: max(0.075, 0.075 · mark) + mark;
 * otm = max(0, S − K)/S.
 *
 * Rule: https://support.deribit.com/hc/en-us/articles/25944811317149-Margin-types-and-usage
 */
function shortPutMargin(short: { sizeCoin: number; strikeUsd: number; underlyingUsd: number; markCoin: number }): {
  initialMarginCoin: number
  maintenanceMarginCoin: number
} {
  const { sizeCoin, strikeUsd, underlyingUsd, markCoin } = short
  const otm = Math.max(0, underlyingUsd - strikeUsd) / underlyingUsd
  const maintenance = Math.max(0.075, 0.075 * markCoin) + markCoin
  const initial = Math.max(Math.max(0.15 - otm, 0.1) + markCoin, maintenance)
  return { initialMarginCoin: sizeCoin * initial, maintenanceMarginCoin: sizeCoin * maintenance }
}
