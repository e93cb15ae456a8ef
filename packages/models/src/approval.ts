import { CcError } from './errors.js'
import type { OptionInstrument } from './instrument.js'
import type { OrderTerms, Side } from './order.js'
import { plainCopyOf } from './plain-copy.js'

/*
 * The seal between risk and execution. Both classes have a private member, so no parse, spread, literal or look-alike
 * has their type. What counts at run time is the register that only this file can write to: an object that was not
 * entered here was not approved, whatever it looks like. The makers are functions, not members, so that an approval in
 * hand leads to no other one.
 *
 * Only `packages/risk/src/approve.ts`, `packages/exec/src` and `@cc/models/testing` may import this path.
 */

/** Which side of an action: buying a call back, or selling one. */
export type LegName = 'close' | 'open'

/** One side of an approved action, and how far it may go. */
export type ApprovedLeg = {
  leg: LegName
  instrument: OptionInstrument
  side: Side
  maxSizeCoin: number
  /** A sell may not go below it, a buy not above. Coin per coin of size. */
  worstPriceCoin: number
  reduceOnly: boolean
}

/** All that an approval allows. */
export type ApprovalBounds = {
  /** Lower-case hex, 8 to 64 digits. */
  decisionId: string
  /** In the order of execution; a roll closes first. Empty for `DO_NOTHING`. */
  legs: readonly ApprovedLeg[]
  /** Of a roll: what closing may cost more than opening brings, per coin of size. `null`: no cap. */
  maxNetDebitCoin: number | null
  /** Most orders that may be cut from it, whatever becomes of them: what the send rates leave. */
  maxOrders: number
  /** Venue time after which no order may be cut from it. */
  expiresMs: number
}

/** What a finished order traded. */
export type Settled = { filledCoin: number; averagePriceCoin: number | null }

/** What risk allowed: the legs, and how far each may go. Made by {@link sealApproval} alone. */
export class ApprovedAction {
  readonly #bounds: ApprovalBounds

  constructor(bounds: ApprovalBounds, permit: symbol) {
    requirePermit(permit, 'forged-approval', 'This approval was not sealed by the risk engine.')
    this.#bounds = bounds
  }

  get bounds(): ApprovalBounds {
    return this.#bounds
  }
}

/** One order inside an approval. It can be sent once. Made by {@link cutOrder} alone. */
export class ApprovedOrder {
  readonly #terms: OrderTerms

  constructor(terms: OrderTerms, permit: symbol) {
    requirePermit(permit, 'forged-order', NOT_CUT)
    this.#terms = terms
  }

  get terms(): OrderTerms {
    return this.#terms
  }
}

/** How much of a leg is out in live orders and how much has traded, in units of 1e-8 coin. */
type LegAccount = { reserved: number; filled: number; paidCoin: number }
type Cut = { approved: ApprovedAction; leg: LegName; terms: OrderTerms; life: 'cut' | 'sent' | 'settled' }

const NOT_CUT = 'This order was not cut from an approval of the risk engine and is not sent.'
const permitted = Symbol('permit')
type Account = Record<LegName, LegAccount> & { orders: number }
const approvals = new WeakMap<ApprovedAction, Account>()
const orders = new WeakMap<ApprovedOrder, Cut>()

for (const { prototype } of [ApprovedAction, ApprovedOrder]) {
  Object.defineProperty(prototype, 'constructor', { value: Object })
  Object.freeze(prototype)
}

/** Seals what risk allows. @throws CcError `models/invalid-approval` where the bounds make no sense. */
export function sealApproval(bounds: ApprovalBounds): ApprovedAction {
  const copy = deepFreeze(plainCopyOf(bounds))
  checkBounds(copy)
  const approved = new ApprovedAction(copy, permitted)
  approvals.set(approved, {
    close: { reserved: 0, filled: 0, paidCoin: 0 },
    open: { reserved: 0, filled: 0, paidCoin: 0 },
    orders: 0,
  })
  return approved
}

/** Whether risk sealed it. */
export function isApproved(value: unknown): value is ApprovedAction {
  return approvals.has(value as ApprovedAction)
}

/**
 * Cuts an order, and takes its size from what the leg has left until {@link settleOrder} says what it became.
 * `undefined` outside the bounds: another symbol or side, worse than the worst price, more than is left, later than the
 * expiry, one order more than allowed, or an opening leg larger than what its closing leg has bought back.
 *
 * @throws CcError `models/forged-approval`
 */
export function cutOrder(approved: ApprovedAction, leg: LegName, wanted: OrderTerms): ApprovedOrder | undefined {
  const account = approvals.get(approved)
  if (account === undefined) throw refusal('forged-approval', 'This approval was not sealed by the risk engine.')
  const { bounds } = approved
  const terms = deepFreeze(plainCopyOf(wanted))
  const limits = bounds.legs.find((candidate) => candidate.leg === leg)
  if (limits === undefined || !matches(limits, terms) || !(terms.validUntilMs <= bounds.expiresMs)) return undefined

  const size = unitsUp(terms.sizeCoin)
  const own = account[leg]
  if (!(size > 0 && own.reserved + own.filled + size <= unitsDown(limits.maxSizeCoin))) return undefined
  const rolls = leg === 'open' && bounds.legs.some((other) => other.leg === 'close')
  if (rolls && !followsClose(bounds, account, size, terms.priceCoin)) return undefined

  if (account.orders >= bounds.maxOrders) return undefined

  own.reserved += size
  account.orders += 1
  const order = new ApprovedOrder(terms, permitted)
  orders.set(order, { approved, leg, terms, life: 'cut' })
  return order
}

