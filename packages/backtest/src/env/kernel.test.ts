import { deliveryFeeCoin, nextPriceDown, nextPriceUp, payoutCoin, tradeFeeCoin } from '@cc/pricing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createKernel } from './kernel.js'
import { CLOSE, DELIVERED, HOLD, LIQUIDATED, OPEN, REFUSALS, ROLL } from './kernel-columns.js'
import { MASK_CLOSABLE, MASK_HELD } from './kernel-mask.js'
import { createSyntheticWorld } from './synthetic-world.js'
import { ASK, BID, MARK, QUOTE_WIDTH, type World } from './world.js'

const worlds = [
  createSyntheticWorld({ seed: 1, days: 60, tenorsDays: [1, 7], deltas: [0.15, 0.35, 0.6] }),
  createSyntheticWorld({ seed: 2, days: 60, currency: 'ETH', everyHours: 24, volatility: 1.5 }),
]
const anyAction = fc.record({
  kind: fc.constantFrom(HOLD, HOLD, OPEN, ROLL, CLOSE),
  slot: fc.nat(5),
  share: fc.constantFrom(1, 1, 0.5, 0.013),
})
const anyRun = fc.record({
  at: fc.nat(worlds.length - 1),
  startTime: fc.nat(20),
  depositCoin: fc.double({ min: 1, max: 300, noNaN: true }),
  actions: fc.array(anyAction, { minLength: 1, maxLength: 30 }),
})
const TOLERANCE = 1e-12

function quoteAt(world: World, call: number, time: number, column: number): number {
  const { firstRow, firstTime } = world.contracts
  return world.quotes[(firstRow[call]! + time - firstTime[call]!) * QUOTE_WIDTH + column]!
}

type Run = typeof anyRun extends fc.Arbitrary<infer Value> ? Value : never

/** An account at its start, and its actions until it ends. */
function begun({ at, startTime, depositCoin, actions }: Run) {
  const world = worlds[at]!
  const kernel = createKernel(world, 1)
  const { columns } = kernel
  kernel.begin(0, { startTime, cutTime: 1e6, depositCoin })
  function* untilItEnds() {
    for (const action of actions) {
      if (columns.terminated[0] === 1) return
      yield action
    }
  }
  return { world, kernel, columns, actions: untilItEnds }
}

