import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Exchange } from '../../exchange/exchange-port.js'
import { type Move, moves, OPTIONS, play } from '../../exchange/random-session.fixture.js'
import { callerOf } from '../methods/method-call.fixture.js'
import { tapeOf } from '../methods/tape.js'
import { wireOrder } from '../wire/order.js'
import { wirePublicTrade, wireUserTrade } from '../wire/trade.js'
import { createManualClock, hubOver, type Listener } from './stream-hub.fixture.js'

const SYMBOLS = OPTIONS.map(({ symbol }) => symbol)
const INTERVALS = ['raw', '100ms', 'agg2'] as const
const RUNS = 40
const PATIENCE_MS = 30_000

type Side = Map<number, number>
type Kept = { changeId: number | undefined; bids: Side; asks: Side }

/** A book as a client keeps it: a change that does not follow on what it has is an error. */
function keep(book: Kept, data: Record<string, unknown>): void {
  const isSnapshot = data.type === 'snapshot'
  if (isSnapshot) {
    book.bids.clear()
    book.asks.clear()
    expect(data).not.toHaveProperty('prev_change_id')
  } else {
    expect(data.type).toBe('change')
    expect(data.prev_change_id).toBe(book.changeId)
    expect(data.change_id).toBeGreaterThan(Number(data.prev_change_id))
  }
  book.changeId = Number(data.change_id)
  for (const name of ['bids', 'asks'] as const) {
    for (const [action, price, amount] of data[name] as [string, number, number][]) {
      if (isSnapshot || action === 'new') expect([action, book[name].has(price)]).toEqual(['new', false])
      else expect(book[name].has(price)).toBe(true)
      if (action === 'delete') {
        expect(amount).toBe(0)
        book[name].delete(price)
      } else {
        expect(amount).toBeGreaterThan(0)
        book[name].set(price, amount)
      }
    }
  }
}

function isListed(exchange: Exchange, symbol: string): boolean {
  return exchange.instruments('BTC').some((each) => each.symbol === symbol)
}

function expectSame(exchange: Exchange, symbol: string, book: Kept): void {
  const { bids, asks } = isListed(exchange, symbol) ? exchange.book(symbol, 1_000) : { bids: [], asks: [] }
  expect([...book.bids].sort(([a], [b]) => b - a)).toEqual(bids)
  expect([...book.asks].sort(([a], [b]) => a - b)).toEqual(asks)
}

/** Runs a session with a hub from its first move on; `each` sees every move once it is published. */
function broadcast(
  script: readonly Move[],
  way: 'standing' | 'running',
  each: (stage: ReturnType<typeof hubOver>, step: { exchange: Exchange; move: Move; index: number }) => void,
): void {
  let stage: ReturnType<typeof hubOver> | undefined
  let exchange: Exchange | undefined
  play(script, (step) => {
    // Its loop sleeps for ever: here the session is what publishes.
    stage ??= hubOver(step.exchange, way === 'running' ? { clock: createManualClock(0) } : {})
    stage.hub.publish()
    each(stage, step)
    exchange = step.exchange
  })
  if (stage === undefined || exchange === undefined) return
  exchange.advanceTo(exchange.nowMs() + 2_000)
  stage.hub.publish()
  each(stage, { exchange, move: { kind: 'wait', durationMs: 2_000 }, index: script.length })
  expect(stage.failures).toEqual([])
  stage.hub.close()
}

it.each(['standing', 'running'] as const)(
  'tells a book that is the one of the exchange, whoever joins when (time is %s)',
  (way) => {
    fc.assert(
      fc.property(moves, fc.array(fc.nat(1_000), { minLength: 1 }), (script, dice) => {
        const members: { listener: Listener; channel: string; symbol: string; interval: string; book: Kept }[] = []
        broadcast(script, way, ({ connect, subscribe, unsubscribe }, { exchange, move, index }) => {
          const die = dice[index % dice.length] ?? 0
          for (const { listener, channel, symbol, interval, book } of members) {
            for (const { data } of listener.take(channel)) keep(book, data)
            const isDue = way === 'standing' || interval === 'raw' || (move.kind === 'wait' && move.durationMs >= 1_000)
            if (isDue) expectSame(exchange, symbol, book)
          }
          const again = members[die % 10]
          if (again !== undefined && die % 3 === 0) {
            expect(unsubscribe(again.listener, again.channel)).toEqual([again.channel])
            const known = isKnown(exchange, again.symbol)
            expect(subscribe(again.listener, again.channel)).toEqual(known ? [again.channel] : [])
            if (!known) members.splice(die % 10, 1)
          }
          const symbol = SYMBOLS[die % SYMBOLS.length] ?? ''
          const interval = INTERVALS[die % INTERVALS.length] ?? 'raw'
          const channel = `book.${symbol}.${interval}`
          const listener = connect()
          if (!isKnown(exchange, symbol)) return
          expect(subscribe(listener, channel)).toEqual([channel])
          members.push({
            listener,
            channel,
            symbol,
            interval,
            book: { changeId: undefined, bids: new Map(), asks: new Map() },
          })
        })
      }),
      { numRuns: RUNS },
    )
  },
  PATIENCE_MS,
)

