import { describe, expect, it } from 'vitest'
import { VENUE_MS } from '../replies.fixture.js'
import { createDeribitVenue } from './deribit-venue.js'
import {
  CREATION,
  createFakeStreamClient,
  EXPIRY_MS,
  type FakeStreamClient,
  INDEX,
  STATE,
  TICKER,
} from './stream-client.fixture.js'
import { createStreamVenue, type StreamVenue } from './stream-venue.js'
import { A, B, BTC, cycle, ETH, flush, hold, marketReads, warmed } from './warm-venue.fixture.js'

describe('a warm venue', () => {
  it('asks for nothing, cycle after cycle, and says what one that asks says', async () => {
    const { fake, venue } = await warmed()
    for (let round = 0; round < 20; round += 1) {
      const heard = await cycle(venue)
      expect(marketReads(fake)).toEqual([])
      const asking = createFakeStreamClient([...BTC, ...ETH])
      asking.clock.advance(fake.clock.now() - asking.clock.now())
      Object.assign(asking.indices, fake.indices)
      expect(heard).toEqual(await cycle(createDeribitVenue(asking.client) as StreamVenue))
      fake.clock.advance(1_000)
      fake.indices.BTC += 1
      fake.tellAll()
    }
    venue.close()
  })

  it('hears whole tickers of every listed option, indices, states, listings and locks', async () => {
    const { fake, venue } = await warmed()
    const shared = (['BTC', 'ETH'] as const).flatMap((currency) => [
      INDEX(currency),
      STATE(currency),
      CREATION(currency),
    ])
    expect(fake.channels().sort()).toEqual([...BTC.map(TICKER), ...ETH.map(TICKER), ...shared, 'platform_state'].sort())
    venue.close()
    expect(fake.channels()).toEqual([])
    expect(fake.watchers()).toBe(0)
  })

  it('hears only the currencies that it is told to, and asks for the others', async () => {
    const { fake, venue } = await warmed(undefined, { currencies: ['ETH'] })
    expect(fake.channels().filter((name) => name.includes('BTC') || name.includes('btc'))).toEqual([])
    await cycle(venue, ['ETH'])
    expect(marketReads(fake)).toEqual([])
    await cycle(venue, ['BTC'])
    expect(marketReads(fake)).toEqual(['getBookSummaryByCurrency', 'getInstruments'])
    await cycle(venue, ['BTC'])
    expect(marketReads(fake)).toEqual(['getBookSummaryByCurrency', 'getBookSummaryByCurrency', 'getInstruments'])
  })

  it('shows a side without an amount as no quote, and leaves out what has no forward', async () => {
    const { fake, venue } = await warmed()
    fake.tellTicker(A, { best_bid_amount: 0, best_ask_price: null })
    fake.tellTicker(B, { underlying_price: null })
    const { quotes } = await venue.market.chain('BTC')
    expect(marketReads(fake)).toEqual([])
    expect(quotes.map(({ symbol }) => symbol)).toEqual([A, BTC[2]])
    expect(quotes[0]).toMatchObject({ bidPriceCoin: null, askPriceCoin: null, markPriceCoin: 0.011 })
  })
})

