import { describe, expect, it } from 'vitest'
import { VENUE_MS } from '../replies.fixture.js'
import {
  CREATION,
  createFakeStreamClient,
  type FakeStreamClient,
  listedRow,
  STATE,
  symbolOf,
  TICKER,
} from './stream-client.fixture.js'
import { createStreamVenue, type StreamVenue } from './stream-venue.js'
import { A, BTC, cycle, ETH, flush, hold, marketReads, warmed } from './warm-venue.fixture.js'

describe('what is listed', () => {
  const NEW = symbolOf('BTC', 130_000)

  it('has a new option at once, without being asked for; its chain is asked for until it is quoted', async () => {
    const { fake, venue } = await warmed()
    fake.rows.set(NEW, listedRow(NEW))
    fake.tell(CREATION('BTC'), listedRow(NEW, { creation_timestamp: fake.clock.now() }))
    expect(fake.channels()).toContain(TICKER(NEW))
    expect((await venue.market.instruments('BTC')).map(({ symbol }) => symbol)).toEqual([...BTC, NEW])
    expect(marketReads(fake)).toEqual([])
    expect(venue.ages().chain.BTC).toBeUndefined()
    expect((await venue.market.chain('BTC')).quotes).toHaveLength(4)
    expect(marketReads(fake)).toEqual(['getBookSummaryByCurrency'])
    fake.tellTicker(NEW)
    expect((await venue.market.chain('BTC')).quotes).toHaveLength(4)
    expect(marketReads(fake)).toEqual(['getBookSummaryByCurrency'])
  })

  it.each([
    ['of an option that is not known', { instrument_name: NEW, state: 'open' }, 1],
    ['in words of another time', { instrument_name: A, state: 'settled' }, 1],
    ['of a linear option', { instrument_name: 'BTC_USDC-30JAN26-100000-C', state: 'open' }, 0],
    ['that is known already', { instrument_name: A, state: 'open' }, 0],
  ])('is asked for anew after a state %s: %o', async (_why, told, requests) => {
    const { fake, venue } = await warmed()
    fake.tell(STATE('BTC'), { ...told, timestamp: fake.clock.now() })
    await venue.market.instruments('BTC')
    await venue.market.instruments('ETH')
    expect(marketReads(fake)).toHaveLength(requests)
  })

  it('shows the state of a book that an event or a ticker tells, the newer of them', async () => {
    const { fake, venue } = await warmed()
    const stateOfA = async () => (await venue.market.instruments('BTC')).find(({ symbol }) => symbol === A)?.state
    fake.clock.advance(1_000)
    fake.tell(STATE('BTC'), { instrument_name: A, state: 'halted', timestamp: fake.clock.now() })
    expect(await stateOfA()).toBe('halted')
    fake.tellTicker(A, { state: 'open', timestamp: fake.clock.now() - 500 })
    expect(await stateOfA()).toBe('halted')
    fake.tellTicker(A, { state: 'open' })
    expect(await stateOfA()).toBe('open')
    fake.clock.advance(1)
    fake.tellTicker(A, { state: 'unheard-of' })
    expect(await stateOfA()).toBe('inactive')
    expect(marketReads(fake)).toEqual([])
  })

  it('does not go back to what an option was when it was listed', async () => {
    const { fake, venue } = await warmed()
    fake.clock.advance(1_000)
    fake.tell(STATE('BTC'), { instrument_name: A, state: 'halted', timestamp: fake.clock.now() })
    fake.tell(CREATION('BTC'), listedRow(A, { creation_timestamp: VENUE_MS - 1 }))
    expect((await venue.market.instruments('BTC'))[0]).toMatchObject({ symbol: A, state: 'halted' })
    expect(marketReads(fake)).toEqual([])
  })

  it('is asked for anew where a row contradicts itself, or an event could not be read', async () => {
    const { fake, venue } = await warmed()
    fake.tell(CREATION('BTC'), listedRow(NEW, { strike: 1 }))
    await venue.market.instruments('BTC')
    fake.unreadable(STATE('BTC'))
    await venue.market.instruments('BTC')
    expect(marketReads(fake)).toEqual(['getInstruments', 'getInstruments'])
  })

  it('is kept as without streams where its events are not served, and they are tried again after a minute', async () => {
    const fake = createFakeStreamClient([...BTC, ...ETH])
    fake.refused.add(STATE('BTC'))
    const { venue } = await warmed(fake)
    const ask = () => venue.market.instruments('BTC')
    fake.rows.set(A, listedRow(A, { state: 'halted' }))
    fake.clock.advance(6 * 3_600_000)
    await ask()
    await ask()
    expect(marketReads(fake)).toHaveLength(2)
    fake.refused.clear()
    fake.clock.advance(60_001)
    await ask()
    await flush()
    await ask()
    await ask()
    expect(marketReads(fake)).toHaveLength(4)
  })

  it('loses an option that has expired from chain and channels, and is asked for once after 08:00 UTC', async () => {
    const soon = symbolOf('BTC', 95_000, Date.UTC(2026, 0, 6, 8))
    const { fake, venue } = await warmed(createFakeStreamClient([...BTC, ...ETH, soon]))
    expect((await venue.market.chain('BTC')).quotes).toHaveLength(4)
    fake.clock.advance(Date.UTC(2026, 0, 6, 8) - VENUE_MS)
    fake.rows.delete(soon)
    fake.tellAll()
    expect((await venue.market.chain('BTC')).quotes.map(({ symbol }) => symbol)).toEqual(BTC)
    for (let round = 0; round < 3; round += 1) await cycle(venue, ['BTC'])
    expect(marketReads(fake).filter((method) => method === 'getInstruments')).toHaveLength(1)
    expect(fake.channels()).not.toContain(TICKER(soon))
  })
})

