import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LedgerRow } from './account-view.js'
import type { Exchange } from './exchange-port.js'
import { flat, marginOf, withResting } from './margin.js'
import { leftCoin } from './order-store.js'
import { type Move, moves, OPTIONS, play } from './random-session.fixture.js'
import { lastSettlementMs } from './session.js'

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

describe('whatever is traded', () => {
  it('balance is the sum of the ledger to the last bit, row for row', () => {
    fc.assert(
      fc.property(moves, (script) => {
        const exchange = play(script)
        let balanceCoin = 0
        for (const row of exchange.ledger('BTC')) {
          balanceCoin += row.changeCoin
          expect(row.balanceCoin).toBe(balanceCoin)
        }
        expect(exchange.account('BTC').balanceCoin).toBe(balanceCoin)
        // Put together without the ledger's own changes.
        const traded = exchange
          .trades('BTC')
          .map(({ side, priceCoin, sizeCoin, feeCoin }) => (side === 'sell' ? 1 : -1) * priceCoin * sizeCoin - feeCoin)
        const delivered = optionDeliveries(exchange).map(
          ({ positionChangeCoin, price, feeCoin }) => -(positionChangeCoin ?? 0) * (price ?? 0) - feeCoin,
        )
        expect(Math.abs(balanceCoin - (2 + sum(traded) + sum(delivered)))).toBeLessThan(1e-12)
      }),
    )
  })

  it('the identities of the account hold to the last bit after every move', () => {
    fc.assert(
      fc.property(moves, (script) => {
        play(script, ({ exchange }) => {
          const account = exchange.account('BTC')
          expect(account.equityCoin).toBe(account.balanceCoin + account.optionsValueCoin)
          expect(account.marginBalanceCoin).toBe(account.balanceCoin)
          expect(account.availableFundsCoin).toBe(account.marginBalanceCoin - account.initialMarginCoin)
          expect(account.optionsValueCoin).toBe(sum(account.positions.map((p) => p.sizeCoin * p.markPriceCoin)))
          expect(account.positions.every(({ sizeCoin }) => sizeCoin !== 0)).toBe(true)
        })
      }),
    )
  })

  it('the last row of the ledger tells equity and session as the account does at that moment', () => {
    fc.assert(
      fc.property(moves, (script) => {
        play(script, ({ exchange, trades }) => {
          const row = exchange.ledger('BTC').at(-1)
          if (trades.length === 0 || row?.timestampMs !== exchange.nowMs()) return
          const account = exchange.account('BTC')
          expect(row.equityCoin).toBeCloseTo(account.equityCoin, 12)
          expect(row.sessionRealisedCoin).toBe(account.sessionRealisedCoin)
          expect(row.sessionUnrealisedCoin).toBeCloseTo(account.sessionUnrealisedCoin, 12)
        })
      }),
    )
  })

  it('equity is what was paid in and what was made of it, since each opening and since 08:00', () => {
    fc.assert(
      fc.property(moves, (script) => {
        const exchange = play(script)
        const account = exchange.account('BTC')
        const ledger = exchange.ledger('BTC')
        const deliveries = exchange.settlements('BTC').filter(({ kind }) => kind === 'delivery')
        const made =
          sum(exchange.trades('BTC').map(({ profitLossCoin }) => profitLossCoin)) +
          sum(deliveries.map(({ profitLossCoin }) => profitLossCoin)) +
          account.optionsProfitCoin
        expect(Math.abs(account.equityCoin - (2 + made - fees(ledger)))).toBeLessThan(1e-12)

        const sessionMs = lastSettlementMs(exchange.nowMs())
        // What trades at 08:00 itself trades after the settlement.
        const isBefore = ({ timestampMs, kind }: LedgerRow) =>
          timestampMs < sessionMs || (timestampMs === sessionMs && kind !== 'trade')
        const startCoin = ledger.findLast(isBefore)?.equityCoin ?? 2
        const session = account.sessionRealisedCoin + account.sessionUnrealisedCoin
        const paid = fees(ledger.filter((row) => !isBefore(row)))
        expect(Math.abs(account.equityCoin - (startCoin + session - paid))).toBeLessThan(1e-12)
      }),
    )
  })

  it('initial margin is the rule on positions and resting orders, which no new one lowers', () => {
    fc.assert(
      fc.property(moves, (script) => {
        let beforeCoin = 0
        play(script, ({ exchange, move, trades }) => {
          const { initialMarginCoin, marginBalanceCoin } = exchange.account('BTC')
          expect(initialMarginCoin).toBeCloseTo(marginByRule(exchange), 12)
          if (trades.length === 0 && move.kind === 'place') {
            expect(initialMarginCoin).toBeGreaterThan(beforeCoin - 1e-12)
          }
          if (move.kind === 'cancel' || move.kind === 'cancel-all') {
            expect(initialMarginCoin).toBeLessThan(beforeCoin + 1e-12)
          }
          if (move.kind === 'place' && !move.wish.reduceOnly && initialMarginCoin > beforeCoin + 1e-12) {
            expect(initialMarginCoin).toBeLessThan(marginBalanceCoin + 1e-9)
          }
          beforeCoin = initialMarginCoin
        })
      }),
    )
  })

  it('positions are the sum of trades less what was delivered, and nothing is delivered twice', () => {
    fc.assert(
      fc.property(moves, (script) => {
        const exchange = play(script)
        const held = new Map(exchange.positions('BTC').map(({ instrument, sizeCoin }) => [instrument.symbol, sizeCoin]))
        for (const { symbol } of OPTIONS) {
          const traded = exchange
            .trades('BTC')
            .filter(({ order }) => order.instrument.symbol === symbol)
            .map(({ side, sizeCoin }) => (side === 'buy' ? sizeCoin : -sizeCoin))
          const delivered = optionDeliveries(exchange).filter(({ instrumentName }) => instrumentName === symbol)
          expect(delivered.length).toBeLessThanOrEqual(1)
          const ended = delivered.map(({ positionChangeCoin }) => positionChangeCoin ?? 0)
          expect(held.get(symbol) ?? 0).toBeCloseTo(sum(traded) + sum(ended), 9)
        }
      }),
    )
  })

  it('the way there does not matter: waiting in pieces leaves the same exchange', () => {
    fc.assert(
      fc.property(moves, fc.integer({ min: 2, max: 7 }), (script, pieces) => {
        const inPieces = script.flatMap((each): readonly Move[] =>
          each.kind === 'wait' ? piecesOf(each.durationMs, pieces) : [each],
        )
        const [whole, cut] = [play(script), play(inPieces)]
        expect(allOf(cut)).toEqual(allOf(whole))
      }),
      { numRuns: 40 },
    )
  })

  it('reading changes nothing, not even the last bit', () => {
    fc.assert(
      fc.property(moves, (script) => {
        const read = play(script, ({ exchange }) => {
          allOf(exchange)
          exchange.chain('BTC')
          for (const { symbol } of exchange.instruments('BTC')) exchange.book(symbol, 3)
        })
        expect(allOf(read)).toEqual(allOf(play(script)))
      }),
      { numRuns: 40 },
    )
  })

  it('edits that change nothing and orders that are cancelled again leave the account as it was', () => {
    fc.assert(
      fc.property(moves, (script) => {
        const exchange = play(script)
        const { openOrders, ...before } = exchange.account('BTC')
        // One that may only reduce would be cut to what the position is by now.
        for (const { orderId, reduceOnly } of openOrders) if (!reduceOnly) exchange.edit(orderId, {})
        for (const { symbol } of exchange.instruments('BTC')) {
          const answer = exchange.place({
            ...PASSIVE,
            symbol,
            side: symbol.endsWith('P') ? 'buy' : 'sell',
          })
          if ('order' in answer) exchange.cancel(answer.order.orderId)
        }
        const { openOrders: stillOpen, ...after } = exchange.account('BTC')
        expect(after).toEqual(before)
        expect(stillOpen.map(({ orderId }) => orderId)).toEqual(openOrders.map(({ orderId }) => orderId))
      }),
    )
  })
})

