import type { AgentMemory } from '@cc/models'
import { isStale } from './agent-rules.ts'
import { feeGrains, feeRateOf, grainsOf, most, partsOf, sum, unitsOf } from './amounts.ts'
import {
  accountOf,
  type Case,
  type Exit,
  type Findings,
  legsOf,
  mayBeCall,
  readSymbol,
  restingOf,
  restOf,
  type Sale,
  unknownSells,
} from './case.ts'
import { tickAt } from './prices.ts'

const DAY_MS = 86_400_000
const WHOLE = partsOf(1)

/** R08-R13, R21 and R32: what is judged of the call that is sold, its size and its book. */
export function judgeSale(facts: Case, sale: Sale, found: Findings): void {
  const { candidate, size, underlying } = sale
  const { nowMs, limits, state } = facts
  const { instrument, delta, forwardUsd } = candidate
  judgeOption(sale, nowMs, found)
  if (delta < limits.delta.min || delta > limits.delta.max) found.add('delta-outside')
  const [leftMs, fromState] = [instrument.expiryMs - nowMs, BigInt(instrument.expiryMs - state.timeMs) * WHOLE]
  const isSoon = fromState < partsOf(limits.dte.min) * BigInt(DAY_MS)
  if (isSoon || fromState > partsOf(limits.dte.max) * BigInt(DAY_MS)) found.add('dte-outside')
  if (cents(instrument.strikeUsd) * WHOLE < cents(forwardUsd) * (WHOLE + partsOf(limits.minMoneyness))) {
    found.add('strike-too-low')
  }
  if (leftMs < limits.minTimeLeftMs) found.add('expiry-too-near')
  if (isStale(nowMs - candidate.quotedMs, limits.maxStateAgeMs)) found.add('state-stale')

  if (size > unitsOf(limits.maxOrderCoin[instrument.currency])) found.add('size-too-large')
  if (size * cents(underlying.spotUsd) > unitsOf(limits.maxOrderUsd) * 100n) found.add('notional-exceeded')
  judgeSaleBook(facts, sale, found)
  if (sale.quote === undefined) found.add('margin-unknown')

  const { positions } = underlying.portfolio
  const isShort = positions.some(({ instrument: { symbol, kind }, sizeCoin }) => {
    return kind === 'call' && symbol === sale.symbol && sizeCoin < 0
  })
  const sells = [...restingOf(underlying.portfolio, 'sell').filter((order) => restOf(order) > 0n && mayBeCall(order))]
  const pending = [...sells, ...unknownSells(underlying, state.memory)]
  const sharesExpiry = pending.some(({ symbol }) => {
    return (readSymbol(symbol)?.expiryMs ?? instrument.expiryMs) === instrument.expiryMs
  })
  if (isShort || sharesExpiry) found.add('duplicate-open')
}

/** R08, R10, R12, R13, R23 and R32 as far as they hold for a call that is bought back. */
export function judgeExit({ nowMs, state, proposal }: Case, exit: Exit, found: Findings): void {
  const { size, book, symbol } = exit
  judgeOption(exit, nowMs, found)
  const isSoldToo = legsOf(proposal)[0]?.symbol === symbol
  if (book.ask === null || (book.bid === null && isSoldToo)) found.add('no-quote')
  if (book.bid !== null && book.ask !== null && book.bid > book.ask) found.add('book-crossed')
  if (size > heldOf(exit, state.memory)) found.add('position-missing')
}

/** How much of a short call nothing buys back yet: neither an order that rests, nor one whose outcome is unknown. */
export function heldOf({ position, symbol, underlying }: Exit, { unresolved }: AgentMemory): bigint {
  const { openOrders } = underlying.portfolio
  const buys = restingOf(underlying.portfolio, 'buy').filter((order) => order.symbol === symbol)
  const listed = new Set(openOrders.map(({ label }) => label))
  const unknown = unresolved.filter((send) => send.symbol === symbol && send.side === 'buy' && !listed.has(send.label))
  const taken = sum(buys.map(restOf)) + sum(unknown.map(({ sizeCoin }) => unitsOf(sizeCoin)))
  return most(0n, most(0n, -unitsOf(position.sizeCoin)) - taken)
}