describe('the kernel', () => {
  it('keeps the books: cash is the deposit and all flows, equity is cash less the mark of the call', () => {
    fc.assert(
      fc.property(anyRun, (run) => {
        const { world, kernel, columns, actions } = begun(run)
        const { depositCoin } = run
        let flows = depositCoin
        let gross = depositCoin
        for (const { kind, slot, share } of actions()) {
          kernel.step(0, kind, slot, share)
          flows += columns.flowCoin[0]!
          gross += Math.abs(columns.flowCoin[0]!) + columns.feeCoin[0]!
          const call = columns.contract[0]!
          const mark = call < 0 ? 0 : quoteAt(world, call, columns.time[0]!, MARK)
          expect(columns.markCoin[0]).toBe(mark)
          expect(columns.equityCoin[0]).toBe(columns.cashCoin[0]! - columns.sizeCoin[0]! * mark)
          expect(Math.abs(columns.cashCoin[0]! - flows)).toBeLessThanOrEqual(TOLERANCE * gross)
        }
      }),
    )
  })

  it('splits every reward into its sources, in coin and in USD', () => {
    fc.assert(
      fc.property(anyRun, (run) => {
        const { world, kernel, columns, actions } = begun(run)
        const { depositCoin, startTime } = run
        let equityCoin = depositCoin
        let equityUsd = depositCoin * world.indexUsd[startTime]!
        for (const { kind, slot, share } of actions()) {
          kernel.step(0, kind, slot, share)
          const indexUsd = world.indexUsd[columns.time[0]!]!
          const coin =
            columns.passiveCoin[0]! + columns.timingCoin[0]! + columns.shortVolCoin[0]! + columns.tradeCoin[0]!
          const usd = columns.passiveUsd[0]! + columns.timingUsd[0]! + columns.shortVolUsd[0]! + columns.tradeUsd[0]!
          expect(Math.abs(columns.rewardCoin[0]! - coin)).toBeLessThanOrEqual(TOLERANCE * depositCoin)
          expect(Math.abs(columns.rewardUsd[0]! - usd)).toBeLessThanOrEqual(TOLERANCE * depositCoin * indexUsd * 4)
          expect(columns.rewardCoin[0]).toBe(columns.equityCoin[0]! - equityCoin)
          expect(Math.abs(columns.rewardUsd[0]! - (columns.equityCoin[0]! * indexUsd - equityUsd))).toBe(0)
          equityCoin = columns.equityCoin[0]!
          equityUsd = equityCoin * indexUsd
        }
      }),
    )
  })

  it('is never short of more calls than it has coins', () => {
    fc.assert(
      fc.property(anyRun, (run) => {
        const { kernel, columns, actions } = begun(run)
        for (const { kind, slot, share } of actions()) {
          kernel.step(0, kind, slot, share)
          expect(columns.sizeCoin[0]).toBeLessThanOrEqual(columns.cashCoin[0]! * (1 + TOLERANCE))
        }
      }),
    )
  })

  it('does whatever its mask allows, and nothing else', () => {
    fc.assert(
      fc.property(anyRun, (run) => {
        const { kernel, columns, actions } = begun(run)
        for (const { kind, slot } of actions()) {
          const mask = kernel.maskOf(0)
          const isHeld = (mask & MASK_HELD) !== 0
          const hasBit = ((mask >>> slot) & 1) === 1
          const allowed = [true, !isHeld && hasBit, isHeld && hasBit, (mask & MASK_CLOSABLE) !== 0][kind]
          const cashBefore = columns.cashCoin[0]!
          kernel.step(0, kind, slot, 1)
          expect(columns.refusal[0] === 0).toBe(allowed)
          const isQuiet = columns.events[0] === 0
          if (!allowed && isQuiet) expect(columns.cashCoin[0]).toBe(cashBefore)
        }
      }),
    )
  })

  it('sells at the bid, rounded down to the step, for the capped fee, and is delivered at 08:00 UTC', () => {
    const world = createSyntheticWorld({ seed: 7, days: 20, tenorsDays: [1], deltas: [0.5], volatility: 2 })
    const outcomes = new Set<string>()
    for (let start = 0; start < 40; start++) {
      const kernel = createKernel(world, 1)
      const { columns } = kernel
      kernel.begin(0, { startTime: start, cutTime: 1e6, depositCoin: 3.99 })
      const call = world.menu.contract[start]!
      kernel.step(0, OPEN, 0, 1)
      const bidCoin = quoteAt(world, call, start, BID)
      const saleFee = tradeFeeCoin({ sizeCoin: 3.9, priceCoin: bidCoin, feeRate: 0.0003 })
      let cashCoin = 3.99 + (bidCoin * 3.9 - saleFee)
      let feeCoin = columns.feeCoin[0]!
      while (columns.contract[0]! >= 0) {
        kernel.step(0, HOLD, 0, 1)
        feeCoin += columns.feeCoin[0]!
      }
      const { strikeUsd, settlementPeriod } = world.contracts.instruments[call]!
      const deliveryUsd = world.contracts.deliveryUsd[call]!
      const payout = payoutCoin({ kind: 'call', strikeUsd, deliveryUsd })
      const daily = settlementPeriod === 'day'
      const deliveryFee = deliveryFeeCoin({ sizeCoin: 3.9, payoutCoin: payout, daily })
      if (payout > 0) cashCoin += -3.9 * payout - deliveryFee
      expect(columns.events[0]! & DELIVERED).toBe(DELIVERED)
      expect(columns.cashCoin[0]).toBe(cashCoin)
      expect(feeCoin).toBeCloseTo(saleFee + deliveryFee, 15)
      outcomes.add(`${daily ? 'daily' : 'weekly'}, ${payout > 0 ? 'in' : 'out of'} the money`)
    }
    expect([...outcomes].toSorted()).toEqual([
      'daily, in the money',
      'daily, out of the money',
      'weekly, in the money',
      'weekly, out of the money',
    ])
  })

  it('rolls the whole of the open call at ask and bid, whatever the share', () => {
    const world = worlds[0]!
    const kernel = createKernel(world, 1)
    const { columns } = kernel
    kernel.begin(0, { startTime: 0, cutTime: 1e6, depositCoin: 2 })
    kernel.step(0, OPEN, 0, 0.8)
    const from = columns.contract[0]!
    const cashBefore = columns.cashCoin[0]!
    kernel.step(0, ROLL, 3, 0.1)
    const to = columns.contract[0]!
    expect(to).toBe(world.menu.contract[world.menu.slots + 3])
    const askCoin = quoteAt(world, from, 1, ASK)
    const bidCoin = quoteAt(world, to, 1, BID)
    const fee = (priceCoin: number) => tradeFeeCoin({ sizeCoin: 1.6, priceCoin, feeRate: 0.0003 })
    expect(columns.sizeCoin[0]).toBe(1.6)
    expect(columns.cashCoin[0]).toBe(cashBefore + (-(askCoin * 1.6) - fee(askCoin)) + (bidCoin * 1.6 - fee(bidCoin)))
  })

  it.each([
    { why: 'one tick of cover too little', missingCoin: 1e-9, refusal: 'not-covered' },
    { why: 'just enough', missingCoin: 0, refusal: 'none' },
  ])('rolls only where the coins then cover the call at its worst prices: $why', ({ missingCoin, refusal }) => {
    const world = worlds[0]!
    const kernel = createKernel(world, 1)
    const { columns } = kernel
    kernel.begin(0, { startTime: 0, cutTime: 1e6, depositCoin: 2 })
    kernel.step(0, OPEN, 0, 1)
    const [from, to] = [columns.contract[0]!, world.menu.contract[world.menu.slots + 3]!]
    const worstCoin = (priceCoin: number, side: 1 | -1) =>
      side * priceCoin - tradeFeeCoin({ sizeCoin: 1, priceCoin, feeRate: 0.0003 })
    const boughtCoin = worstCoin(nextPriceUp(quoteAt(world, from, 1, ASK), world.contracts.instruments[from]!), -1)
    const soldCoin = worstCoin(nextPriceDown(quoteAt(world, to, 1, BID), world.contracts.instruments[to]!), 1)
    columns.cashCoin[0] = 2 - 2 * (boughtCoin + soldCoin) - missingCoin
    const allowed = (kernel.maskOf(0) >>> 3) & 1
    kernel.step(0, ROLL, 3, 1)
    expect([REFUSALS[columns.refusal[0]!], allowed]).toEqual([refusal, refusal === 'none' ? 1 : 0])
  })

  it('ends with a liquidation when the maintenance margin is above the cash', () => {
    const calm = createSyntheticWorld({ seed: 3, days: 30, tenorsDays: [14], deltas: [0.4] })
    const call = calm.menu.contract[0]!
    // The index is made to rise twentyfold after the sale: the mark nears one coin.
    const quotes = calm.quotes.slice()
    const at = (calm.contracts.firstRow[call]! + 1) * QUOTE_WIDTH
    quotes[at + MARK] = 0.98
    quotes[at + ASK] = 0.99
    const kernel = createKernel({ ...calm, quotes }, 1)
    const { columns } = kernel
    kernel.begin(0, { startTime: 0, cutTime: 1e6, depositCoin: 1 })
    kernel.step(0, OPEN, 0, 1)
    expect(columns.events[0]! & LIQUIDATED).toBe(LIQUIDATED)
    expect([columns.terminated[0], columns.truncated[0], columns.contract[0], columns.sizeCoin[0]]).toEqual([
      1, 0, -1, 0,
    ])
    const parts = columns.passiveCoin[0]! + columns.timingCoin[0]! + columns.shortVolCoin[0]! + columns.tradeCoin[0]!
    expect(columns.rewardCoin[0]).toBeCloseTo(parts, 14)
    expect(columns.equityCoin[0]).toBe(columns.cashCoin[0])
  })

  it.each([
    { why: 'nothing to buy back', kind: CLOSE, slot: 0, share: 1, refusal: 'no-open-call' },
    { why: 'nothing to roll', kind: ROLL, slot: 0, share: 1, refusal: 'no-open-call' },
    { why: 'less than the smallest order', kind: OPEN, slot: 0, share: 0.01, refusal: 'size-too-small' },
  ])('does nothing and says so: $why', ({ kind, slot, share, refusal }) => {
    const kernel = createKernel(worlds[0]!, 1)
    kernel.begin(0, { startTime: 0, cutTime: 1e6, depositCoin: 2 })
    kernel.step(0, kind, slot, share)
    expect(REFUSALS[kernel.columns.refusal[0]!]).toBe(refusal)
    expect([kernel.columns.cashCoin[0], kernel.columns.rewardCoin[0]]).toEqual([2, 0])
  })

  it.each([
    { why: 'a second call', kind: OPEN, slot: 3, refusal: 'call-is-open' },
    { why: 'a roll into the same call', kind: ROLL, slot: 4, refusal: 'same-call' },
    { why: 'a roll to an earlier expiry', kind: ROLL, slot: 1, refusal: 'earlier-expiry' },
  ])('does nothing and says so: $why', ({ kind, slot, refusal }) => {
    const world = worlds[0]!
    const start = Array.from({ length: 100 }, (_, time) => time).find(
      (time) => world.menu.contract[time * 6 + 4] === world.menu.contract[time * 6 + 10],
    )!
    const kernel = createKernel(world, 1)
    kernel.begin(0, { startTime: start, cutTime: 1e6, depositCoin: 2 })
    kernel.step(0, OPEN, 4, 1)
    const { cashCoin } = kernel.columns
    const before = cashCoin[0]!
    kernel.step(0, kind, slot, 1)
    expect(REFUSALS[kernel.columns.refusal[0]!]).toBe(refusal)
    expect(cashCoin[0]).toBe(before)
  })
})
