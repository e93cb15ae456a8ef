import { black76 } from '@cc/pricing'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  CALL,
  candidateOf,
  EARLIER_CALL,
  LATER_CALL,
  NOW_MS,
  open,
  positionOf,
  restingOrder,
  roll,
  stateOf,
  type UnderlyingParts,
} from '../test/agent-state.js'
import { checkActionAllowed } from './index.js'
import { STRESS_MOVES_PCT, stressedMaintenanceAtMostCoin, stressedMaintenanceCoin } from './stress.js'

const YEAR_MS = 365 * 86_400_000

/** Black-76 of a call at a stressed forward, volatility 20 points up. */
function markAt(movePct: number, { symbol = CALL, strikeUsd = 100_000, iv = 0.45, forwardUsd = 90_000 } = {}) {
  const { expiryMs } = candidateOf(symbol).instrument
  const stressed = { forwardUsd: forwardUsd * (1 + movePct / 100), iv: iv + 0.2 }
  return black76({ ...stressed, strikeUsd, expiryYears: (expiryMs - NOW_MS) / YEAR_MS, kind: 'call' }).priceCoin
}

/** What the stress check says, by the move of the index. */
function stressOf(parts: UnderlyingParts, proposal = open(CALL, 0.5), maxStressPct = 1) {
  const verdict = checkActionAllowed(stateOf(parts), proposal, { maxStressPct })
  const breaches = verdict.allowed ? [] : verdict.breaches
  return new Map(
    breaches.flatMap((breach) =>
      breach.code === 'stress-exceeded' ? [[breach.spotMovePct, breach.maintenancePct]] : [],
    ),
  )
}

it('is the maintenance margin of the sale at each move, over the balance that it leaves', () => {
  const pct = (movePct: number) => (100 * 0.5 * (0.075 + markAt(movePct))) / 1.0046
  const found = stressOf({})
  expect([...found.keys()]).toEqual([25, 50, 100])
  for (const [movePct, maintenancePct] of found) expect(maintenancePct).toBeCloseTo(pct(movePct ?? 0), 9)
})

it('allows up to the limit, to the last digit, and tells only the moves that break it', () => {
  const pct = (movePct: number) => (100 * 0.5 * (0.075 + markAt(movePct))) / 1.0046
  expect([...stressOf({}, open(CALL, 0.5), pct(100)).keys()]).toEqual([])
  expect([...stressOf({}, open(CALL, 0.5), pct(100) - 1e-6).keys()]).toEqual([100])
  expect([...stressOf({}, open(CALL, 0.5), pct(50) - 1e-6).keys()]).toEqual([50, 100])
})

it('counts what is short and what may be, less what a roll buys back', () => {
  const at100 = (parts: UnderlyingParts, proposal = open(CALL, 0.5)) =>
    (stressOf(parts, proposal).get(100) ?? 0) as number
  const earlier = markAt(100, { symbol: EARLIER_CALL, strikeUsd: 95_000 })
  const later = markAt(100, { symbol: LATER_CALL, strikeUsd: 105_000 })
  const sale = 0.5 * (0.075 + markAt(100))
  const near = (parts: UnderlyingParts, coin: number) =>
    expect(at100(parts)).toBeCloseTo((100 * (sale + coin)) / 1.0046, 6)
  near({ portfolio: { positions: [positionOf(EARLIER_CALL, -0.2)] } }, 0.2 * (0.075 + earlier))
  near({ portfolio: { openOrders: [restingOrder(LATER_CALL, 0.2)] } }, 0.2 * (0.075 + later))
  near({ portfolio: { openOrders: [restingOrder('BTC-X', 0.2)] } }, 0.2 * 1.075)
  near({ portfolio: { positions: [positionOf(EARLIER_CALL, -0.2, { markIv: null })] } }, 0.2 * 1.075)
  const unmarked = [positionOf(EARLIER_CALL, -0.2, { markIv: null, delta: null })]
  near({ portfolio: { positions: unmarked, openOrders: [restingOrder(EARLIER_CALL, 0.1)] } }, 0.3 * 1.075)
  const put = positionOf('BTC-16JAN26-80000-P', -1)
  const ofPut = at100(
    { coveredCoin: 1.1, portfolio: { positions: [put] } },
    roll(put.instrument.symbol, LATER_CALL, 0.6),
  )
  expect(ofPut).toBeCloseTo((100 * 0.6 * (0.075 + later)) / (1.1 - 0.6 * 0.0021), 6)
  const held = { coveredCoin: 1.1, portfolio: { positions: [positionOf(CALL, -1)] } }
  const rolled = at100(held, roll(CALL, LATER_CALL, 0.6))
  expect(rolled).toBeCloseTo((100 * (0.4 * (0.075 + markAt(100)) + 0.6 * (0.075 + later))) / (1.1 - 0.6 * 0.0021), 6)
})

