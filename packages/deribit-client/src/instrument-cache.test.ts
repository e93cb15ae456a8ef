import { describe, expect, it } from 'vitest'
import { createInstrumentCache } from './instrument-cache.js'
import { getInstrument, getInstruments } from './methods/instruments.js'
import { getTime } from './methods/platform.js'
import { INSTRUMENT } from './replies.fixture.js'

const GRID = {
  ticks: { tickSizeCoin: 0.0001, tickSteps: [{ abovePriceCoin: 0.005, tickSizeCoin: 0.0005 }] },
  stepCoin: 0.1,
}

describe('the instrument cache', () => {
  it('learns from one instrument and from many', () => {
    const cache = createInstrumentCache()
    cache.hear(getInstrument, INSTRUMENT)
    cache.hear(getInstruments, [
      { ...INSTRUMENT, instrument_name: 'A', tick_size_steps: undefined },
      { ...INSTRUMENT, instrument_name: 'B', min_trade_amount: 1 },
    ])
    expect(cache.gridOf(INSTRUMENT.instrument_name)).toEqual(GRID)
    expect(cache.gridOf('A')).toEqual({ ...GRID, ticks: { tickSizeCoin: 0.0001, tickSteps: [] } })
    expect(cache.gridOf('B')).toEqual({ ...GRID, stepCoin: 1 })
  })

  it('learns nothing from others, and forgets what it is told to', () => {
    const cache = createInstrumentCache()
    cache.hear(getTime, 1)
    cache.hear({ name: 'public/get_instruments' }, 'of another kind')
    expect(cache.gridOf(INSTRUMENT.instrument_name)).toBeUndefined()
    cache.hear(getInstrument, INSTRUMENT)
    cache.forget(INSTRUMENT.instrument_name)
    expect(cache.gridOf(INSTRUMENT.instrument_name)).toBeUndefined()
  })
})
