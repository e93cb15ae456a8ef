import { CcError } from './errors.js'
import type { OptionInstrument } from './instrument.js'
import type { OrderTerms, Side } from './order.js'

/**
 * The seal between risk and execution. Both classes have a private member, so no parse, spread, literal or
 * look-alike has their type, and `#bounds in value` tells them at run time.
 *
 * Only `packages/risk/src/approve.ts`, `packages/exec/src` and `@cc/models/testing` may import this path.
 */

export type LegName = 'close' | 'open'

export type ApprovedLeg = {
  leg: LegName
  instrument: OptionInstrument
  side: Side
  maxSizeCoin: number
  /** A sell may not go below it, a buy not above. Coin per coin of size. */
  worstPriceCoin: number
  reduceOnly: boolean
}

export type ApprovalBounds = {
  decisionId: string
  /** In the order of execution; a roll closes first. Empty for `DO_NOTHING`. */
  legs: readonly ApprovedLeg[]
  /** Of a roll: what closing may cost more than opening brings, per coin of size. `null`: no cap. */
  maxNetDebitCoin: number | null
  /** Venue time after which no order may be cut from it. */
  expiresMs: number
}

/** How much of a leg is out in live orders and how much has traded, in units of 1e-8 coin. */
type LegAccount = { reserved: number; filled: number; paidCoin: number }

const UNITS_PER_COIN = 1e8
const units = (coin: number): number => Math.round(coin * UNITS_PER_COIN)

const accounts = new WeakMap<ApprovedAction, Record<LegName, LegAccount>>()

/** What risk allowed: the legs, and how far each may go. */
export class ApprovedAction {
  readonly #bounds: ApprovalBounds

  private constructor(bounds: ApprovalBounds) {
    this.#bounds = bounds
  }

  /** @throws CcError `models/invalid-approval` where the bounds make no sense. */
  static seal(bounds: ApprovalBounds): ApprovedAction {
    checkBounds(bounds)
    const legs = bounds.legs.map((leg) => Object.freeze({ ...leg, instrument: Object.freeze({ ...leg.instrument }) }))
    const action = new ApprovedAction(Object.freeze({ ...bounds, legs: Object.freeze(legs) }))
    accounts.set(action, {
      close: { reserved: 0, filled: 0, paidCoin: 0 },
      open: { reserved: 0, filled: 0, paidCoin: 0 },
    })
    return action
  }

  static is(value: unknown): value is ApprovedAction {
    return typeof value === 'object' && value !== null && #bounds in value
  }

  get bounds(): ApprovalBounds {
    return this.#bounds
  }
}

/** One order inside an approval. It can be sent once. */
export class ApprovedOrder {
  readonly #terms: OrderTerms
  readonly #approved: ApprovedAction
  readonly #leg: LegName
  #life: 'cut' | 'sent' | 'settled' = 'cut'

  private constructor(approved: ApprovedAction, leg: LegName, terms: OrderTerms) {
    this.#approved = approved
    this.#leg = leg
    this.#terms = Object.freeze({ ...terms })
  }

  /**
   * Cuts an order, and takes its size from what the leg has left until {@link ApprovedOrder.settle} says what
   * it became. `undefined` outside the bounds: another symbol or side, worse than the worst price, more than is
   * left, later than the expiry, or an opening leg larger than what its closing leg has bought back.
   */
  static within(approved: ApprovedAction, leg: LegName, terms: OrderTerms): ApprovedOrder | undefined {
    const { bounds } = approved
    const account = accountsOf(approved)
    const limits = bounds.legs.find((candidate) => candidate.leg === leg)
    if (limits === undefined || !matches(limits, terms) || !(terms.validUntilMs <= bounds.expiresMs)) return undefined

    const size = units(terms.sizeCoin)
    const own = account[leg]
    if (!(size > 0 && own.reserved + own.filled + size <= units(limits.maxSizeCoin))) return undefined
    if (
      leg === 'open' &&
      bounds.legs.some((other) => other.leg === 'close') &&
      !followsClose(bounds, account, size, terms.priceCoin)
    ) {
      return undefined
    }
    own.reserved += size
    return new ApprovedOrder(approved, leg, terms)
  }

  static is(value: unknown): value is ApprovedOrder {
    return typeof value === 'object' && value !== null && #terms in value
  }