describe('the age of a chain', () => {
  it('is that of its oldest quote', async () => {
    const { fake, venue } = await warmed()
    fake.clock.advance(2_000)
    fake.indices.BTC += 1
    fake.tellIndex('BTC')
    fake.tellTicker(A)
    fake.clock.advance(2_000)
    expect((await venue.market.chain('BTC')).timestampMs).toBe(VENUE_MS)
    fake.tellAll()
    expect((await venue.market.chain('BTC')).timestampMs).toBe(VENUE_MS + 4_000)
    expect(venue.ages().chain.BTC).toBe(0)
    expect(marketReads(fake)).toEqual([])
  })

  it('does not grow beyond the lag while the index of a still market is told', async () => {
    const { fake, venue } = await warmed()
    for (let second = 0; second < 60; second += 1) {
      fake.clock.advance(1_000)
      fake.tellIndex('BTC')
    }
    const { timestampMs } = await venue.market.chain('BTC')
    expect(fake.clock.now() - timestampMs).toBe(3_000)
    expect(marketReads(fake)).toEqual([])
  })

  it('does not grow of a ticker that is of an earlier time and was told as the present one', async () => {
    const { fake, venue } = await warmed()
    fake.clock.advance(60_000)
    fake.lose()
    fake.reconnect()
    await venue.market.instruments('BTC')
    fake.tellIndex('BTC')
    for (const symbol of BTC) fake.tellTicker(symbol, { timestamp: VENUE_MS })
    for (let second = 0; second < 5; second += 1) {
      fake.clock.advance(1_000)
      fake.tellIndex('BTC')
    }
    expect(venue.ages().chain.BTC).toBe(3_000)
  })

  it('grows while nothing is told, until the chain is asked for', async () => {
    const { fake, venue } = await warmed()
    fake.clock.advance(10_000)
    expect(venue.ages().chain.BTC).toBe(10_000)
    expect((await venue.market.chain('BTC')).timestampMs).toBe(VENUE_MS)
    expect(marketReads(fake)).toEqual([])
    fake.clock.advance(1)
    expect((await venue.market.chain('BTC')).timestampMs).toBe(fake.clock.now())
    expect(marketReads(fake)).toEqual(['getBookSummaryByCurrency'])
  })

  it.each([
    [
      'the index has moved on without it',
      (fake: FakeStreamClient) => void Object.assign(fake.indices, { BTC: 90_001 }),
    ],
    ['a notification of it could not be read', (fake: FakeStreamClient) => fake.unreadable(TICKER(A))],
    ['it is being joined anew', (fake: FakeStreamClient) => fake.pause(TICKER(A))],
    ['a notification of it was of another option', (fake: FakeStreamClient) => fake.tell(TICKER(A), fake.ticker(B))],
    ['the index could not be read', (fake: FakeStreamClient) => fake.tellIndex('BTC', { price: 0 })],
    [
      'its channel began anew',
      (fake: FakeStreamClient) => {
        fake.lose()
        fake.reconnect()
      },
    ],
  ])('grows of a ticker that is silent where %s', async (_why, happens) => {
    const { fake, venue } = await warmed()
    fake.clock.advance(4_000)
    happens(fake)
    await venue.market.instruments('BTC')
    for (let second = 0; second < 5; second += 1) {
      fake.clock.advance(1_000)
      fake.tellIndex('BTC')
    }
    expect(venue.ages().chain.BTC).toBe(9_000)
    await venue.market.chain('BTC')
    fake.clock.advance(1_001)
    fake.asked.length = 0
    await venue.market.chain('BTC')
    expect(marketReads(fake)).toContain('getBookSummaryByCurrency')
  })

  it('is not made younger, or a quote older, by a ticker that comes late', async () => {
    const { fake, venue } = await warmed()
    fake.clock.advance(1_000)
    fake.tellAll()
    fake.tellTicker(A, { timestamp: VENUE_MS + 500, best_bid_price: 0.009 })
    const { quotes, timestampMs } = await venue.market.chain('BTC')
    expect(quotes[0]?.bidPriceCoin).toBe(0.01)
    expect(timestampMs).toBe(VENUE_MS + 1_000)
  })
})

describe('a channel that begins anew', () => {
  it('counts whatever it tells first, also where the time of the exchange has gone back', async () => {
    const { fake, venue } = await warmed()
    fake.lose()
    fake.reconnect()
    await venue.market.instruments('BTC')
    const timestamp = VENUE_MS - 2_000
    fake.tellIndex('BTC', { timestamp })
    fake.tellTicker(A, { timestamp, best_bid_price: 0.009 })
    const { quotes, timestampMs } = await venue.market.chain('BTC')
    expect([quotes[0]?.bidPriceCoin, timestampMs]).toEqual([0.009, timestamp])
    expect(venue.ages().index.BTC).toBe(2_000)
  })
})