describe('an option that is listed after its expiry', () => {
  it('is neither heard nor in a chain', async () => {
    const soon = symbolOf('BTC', 95_000, Date.UTC(2026, 0, 6, 8))
    const { fake, venue } = await warmed(createFakeStreamClient([...BTC, ...ETH, soon]))
    fake.clock.advance(Date.UTC(2026, 0, 6, 8) - VENUE_MS)
    fake.rows.set(soon, listedRow(soon, { state: 'delivered', is_active: false }))
    fake.tellAll()
    const listed = await venue.market.instruments('BTC')
    expect(listed.find(({ symbol }) => symbol === soon)?.state).toBe('delivered')
    expect((await venue.market.chain('BTC')).quotes.map(({ symbol }) => symbol)).toEqual(BTC)
    expect(marketReads(fake)).toEqual(['getInstruments'])
    expect(fake.channels()).not.toContain(TICKER(soon))
  })
})

describe('locks', () => {
  const lockedOf = async ({ market }: StreamVenue) => (await market.status()).locked

  it('count at once when they are told, and are asked for when one may have ended', async () => {
    const { fake, venue } = await warmed()
    fake.tell('platform_state', { price_index: 'sol_usdc', locked: true })
    fake.tell('platform_state', { price_index: 'eth_usd', locked: false })
    expect(await lockedOf(venue)).toEqual([])
    fake.tell('platform_state', { price_index: 'eth_usd', locked: true })
    expect(await lockedOf(venue)).toEqual(['ETH'])
    expect(marketReads(fake)).toEqual([])
    fake.setStatus({ locked: 'partial', locked_currencies: ['ETH'] })
    fake.tell('platform_state', { price_index: 'eth_usd', locked: false })
    expect(await lockedOf(venue)).toEqual(['ETH'])
    expect(marketReads(fake)).toEqual(['status'])
  })

  it('count when they are told while the answer is on its way', async () => {
    const { fake, venue } = await warmed()
    fake.tell('platform_state', { maintenance: true })
    const release = hold(fake)
    const asking = lockedOf(venue)
    fake.tell('platform_state', { price_index: 'btc_usd', locked: true })
    release()
    expect(await asking).toEqual(['BTC'])
    await lockedOf(venue)
    expect(marketReads(fake)).toEqual(['status', 'status'])
  })

  it('are asked for every time where they are not told', async () => {
    const fake = createFakeStreamClient([...BTC, ...ETH])
    fake.refused.add('platform_state')
    const { venue } = await warmed(fake)
    await lockedOf(venue)
    await lockedOf(venue)
    expect(marketReads(fake)).toEqual(['status', 'status'])
    expect(venue.ages().status).toBeUndefined()
  })
})

describe('what was asked for before its changes are told', () => {
  it.each([
    ['the channel is accepted', () => {}],
    ['the connection, lost at once, is there again', (fake: FakeStreamClient) => fake.lose()],
  ])('is not kept: until %s', async (_why, happens) => {
    const fake = createFakeStreamClient([...BTC, ...ETH])
    const venue = createStreamVenue(fake.client)
    happens(fake)
    await venue.market.status()
    expect(venue.ages().status).toBeUndefined()
    await flush()
    if (fake.client.connection.state() !== 'open') {
      await venue.market.status()
      expect(venue.ages().status).toBeUndefined()
      fake.reconnect()
    }
    await venue.market.status()
    expect(venue.ages().status).toBe(0)
  })
})