it.each(['markPriceCoin', 'markIv', 'forwardUsd', 'delta'])(
  'counts a sale under way as its coin where its %s is no number',
  (name) => {
    const candidates = [candidateOf(CALL), candidateOf(LATER_CALL, { [name]: Number.NaN })]
    const found = stressOf({ candidates, portfolio: { openOrders: [restingOrder(LATER_CALL, 0.2)] } })
    expect(found.get(100)).toBeCloseTo((100 * (0.5 * (0.075 + markAt(100)) + 0.2 * 1.075)) / 1.0046, 6)
  },
)

it('passes every fully covered book of calls at and out of the money', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 60 }),
      fc.integer({ min: 20, max: 90 }),
      fc.integer({ min: 1, max: 45 }),
      (otmPct, ivPct, days) => {
        const expiryMs = NOW_MS + days * 86_400_000
        const offer = candidateOf(CALL)
        const instrument = { ...offer.instrument, expiryMs, strikeUsd: 90_000 * (1 + otmPct / 100) }
        const candidates = [{ ...offer, instrument, markIv: ivPct / 100 }]
        expect([...stressOf({ candidates }, open(CALL, 1), 80)]).toEqual([])
      },
    ),
  )
})

it('is never above its bound, and rises with the index', () => {
  const market = fc.record({
    satoshis: fc.integer({ min: 1, max: 5e8 }),
    strikeShare: fc.double({ min: 0.3, max: 5, noNaN: true }),
    markIv: fc.double({ min: 0.01, max: 5, noNaN: true }),
    days: fc.double({ min: -1, max: 400, noNaN: true }),
  })
  fc.assert(
    fc.property(fc.array(market, { maxLength: 4 }), (calls) => {
      const book = calls.map(({ satoshis, strikeShare, markIv, days }) => {
        const position = positionOf(CALL, -1, { markIv })
        const instrument = {
          ...position.instrument,
          strikeUsd: 90_000 * strikeShare,
          expiryMs: NOW_MS + days * 86_400_000,
        }
        return { satoshis, option: { ...position, instrument } }
      })
      let before = 0
      for (const movePct of STRESS_MOVES_PCT) {
        const exact = stressedMaintenanceCoin(book, { movePct, atMs: NOW_MS })
        expect(exact).toBeLessThanOrEqual(stressedMaintenanceAtMostCoin(book, { movePct, atMs: NOW_MS }) + 1e-9)
        expect(exact).toBeGreaterThanOrEqual(before - 1e-9)
        before = exact
      }
    }),
    { numRuns: 2_000 },
  )
})

it('bounds an at-the-money call within a hundredth of its coin', () => {
  const option = positionOf(CALL, -1, { forwardUsd: 50_000, markIv: 0.3 })
  const book = [{ satoshis: 1e8, option }]
  const at = { movePct: 100, atMs: NOW_MS }
  const exact = stressedMaintenanceCoin(book, at)
  expect(stressedMaintenanceAtMostCoin(book, at) - exact).toBeLessThan(0.001)
  expect(exact).toBeCloseTo(0.075 + markAt(100, { forwardUsd: 50_000, iv: 0.3 }), 12)
})

it('marks a call whose market nobody knows with its coin', () => {
  const at = { movePct: 25, atMs: NOW_MS }
  expect(stressedMaintenanceCoin([{ satoshis: 2e8, option: undefined }], at)).toBe(2.15)
  expect(stressedMaintenanceAtMostCoin([{ satoshis: 2e8, option: positionOf(CALL, -1, { markIv: null }) }], at)).toBe(
    2.15,
  )
})
