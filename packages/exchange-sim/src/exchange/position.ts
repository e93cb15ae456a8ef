import type { OptionInstrument } from '@cc/models'
import { addSizes } from './exact-size.js'

/** Open options of one symbol. `sizeCoin` is signed and never 0. */
export type Position = {
  readonly instrument: OptionInstrument
  readonly sizeCoin: number
  readonly averagePriceCoin: number
  readonly averagePriceUsd: number
  /** What profit of the session counts from: the mark of the last settlement, averaged with what was added since. */
  readonly sessionPriceCoin: number
  /** Mark of the last settlement that it was open through; `null` before the first. */
  readonly settlementPriceCoin: number | null
}

/** One trade as a position takes it in; `signedCoin` is positive for a purchase. */
type Change = { signedCoin: number; priceCoin: number; indexUsd: number }

/**
 * The position after a trade, `undefined` where it is closed, and what the trade realised: since the position was
 * opened, and of that in this session. Averages weigh what was added; what is taken off leaves them; what turns the
 * position starts anew.
 */
export function afterTrade(
  position: Position | undefined,
  instrument: OptionInstrument,
  change: Change,
): { position: Position | undefined; profitLossCoin: number; sessionProfitLossCoin: number } {
  const { signedCoin, priceCoin } = change
  if (position === undefined) return { position: opened(instrument, signedCoin, change), ...NOTHING_REALISED }
  const heldCoin = position.sizeCoin
  const sizeCoin = addSizes(heldCoin, signedCoin)
  if (Math.sign(signedCoin) === Math.sign(heldCoin)) {
    return { position: added(position, sizeCoin, change), ...NOTHING_REALISED }
  }
  const closedCoin = Math.sign(heldCoin) * Math.min(Math.abs(signedCoin), Math.abs(heldCoin))
  const realised = {
    profitLossCoin: closedCoin * (priceCoin - position.averagePriceCoin),
    sessionProfitLossCoin: closedCoin * (priceCoin - position.sessionPriceCoin),
  }
  if (sizeCoin === 0) return { position: undefined, ...realised }
  const isTurned = Math.sign(sizeCoin) !== Math.sign(heldCoin)
  return { position: isTurned ? opened(instrument, sizeCoin, change) : { ...position, sizeCoin }, ...realised }
}

/** The position as the next session takes it over. */
export function afterSettlement(position: Position, markCoin: number): Position {
  return { ...position, sessionPriceCoin: markCoin, settlementPriceCoin: markCoin }
}

function opened(instrument: OptionInstrument, sizeCoin: number, { priceCoin, indexUsd }: Change): Position {
  return {
    instrument,
    sizeCoin,
    averagePriceCoin: priceCoin,
    averagePriceUsd: priceCoin * indexUsd,
    sessionPriceCoin: priceCoin,
    settlementPriceCoin: null,
  }
}

function added(position: Position, sizeCoin: number, { signedCoin, priceCoin, indexUsd }: Change): Position {
  const share = signedCoin / sizeCoin
  const toward = (average: number, value: number) => average + (value - average) * share
  return {
    ...position,
    sizeCoin,
    averagePriceCoin: toward(position.averagePriceCoin, priceCoin),
    averagePriceUsd: toward(position.averagePriceUsd, priceCoin * indexUsd),
    sessionPriceCoin: toward(position.sessionPriceCoin, priceCoin),
  }
}

const NOTHING_REALISED = { profitLossCoin: 0, sessionProfitLossCoin: 0 }
