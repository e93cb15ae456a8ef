import {
  type AccountSnapshot,
  type ApprovedOrder,
  CcError,
  type Currency,
  type OrderOutcome,
  type OrderTerms,
  parseSymbol,
  type Recovery,
  type Venue,
} from '@cc/models'
import type { Life } from './life.ts'
import type { Random } from './seeded-random.ts'
import { count, type Tally } from './tally.ts'
import type { Weather } from './weather.ts'

/** After this a caller does not wait any more. */
const TIMEOUT_MS = 2_000
/** Longest way of a request that its caller has given up. */
/** And of most of them: many come just before or after their time is over. */
const USUALLY_LATE_MS = 4_000
const LATEST_MS = 12_000
/** How old an account may be that is told as the present one. */
const STALE_MS = 600
const HOUR_MS = 3_600_000
/** How long the venue is none to trade on. */
const AWAY_MS = 2 * HOUR_MS
/** Trading is locked for this long at least. */
const LOCK_MS = 6 * 60_000

/** Who is told what truly happens, between exchange and agent. */
export type Witness = {
  /** An order leaves the agent. */
  onSend(life: Life, terms: OrderTerms): void
  /** An order's request was lost, or will never be carried out. */
  onLost(label: string): void
  /** The exchange answered a send, whoever still listens. */
  onPlaced(terms: OrderTerms, outcome: OrderOutcome): Promise<void>
  /** Any request reached the exchange. */
  onEffect(method: string): Promise<void>
  onStatus(life: Life, status: { testnet: boolean; locked: readonly Currency[] }): void
  onCancel(life: Life): void
}

/** The way between agents and the exchange. */
type Network = {
  /** The venue as one life meets it. */
  venueOf(life: Life): Venue
  /** No request passes, and no answer, for a while. */
  cutLine(durationMs: number): void
  /** The exchange does not find orders by their labels for a while. */
  loseIndex(durationMs: number): void
  /** How long the next request that is made takes to the exchange; asked by the exchange. */
  delayMs(): number
}

/** A word that stands for a secret: errors of the network carry it, and no file may. */
export const CANARY = 'canary-5f1e9c70d2'