describe('a lost connection', () => {
  it('takes away listings and locks, and lets the chain grow old', async () => {
    const { fake, venue } = await warmed()
    fake.lose()
    fake.clock.advance(3_000)
    const { chain, instruments, status } = venue.ages()
    expect({ chain: chain.BTC, instruments: instruments.BTC, status }).toEqual({
      chain: 3_000,
      instruments: undefined,
      status: undefined,
    })
    await cycle(venue, ['BTC'])
    expect(marketReads(fake)).toEqual(['getBookSummaryByCurrency', 'getInstruments', 'status'])
  })

  it('costs one listing and one status once it is mended', async () => {
    const { fake, venue } = await warmed()
    fake.lose()
    fake.clock.advance(30_000)
    fake.reconnect()
    fake.tellAll()
    await Promise.all([venue.market.instruments('BTC'), venue.market.instruments('ETH'), venue.market.status()])
    for (let round = 0; round < 3; round += 1) await cycle(venue)
    expect(marketReads(fake)).toEqual(['getInstruments', 'status'])
  })

  it('keeps no answer that was on its way', async () => {
    const { fake, venue } = await warmed()
    fake.lose()
    fake.reconnect()
    const release = hold(fake)
    const asking = Promise.all([venue.market.instruments('BTC'), venue.market.status()])
    await flush()
    fake.lose()
    fake.reconnect()
    release()
    await asking
    await Promise.all([venue.market.instruments('BTC'), venue.market.status()])
    expect(marketReads(fake)).toEqual(['getInstruments', 'getInstruments', 'status', 'status'])
  })
})

describe('a single quote', () => {
  it('is the kept ticker while it is young, at the time of which it is proved', async () => {
    const { fake, venue } = await warmed()
    fake.clock.advance(5_000)
    expect(await venue.market.quote(A)).toMatchObject({ timestampMs: VENUE_MS, bidSizeCoin: 5, greeks: { delta: 0.3 } })
    expect(marketReads(fake)).toEqual([])
    fake.clock.advance(1)
    expect((await venue.market.quote(A)).timestampMs).toBe(fake.clock.now())
    expect(marketReads(fake)).toEqual(['ticker'])
  })

  it('is asked for of what is not listed or has expired', async () => {
    const { fake, venue } = await warmed()
    await expect(venue.market.quote('BTC-PERPETUAL')).rejects.toMatchObject({ code: 'deribit/unknown-symbol' })
    fake.clock.advance(EXPIRY_MS - VENUE_MS)
    fake.tellTicker(A)
    await venue.market.quote(A)
    expect(marketReads(fake)).toEqual(['ticker'])
  })

  it.each([
    ['that option', (venue: StreamVenue) => venue.broker.cancel('of-a'), [A], [B]],
    ['any, where a cancel is not answered', (venue: StreamVenue) => venue.broker.cancel('unanswered'), [A, B], []],
  ])('counts only if it was told after an own order had an end in %s', async (_why, act, distrusted, trusted) => {
    const { fake, venue } = await warmed()
    const order = {
      order_id: 'of-a',
      instrument_name: A,
      direction: 'sell',
      order_type: 'limit',
      order_state: 'cancelled',
    }
    fake.answer('cancel', ({ order_id }) =>
      order_id === 'of-a' ? { ...order, price: 0.01, amount: 1, filled_amount: 0, label: 'x' } : undefined,
    )
    await act(venue).catch(() => {})
    for (const symbol of distrusted) await venue.market.quote(symbol)
    expect(marketReads(fake)).toEqual(distrusted.map(() => 'ticker'))
    for (const symbol of trusted) await venue.market.quote(symbol)
    await venue.market.chain('BTC')
    expect(marketReads(fake)).toEqual(['getBookSummaryByCurrency', ...distrusted.map(() => 'ticker')])

    fake.clock.advance(1)
    fake.tellAll()
    fake.asked.length = 0
    for (const symbol of BTC) await venue.market.quote(symbol)
    await venue.market.chain('BTC')
    expect(marketReads(fake)).toEqual([])
  })
})

