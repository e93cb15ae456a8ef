import type { OrderTerms } from '@cc/models'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  ALL_TIME,
  EXPIRY_MS,
  exchangeOver,
  optionOf,
  START_MS,
  STEP_MS,
  type Top,
  termsOf,
  USUAL,
} from './exchange.fixture.js'

const OPTIONS = [
  optionOf(),
  optionOf({ strikeUsd: 90_000 }),
  optionOf({ kind: 'put' }),
  optionOf({ strikeUsd: 85_000, expiryMs: START_MS + 8 * 3_600_000, settlementPeriod: 'day' }),
  optionOf({ strikeUsd: 70_000, expiryMs: EXPIRY_MS + 7 * 86_400_000 }),
]

/** Quotes that wander with the step: sometimes one-sided, sometimes thin. */
function wanderingTop(atMs: number, symbol: string): Partial<Top> {
  const turn = Math.floor(atMs / STEP_MS) + symbol.length + (OPTIONS.findIndex((o) => o.symbol === symbol) + 1) * 7
  const bid = 0.01 + 0.0005 * ((turn * 7919) % 40)
  return {
    bid: turn % 11 === 0 ? null : bid,
    bidSize: (turn % 5) / 10 + 0.1,
    ask: turn % 13 === 0 ? null : bid + 0.001,
    askSize: (turn % 3) / 10 + 0.1,
    mark: bid + 0.0005,
  }
}

type Move =
  | { kind: 'place'; terms: OrderTerms }
  | { kind: 'cancel'; which: number }
  | { kind: 'wait'; durationMs: number }

const seldom = fc.oneof({ weight: 2, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) })

const move: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .record({
        symbol: fc.constantFrom(...OPTIONS.map((option) => option.symbol)),
        side: fc.constantFrom<'buy' | 'sell'>('buy', 'sell'),
        sizeCoin: fc.integer({ min: 1, max: 15 }).map((tenths) => tenths / 10),
        priceCoin: fc.integer({ min: 16, max: 64 }).map((ticks) => ticks / 2_000),
        reduceOnly: seldom,
        way: fc.constantFrom<Pick<OrderTerms, 'postOnly' | 'timeInForce'>>(
          { postOnly: false, timeInForce: 'good-til-cancelled' },
          { postOnly: false, timeInForce: 'immediate-or-cancel' },
          { postOnly: true, timeInForce: 'good-til-cancelled' },
        ),
      })
      .map(({ way, ...terms }): Move => ({ kind: 'place', terms: termsOf({ ...terms, ...way }) })),
  },
  { weight: 1, arbitrary: fc.nat(20).map((which): Move => ({ kind: 'cancel', which })) },
  {
    weight: 2,
    arbitrary: fc.integer({ min: 0, max: 5 * STEP_MS }).map((durationMs): Move => ({ kind: 'wait', durationMs })),
  },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 0, max: 2 * 86_400_000 }).map((durationMs): Move => ({ kind: 'wait', durationMs })),
  },
)
const moves = fc.array(move, { minLength: 5, maxLength: 60, size: 'max' })

