import { venueStatusSchema } from '@cc/models'
import { describe, expect, it } from 'vitest'
import { INSTRUMENT, VENUE_MS } from '../replies.fixture.js'
import { createDeribitVenue } from './deribit-venue.js'
import type { VenueClient } from './venue-client.js'

const SYMBOL = INSTRUMENT.instrument_name
const EXPIRY_MS = Date.UTC(2026, 0, 30, 8)
const TICKER = {
  instrument_name: SYMBOL,
  timestamp: VENUE_MS,
  mark_price: 0.01,
  underlying_price: 90_000,
  index_price: 89_000,
}

/** A venue whose ticker says in which state its book is. */
function venueWith(ticker: { state?: string | null }) {
  const asked: string[] = []
  const answers: Record<string, unknown> = {
    getInstruments: [{ ...INSTRUMENT, expiration_timestamp: EXPIRY_MS }],
    ticker: { ...TICKER, ...ticker },
  }
  const api = new Proxy(
    {},
    {
      get: (_target, method: string) => async () => {
        asked.push(method)
        return { result: answers[method], answeredMs: VENUE_MS }
      },
    },
  )
  const client = { public: api, clock: { now: () => VENUE_MS } } as unknown as VenueClient
  return { asked, market: createDeribitVenue(client).market }
}

describe('the status', () => {
  const venueSaying = (uncertaintyMs: number | undefined) => {
    const client = {
      public: { status: async () => ({ result: { locked: 'partial', locked_currencies: ['ETH'] }, testnet: true }) },
      open: async () => ({ scopes: ['trade:read'] }),
      origin: 'https://test.deribit.com',
      clock: { now: () => VENUE_MS, uncertaintyMs: () => uncertaintyMs },
    }
    return createDeribitVenue(client as unknown as VenueClient).market.status()
  }

  it('says what is locked, and how far the clock may be off', async () => {
    const status = venueStatusSchema.parse(await venueSaying(12.5))
    expect(status).toMatchObject({ testnet: true, locked: ['ETH'], scopes: ['trade:read'], clockErrorMs: 12.5 })
  })

  it('takes a clock of which nothing is known for one that is off without end', async () => {
    expect(venueStatusSchema.parse(await venueSaying(undefined)).clockErrorMs).toBe(Number.MAX_VALUE)
  })
})

describe('a listing that is kept', () => {
  it.each([
    ['open', 1],
    [null, 1],
    ['locked', 2],
    ['halted', 2],
  ])('is asked for anew once a ticker shows its book %s: %i', async (state, expected) => {
    const { asked, market } = venueWith({ state })
    await market.instruments('BTC')
    await market.quote(SYMBOL)
    await market.instruments('BTC')
    expect(asked.filter((method) => method === 'getInstruments')).toHaveLength(expected)
  })
})