function isKnown(exchange: Exchange, symbol: string): boolean {
  return exchange.instrument(symbol)?.state !== 'archivized'
}

it.each(['standing', 'running'] as const)(
  'tells every trade once and of every order how it stands (time is %s)',
  (way) => {
    fc.assert(
      fc.property(moves, (script) => {
        const channels = INTERVALS.flatMap((interval) => [
          `user.trades.any.any.${interval}`,
          `user.changes.option.BTC.${interval}`,
          `user.orders.any.BTC.${interval}`,
          `trades.option.any.${interval}`,
        ])
        const heard = new Map<string, Record<string, unknown>[]>(channels.map((channel) => [channel, []]))
        const states = new Map<string, Map<string, unknown>>(channels.map((channel) => [channel, new Map()]))
        let listener: Listener | undefined
        let known = 0
        let from = 0
        let last: Exchange | undefined

        function listen(): void {
          for (const { channel, data } of listener?.take() ?? []) {
            const [, what] = channel.split('.')
            const trades = channel.startsWith('user.changes') ? data.trades : what === 'orders' ? [] : data
            heard.get(channel)?.push(...trades.map(termless))
            const orders = what === 'orders' ? [data].flat() : (data.orders ?? [])
            if (what === 'orders') expect(Array.isArray(data)).toBe(!channel.endsWith('.raw'))
            for (const order of orders) states.get(channel)?.set(order.order_id, order)
          }
        }

        broadcast(script, way, (stage, { exchange }) => {
          last = exchange
          if (listener === undefined) {
            listener = stage.connect()
            stage.subscribe(listener, ...channels)
            known = exchange.trades('BTC').length
            from = exchange.orders('BTC').length
          }
          listen()
        })
        if (last === undefined) return
        const exchange = last
        const tape = tapeOf(exchange, 'BTC')
        const trades = exchange.trades('BTC').slice(known)
        const told = (wire: typeof wireUserTrade | typeof wirePublicTrade) =>
          trades.map((trade) => termless(JSON.parse(JSON.stringify(wire(trade, tape.tickOf(trade))))))
        for (const channel of channels) {
          if (!channel.startsWith('user.orders')) {
            const said = heard.get(channel) ?? []
            // Changes are told book by book.
            if (channel.startsWith('user.changes')) said.sort((a, b) => Number(a.trade_id) - Number(b.trade_id))
            expect(said).toEqual(told(channel.startsWith('trades') ? wirePublicTrade : wireUserTrade))
          }
          if (!/orders|changes/.test(channel)) continue
          for (const order of exchange.orders('BTC').slice(from)) {
            expect(states.get(channel)?.get(order.orderId)).toEqual(JSON.parse(JSON.stringify(wireOrder(order))))
          }
        }
      }),
      { numRuns: RUNS },
    )
  },
  PATIENCE_MS,
)

it(
  'tells of a ticker what adds up to the one that is asked for',
  () => {
    fc.assert(
      fc.property(moves, (script) => {
        const listeners = new Map<string, { listener: Listener; ticker: Record<string, unknown> }>()
        broadcast(script, 'standing', ({ connect, subscribe }, { exchange }) => {
          const caller = callerOf(exchange)
          for (const symbol of SYMBOLS) {
            let member = listeners.get(symbol)
            if (member === undefined) {
              if (!isListed(exchange, symbol)) continue
              member = { listener: connect(), ticker: {} }
              listeners.set(symbol, member)
              subscribe(member.listener, `incremental_ticker.${symbol}`, `ticker.${symbol}.raw`)
            }
            const tickers = member.listener.take(`ticker.${symbol}.raw`)
            for (const { data } of member.listener.take(`incremental_ticker.${symbol}`)) {
              const { type, ...fields } = data
              if (type === 'snapshot') member.ticker = fields
              else merge(member.ticker, fields)
            }
            if (!isListed(exchange, symbol)) continue
            const asked = caller.call('public/ticker', { instrument_name: symbol })
            expect({ ...member.ticker, timestamp: asked.timestamp }).toEqual(asked)
            if (tickers.length > 0) expect(tickers.at(-1)?.data).toEqual(asked)
          }
        })
      }),
      { numRuns: RUNS },
    )
  },
  PATIENCE_MS,
)

/** What a trade says of its order's terms is of when it is told: an edit may have come between. */
function termless({ post_only, reduce_only, ...trade }: Record<string, unknown>): Record<string, unknown> {
  return trade
}

function merge(into: Record<string, unknown>, changes: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(changes)) {
    const was = into[name]
    if (typeof value === 'object' && value !== null && typeof was === 'object' && was !== null) {
      merge(was as Record<string, unknown>, value as Record<string, unknown>)
    } else {
      into[name] = value
    }
  }
}