/**
 * What every `Broker.place` calls first: the terms of an order that `@cc/exec` cut, once.
 *
 * @throws CcError `models/forged-order` for anything else, `models/order-already-sent` the second time.
 */
export function openApprovedOrder(order: unknown): OrderTerms {
  const cut = orders.get(order as ApprovedOrder)
  if (cut === undefined) throw refusal('forged-order', NOT_CUT, { received: order === null ? 'null' : typeof order })
  const { terms, life } = cut
  if (life !== 'cut') {
    const { label } = terms
    throw refusal('order-already-sent', `Order ${label} was sent before and is never sent twice.`, { label, life })
  }
  cut.life = 'sent'
  return terms
}

/**
 * Says what a finished order traded; the rest goes back to the leg. Of an order whose outcome is unknown nothing is
 * said, and its size stays taken. One that was never sent can only be settled with nothing.
 *
 * @throws CcError `models/forged-order`, `models/invalid-settlement`
 */
export function settleOrder(order: ApprovedOrder, { filledCoin, averagePriceCoin }: Settled): void {
  const cut = orders.get(order)
  const account = cut && approvals.get(cut.approved)?.[cut.leg]
  if (cut === undefined || account === undefined) throw refusal('forged-order', NOT_CUT)
  const { label, sizeCoin } = cut.terms
  const size = unitsUp(sizeCoin)
  const filled = unitsUp(filledCoin)
  const isPriced = averagePriceCoin !== null && averagePriceCoin > 0 && Number.isFinite(averagePriceCoin)
  const isSound =
    filled === 0 ? cut.life !== 'settled' : cut.life === 'sent' && filled > 0 && filled <= size && isPriced
  if (!isSound) {
    throw refusal('invalid-settlement', `Order ${label} cannot be settled with ${filledCoin} coin filled.`, {
      label,
      life: cut.life,
      sizeCoin,
      filledCoin: String(filledCoin),
      averagePriceCoin: String(averagePriceCoin),
    })
  }
  cut.life = 'settled'
  account.reserved -= size
  account.filled += filled
  account.paidCoin += filledCoin * (averagePriceCoin ?? 0)
}

function matches(limits: ApprovedLeg, { symbol, side, priceCoin, reduceOnly }: OrderTerms): boolean {
  const priceHolds = side === 'sell' ? priceCoin >= limits.worstPriceCoin : priceCoin <= limits.worstPriceCoin
  return (
    symbol === limits.instrument.symbol &&
    side === limits.side &&
    Number.isFinite(priceCoin) &&
    priceCoin > 0 &&
    priceHolds &&
    (reduceOnly || !limits.reduceOnly)
  )
}

/** The opening leg of a roll: nothing of the close is still out, no more opens than closed, and the debit stays capped. */
function followsClose(
  { maxNetDebitCoin }: ApprovalBounds,
  { close, open }: Record<LegName, LegAccount>,
  size: number,
  priceCoin: number,
): boolean {
  if (close.reserved > 0 || close.filled === 0) return false
  if (open.reserved + open.filled + size > close.filled) return false
  if (maxNetDebitCoin === null) return true
  const closedAtCoin = close.paidCoin / (close.filled / UNITS_PER_COIN)
  return closedAtCoin - priceCoin <= maxNetDebitCoin + 1e-12
}

const UNITS_PER_COIN = 1e8
/** Noise of float arithmetic, in units: no order is a thousandth of a satoshi larger for it. */
const NOISE = 1e-3

function unitsUp(coin: number): number {
  return Math.ceil(coin * UNITS_PER_COIN - NOISE)
}

function unitsDown(coin: number): number {
  return Math.floor(coin * UNITS_PER_COIN + NOISE)
}

function checkBounds({ decisionId, legs, expiresMs, maxNetDebitCoin, maxOrders }: ApprovalBounds): void {
  const isPositive = (value: number) => value > 0 && Number.isFinite(value)
  const demands: readonly [boolean, string][] = [
    [/^[0-9a-f]{8,64}$/.test(decisionId), 'decisionId must be 8 to 64 lower-case hex digits'],
    [Number.isFinite(expiresMs), 'expiresMs must be finite'],
    [Number.isInteger(maxOrders) && maxOrders > 0, 'maxOrders must be a whole number above 0'],
    [maxNetDebitCoin === null || Number.isFinite(maxNetDebitCoin), 'maxNetDebitCoin must be finite or null'],
    [new Set(legs.map(({ leg }) => leg)).size === legs.length, 'a leg appears twice'],
    [legs.every(({ maxSizeCoin }) => isPositive(maxSizeCoin)), 'maxSizeCoin must be positive and finite'],
    [legs.every(({ worstPriceCoin }) => isPositive(worstPriceCoin)), 'worstPriceCoin must be positive and finite'],
    [legs.every(({ leg, reduceOnly }) => reduceOnly === (leg === 'close')), 'a close only reduces, an open does not'],
    [legs.every(({ leg, side }) => side === (leg === 'close' ? 'buy' : 'sell')), 'a close buys, an open sells'],
  ]
  const problem = demands.find(([holds]) => !holds)?.[1]
  if (problem !== undefined) throw refusal('invalid-approval', `Approval cannot be sealed: ${problem}.`, { problem })
}

function requirePermit(permit: symbol, code: string, message: string): void {
  if (permit !== permitted) throw refusal(code, message)
}

function refusal(code: string, message: string, facts: Record<string, string | number> = {}): CcError {
  return new CcError(message, { code: `models/${code}`, recovery: 'halt', facts })
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) deepFreeze(part)
    Object.freeze(value)
  }
  return value
}