const PASSIVE = {
  sizeCoin: 0.7,
  kind: 'limit',
  priceCoin: 0.02,
  label: '',
  timeInForce: 'good_til_cancelled',
  postOnly: true,
  rejectPostOnly: false,
  reduceOnly: false,
  validUntilMs: null,
} as const

function piecesOf(durationMs: number, pieces: number): readonly Move[] {
  const pieceMs = Math.floor(durationMs / pieces)
  const lastMs = durationMs - pieceMs * (pieces - 1)
  return Array.from({ length: pieces }, (_, i) => ({ kind: 'wait', durationMs: i === 0 ? lastMs : pieceMs }))
}

function allOf(exchange: Exchange) {
  return {
    account: exchange.account('BTC'),
    ledger: exchange.ledger('BTC'),
    trades: exchange.trades('BTC'),
    orders: exchange.orders('BTC'),
    settlements: exchange.settlements('BTC'),
    expired: exchange.expired('BTC'),
  }
}

function optionDeliveries(exchange: Exchange): readonly LedgerRow[] {
  return exchange.ledger('BTC').filter((row) => row.kind === 'delivery' && row.positionChangeCoin !== null)
}

function fees(rows: readonly LedgerRow[]): number {
  return sum(rows.map(({ feeCoin }) => feeCoin))
}

/** Positions and resting orders put together anew, symbol by symbol. */
function marginByRule(exchange: Exchange): number {
  return sum(
    exchange.instruments('BTC').map((instrument) => {
      const { symbol } = instrument
      const held = exchange.positions('BTC').find((position) => position.instrument.symbol === symbol)
      const exposure = exchange
        .openOrders('BTC')
        .filter((order) => order.instrument.symbol === symbol)
        .reduce(
          (so, order) => withResting(so, { side: order.side, priceCoin: order.priceCoin, sizeCoin: leftCoin(order) }),
          { ...flat(instrument), positionCoin: held?.sizeCoin ?? 0 },
        )
      const { initialMarginCoin, ordersMarginCoin } = marginOf(exposure, exchange.quote(symbol))
      return initialMarginCoin + ordersMarginCoin
    }),
  )
}
