import { isOnTick } from '@cc/pricing'
import { describe, expect, it } from 'vitest'
import { isSettling } from './build-world.js'
import { createSyntheticWorld } from './synthetic-world.js'
import { ASK, BID, DELTA, FORWARD_USD, INITIAL_MARGIN, IV, MARK, QUOTE_WIDTH, TERM_WIDTH } from './world.js'
import { marketOfWorld } from './world-market.js'

const world = createSyntheticWorld({ seed: 11, days: 60 })
const market = marketOfWorld(world)

describe('createSyntheticWorld', () => {
  it('is one world of one seed and another of another', () => {
    expect(createSyntheticWorld({ seed: 11, days: 60 })).toEqual(world)
    expect(createSyntheticWorld({ seed: 12, days: 60 }).indexUsd).not.toEqual(world.indexUsd)
  })

  it('quotes valid prices around the mark', () => {
    for (const [contract, instrument] of world.contracts.instruments.entries()) {
      const { firstRow, firstTime, endTime } = world.contracts
      for (
        let row = firstRow[contract]!;
        row < firstRow[contract]! + endTime[contract]! - firstTime[contract]!;
        row++
      ) {
        const at = (column: number) => world.quotes[row * QUOTE_WIDTH + column]!
        expect(isOnTick(at(ASK), instrument) && at(ASK) >= at(MARK)).toBe(true)
        if (!Number.isNaN(at(BID))) expect(isOnTick(at(BID), instrument) && at(BID) <= at(MARK)).toBe(true)
        expect(world.terms[row * TERM_WIDTH + IV]).toBeGreaterThan(0)
      }
    }
  })

  it('offers calls of about the deltas that it aims at, and none that asks for more than a coin of margin', () => {
    const { slots, deltas, contract, offered } = world.menu
    const misses: number[] = []
    offered.forEach((bits, time) => {
      for (let slot = 0; slot < slots; slot++) {
        if (((bits >>> slot) & 1) === 0) continue
        const call = contract[time * slots + slot]!
        const row = world.contracts.firstRow[call]! + time - world.contracts.firstTime[call]!
        expect(world.menu.row[time * slots + slot]).toBe(row)
        misses.push(Math.abs(world.quotes[row * QUOTE_WIDTH + DELTA]! - deltas[slot % deltas.length]!))
        expect(world.terms[row * TERM_WIDTH + INITIAL_MARGIN]).toBeLessThanOrEqual(1)
      }
    })
    expect(misses.length).toBeGreaterThan(1000)
    expect(misses.reduce((sum, miss) => sum + miss, 0) / misses.length).toBeLessThan(0.02)
  })

  it('never decides around a settlement', () => {
    expect([...world.timeMs].some(isSettling)).toBe(false)
  })

  it('pays the seller for a planted premium and charges for the opposite', () => {
    const [rich, poor] = [1.6, 0.7].map((volPremium) => createSyntheticWorld({ seed: 5, days: 60, volPremium }))
    expect(rich!.features[4]! / poor!.features[4]!).toBeCloseTo(1.6 / 0.7, 10)
  })

  it.each([
    { why: 'an empty menu', options: { deltas: [] } },
    {
      why: 'more slots than a mask has bits',
      options: { tenorsDays: [1, 2, 3, 4, 5, 6], deltas: [0.1, 0.2, 0.3, 0.4, 0.5] },
    },
    { why: 'a delta of 1', options: { deltas: [1] } },
    { why: 'a start within a day', options: { startMs: Date.UTC(2026, 0, 1, 1) } },
    { why: 'a world too short for a call', options: { days: 2, tenorsDays: [28] } },
  ])('refuses $why', ({ options }) => {
    expect(() => createSyntheticWorld(options)).toThrow()
  })
})

describe('marketOfWorld', () => {
  it('shows the exchange what the environment trades at, to the last bit', () => {
    const { slots, contract } = world.menu
    for (let time = 0; time < world.timeMs.length - 1; time += 7) {
      const atMs = world.timeMs[time]! + 60_000
      expect(market.indexUsd('BTC', atMs)).toBe(world.indexUsd[time])
      const chain = new Map(market.chain('BTC', atMs).map((quote) => [quote.symbol, quote]))
      expect(market.instruments('BTC', atMs).map(({ symbol }) => symbol)).toEqual([...chain.keys()])
      for (let slot = 0; slot < slots; slot++) {
        const call = contract[time * slots + slot]!
        if (call < 0) continue
        const { symbol } = world.contracts.instruments[call]!
        const row = world.menu.row[time * slots + slot]!
        const quote = chain.get(symbol)!
        const shown = [quote.bidPriceCoin ?? Number.NaN, quote.askPriceCoin, quote.markPriceCoin]
        expect(shown).toEqual([BID, ASK, MARK].map((column) => world.quotes[row * QUOTE_WIDTH + column]))
        expect(quote.forwardUsd).toBe(world.terms[row * TERM_WIDTH + FORWARD_USD])
        expect(market.quote(symbol, atMs)).toEqual(quote)
      }
    }
  })

  it('lists a contract from its first menu until its expiry, and delivers it from then on', () => {
    const call = world.menu.contract[50 * world.menu.slots]!
    const { symbol, expiryMs } = world.contracts.instruments[call]!
    const firstMs = world.timeMs[world.contracts.firstTime[call]!]!
    const isListed = (atMs: number) => market.quote(symbol, atMs) !== undefined
    expect([firstMs - 1, firstMs, expiryMs - 1, expiryMs].map(isListed)).toEqual([false, true, true, false])
    expect(market.deliveryUsd('BTC', expiryMs, expiryMs - 1)).toBeUndefined()
    expect(market.deliveryUsd('BTC', expiryMs, expiryMs)).toBe(world.contracts.deliveryUsd[call])
  })

  it('changes its quotes at the decision times', () => {
    const [first, second] = [world.timeMs[0]!, world.timeMs[1]!]
    expect(market.steps?.startMs(second - 1)).toBe(first)
    expect(market.steps?.nextMs(first)).toBe(second)
    expect(market.steps?.nextMs(world.timeMs.at(-1)!)).toBe(Number.POSITIVE_INFINITY)
  })

  it('refuses another coin', () => {
    expect(() => market.chain('ETH', world.timeMs[0]!)).toThrow('no ETH')
  })
})
