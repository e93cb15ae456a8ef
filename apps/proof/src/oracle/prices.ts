import type { OptionInstrument } from '@cc/models'
import type { RiskLimits } from '@cc/risk'
import { floorDivide, least, most, partsOf, shareOf, unitsOf } from './amounts.ts'

/** What the book and the venue say of one option. Prices in units of 1e-8. */
export type Book = { instrument: OptionInstrument; bid: bigint | null; ask: bigint | null; mark: bigint }

/** Tick at a price and above: that of the highest step which the price has reached. */
export function tickAt(price: bigint, instrument: OptionInstrument): bigint {
  return tickOf(instrument, (above) => price >= above)
}

/** Where a sale may be made. `worst`: one tick through the bid, and not below `floor`, at or above which the bid must be. */
export type SellRange = { worst: bigint; floor: bigint }

/** The floor of a sale: the collar around the mark, the venue's lowest price, and a tick. */
export function sellRange({ instrument, bid, mark }: Book, { collar }: RiskLimits, lowest: bigint): SellRange | null {
  if (bid === null) return null
  const width = most(BigInt(collar.sellTicks) * tickAt(mark, instrument), shareOf(mark, partsOf(collar.sellFraction)))
  const band = most(roundUp(mark - width, instrument), roundUp(lowest, instrument))
  const floor = most(unitsOf(instrument.tickSizeCoin), band)
  return { worst: most(oneDown(bid, instrument), floor), floor }
}

/** The highest price that a call may be bought back at. */
export function buyCeiling({ instrument, ask, mark }: Book, { collar }: RiskLimits): bigint | null {
  if (ask === null) return null
  const width = most(BigInt(collar.buyTicks) * tickAt(mark, instrument), shareOf(mark, partsOf(collar.buyFraction)))
  return most(unitsOf(instrument.tickSizeCoin), least(oneUp(ask, instrument), roundDown(mark + width, instrument)))
}

function oneDown(price: bigint, instrument: OptionInstrument): bigint {
  const tick = tickOf(instrument, (above) => price > above)
  return most(0n, (-floorDivide(-price, tick) - 1n) * tick)
}

function oneUp(price: bigint, instrument: OptionInstrument): bigint {
  const tick = tickAt(price, instrument)
  return (price / tick + 1n) * tick
}

function roundUp(price: bigint, instrument: OptionInstrument): bigint {
  if (price <= 0n) return 0n
  const tick = tickAt(price, instrument)
  return -floorDivide(-price, tick) * tick
}

function roundDown(price: bigint, instrument: OptionInstrument): bigint {
  const tick = tickAt(price, instrument)
  return (price / tick) * tick
}

function tickOf({ tickSizeCoin, tickSteps }: OptionInstrument, isReached: (above: bigint) => boolean): bigint {
  let tick = unitsOf(tickSizeCoin)
  let highest = 0n
  for (const step of tickSteps) {
    const above = unitsOf(step.abovePriceCoin)
    if (above >= highest && isReached(above)) {
      highest = above
      tick = unitsOf(step.tickSizeCoin)
    }
  }
  return tick
}