/** R22: what is judged of both legs of a roll. */
export function judgeRoll({ proposal, limits, sale, exit }: Case, found: Findings): void {
  if (proposal.action !== 'ROLL_COVERED_CALL') return
  const { fromSymbol, toSymbol } = proposal.params
  if (fromSymbol === toSymbol) found.add('roll-same-symbol')
  const [from, to] = [readSymbol(fromSymbol), readSymbol(toSymbol)]
  if (from !== undefined && to !== undefined) {
    if (from.currency !== to.currency) found.add('roll-other-currency')
    if (to.expiryMs < from.expiryMs) found.add('roll-earlier-expiry')
  }
  const [bid, ask] = [sale?.book.bid ?? null, exit?.book.ask ?? null]
  if (limits.maxNetDebitCoin === null || bid === null || ask === null) return
  if (ask - bid > unitsOf(limits.maxNetDebitCoin)) found.add('net-debit-exceeded')
}

/** R32: an own order on the other side of a book that is traded. */
export function judgeSelfCross({ state, proposal }: Case, found: Findings): void {
  const [sold, bought] = legsOf(proposal)
  const crosses = (leg: { symbol: string } | undefined, side: 'buy' | 'sell') => {
    const account = leg && accountOf(leg.symbol, state)
    return account !== undefined && restingOf(account.portfolio, side).some(({ symbol }) => symbol === leg?.symbol)
  }
  if (crosses(sold, 'buy') || crosses(bought, 'sell')) found.add('self-cross')
}

function judgeOption({ book: { instrument }, size }: Sale | Exit, nowMs: number, found: Findings): void {
  if (instrument.kind !== 'call') found.add('not-a-call')
  if (instrument.state !== 'open') found.add('instrument-not-open')
  if (instrument.expiryMs <= nowMs) found.add('instrument-expired')
  if (size < unitsOf(instrument.minSizeCoin)) found.add('size-too-small')
  if (size > 0n && size % unitsOf(instrument.sizeStepCoin) !== 0n) found.add('size-off-step')
}

function judgeSaleBook({ limits }: Case, sale: Sale, found: Findings): void {
  const { book, candidate, underlying, range, quote } = sale
  const { bid, ask } = book
  if (bid === null || ask === null) found.add('no-quote')
  if (bid === null) return
  if (ask !== null) {
    const ticks = BigInt(limits.spread.ticks) * tickAt((bid + ask) / 2n, book.instrument)
    const spread = ask - bid
    if (spread < 0n) found.add('book-crossed')
    const isWide = 2n * spread * WHOLE > (ask + bid) * partsOf(limits.spread.fraction)
    if (spread > ticks && isWide) found.add('spread-too-wide')
  }
  const isAbove = bid > most(0n, unitsOf(Math.min(1, quote?.maxPriceCoin ?? 1)))
  if (range !== null && (bid < range.floor || isAbove)) found.add('price-outside-band')

  const [strike, forward] = [cents(candidate.instrument.strikeUsd), cents(candidate.forwardUsd)]
  if (range !== null && strike < forward && range.worst * forward < (forward - strike) * unitsOf(1)) {
    found.add('price-below-intrinsic')
  }
  if (bid < unitsOf(limits.minPriceCoin)) found.add('premium-too-low')
  const net = grainsOf(bid) - feeGrains(unitsOf(1), bid, feeRateOf(candidate.instrument))
  if (net * cents(underlying.spotUsd) < grainsOf(unitsOf(limits.minNetPremiumUsd)) * 100n)
    found.add('net-premium-too-low')
}

function cents(usd: number): bigint {
  return BigInt(Math.round(usd * 100))
}
