import type { DeribitSocketClient, OrderAnswer } from '@cc/deribit-client'
import { CcError } from '@cc/models'
import type { SeededRandom } from '../src/seeded-random.ts'
import { type Account, type PlainTrader, priceOf, TRADER_LABEL, ticksOf } from './plain-trader.ts'

/** What the client under test is made to do, and what it said of it. */
export type ClientActs = {
  /** Begins something, and does not wait for it. */
  act(): void
  /** What was begun and has not come to an end. */
  pending(): readonly string[]
  /** Resolves when nothing is pending. */
  settled(): Promise<void>
  /** What the exchange has of the orders that were sent, held against what their sender was told. */
  differences(account: Account): string[]
  /** Whatever was rejected with what is no CcError. */
  readonly faults: readonly string[]
}

const VALID_MS = 4_000

export function createClientActs(parts: {
  readonly client: DeribitSocketClient
  readonly trader: PlainTrader
  readonly symbols: readonly string[]
  readonly random: SeededRandom
}): ClientActs {
  const { client, trader, symbols, random } = parts
  const pending = new Map<symbol, string>()
  const faults: string[] = []
  const sent = new Map<string, OrderAnswer<unknown> | { outcome: 'thrown'; code: string }>()
  const mine: { order_id: string; price: number; isBuy: boolean }[] = []
  let labels = 0
  let wake: () => void = () => {}

  function track(what: string, work: Promise<unknown>): void {
    const key = Symbol(what)
    pending.set(key, what)
    work
      .catch((error: unknown) => {
        if (!CcError.isInstance(error)) faults.push(`${what} is rejected with ${String(error)}`)
      })
      .finally(() => {
        pending.delete(key)
        if (pending.size === 0) wake()
      })
  }

  async function place(): Promise<void> {
    labels += 1
    const label = `client-${labels}`
    const symbol = random.pick(symbols)
    const isBuy = random.isTrue(0.5)
    const ticks = Math.floor(random.between(-3, 8))
    const isNow = random.isTrue(0.25)
    sent.set(label, { outcome: 'thrown', code: 'before it was sent' })
    const { bids, asks } = await trader.book(symbol)
    const best = ticksOf((isBuy ? bids : asks)[0]?.[0] ?? 0.03)
    const price = priceOf(isBuy ? best - ticks : best + ticks)
    try {
      const answer = await client.private[isBuy ? 'buy' : 'sell']({
        instrument_name: symbol,
        type: 'limit',
        amount: Math.ceil(random.between(0, 6)) / 10,
        price,
        label,
        time_in_force: isNow ? 'immediate_or_cancel' : 'good_til_cancelled',
        post_only: false,
        reject_post_only: false,
        reduce_only: false,
        valid_until: client.clock.now() + VALID_MS,
      })
      sent.set(label, answer)
      if (answer.outcome === 'accepted') mine.push({ order_id: answer.order.order_id, price, isBuy })
    } catch (error) {
      sent.set(label, { outcome: 'thrown', code: CcError.isInstance(error) ? error.code : String(error) })
      throw error
    }
  }

  async function edit(): Promise<void> {
    const order = mine.at(Math.floor(random.next() * mine.length))
    if (order === undefined) return
    await client.private.edit({
      order_id: order.order_id,
      amount: 0.6,
      price: priceOf(ticksOf(order.price) + (order.isBuy ? -1 : 1)),
      post_only: false,
      reject_post_only: false,
      reduce_only: false,
      valid_until: client.clock.now() + VALID_MS,
    })
  }

  async function cancel(): Promise<void> {
    const order = mine.shift()
    if (order !== undefined) await client.private.cancel({ order_id: order.order_id })
  }

  /** Rejects with its signal's reason, or is faster than that. */
  async function abortedRead(): Promise<void> {
    const signal = AbortSignal.timeout(Math.ceil(random.between(0, 30)))
    await client.public.getTime({}, { signal }).catch((error: unknown) => {
      if (error !== signal.reason) throw error
    })
  }

  const acts: Readonly<Record<string, () => Promise<unknown>>> = {
    place,
    'place again': place,
    'and again': place,
    edit,
    cancel,
    positions: () => client.private.getPositions({ currency: 'BTC', kind: 'option' }),
    'open orders': () => client.private.getOpenOrdersByCurrency({ currency: 'BTC' }),
    account: () => client.private.getAccountSummary({ currency: 'BTC' }),
    ticker: () => client.public.ticker({ instrument_name: random.pick(symbols) }),
    book: () => client.public.getOrderBook({ instrument_name: random.pick(symbols), depth: 10 }),
    'aborted read': abortedRead,
  }
  const names = Object.keys(acts)

  return {
    faults,
    act() {
      const name = random.pick(names)
      const work = acts[name]
      if (work !== undefined) track(name, work())
    },
    pending: () => [...pending.values()],
    settled: () =>
      new Promise((resolve) => {
        wake = resolve
        if (pending.size === 0) resolve()
      }),
    differences(account) {
      const found: string[] = []
      const counts = new Map<string, number>()
      for (const order of account.orders) {
        const label = order.label ?? ''
        counts.set(label, (counts.get(label) ?? 0) + 1)
      }
      for (const label of counts.keys()) {
        if (label !== TRADER_LABEL && !sent.has(label)) found.push(`nobody sent the order ${label}`)
      }
      for (const [label, answer] of sent) {
        const told = answer.outcome === 'thrown' ? `thrown (${answer.code})` : answer.outcome
        const count = counts.get(label) ?? 0
        const isRight =
          answer.outcome === 'accepted' ? count === 1 : answer.outcome === 'unknown' ? count <= 1 : count === 0
        if (!isRight) found.push(`of ${label} there are ${count} orders, and it was said to be ${told}`)
      }
      return found
    },
  }
}