export function createNetwork(
  exchange: () => Venue,
  world: {
    weather: () => Weather
    random: Random
    tally: Tally
    witness: Witness
    now: () => number
    seedOffset: number
  },
): Network {
  const { weather, random, tally, witness, now } = world
  const earlier = new Map<Currency, { untilMs: number; account: AccountSnapshot }>()
  let wayMs = 0
  let cutUntilMs = Number.NEGATIVE_INFINITY
  let indexBackMs = Number.NEGATIVE_INFINITY

  /** Makes a request whose way to the exchange takes `outMs`. */
  function sent<T>(outMs: number, ask: () => Promise<T>): Promise<T> {
    wayMs = outMs
    try {
      return ask()
    } finally {
      wayMs = 0
    }
  }

  /** Most ways are short: of a few only it matters how long they are. */
  const usualMs = () => (random.chance(0.4) ? Math.floor(random.next() * weather().latencyMs) : 0)
  const fault = (name: string) => count(tally, `fault/${name}`)

  function happens(probability: number, name: string): boolean {
    const does = random.chance(probability)
    if (does) fault(name)
    return does
  }

  /** Whether nothing passes now. Each request that is lost to it is a fault of its own. */
  function isCut(method: string): boolean {
    const does = now() < cutUntilMs
    if (does) fault(`${method}/cut`)
    return does
  }

  /** A call that changes nothing but by its effect at the exchange, which a lost reply leaves untold. */
  async function call<T>(life: Life, method: string, ask: () => Promise<T>): Promise<T> {
    await life.point(`${method}/before`)
    const { requestDropped, replyLost, slow, readError, haltError } = weather()
    if (happens(haltError, `${method}/halt`)) throw failure(method, 'halt')
    if (happens(readError, 'read-error')) {
      await life.sleep(usualMs())
      throw failure(method, random.pick(['retry', 'skip', 'reconcile'] as const))
    }
    if (isCut(method) || happens(requestDropped, `${method}/dropped`)) {
      await life.sleep(TIMEOUT_MS)
      throw failure(method, 'retry')
    }
    const isSlow = happens(slow, 'slow')
    const outMs = isSlow ? random.between(0, 900) : usualMs()
    const effect = sent(outMs, ask).then(async (answer) => {
      await witness.onEffect(method)
      return answer
    })
    effect.catch(() => {})
    if (isCut(method) || happens(replyLost, `${method}/reply-lost`)) {
      await life.sleep(TIMEOUT_MS)
      throw failure(method, 'retry')
    }
    const answer = await life.told(effect)
    const backMs = isSlow ? random.between(0, 900) : usualMs()
    if (backMs > 0) await life.sleep(backMs)
    await life.point(`${method}/after`)
    return answer
  }

  async function place(life: Life, order: ApprovedOrder): Promise<OrderOutcome> {
    await life.point('place/before')
    const { terms } = order
    const { requestDropped, replyLost, late, ambiguous, rejected, haltError } = weather()
    await remember(currencyOf(terms.symbol))
    if (!life.isAlive()) await life.point('place/before')
    const wasCut = isCut('place')
    witness.onSend(life, terms)
    const carryOut = (outMs: number) => {
      if (!Number.isFinite(outMs)) witness.onLost(terms.label)
      const effect = sent(outMs, () => exchange().broker.place(order)).then(async (outcome) => {
        await witness.onPlaced(terms, outcome)
        return outcome
      })
      effect.catch(() => witness.onLost(terms.label))
      return effect
    }
    if (isLocked(currencyOf(terms.symbol))) {
      fault('place/locked')
      void carryOut(Number.POSITIVE_INFINITY)
      return answered(life, { outcome: 'rejected', code: 'matching_engine_queue_locked', message: 'locked' })
    }
    if (happens(rejected, 'place/rejected')) {
      void carryOut(Number.POSITIVE_INFINITY)
      const code = random.pick(['not_enough_funds', 'price_too_low', 'post_only_reject', 'other_reject'])
      return answered(life, { outcome: 'rejected', code, message: `no, says ${CANARY}` })
    }
    if (wasCut || happens(requestDropped * 3, 'place/dropped')) {
      void carryOut(Number.POSITIVE_INFINITY)
      return unanswered(life, haltError)
    }
    if (happens(late, 'place/late')) {
      void carryOut(random.between(100, random.chance(0.6) ? USUALLY_LATE_MS : LATEST_MS))
      return unanswered(life, haltError)
    }
    // No order trades in the millisecond in which its account was read.
    const effect = carryOut(Math.max(1, usualMs()))
    if (isCut('place') || happens(replyLost * 3, 'place/reply-lost')) return unanswered(life, haltError)
    if (happens(ambiguous, 'place/ambiguous')) {
      await life.told(effect)
      if (random.chance(0.5)) throw failure('place', random.pick(['retry', 'reconcile', 'skip'] as const))
      // Words that leave it open, from the exchange and from a client.
      if (random.chance(0.5))
        return answered(life, { outcome: 'rejected', code: 'settlement_in_progress', message: 'later' })
      return answered(life, { outcome: 'unknown', reason: '13888' })
    }
    return answered(life, await life.told(effect))
  }

  async function answered(life: Life, outcome: OrderOutcome): Promise<OrderOutcome> {
    await life.sleep(usualMs())
    await life.point('place/after')
    return outcome
  }

  async function unanswered(life: Life, haltError: number): Promise<OrderOutcome> {
    // A connection that breaks says so at once, though what was written to it may still be on its way.
    await life.sleep(happens(0.4, 'place/reset') ? Math.floor(random.between(10, 900)) : TIMEOUT_MS)
    await life.point('place/after')
    if (happens(haltError, 'place/halt')) throw failure('place', 'halt')
    return { outcome: 'unknown', reason: 'timeout' }
  }

  /** Keeps the account of before a send, so that it can be told for a moment longer. */
  async function remember(currency: Currency): Promise<void> {
    if (weather().staleAccount === 0) return
    const account = await exchange().broker.account(currency)
    earlier.set(currency, { untilMs: now() + STALE_MS, account })
  }

  async function account(currency: Currency): Promise<AccountSnapshot> {
    const fresh = await exchange().broker.account(currency)
    const old = earlier.get(currency)
    const isTold = old !== undefined && now() <= old.untilMs && random.chance(weather().staleAccount)
    if (isTold) fault('account/stale')
    return isTold ? old.account : fresh
  }

  function isLocked(currency: Currency): boolean {
    const { locked } = weather()
    if (locked === 0) return false
    const hour = Math.floor(now() / LOCK_MS)
    const place = Math.imul(hour ^ (currency === 'BTC' ? 0x51ed27 : 0x2f1b31), 0x9e3779b1) ^ world.seedOffset
    return ((Math.imul(place ^ (place >>> 15), 0x2c1b3c6d) >>> 8) & 0xffff) / 0xffff < locked
  }

  function venueOf(life: Life): Venue {
    const { market, broker } = exchange()
    const asked = <A extends unknown[], T>(method: string, ask: (...values: A) => Promise<T>) => {
      return (...values: A) => call(life, method, () => ask(...values))
    }
    return {
      clock: life.clock,
      market: {
        async status() {
          const status = await call(life, 'status', () => market.status())
          const locked = (['BTC', 'ETH'] as const).filter(isLocked)
          const testnet = !hasLeft()
          witness.onStatus(life, { testnet, locked })
          return { ...status, testnet, locked, clockErrorMs: weather().clockErrorMs }
        },
        serverTime: asked('serverTime', market.serverTime),
        instruments: asked('instruments', market.instruments),
        chain: asked('chain', market.chain),
        quote: asked('quote', market.quote),
        indexPrice: asked('indexPrice', market.indexPrice),
        history: asked('history', market.history),
        deliveryPrice: asked('deliveryPrice', market.deliveryPrice),
      },
      broker: {
        account: asked('account', account),
        margins: asked('margins', broker.margins),
        place: (order) => place(life, order),
        order: asked('order', broker.order),
        findByLabel: asked('findByLabel', async (currency, label, options) => {
          if (now() < indexBackMs) {
            fault('findByLabel/lost')
            throw failure('findByLabel', 'retry')
          }
          const found = await broker.findByLabel(currency, label, options)
          const sinceMs = now() - weather().labelLagMs
          const orders = found.orders.filter(({ createdMs }) => createdMs <= sinceMs)
          if (orders.length < found.orders.length) fault('findByLabel/lag')
          return { ...found, orders }
        }),
        cancel(orderId) {
          witness.onCancel(life)
          return call(life, 'cancel', () => broker.cancel(orderId))
        },
        fills: asked('fills', async (currency, span) => {
          const fills = await broker.fills(currency, span)
          const sinceMs = now() - weather().fillsLagMs
          const told = fills.filter(({ timestampMs }) => timestampMs <= sinceMs)
          if (told.length < fills.length) fault('fills/lag')
          return told
        }),
        ledger: asked('ledger', broker.ledger),
      },
    }
  }

  const leavesAtMs = weather().leavesTestnet ? now() + random.between(1, 8) * HOUR_MS : Number.POSITIVE_INFINITY
  const hasLeft = () => weather().leavesTestnet && now() >= leavesAtMs && now() < leavesAtMs + AWAY_MS
  return {
    venueOf,
    loseIndex(durationMs) {
      if (durationMs > 0) fault('index-lost')
      indexBackMs = now() + durationMs
    },
    cutLine(durationMs) {
      if (durationMs > 0) fault('line-cut')
      cutUntilMs = now() + durationMs
    },
    delayMs: () => wayMs,
  }
}

function failure(method: string, recovery: Recovery): CcError {
  return new CcError(`The exchange failed at ${method}: ${CANARY}.`, {
    code: `proof/${recovery}`,
    recovery,
    facts: { method, authorization: CANARY },
  })
}

function currencyOf(symbol: string): Currency {
  return parseSymbol(symbol)?.currency ?? 'BTC'
}
