import type { OptionInstrument, RuleTrace } from '@cc/models'
import { isDust, quotedShortCalls, type Situation } from './situation.js'
import { sizeDown } from './sizing.js'
import { coinWords } from './words.js'

/** How much is sold, what it is bound by in words, and every bound as a number, `null` where it is not set. */
export type OpenSize = { sizeCoin: number; boundBy: string; facts: RuleTrace['facts'] }

/**
 * The largest size on the step within every bound: the coins that are free, those above the floor that stays uncovered, the
 * share that may be short, one rung, the share and the coins that one decision may sell. 0 where nothing is left.
 */
export function openSize(instrument: OptionInstrument, situation: Situation): OpenSize {
  const { underlying, options } = situation
  const { currency, portfolio } = underlying
  const { coveredCoin, committedCoin, freeCoin } = portfolio.coverage
  const { rungs, maximumNewContractsPercent } = options.target
  const { capFactor, capTargetFloor } = options.writeWhen
  const floorCoin = capTargetFloor[currency]
  const maxSizeCoin = options.maxSizeCoin[currency]
  const coins = (amountCoin: number) => coinWords(Math.max(0, amountCoin), currency)
  const bound = (isSet: boolean, amountCoin: number, words: (coin: string) => string) =>
    isSet ? { amountCoin, words: words(coins(amountCoin)) } : undefined

  const bounds = {
    freeCoin: bound(true, freeCoin, (coin) => `${coin} free`),
    aboveFloorCoin: bound(
      floorCoin > 0,
      coveredCoin - floorCoin - committedCoin,
      (coin) => `${coin} above the ${coins(floorCoin)} that stay uncovered`,
    ),
    belowCapCoin: bound(
      capFactor < 1,
      coveredCoin * capFactor - committedCoin,
      (coin) => `${coin} below the ${coins(coveredCoin * capFactor)} that may be short`,
    ),
    rungCoin: bound(rungs > 1, coveredCoin / rungs - dustCoin(instrument, situation), (coin) => `a rung of ${coin}`),
    newCoin: bound(
      maximumNewContractsPercent < 100,
      (coveredCoin * maximumNewContractsPercent) / 100,
      (coin) => `at most ${coin} a decision`,
    ),
    maxSizeCoin: bound(maxSizeCoin !== undefined, maxSizeCoin ?? 0, (coin) => `at most ${coin} an order`),
  }
  const set = Object.values(bounds).filter((one) => one !== undefined)
  const tightest = set.reduce((least, one) => (one.amountCoin < least.amountCoin ? one : least))
  const sizeCoin = sizeDown(tightest.amountCoin, instrument)
  const amounts = Object.entries(bounds).map(([name, one]) => [name, one?.amountCoin ?? null])
  const facts = { ...Object.fromEntries(amounts), sizeCoin, minSizeCoin: instrument.minSizeCoin }
  return { sizeCoin, boundBy: tightest.words, facts }
}

/** What dust there is on the expiry of a call: it is part of the rung. */
function dustCoin({ expiryMs }: OptionInstrument, { underlying }: Situation): number {
  return quotedShortCalls(underlying)
    .filter((call) => call.instrument.expiryMs === expiryMs && isDust(call))
    .reduce((sum, { sizeCoin }) => sum - sizeCoin, 0)
}

/** Expiries that a short call is open on, dust left aside. */
export function takenExpiries({ underlying }: Situation): ReadonlySet<number> {
  const calls = quotedShortCalls(underlying).filter((call) => !isDust(call))
  return new Set(calls.map(({ instrument }) => instrument.expiryMs))
}
