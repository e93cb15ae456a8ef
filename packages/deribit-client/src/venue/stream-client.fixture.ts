import { CcError, type Currency, formatSymbol, parseSymbol } from '@cc/models'
import { clientClosed } from '../errors.js'
import { createManualClock } from '../manual-clock.fixture.js'
import { INSTRUMENT, VENUE_MS } from '../replies.fixture.js'
import type { ConnectionListener } from '../socket/connection.js'
import type { Channel, ChannelSink } from '../streams/channel.js'
import type { WireTicker } from '../wire/ticker.js'
import type { StreamVenueClient } from './venue-client.js'

export const EXPIRY_MS = Date.UTC(2026, 0, 30, 8)
export const STATE = (currency: Currency) => `instrument.state.option.${currency}`
export const CREATION = (currency: Currency) => `instrument.creation.option.${currency}`
export const INDEX = (currency: Currency) => `deribit_price_index.${currency.toLowerCase()}_usd`
export const TICKER = (symbol: string) => `ticker.${symbol}.agg2`

export const symbolOf = (currency: Currency, strikeUsd: number, expiryMs = EXPIRY_MS) =>
  formatSymbol({ currency, strikeUsd, expiryMs, kind: 'call' })

/** The row of a listing. */
export function listedRow(symbol: string, overrides: object = {}) {
  const { currency = 'BTC', strikeUsd, expiryMs, kind } = parseSymbol(symbol) ?? {}
  return {
    ...INSTRUMENT,
    instrument_name: symbol,
    base_currency: currency,
    quote_currency: currency,
    option_type: kind,
    strike: strikeUsd,
    expiration_timestamp: expiryMs,
    price_index: `${currency.toLowerCase()}_usd`,
    ...overrides,
  }
}

/**
 * A client over a connection that is a test's to script, and the exchange behind it: what is asked is answered from its
 * present listing, tickers and indices, and counted; what is told is what the test tells.
 */
