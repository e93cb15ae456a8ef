import type { BreachCode, CandidateOption, OptionPosition, UnderlyingState } from '@cc/models'
import {
  absolute,
  feeGrains,
  feeRateOf,
  grainsOf,
  least,
  most,
  partsOf,
  shareOf,
  sum,
  unitsOf,
  valueGrains,
  wholeUnits,
} from './amounts.ts'
import { callValue } from './call-value.ts'
import {
  type Case,
  type Exit,
  type Findings,
  mayBeCall,
  readSymbol,
  restingOf,
  restOf,
  type Sale,
  unknownSells,
} from './case.ts'

const YEAR_MS = 365 * 86_400_000
const WHOLE = partsOf(1)
const UNIT = unitsOf(1)
/** Parts of a unit: margins are kept in 1e-20 coin, as a rate in parts times a size in units. */
const FINE = WHOLE
/** Two sides of a comparison that differ by less than one in so many are the same to floats. */
const NOISE_SHARE = 10_000_000_000n
/** Maintenance margin of a short call beside its mark. */
const MAINTENANCE = 0.075

/** A short call that is, or may become one, and what its margin is judged by. */
type Short = Knowledge & { symbol: string; size: bigint; pending: boolean }
/** What the state says of a call. Where it says nothing the call has the delta and the mark of its coin, the most there is. */
type Knowledge = { expiryMs: number | undefined; delta: bigint; mark: bigint; terms: Terms | null }
type Terms = { forwardUsd: number; strikeUsd: number; expiryMs: number; iv: number | null }

/** The numbers that were compared, in units; for whoever wants to move a state to a boundary. */
export type Figures = {
  needed: bigint
  covered: bigint
  balance: bigint
  initial: bigint
  maintenance: bigint
  /** Maintenance margin over margin balance, percent, after each move. */
  stress: readonly number[]
  /** Covered coins before the trade, and short calls on its expiry after it. */
  before: bigint
  onExpiry: bigint
}

/** R14-R20: what is judged of the account after the trade, and the numbers. */
export function judgeAccount(facts: Case, sale: Sale, closes: Exit | undefined, found: Findings): Figures {
  const { limits } = facts
  const { size } = sale
  const { portfolio } = sale.underlying
  const cash = cashAfter(sale, closes)

  const shorts = shortsAfter(facts, sale, closes)
  const needed = sum(shorts.map((short) => short.size))
  const before = coveredBefore(sale)
  const covered = most(0n, before + cash)
  judgeCover('coverage-exceeded', needed, shareOf(covered, partsOf(limits.maxCoverage)), found)

  const balance = grainsOf(unitsOf(portfolio.marginBalanceCoin)) + cash
  const fine = (coin: number) => unitsOf(coin) * FINE
  const frees = closes === undefined ? 0n : closes.size * initialRate(closes.position)
  const quoted = fine(sale.quote?.initialMarginCoin ?? 0)
  const initial = most(0n, fine(portfolio.initialMarginCoin) - frees) + most(size * initialRate(sale.candidate), quoted)
  judgePct('margin-exceeded', { part: initial, whole: balance, maxPct: limits.maxMarginUsedPct }, found)
  const pending = shorts.filter((short) => short.pending).map((short) => short.size * maintenanceRate(short.mark))
  const asks = size * maintenanceRate(sale.book.mark) + sum(pending)
  const freed = closes === undefined ? 0n : closes.size * maintenanceRate(closes.book.mark)
  const maintenance = most(0n, fine(portfolio.maintenanceMarginCoin) - freed) + asks
  judgePct('maintenance-exceeded', { part: maintenance, whole: balance, maxPct: limits.maxMaintenancePct }, found)
  const stress = judgeStress(facts, shorts, balance, found)

  judgeDelta(facts, { sale, closes, before, shorts }, found)
  const onExpiry = judgeExpiry(facts, { sale, closes, before, shorts }, found)
  if (positionsAfter(sale, closes, shorts) > limits.maxPositions) found.add('positions-exceeded')
  const [initialUnits, maintenanceUnits] = [initial / FINE, maintenance / FINE]
  const [coveredUnits, balanceUnits, beforeUnits] = [covered, balance, before].map(wholeUnits) as [
    bigint,
    bigint,
    bigint,
  ]
  return {
    needed,
    covered: coveredUnits,
    balance: balanceUnits,
    initial: initialUnits,
    maintenance: maintenanceUnits,
    stress,
    before: beforeUnits,
    onExpiry,
  }
}