function play(script: readonly Move[]) {
  const exchange = exchangeOver({ options: OPTIONS, topAt: wanderingTop, deliveryUsd: 88_000 })
  const orderIds: string[] = []
  const sent = new Map<string, OrderTerms>()
  let nowMs = START_MS
  for (const each of script) {
    if (each.kind === 'wait') {
      nowMs += each.durationMs
      exchange.advanceTo(nowMs)
    } else if (each.kind === 'place') {
      const outcome = exchange.place({ ...each.terms, label: `order-${sent.size}` })
      if (outcome.outcome !== 'accepted') continue
      orderIds.push(outcome.order.orderId)
      sent.set(outcome.order.orderId, each.terms)
    } else {
      const orderId = orderIds[each.which]
      if (orderId !== undefined) exchange.cancel(orderId)
    }
  }
  return { exchange, sent, ledger: exchange.ledger('BTC', ALL_TIME), fills: exchange.fills('BTC', ALL_TIME) }
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

describe('whatever is traded', () => {
  it('balance is the sum of the ledger, and equity adds the options at their marks', () => {
    fc.assert(
      fc.property(moves, (script) => {
        const { exchange, ledger, fills } = play(script)
        const account = exchange.account('BTC')
        expect(account.balanceCoin).toBe(sum(ledger.map((row) => row.changeCoin)))
        expect(ledger.at(-1)?.balanceCoin).toBe(account.balanceCoin)
        const optionsValue = sum(account.positions.map((each) => each.sizeCoin * (each.markPriceCoin ?? Number.NaN)))
        expect(account.optionsValueCoin).toBeCloseTo(optionsValue, 12)
        expect(account.equityCoin).toBeCloseTo(account.balanceCoin + optionsValue, 12)
        // Deposit + premiums − fees − payouts, put together without the ledger's own changes.
        const cash = sum(
          fills.map((fill) => (fill.side === 'sell' ? 1 : -1) * fill.priceCoin * fill.sizeCoin - fill.feeCoin),
        )
        const delivered = sum(
          ledger.flatMap((row) =>
            row.kind === 'delivery' ? [-(row.sizeCoin ?? 0) * (row.priceCoin ?? 0) - row.feeCoin] : [],
          ),
        )
        expect(Math.abs(account.balanceCoin - (2 + cash + delivered))).toBeLessThan(1e-12)
        expect(ledger.filter((row) => row.kind === 'trade')).toHaveLength(fills.length)
      }),
    )
  })

  it('positions are the sum of fills less what was delivered, and nothing is delivered twice', () => {
    fc.assert(
      fc.property(moves, (script) => {
        const { exchange, ledger, fills } = play(script)
        const held = new Map(exchange.account('BTC').positions.map(({ symbol, sizeCoin }) => [symbol, sizeCoin]))
        for (const { symbol } of OPTIONS) {
          const bought = sum(
            fills.map((fill) => (fill.symbol !== symbol ? 0 : fill.side === 'buy' ? fill.sizeCoin : -fill.sizeCoin)),
          )
          const rows = ledger.filter((row) => row.kind === 'delivery' && row.symbol === symbol)
          expect(rows.length).toBeLessThanOrEqual(1)
          expect(held.get(symbol) ?? 0).toBeCloseTo(bought + sum(rows.map((row) => row.sizeCoin ?? 0)), 9)
        }
        for (const sizeCoin of held.values()) expect(sizeCoin).not.toBe(0)
      }),
    )
  })

  it('no fill is worse than its limit, none exceeds its order, and what may not rest does not', () => {
    fc.assert(
      fc.property(moves, (script) => {
        const { exchange, sent, fills } = play(script)
        const resting = new Set(exchange.account('BTC').openOrders.map((order) => order.orderId))
        for (const [orderId, terms] of sent) {
          const order = exchange.order(orderId)
          const own = fills.filter((fill) => fill.orderId === orderId)
          for (const { priceCoin } of own) {
            if (terms.side === 'sell') expect(priceCoin).toBeGreaterThanOrEqual(terms.priceCoin)
            else expect(priceCoin).toBeLessThanOrEqual(terms.priceCoin)
          }
          if (own.length > 0) {
            const premium = sum(own.map((fill) => fill.priceCoin * fill.sizeCoin))
            expect(order.averagePriceCoin).toBeCloseTo(premium / order.filledCoin, 12)
          }
          expect(order.filledCoin).toBeCloseTo(sum(own.map((fill) => fill.sizeCoin)), 9)
          expect(order.filledCoin).toBeLessThanOrEqual(order.sizeCoin)
          expect(order.sizeCoin).toBeLessThanOrEqual(terms.sizeCoin)
          expect(resting.has(orderId)).toBe(order.state === 'open')
          if (terms.timeInForce === 'immediate-or-cancel') expect(order.state).not.toBe('open')
          if (terms.postOnly) expect(own.every((fill) => fill.liquidity === 'maker')).toBe(true)
        }
      }),
    )
  })

  it('one step of the market never gives more than it quotes', () => {
    fc.assert(
      fc.property(moves, (script) => {
        const taken = new Map<string, number>()
        for (const { symbol, side, sizeCoin, timestampMs } of play(script).fills) {
          const stepMs = Math.floor(timestampMs / STEP_MS) * STEP_MS
          const key = `${symbol} ${side} ${stepMs}`
          taken.set(key, (taken.get(key) ?? 0) + sizeCoin)
          const { bidSize, askSize } = { ...USUAL, ...wanderingTop(stepMs, symbol) }
          expect(taken.get(key)).toBeLessThanOrEqual(((side === 'sell' ? bidSize : askSize) ?? 0) + 1e-9)
        }
      }),
    )
  })

  it('a reduce-only order never opens or turns a position', () => {
    fc.assert(
      fc.property(moves, (script) => {
        const { sent, fills, ledger } = play(script)
        const events = [
          ...fills.map((fill) => ({ ...fill, signedCoin: fill.side === 'buy' ? fill.sizeCoin : -fill.sizeCoin })),
          ...ledger.flatMap((row) =>
            row.kind === 'delivery'
              ? [{ timestampMs: row.timestampMs, symbol: row.symbol ?? '', orderId: '', signedCoin: row.sizeCoin ?? 0 }]
              : [],
          ),
        ].sort((a, b) => a.timestampMs - b.timestampMs)
        const held = new Map<string, number>()
        for (const { symbol, orderId, signedCoin } of events) {
          const before = held.get(symbol) ?? 0
          const after = before + signedCoin
          if (sent.get(orderId)?.reduceOnly) {
            expect(Math.abs(after)).toBeLessThan(Math.abs(before))
            expect(after * before).toBeGreaterThan(-1e-9)
          }
          held.set(symbol, after)
        }
      }),
    )
  })

  it('the way there does not matter: waiting in pieces books the same', () => {
    fc.assert(
      fc.property(moves, (script) => {
        const inPieces = script.flatMap((each): Move[] =>
          each.kind === 'wait'
            ? Array.from({ length: 4 }, () => ({ kind: 'wait', durationMs: each.durationMs / 4 }))
            : [each],
        )
        expect(play(inPieces).ledger).toEqual(play(script).ledger)
      }),
      { numRuns: 30 },
    )
  })
})
