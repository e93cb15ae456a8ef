import { EMPTY_MEMORY } from '@cc/models'
import { describe, expect, it } from 'vitest'
import { DAY_MS, fakeVenue, HOUR_MS, NOW_MS, world } from '../test/fake-venue.js'
import { assembleUnderlying, finishUnderlying } from './assemble.js'
import { stateOptionsSchema } from './options.js'
import { readVenue } from './read-venue.js'

describe('what the market alone gives', () => {
  const options = stateOptionsSchema.parse({ underlyings: ['BTC'] })

  /** A venue whose tickers take so long, and how often the rows of its chain were looked at. */
  function slow(ms: number) {
    const venue = fakeVenue({ BTC: world() })
    const seen = { nowMs: NOW_MS, looks: 0 }
    const { chain, quote } = venue.market
    venue.clock.now = () => seen.nowMs
    venue.market.chain = async (currency) => {
      const { quotes, ...rest } = await chain(currency)
      return {
        ...rest,
        get quotes() {
          seen.looks += 1
          return quotes
        },
      }
    }
    venue.market.quote = async (symbol) => {
      seen.nowMs = NOW_MS + ms
      return quote(symbol)
    }
    return { venue, seen }
  }

  async function read(ms: number) {
    const { venue, seen } = slow(ms)
    const { timeMs, underlyings } = await readVenue(venue, options)
    const { readings, draft } = underlyings[0]!
    const { looks } = seen
    return {
      timeMs,
      readings,
      draft,
      looks,
      state: finishUnderlying(draft, { readings, memory: EMPTY_MEMORY }, options),
    }
  }

  it.each([
    { ms: 0, why: 'the time of the venue stands still' },
    { ms: HOUR_MS, why: 'an hour goes by while the tickers are read' },
  ])('is of the time at which the last reading was in, where $why', async ({ ms }) => {
    const { timeMs, readings, draft, state } = await read(ms)
    expect(timeMs).toBe(NOW_MS + ms)
    expect(draft.timeMs).toBe(timeMs)
    expect(state).toEqual(assembleUnderlying(readings, { timeMs, memory: EMPTY_MEMORY }, options))
  })

  it('has the days and ages of the later time', async () => {
    const [still, later] = [await read(0), await read(HOUR_MS)]
    const [before, after] = [still.state, later.state]
    expect(after.candidates.length).toBeGreaterThan(2)
    for (const { instrument, dte } of after.candidates) {
      expect(dte).toBeCloseTo((instrument.expiryMs - NOW_MS - HOUR_MS) / DAY_MS, 12)
    }
    for (const part of ['account', 'chain', 'index', 'instruments', 'tickers', 'candles', 'dvol'] as const) {
      expect(after.parts[part]?.ageMs).toBe(before.parts[part]!.ageMs + HOUR_MS)
    }
  })

  it('is computed once where time stands still, and anew where it goes on', async () => {
    const [still, later] = [await read(0), await read(1)]
    expect(still.looks).toBeGreaterThan(0)
    expect(later.looks).toBeGreaterThan(still.looks)
  })
})