/** What the legs bring at their worst prices, fees paid, in grains. */
function cashAfter({ size, worst, book }: Sale, closes: Exit | undefined): bigint {
  const fee = (price: bigint, of: typeof book) => feeGrains(size, price, feeRateOf(of.instrument))
  const premium = worst === null ? 0n : valueGrains(size, worst) - fee(worst, book)
  const cost = closes?.worst == null ? 0n : valueGrains(size, closes.worst) + fee(closes.worst, closes.book)
  return premium - cost
}

/** Coins that cover, in grains: never more than the balance less short futures, and less what resting buys will cost. */
function coveredBefore({ underlying: { portfolio }, book }: Sale): bigint {
  const futures = portfolio.otherPositions.filter(({ kind, sizeCoin }) => kind === 'future' && sizeCoin < 0)
  const cash = unitsOf(portfolio.balanceCoin) + sum(futures.map(({ sizeCoin }) => unitsOf(sizeCoin)))
  const costs = restingOf(portfolio, 'buy').map((order) => {
    const [rest, price] = [restOf(order), unitsOf(order.priceCoin)]
    return valueGrains(rest, price) + feeGrains(rest, price, feeRateOf(book.instrument))
  })
  return grainsOf(least(unitsOf(portfolio.coverage.coveredCoin), cash)) - sum(costs)
}

/** Option positions that there are or may be, the new one among them. */
function positionsAfter(
  { underlying: { portfolio }, symbol }: Sale,
  closes: Exit | undefined,
  shorts: readonly Short[],
) {
  const held = portfolio.positions.filter(({ instrument, sizeCoin }) => {
    const isGone = instrument.symbol === closes?.symbol && -unitsOf(sizeCoin) <= closes.size
    return sizeCoin !== 0 && !isGone
  })
  const unlisted = portfolio.otherPositions.filter(({ kind, sizeCoin }) => kind === 'option' && sizeCoin !== 0)
  const pending = shorts.filter((short) => short.pending)
  return new Set([
    symbol,
    ...held.map(({ instrument }) => instrument.symbol),
    ...[...unlisted, ...pending].map((of) => of.symbol),
  ]).size
}

/** Every short call that there is or may be once the trade is done. */
function shortsAfter({ state }: Case, sale: Sale, closes: Exit | undefined): Short[] {
  const { underlying } = sale
  const { portfolio } = underlying
  const held = portfolio.positions
    .filter(({ instrument, sizeCoin }) => instrument.kind === 'call' && sizeCoin < 0)
    .map(({ instrument: { symbol }, sizeCoin }) => {
      const closed = symbol === closes?.symbol ? closes.size : 0n
      return { symbol, size: most(0n, -unitsOf(sizeCoin) - closed), pending: false }
    })
  const unlisted = portfolio.otherPositions
    .filter((held) => held.kind === 'option' && held.sizeCoin < 0 && mayBeCall(held))
    .map(({ symbol, sizeCoin }) => ({ symbol, size: -unitsOf(sizeCoin), pending: false }))
  const resting = restingOf(portfolio, 'sell').filter((order) => restOf(order) > 0n && mayBeCall(order))
  const unknown = unknownSells(underlying, state.memory)
  return [
    ...held,
    ...unlisted,
    ...resting.map((order) => ({ symbol: order.symbol, size: restOf(order), pending: true })),
    ...unknown.map(({ symbol, sizeCoin }) => ({ symbol, size: unitsOf(sizeCoin), pending: true })),
  ]
    .map((short): Short => ({ ...short, ...knowledgeOf(short.symbol, underlying) }))
    .concat({ symbol: sale.symbol, size: sale.size, pending: false, ...toldBy(sale.candidate) })
}

function knowledgeOf(symbol: string, { portfolio, candidates }: UnderlyingState): Knowledge {
  const known = [...portfolio.positions, ...candidates].find(({ instrument }) => instrument.symbol === symbol)
  if (known !== undefined) return toldBy(known)
  return { expiryMs: readSymbol(symbol)?.expiryMs, delta: WHOLE, mark: unitsOf(1), terms: null }
}

function toldBy({ instrument, delta, forwardUsd, markIv, markPriceCoin }: OptionPosition | CandidateOption): Knowledge {
  const { strikeUsd, expiryMs } = instrument
  return {
    expiryMs,
    delta: delta === null ? WHOLE : partsOf(delta),
    mark: unitsOf(markPriceCoin),
    terms: { forwardUsd, strikeUsd, expiryMs, iv: markIv },
  }
}

