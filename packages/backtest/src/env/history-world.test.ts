import { join } from 'node:path'
import { createSyntheticMarket } from '@cc/exchange-sim'
import { CcError, type Currency } from '@cc/models'
import { describe, expect, inject, it } from 'vitest'
import type { History } from '../history/history.js'
import { openRecordedHistory } from '../history/recorded-history.js'
import { CoveredCallEnv } from './covered-call-env.js'
import { worldOf } from './history-world.js'
import { ASK, BID, DELTA, MARK, QUOTE_WIDTH, type World } from './world.js'

const recordings = inject('recordings')
const HOUR_MS = 3_600_000
const START_MS = Date.UTC(2026, 0, 2, 0, 5)

/** A history over the local exchange's synthetic market. */
function syntheticHistory(times: number): History {
  const timesMs = Float64Array.from({ length: times }, (_, i) => START_MS + i * 8 * HOUR_MS)
  const toMs = timesMs.at(-1)!
  return {
    card: {
      kind: 'synthetic',
      description: 'test',
      currencies: ['BTC', 'ETH'],
      fromMs: START_MS,
      toMs,
      coins: [],
      gaps: [],
      checksum: '',
      badRows: { count: 0, first: [] },
      assumptions: [],
    },
    timesMs,
    market: createSyntheticMarket({ seed: 3, startMs: Date.UTC(2026, 0, 2) }),
    chains: new Map(),
  }
}

const histories = new Map<Currency, History>()

/** Five months of recorded chains, read once. */
function recorded(currency: Currency): History {
  const known = histories.get(currency)
  if (known !== undefined) return known
  const history = openRecordedHistory({
    folder: join(recordings ?? '', 'data'),
    currencies: [currency],
    fromMs: Date.UTC(2026, 0, 2, 8, 1),
    toMs: Date.UTC(2026, 5, 1),
  })
  histories.set(currency, history)
  return history
}

function rowsOf(world: World, contract: number): { time: number; row: number }[] {
  const { firstTime, endTime, firstRow } = world.contracts
  return Array.from({ length: endTime[contract]! - firstTime[contract]! }, (_, i) => ({
    time: firstTime[contract]! + i,
    row: (firstRow[contract]! + i) * QUOTE_WIDTH,
  }))
}

describe('worldOf', () => {
  it('quotes every contract of its menus as the market of the history does, until it expires', () => {
    const history = syntheticHistory(40)
    const world = worldOf(history, { currency: 'BTC', tenorsDays: [2, 7], deltas: [0.2, 0.4] })
    expect(world.contracts.instruments.length).toBeGreaterThan(10)
    for (const [contract, { symbol, expiryMs }] of world.contracts.instruments.entries()) {
      expect(world.contracts.deliveryUsd[contract]).toBe(history.market.deliveryUsd('BTC', expiryMs, expiryMs))
      for (const { time, row } of rowsOf(world, contract)) {
        const quote = history.market.quote(symbol, world.timeMs[time]!)!
        const known = [BID, ASK, MARK].map((column) => world.quotes[row + column]!)
        expect(known).toEqual([quote.bidPriceCoin ?? Number.NaN, quote.askPriceCoin ?? Number.NaN, quote.markPriceCoin])
      }
    }
  })

  it('offers calls near what a slot aims at, settled before the end', () => {
    const world = worldOf(syntheticHistory(60), { currency: 'ETH', tenorsDays: [2, 7], deltas: [0.2, 0.4] })
    let offers = 0
    world.menu.contract.forEach((contract, at) => {
      if (contract < 0) return
      offers++
      const time = Math.floor(at / 4)
      const row = (world.contracts.firstRow[contract]! + time - world.contracts.firstTime[contract]!) * QUOTE_WIDTH
      expect(Math.abs(world.quotes[row + DELTA]! - [0.2, 0.4][at % 2]!)).toBeLessThanOrEqual(0.1)
      expect(world.contracts.expiryMs[contract]).toBeLessThanOrEqual(world.timeMs.at(-1)!)
    })
    expect(offers).toBeGreaterThan(60)
  })

  it('can be played to its end', () => {
    const env = new CoveredCallEnv(worldOf(syntheticHistory(60), { currency: 'BTC', everyMs: 16 * HOUR_MS }))
    const { info } = env.reset({ seed: 1 })
    let step = env.step(info.action_mask.indexOf(1, 1))
    expect(step.info.events).toEqual(['sold'])
    while (!step.terminated) step = env.step(0)
    expect(step.truncated).toBe(false)
  })

  it.each([
    { why: 'a history of one time', run: () => worldOf(syntheticHistory(1), { currency: 'BTC' }) },
    {
      why: 'a coin that the history lacks',
      run: () => {
        const history = syntheticHistory(5)
        const market = createSyntheticMarket({ seed: 1, startMs: START_MS, currencies: ['ETH'] })
        return worldOf({ ...history, market }, { currency: 'BTC' })
      },
    },
  ])('refuses $why', ({ run }) => {
    const thrown = (() => {
      try {
        run()
      } catch (error) {
        return error
      }
      return undefined
    })()
    expect(CcError.isInstance(thrown) && thrown.code).toBe('backtest/bad-world')
  })

  it.skipIf(recordings === null).each([
    { currency: 'BTC', startCoin: 10, delta: 0.1, finalPerCoin: 1.0468 },
    { currency: 'BTC', startCoin: 10, delta: 0.25, finalPerCoin: 1.055 },
    { currency: 'BTC', startCoin: 10, delta: 0.5, finalPerCoin: 1.12368 },
    { currency: 'ETH', startCoin: 100, delta: 0.1, finalPerCoin: 1.07004 },
    { currency: 'ETH', startCoin: 100, delta: 0.25, finalPerCoin: 1.17491 },
    { currency: 'ETH', startCoin: 100, delta: 0.5, finalPerCoin: 1.26058 },
  ] as const)(
    'comes to what was computed independently: weekly $delta delta $currency',
    ({ currency, startCoin, delta, finalPerCoin }) => {
      const world = worldOf(recorded(currency), { currency, tenorsDays: [7], deltas: [delta] })
      const env = new CoveredCallEnv(world, { actions: 'specification', steps: 10_000, depositCoin: startCoin })
      let step = { ...env.reset(), terminated: false }
      while (!step.terminated) {
        const { position, cashCoin } = step.info
        step = env.step({ action: position === null ? 1 : 0, params: [delta, 7, Math.min(1, startCoin / cashCoin)] })
      }
      expect(Math.abs(step.info.cashCoin / startCoin - finalPerCoin)).toBeLessThanOrEqual(2e-4)
    },
  )

  it.skipIf(recordings === null)('makes a world of recorded chains with real quotes', () => {
    const history = recorded('BTC')
    const world = worldOf(history, { currency: 'BTC' })
    expect(world.timeMs.length).toBeGreaterThan(0.9 * history.timesMs.length)
    const offered = world.menu.offered.reduce((sum, bits) => sum + bits.toString(2).split('1').length - 1, 0)
    expect(offered / world.timeMs.length).toBeGreaterThan(4)
    const env = new CoveredCallEnv(world, { steps: 40 })
    let over = false
    env.reset({ seed: 1 })
    for (let i = 0; !over; i++) {
      const { obs, terminated, truncated } = env.step(i % env.observationSpace.shape[0]!)
      expect(env.observationSpace.contains(obs)).toBe(true)
      over = terminated || truncated
    }
  })
})
