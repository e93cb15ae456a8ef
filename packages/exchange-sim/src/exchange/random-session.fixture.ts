import fc from 'fast-check'
import { EXPIRY_MS, exchangeOver, optionOf, START_MS, STEP_MS, type Top, wishOf } from './exchange.fixture.js'
import type { Exchange } from './exchange-port.js'
import type { Order, OrderChanges, OrderWish, Trade } from './order.js'

export const OPTIONS = [
  optionOf(),
  optionOf({ strikeUsd: 90_000 }),
  optionOf({ kind: 'put' }),
  optionOf({ strikeUsd: 85_000, expiryMs: START_MS + 8 * 3_600_000, settlementPeriod: 'day' }),
  optionOf({ strikeUsd: 70_000, expiryMs: EXPIRY_MS + 7 * 86_400_000 }),
]

/** Quotes that wander with the step: sometimes one-sided, sometimes thin. */
export function wanderingTop(atMs: number, symbol: string): Partial<Top> {
  const turn = Math.floor(atMs / STEP_MS) + symbol.length + (OPTIONS.findIndex((o) => o.symbol === symbol) + 1) * 7
  const ticks = 20 + ((turn * 7919) % 40)
  return {
    bid: turn % 11 === 0 ? null : ticks / 2_000,
    bidSize: (1 + (turn % 5)) / 10,
    ask: turn % 13 === 0 ? null : (ticks + 2) / 2_000,
    askSize: (1 + (turn % 3)) / 10,
    mark: (ticks + 1) / 2_000,
  }
}

export type Move =
  | { kind: 'place'; wish: OrderWish }
  | { kind: 'edit'; which: number; changes: OrderChanges }
  | { kind: 'cancel'; which: number }
  | { kind: 'cancel-all' }
  | { kind: 'wait'; durationMs: number }

const seldom = fc.oneof({ weight: 2, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) })
const size = fc.integer({ min: 1, max: 15 }).map((tenths) => tenths / 10)
const price = fc.integer({ min: 16, max: 64 }).map((ticks) => ticks / 2_000)

type Way = Pick<OrderWish, 'kind' | 'timeInForce' | 'postOnly' | 'rejectPostOnly'>
const lasting: Way = { kind: 'limit', timeInForce: 'good_til_cancelled', postOnly: false, rejectPostOnly: false }
const way = fc.oneof(
  { weight: 3, arbitrary: fc.constant(lasting) },
  {
    weight: 4,
    arbitrary: fc.constantFrom<Way>(
      { ...lasting, timeInForce: 'good_til_day' },
      { ...lasting, timeInForce: 'immediate_or_cancel' },
      { ...lasting, timeInForce: 'fill_or_kill' },
      { ...lasting, postOnly: true },
      { ...lasting, postOnly: true, rejectPostOnly: true },
      { ...lasting, kind: 'market' },
      { ...lasting, kind: 'market_limit' },
    ),
  },
)

const wish = fc
  .record({
    symbol: fc.constantFrom(...OPTIONS.map((option) => option.symbol)),
    side: fc.constantFrom<'buy' | 'sell'>('buy', 'sell'),
    sizeCoin: size,
    priceCoin: price,
    reduceOnly: seldom,
    way,
  })
  .map(({ way: how, ...rest }) => wishOf({ ...rest, ...how }))

const changes: fc.Arbitrary<OrderChanges> = fc.record(
  { sizeCoin: size, priceCoin: price, postOnly: seldom, rejectPostOnly: seldom, reduceOnly: seldom },
  { requiredKeys: [] },
)

const waitOf = (mostMs: number): fc.Arbitrary<Move> =>
  fc.integer({ min: 0, max: mostMs }).map((durationMs) => ({ kind: 'wait', durationMs }))

/** A random session: orders of every kind, edits, cancels, and waits of minutes and of days. */
export const moves: fc.Arbitrary<readonly Move[]> = fc.array(
  fc.oneof(
    { weight: 10, arbitrary: wish.map((wished): Move => ({ kind: 'place', wish: wished })) },
    {
      weight: 4,
      arbitrary: fc
        .record({ which: fc.nat(20), changes })
        .map((edited): Move => ({ kind: 'edit', which: edited.which, changes: edited.changes })),
    },
    { weight: 2, arbitrary: fc.nat(20).map((which): Move => ({ kind: 'cancel', which })) },
    { weight: 1, arbitrary: fc.constant<Move>({ kind: 'cancel-all' }) },
    { weight: 4, arbitrary: waitOf(5 * STEP_MS) },
    { weight: 2, arbitrary: waitOf(2 * 86_400_000) },
  ),
  { minLength: 5, maxLength: 60, size: 'max' },
)

/** What one move did. */
export type Step = { exchange: Exchange; move: Move; index: number; trades: readonly Trade[] }

/** Plays a session; `watch` sees every move once it is done. */
export function play(script: readonly Move[], watch: (step: Step) => void = () => undefined): Exchange {
  const exchange = exchangeOver({ options: OPTIONS, topAt: wanderingTop, deliveryUsd: 88_000 })
  let seen = 0
  script.forEach((move, index) => {
    make(exchange, move)
    const trades = exchange.trades('BTC').slice(seen)
    seen += trades.length
    watch({ exchange, move, index, trades })
  })
  return exchange
}

/** One of the open orders, if there are any. */
function openOrderAt(exchange: Exchange, which: number): Order | undefined {
  const open = exchange.openOrders()
  return open[which % Math.max(1, open.length)]
}

function make(exchange: Exchange, move: Move): void {
  switch (move.kind) {
    case 'place':
      exchange.place({ ...move.wish, label: `order-${exchange.orders('BTC').length}` })
      break
    case 'edit':
      exchange.edit(openOrderAt(exchange, move.which)?.orderId ?? 'none', move.changes)
      break
    case 'cancel':
      exchange.cancel(openOrderAt(exchange, move.which)?.orderId ?? 'none')
      break
    case 'cancel-all':
      exchange.cancelAll(() => true)
      break
    case 'wait':
      exchange.advanceTo(exchange.nowMs() + move.durationMs)
  }
}