export function createFakeStreamClient(symbols: readonly string[]) {
  const clock = createManualClock(VENUE_MS)
  const asked: string[] = []
  const heard = new Map<string, Set<ChannelSink<unknown>>>()
  const listeners = new Set<ConnectionListener>()
  const refused = new Set<string>()
  const indices: Record<Currency, number> = { BTC: 90_000, ETH: 3_000 }
  const rows = new Map<string, ReturnType<typeof listedRow>>(symbols.map((symbol) => [symbol, listedRow(symbol)]))
  const marks = new Map<string, number>()
  let status: object = { locked: false }
  let epoch = 1
  let isOpen = true
  /** Whether the time of the exchange is. */
  let isKnown = false
  /** What answers wait for, where a test holds them back. */
  let gate: Promise<void> = Promise.resolve()

  function ticker(symbol: string, overrides: Partial<WireTicker> = {}): WireTicker {
    const indexUsd = indices[parseSymbol(symbol)?.currency ?? 'BTC']
    return {
      instrument_name: symbol,
      timestamp: clock.now(),
      state: rows.get(symbol)?.state ?? 'open',
      best_bid_price: 0.01,
      best_bid_amount: 5,
      best_ask_price: 0.012,
      best_ask_amount: 7,
      mark_price: marks.get(symbol) ?? 0.011,
      mark_iv: 52,
      index_price: indexUsd,
      estimated_delivery_price: indexUsd,
      underlying_price: indexUsd * 1.01,
      open_interest: 3,
      stats: { volume: 2 },
      greeks: { delta: 0.3, gamma: 0, vega: 10, theta: -5, rho: 1 },
      ...overrides,
    }
  }

  const listedIn = (currency: string) =>
    [...rows.keys()].filter((name) => currency === 'any' || name.startsWith(currency))
  const answers: Record<string, (params: Record<string, string>) => unknown> = {
    status: () => status,
    getTime: () => clock.now(),
    getInstruments: ({ currency = 'any' }) => listedIn(currency).map((name) => rows.get(name)),
    getIndexPrice: ({ index_name = '' }) => ({
      index_price: indices[index_name.slice(0, 3).toUpperCase() as Currency],
    }),
    ticker: ({ instrument_name = '' }) => ticker(instrument_name),
    getBookSummaryByCurrency: ({ currency = '' }) =>
      listedIn(currency).map((name) => {
        const { best_bid_price, best_ask_price, timestamp, stats, ...top } = ticker(name)
        return { ...top, ...stats, bid_price: best_bid_price, ask_price: best_ask_price, creation_timestamp: timestamp }
      }),
  }
  const api = new Proxy(
    {},
    {
      get:
        (_target, method: string) =>
        async (params: Record<string, string> = {}) => {
          asked.push(method)
          const result = answers[method]?.(params)
          const answeredMs = clock.now()
          await gate
          isKnown = true
          if (result === undefined)
            throw new CcError(`Nobody answers ${method}.`, { code: 'test/unanswered', recovery: 'skip' })
          return { result, answeredMs, takenInMs: answeredMs, testnet: true }
        },
    },
  )

  function attach<Data>(channel: Channel<Data>, sink: ChannelSink<Data>) {
    const { name } = channel
    const own = sink as ChannelSink<unknown>
    const sinks = heard.get(name) ?? new Set()
    heard.set(name, sinks.add(own))
    const detach = () => {
      sinks.delete(own)
      if (sinks.size === 0) heard.delete(name)
    }
    const ready = (async () => {
      await Promise.resolve()
      if (!refused.has(name)) {
        if (isOpen && sinks.has(own)) own.onBegin?.(epoch)
        return
      }
      const error = new CcError(`${name} is not served.`, { code: 'deribit/channels-refused', recovery: 'skip' })
      if (sinks.has(own)) own.onEnd(error)
      throw error
    })()
    ready.catch(() => {})
    return { ready, resync() {}, detach }
  }

  const each = (name: string, what: (sink: ChannelSink<unknown>) => void) => {
    for (const sink of [...(heard.get(name) ?? [])]) what(sink)
  }

  const client = {
    origin: 'http://127.0.0.1:1',
    public: api,
    private: api,
    clock: {
      ...clock,
      now() {
        if (isKnown) return clock.now()
        throw new CcError('The time is not known.', { code: 'deribit/no-server-time', recovery: 'retry' })
      },
      uncertaintyMs: () => (isKnown ? 0 : undefined),
    },
    async open() {
      await gate
      isKnown = true
      return { scopes: ['account:read'] }
    },
    streams: { attach },
    connection: {
      state: () => (isOpen ? 'open' : 'waiting'),
      epoch: () => epoch,
      watch(listener: ConnectionListener) {
        listeners.add(listener)
        return () => void listeners.delete(listener)
      },
    },
  } as unknown as StreamVenueClient

  return {
    client,
    clock,
    /** Methods that were asked, in their order. */
    asked,
    indices,
    /** What is listed, by symbol. */
    rows,
    marks,
    refused,
    /** Names of channels that are heard. */
    channels: () => [...heard.keys()],
    watchers: () => listeners.size,
    answer(method: string, answer: (params: Record<string, string>) => unknown) {
      answers[method] = answer
    },
    setStatus(next: object) {
      status = next
    },
    holdAnswers(until: Promise<void>) {
      gate = until
    },
    ticker,
    tell: (name: string, data: unknown) => each(name, (sink) => sink.onData(data, { receivedMs: clock.now(), epoch })),
    tellTicker(symbol: string, overrides: Partial<WireTicker> = {}) {
      this.tell(TICKER(symbol), ticker(symbol, overrides))
    },
    tellIndex(currency: Currency, overrides: object = {}) {
      const told = { index_name: `${currency.toLowerCase()}_usd`, price: indices[currency], timestamp: clock.now() }
      this.tell(INDEX(currency), { ...told, ...overrides })
    },
    /** Every index and the ticker of everything that is heard. */
    tellAll() {
      for (const currency of ['BTC', 'ETH'] as const) this.tellIndex(currency)
      for (const name of [...heard.keys()]) if (name.startsWith('ticker.')) this.tellTicker(name.split('.')[1] ?? '')
    },
    unreadable: (name: string) => each(name, (sink) => sink.onUnreadable?.(new Error('unreadable'))),
    pause: (name: string) => each(name, (sink) => sink.onPause?.()),
    end: (name: string) => each(name, (sink) => sink.onEnd(new Error('ended'))),
    lose() {
      isOpen = false
      for (const name of [...heard.keys()]) each(name, (sink) => sink.onPause?.())
      for (const listener of [...listeners]) listener.onLost?.('closed-1006')
    },
    reconnect() {
      isOpen = true
      epoch += 1
      for (const listener of [...listeners]) listener.onOpen?.(epoch)
      for (const name of [...heard.keys()]) each(name, (sink) => sink.onBegin?.(epoch))
    },
    closeForGood() {
      const error = clientClosed()
      for (const name of [...heard.keys()]) each(name, (sink) => sink.onEnd(error))
      for (const listener of [...listeners]) listener.onClosed?.(error)
    },
  }
}

export type FakeStreamClient = ReturnType<typeof createFakeStreamClient>
