import { describe, expect, it } from 'vitest'
import { runOptionsSchema } from './run-options.js'
import { coinsOf, windowOf } from './run-window.js'
import { HOUR_MS, START_MS, syntheticHistory } from './synthetic-history.fixture.js'

const history = syntheticHistory({ days: 1, currencies: ['BTC', 'ETH'] })
const optionsOf = (given: object = {}) => runOptionsSchema.parse({ deposits: { BTC: 2 }, ...given })
const hoursOf = (timeMs: number) => (timeMs - START_MS) / HOUR_MS

describe('coinsOf', () => {
  it('are those with a deposit and a history, in the order of the history, or those that are named', () => {
    expect(coinsOf(optionsOf(), history)).toEqual(['BTC'])
    expect(coinsOf(optionsOf({ deposits: { ETH: 1, BTC: 1 } }), history)).toEqual(['BTC', 'ETH'])
    const named = optionsOf({ deposits: { ETH: 1, BTC: 1 }, underlyings: ['ETH'] })
    expect(coinsOf(named, history)).toEqual(['ETH'])
  })
})

describe('windowOf', () => {
  it('is the whole history where nothing is said, the last quotes included', () => {
    const { startMs, toMs, nextTickMs } = windowOf(optionsOf(), history, ['BTC'])
    expect([startMs, toMs]).toEqual([START_MS, START_MS + 24 * HOUR_MS + 1])
    expect(nextTickMs?.(START_MS)).toBe(START_MS + 6 * HOUR_MS)
    expect(nextTickMs?.(START_MS + 24 * HOUR_MS)).toBe(Number.POSITIVE_INFINITY)
  })

  it.each([
    ['the first time in the window', { fromMs: START_MS + 1 }, 6],
    ['the first quotes where the window opens earlier', { fromMs: START_MS - HOUR_MS }, 0],
    ['any moment where decisions are at an interval', { fromMs: START_MS + HOUR_MS, intervalMs: HOUR_MS }, 1],
  ])('begins at %s', (_why, given, hours) => {
    const { startMs } = windowOf(optionsOf(given), history, ['BTC'])
    expect(hoursOf(startMs)).toBe(hours)
  })

  it('waits until every coin of the run has quotes, and follows the times of those alone', () => {
    const columns = (firstHour: number) =>
      ({ timeMs: Float64Array.from([firstHour, firstHour + 6], (hour) => START_MS + hour * HOUR_MS) }) as never
    const chains = new Map([
      ['BTC', columns(0)],
      ['ETH', columns(2)],
    ] as const)
    const recorded = { ...history, chains }
    const both = windowOf(optionsOf({ deposits: { BTC: 1, ETH: 1 } }), recorded, ['BTC', 'ETH'])
    expect(hoursOf(both.startMs)).toBe(2)
    expect(hoursOf(both.nextTickMs?.(both.startMs) ?? 0)).toBe(6)
    const alone = windowOf(optionsOf(), recorded, ['BTC'])
    expect(hoursOf(alone.nextTickMs?.(START_MS) ?? 0)).toBe(6)
    expect(hoursOf(alone.toMs - 1)).toBe(6)
  })
})
