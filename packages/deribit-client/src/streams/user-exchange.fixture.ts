import { CcError } from '@cc/models'
import { createVirtualClock } from '@cc/models/clock'
import type { WireUserChanges } from '../wire/account-notifications.js'
import type { WireOrder } from '../wire/order.js'
import type { WirePosition } from '../wire/position.js'
import type { WireUserTrade } from '../wire/trade.js'
import type { ChannelSink } from './channel.js'
import type { UserEventsClient } from './user-events.js'

const START_MS = 1_789_000_000_000
const RECENT_ORDERS_MS = 1_800_000
const RECENT_TRADES_MS = 86_400_000
const SYMBOLS = ['BTC-27NOV26-90000-C', 'BTC-27NOV26-95000-C']

export type UserExchangeOptions = {
  /** From 0 to below 1. */
  random?: () => number
  /** Chance that a notification comes twice, behind later ones, or once more much later. */
  disorder?: number
  /** Chance that a read fails although there is a connection. */
  failure?: number
  /** How long trades take to be in the answers. */
  lagMs?: number
  pageSize?: number
}

/** One account at an exchange, and a client over a connection that can be lost: what happens is what the test does. */
export function createUserExchange(options: UserExchangeOptions = {}) {
  const { random = () => 0.5, disorder = 0, failure = 0, lagMs = 0, pageSize = 1_000 } = options
  const clock = createVirtualClock({ startMs: START_MS })
  const orders = new Map<string, WireOrder>()
  const trades: WireUserTrade[] = []
  const sizes = new Map<string, number>()
  const asked: { method: string; params: object }[] = []
  let sink: ChannelSink<WireUserChanges> | undefined
  let isUp = true
  let isServed = false
  let isMute = false
  let epoch = 0
  /** What the present connection has under way. */
  let pipe: WireUserChanges[] = []
  let isDelivering = false
  let socket = new AbortController()
  let pending = 0
  let failing: ((method: string) => unknown) | undefined

  function position(symbol: string): WirePosition {
    const size = sizes.get(symbol) ?? 0
    return { instrument_name: symbol, kind: 'option', size, direction: size < 0 ? 'sell' : size > 0 ? 'buy' : 'zero' }
  }

  function notify(changes: WireUserChanges): void {
    if (!isServed || isMute) return
    const again = (ms: number) => {
      const [copy, own] = [structuredClone(changes), epoch]
      void later(ms * random(), () => sink?.onData(copy, { receivedMs: clock.now(), epoch: own }))
    }
    // Late, and so behind those after it.
    if (random() < disorder) again(400)
    else pipe.push(changes)
    if (random() < disorder) pipe.push(structuredClone(changes))
    if (random() < disorder) again(60_000)
    void deliver()
  }

  async function later(ms: number, work: () => void): Promise<void> {
    await clock.sleep(ms, socket.signal).then(work, () => {})
  }

  async function deliver(): Promise<void> {
    if (isDelivering) return
    isDelivering = true
    const { signal } = socket
    while (pipe.length > 0 && !signal.aborted) {
      await clock.sleep(Math.floor(random() * 40), signal).catch(() => {})
      if (signal.aborted) return
      const [changes] = pipe.splice(0, 1)
      if (changes !== undefined) sink?.onData(changes, { receivedMs: clock.now(), epoch })
    }
    isDelivering = false
  }

  async function serve(): Promise<void> {
    const { signal } = socket
    try {
      await clock.sleep(Math.floor(random() * 50), signal)
      isServed = true
      await clock.sleep(Math.floor(random() * 20), signal)
    } catch {
      return
    }
    epoch += 1
    sink?.onBegin?.(epoch)
  }

  function order(id: string): WireOrder {
    const found = orders.get(id)
    if (found === undefined) throw new Error(`no order ${id}`)
    return found
  }

  function store(changed: WireOrder, made: WireUserTrade[] = []): void {
    orders.set(changed.order_id, changed)
    const symbol = changed.instrument_name
    notify({
      instrument_name: symbol,
      trades: made,
      orders: [changed],
      positions: made.length > 0 ? [position(symbol)] : [],
    })
  }

  const exchange = {
    place(amount = 3): string {
      const id = String(1_000 + orders.size)
      const nowMs = clock.now()
      const instrument_name = SYMBOLS[orders.size % SYMBOLS.length] as string
      const times = { creation_timestamp: nowMs, last_update_timestamp: nowMs }
      const what = { direction: 'sell', price: 0.01, amount, filled_amount: 0 } as const
      store({ order_id: id, order_state: 'open', order_type: 'limit', instrument_name, ...what, ...times })
      return id
    },
    fill(id: string, amount = 1): void {
      const before = order(id)
      const filled = (before.filled_amount ?? 0) + amount
      const nowMs = clock.now()
      const symbol = before.instrument_name
      sizes.set(symbol, (sizes.get(symbol) ?? 0) - amount)
      const trade: WireUserTrade = {
        trade_id: String(5_000 + trades.length),
        trade_seq: trades.filter(({ instrument_name }) => instrument_name === symbol).length + 1,
        instrument_name: symbol,
        timestamp: nowMs,
        price: 0.01,
        amount,
        order_id: id,
        direction: 'sell',
        fee: 0.0003,
        fee_currency: 'BTC',
      }
      trades.push(trade)
      const order_state = filled >= before.amount ? 'filled' : 'open'
      store({ ...before, filled_amount: filled, order_state, last_update_timestamp: nowMs }, [trade])
    },
    edit(id: string, price: number): void {
      store({ ...order(id), price, replaced: true, last_update_timestamp: clock.now() })
    },
    cancel(id: string): void {
      store({ ...order(id), order_state: 'cancelled', last_update_timestamp: clock.now() })
    },
    /** Positions are gone, as after an expiry, and nothing tells of it. */
    expire(): void {
      sizes.clear()
    },
    notify,
    open: () => [...orders.values()].filter(isOpen).map(({ order_id }) => order_id),
    lose(): void {
      if (!isUp) return
      isUp = false
      isServed = false
      pipe = []
      isDelivering = false
      socket.abort()
      sink?.onPause?.()
    },
    regain(): void {
      if (isUp) return
      isUp = true
      socket = new AbortController()
      if (sink !== undefined) void serve()
    },
    end: (error: unknown) => sink?.onEnd(error),
    /** Notifications are lost from now on, though the connection is not. */
    mute(isMuted: boolean): void {
      isMute = isMuted
    },
    /** Makes reads fail with what it returns. */
    failWith(error: ((method: string) => unknown) | undefined): void {
      failing = error
    },
    isHeard: () => sink !== undefined,
  }

  async function read<Result>(
    method: string,
    params: object,
    { signal, answer }: { signal: AbortSignal | undefined; answer: () => Result },
  ) {
    pending += 1
    try {
      asked.push({ method, params })
      signal?.throwIfAborted()
      if (!isUp) throw passing('deribit/unreachable')
      const broken = failing?.(method)
      if (broken !== undefined) throw broken
      const taken = socket
      await clock.sleep(Math.floor(random() * 60), signal)
      const takenInMs = clock.now()
      await clock.sleep(Math.floor(random() * 20), signal)
      const result = structuredClone(answer())
      await clock.sleep(Math.floor(random() * 60), signal)
      if (taken.signal.aborted || random() < failure) throw passing('deribit/no-answer')
      return { result, takenInMs, answeredMs: clock.now(), testnet: true }
    } finally {
      pending -= 1
    }
  }

  const isRecent = (atMs: number, spanMs: number) => clock.now() - atMs <= spanMs
  type Options = { signal?: AbortSignal }
  const privateApi = {
    getOpenOrdersByCurrency: (params: object, { signal }: Options = {}) =>
      read('open', params, { signal, answer: () => [...orders.values()].filter(isOpen) }),
    getOrderHistoryByCurrency: (
      params: { historical: boolean; count: number; offset: number },
      { signal }: Options = {},
    ) =>
      read('history', params, {
        signal,
        answer: () =>
          [...orders.values()]
            .filter(
              (one) => !isOpen(one) && isRecent(one.last_update_timestamp, RECENT_ORDERS_MS) !== params.historical,
            )
            .reverse()
            .slice(params.offset, params.offset + params.count),
      }),
    getOrderState: ({ order_id }: { order_id: string }, { signal }: Options = {}) =>
      read(
        'state',
        { order_id },
        {
          signal,
          answer: () => {
            const found = orders.get(order_id)
            const isKnown =
              found !== undefined && (isOpen(found) || isRecent(found.last_update_timestamp, RECENT_ORDERS_MS))
            if (isKnown) return found
            throw new CcError('gone', { code: 'deribit/order-not-found', recovery: 'reconcile' })
          },
        },
      ),
    getUserTradesByCurrencyAndTime: (
      params: { start_timestamp: number; end_timestamp: number; historical: boolean },
      { signal }: Options = {},
    ) =>
      read('trades', params, {
        signal,
        answer: () => {
          const found = trades.filter(
            ({ timestamp }) =>
              timestamp >= params.start_timestamp &&
              timestamp <= params.end_timestamp &&
              timestamp + lagMs <= clock.now() &&
              isRecent(timestamp, RECENT_TRADES_MS) !== params.historical,
          )
          return { trades: found.slice(0, pageSize), has_more: found.length > pageSize }
        },
      }),
    getPositions: (params: object, { signal }: Options = {}) =>
      read('positions', params, {
        signal,
        answer: () => SYMBOLS.filter((symbol) => sizes.has(symbol)).map(position),
      }),
  }

  const client = {
    clock: { ...clock, uncertaintyMs: () => 0 },
    private: privateApi,
    streams: {
      attach(_channel: unknown, own: ChannelSink<WireUserChanges>) {
        sink = own
        if (isServed) queueMicrotask(() => own.onBegin?.(epoch))
        else if (isUp) void serve()
        return {
          ready: Promise.resolve(),
          resync() {},
          detach() {
            sink = undefined
          },
        }
      },
    },
  } as unknown as UserEventsClient

  return { clock, client, exchange, orders, trades, sizes, asked, pending: () => pending }
}

function isOpen({ order_state }: WireOrder): boolean {
  return order_state === 'open'
}

function passing(code: string): CcError {
  return new CcError('It passes.', { code, recovery: 'retry' })
}