describe('the index', () => {
  it('is as it was told, at its own time, and asked for once it is old', async () => {
    const { fake, venue } = await warmed()
    fake.clock.advance(5_000)
    expect(await venue.market.indexPrice('ETH')).toEqual({ currency: 'ETH', indexUsd: 3_000, timestampMs: VENUE_MS })
    expect(venue.ages().index.ETH).toBe(5_000)
    fake.clock.advance(1)
    expect((await venue.market.indexPrice('ETH')).timestampMs).toBe(fake.clock.now())
    expect(marketReads(fake)).toEqual(['getIndexPrice'])
  })
})

describe('an option whose channel ends', () => {
  it('is asked for with the whole chain, and heard again while it is listed', async () => {
    const { fake, venue } = await warmed()
    fake.end(TICKER(A))
    expect(fake.channels()).not.toContain(TICKER(A))
    expect((await venue.market.chain('BTC')).quotes).toHaveLength(3)
    expect(marketReads(fake)).toEqual(['getBookSummaryByCurrency'])
    fake.tellTicker(A)
    await venue.market.chain('BTC')
    expect(marketReads(fake)).toEqual(['getBookSummaryByCurrency'])
  })
})

describe('warming', () => {
  it('ends after its patience, and what was not told is asked for', async () => {
    const fake = createFakeStreamClient([...BTC, ...ETH])
    const venue = createStreamVenue(fake.client)
    const warming = venue.warm()
    await flush()
    fake.clock.advance(20_000)
    await warming
    fake.asked.length = 0
    await cycle(venue, ['BTC'])
    expect(marketReads(fake)).toEqual(['getBookSummaryByCurrency'])
  })

  it.each([
    ['aborted', 'stop'],
    ['without a connection for good', 'The client is closed.'],
  ])('rejects %s and leaves nothing behind', async (how, message) => {
    const fake = createFakeStreamClient([...BTC, ...ETH])
    const venue = createStreamVenue(fake.client)
    const stop = new AbortController()
    const warming = venue.warm(stop.signal)
    await flush()
    if (how === 'aborted') stop.abort(new Error('stop'))
    else fake.closeForGood()
    await expect(warming).rejects.toThrow(message)
    venue.close()
    expect({ watchers: fake.watchers(), sleepers: fake.clock.sleepers(), channels: fake.channels() }).toEqual({
      watchers: 0,
      sleepers: 0,
      channels: [],
    })
  })

  it('rejects when it is aborted while it connects', async () => {
    const fake = createFakeStreamClient([...BTC, ...ETH])
    const release = hold(fake)
    const venue = createStreamVenue(fake.client)
    const stop = new AbortController()
    const warming = venue.warm(stop.signal)
    stop.abort(new Error('stop'))
    await expect(warming).rejects.toThrow('stop')
    release()
    venue.close()
    expect({ watchers: fake.watchers(), sleepers: fake.clock.sleepers() }).toEqual({ watchers: 0, sleepers: 0 })
  })

  it('passes on what the exchange refuses', async () => {
    const fake = createFakeStreamClient(BTC)
    fake.answer('getInstruments', () => undefined)
    const venue = createStreamVenue(fake.client)
    await expect(venue.warm()).rejects.toMatchObject({ code: 'test/unanswered' })
    expect(fake.clock.sleepers()).toBe(0)
  })

  it('hears nothing any more once it is closed, and asks', async () => {
    const { fake, venue } = await warmed()
    venue.close()
    fake.closeForGood()
    await cycle(venue, ['BTC'])
    expect(marketReads(fake)).toContain('getBookSummaryByCurrency')
    expect(fake.channels()).toEqual([])
  })

  it('refuses an option that it does not have', () => {
    expect(() => createStreamVenue(createFakeStreamClient([]).client, { maxAge: 1 } as never)).toThrow('maxAge')
  })
})