/** R16: maintenance margin over margin balance, percent, after each move of the index. */
function judgeStress(facts: Case, shorts: readonly Short[], balance: bigint, found: Findings): readonly number[] {
  const balanceCoin = Number(balance) / 8e16
  return [1.25, 1.5, 2].map((move) => {
    const margins = shorts.map(
      ({ size, terms }) => (Number(size) / 1e8) * (MAINTENANCE + stressedMark(terms, move, facts.nowMs)),
    )
    const total = margins.reduce((left, right) => left + right, 0)
    const pct = wholeUnits(balance) > 0n ? (100 * total) / balanceCoin : Number.POSITIVE_INFINITY
    if (Math.abs(pct - facts.limits.maxStressPct) <= 1e-9 * facts.limits.maxStressPct) found.near('stress-exceeded')
    if (pct > facts.limits.maxStressPct) found.add('stress-exceeded')
    return pct
  })
}

function stressedMark(terms: Terms | null, move: number, nowMs: number): number {
  if (terms === null || terms.iv === null) return 1
  const { forwardUsd, strikeUsd, expiryMs, iv } = terms
  const years = Math.max(0, expiryMs - nowMs) / YEAR_MS
  return callValue({ forwardUsd: forwardUsd * move, strikeUsd, years, iv: iv + 0.2 })
}

type Around = { sale: Sale; closes: Exit | undefined; before: bigint; shorts: readonly Short[] }

/** R17: the book's delta over covered coins, whether resting and unknown sells fill or not. In 1e-20 coin. */
function judgeDelta({ limits }: Case, { sale, closes, before, shorts }: Around, found: Findings): void {
  const { underlying, candidate, size } = sale
  const { positions } = underlying.portfolio
  const isUnread = positions.some(({ sizeCoin, delta }) => sizeCoin !== 0 && delta === null)
  // Without a covered coin there is no share of it, and coverage refuses.
  if (isUnread || wholeUnits(before) <= 0n) return
  const now = sum(positions.map(({ sizeCoin, delta }) => unitsOf(sizeCoin) * partsOf(delta ?? 0)))
  const bought = closes === undefined ? 0n : size * partsOf(closes.position.delta ?? 0)
  const change = bought - size * partsOf(candidate.delta)
  const filled = now - sum(shorts.filter(({ pending }) => pending).map((sell) => sell.size * sell.delta))
  const isBeyond = [now, filled].some((start) => {
    const after = absolute(start + change)
    return after > absolute(start) && grainsOf(after) > before * partsOf(limits.maxNetDeltaAbs)
  })
  if (isBeyond) found.add('net-delta-exceeded')
}

/** R18: short calls on the expiry of the sale, as a share of covered coins. */
function judgeExpiry({ limits }: Case, { sale, closes, before, shorts }: Around, found: Findings): bigint {
  const { expiryMs } = sale.candidate.instrument
  const onExpiry = sum(shorts.filter((short) => (short.expiryMs ?? expiryMs) === expiryMs).map(({ size }) => size))
  const staysOnExpiry = closes?.position.instrument.expiryMs === expiryMs
  if (!staysOnExpiry && wholeUnits(before) > 0n) {
    judgeCover('expiry-exposure-exceeded', onExpiry, shareOf(before, partsOf(limits.maxExpiryExposure)), found)
  }
  return onExpiry
}

/** Initial margin of one coin of a short call, in parts: 15 % less what it is out of the money, at least 10 %, and its mark. */
function initialRate({ instrument, forwardUsd, markPriceCoin }: OptionPosition | CandidateOption): bigint {
  const [strike, forward] = [partsOf(instrument.strikeUsd), partsOf(forwardUsd)]
  const out = strike > forward ? ((strike - forward) * WHOLE) / forward : 0n
  return most(partsOf(0.15) - out, partsOf(0.1)) + unitsOf(markPriceCoin) * (WHOLE / UNIT)
}

/** Maintenance margin of one coin of a short call, in parts. */
function maintenanceRate(mark: bigint): bigint {
  return partsOf(MAINTENANCE) + mark * (WHOLE / UNIT)
}

/** Whether units that are needed are more than the grains that there are; a hundredth of a unit is noise to floats. */
function judgeCover(code: BreachCode, needed: bigint, covered: bigint, found: Findings): void {
  const lack = grainsOf(needed) - covered
  if (lack > 0n) found.add(code)
  if (lack !== 0n && absolute(lack) < grainsOf(1n) / 100n) found.near(code)
}

/** Whether a part, in 1e-20 coin, is more than so many percent of a whole, in grains; of less than a unit everything is. */
function judgePct(
  code: BreachCode,
  { part, whole, maxPct }: { part: bigint; whole: bigint; maxPct: number },
  found: Findings,
) {
  const excess = grainsOf(part) * 100n - whole * partsOf(maxPct)
  const isNothing = wholeUnits(whole) <= 0n
  if (isNothing || excess > 0n) found.add(code)
  if (!isNothing && absolute(excess) <= (whole * partsOf(maxPct)) / NOISE_SHARE && excess !== 0n) found.near(code)
}