  /** Hands the terms to the one send. @throws CcError `models/order-already-sent` */
  static spend(order: ApprovedOrder): OrderTerms {
    if (order.#life !== 'cut') {
      throw new CcError(`Order ${order.#terms.label} was sent before and is never sent twice.`, {
        code: 'models/order-already-sent',
        recovery: 'halt',
        facts: { label: order.#terms.label, life: order.#life },
      })
    }
    order.#life = 'sent'
    return order.#terms
  }

  /**
   * Says what a finished order traded; the rest goes back to the leg. Of an order whose outcome is unknown
   * nothing is said, and its size stays taken. @throws CcError `models/invalid-settlement`
   */
  static settle(order: ApprovedOrder, result: { filledCoin: number; averagePriceCoin: number | null }): void {
    const size = units(order.#terms.sizeCoin)
    const filled = units(result.filledCoin)
    if (
      order.#life === 'settled' ||
      !(filled >= 0 && filled <= size) ||
      (filled > 0 && result.averagePriceCoin === null)
    ) {
      throw new CcError(`Order ${order.#terms.label} cannot be settled with ${result.filledCoin} coin filled.`, {
        code: 'models/invalid-settlement',
        recovery: 'halt',
        facts: { label: order.#terms.label, life: order.#life, sizeCoin: order.#terms.sizeCoin, ...result },
      })
    }
    order.#life = 'settled'
    const account = accountsOf(order.#approved)[order.#leg]
    account.reserved -= size
    account.filled += filled
    account.paidCoin += (filled / UNITS_PER_COIN) * (result.averagePriceCoin ?? 0)
  }

  get terms(): OrderTerms {
    return this.#terms
  }
}

/**
 * What every `Broker.place` calls first: the terms of an order that `@cc/exec` cut, once.
 *
 * @throws CcError `models/forged-order` for anything else, `models/order-already-sent` the second time.
 */
export function openApprovedOrder(order: unknown): OrderTerms {
  if (!ApprovedOrder.is(order)) {
    throw new CcError('This order was not cut from an approval of the risk engine and is not sent.', {
      code: 'models/forged-order',
      recovery: 'halt',
      facts: { received: order === null ? 'null' : typeof order },
    })
  }
  return ApprovedOrder.spend(order)
}

function matches(limits: ApprovedLeg, terms: OrderTerms): boolean {
  const priceHolds =
    terms.side === 'sell' ? terms.priceCoin >= limits.worstPriceCoin : terms.priceCoin <= limits.worstPriceCoin
  return (
    terms.symbol === limits.instrument.symbol &&
    terms.side === limits.side &&
    Number.isFinite(terms.priceCoin) &&
    terms.priceCoin > 0 &&
    priceHolds &&
    (terms.reduceOnly || !limits.reduceOnly)
  )
}

/** The opening leg of a roll: nothing of the close is still out, no more opens than closed, and the debit stays capped. */
function followsClose(
  bounds: ApprovalBounds,
  account: Record<LegName, LegAccount>,
  size: number,
  priceCoin: number,
): boolean {
  const { close, open } = account
  if (close.reserved > 0 || close.filled === 0) return false
  if (open.reserved + open.filled + size > close.filled) return false
  if (bounds.maxNetDebitCoin === null) return true
  const closedAtCoin = close.paidCoin / (close.filled / UNITS_PER_COIN)
  return closedAtCoin - priceCoin <= bounds.maxNetDebitCoin + 1e-12
}

function accountsOf(approved: ApprovedAction): Record<LegName, LegAccount> {
  const account = accounts.get(approved)
  if (account === undefined) {
    throw new CcError('This approval was not sealed by the risk engine.', {
      code: 'models/forged-approval',
      recovery: 'halt',
    })
  }
  return account
}

function checkBounds(bounds: ApprovalBounds): void {
  const names = bounds.legs.map((leg) => leg.leg)
  const problem = !/^[0-9a-f]{8,64}$/.test(bounds.decisionId)
    ? 'decisionId must be 8 to 64 lower-case hex digits'
    : !Number.isFinite(bounds.expiresMs)
      ? 'expiresMs must be finite'
      : new Set(names).size !== names.length
        ? 'a leg appears twice'
        : bounds.legs.some((leg) => !(leg.maxSizeCoin > 0 && Number.isFinite(leg.maxSizeCoin)))
          ? 'maxSizeCoin must be positive and finite'
          : bounds.legs.some((leg) => !(leg.worstPriceCoin > 0 && Number.isFinite(leg.worstPriceCoin)))
            ? 'worstPriceCoin must be positive and finite'
            : bounds.legs.some(
                  (leg) => (leg.leg === 'close') !== leg.reduceOnly || (leg.leg === 'close') !== (leg.side === 'buy'),
                )
              ? 'a close buys and only reduces, an open sells'
              : undefined
  if (problem !== undefined) {
    throw new CcError(`Approval cannot be sealed: ${problem}.`, {
      code: 'models/invalid-approval',
      recovery: 'halt',
      facts: { problem },
    })
  }
}
