import type { CandidateRejection, UnderlyingState } from '@cc/models'
import { candidateForTest, underlyingForTest } from '@cc/models/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { explainCall } from './explain-call.js'
import type { StateOptionsInput } from './options.js'
import { rescreen } from './rescreen.js'

const CALL = 'BTC-30JAN26-100000-C'
const FALLEN = 'BTC-30JAN26-130000-C'

function seenWith(
  candidate: Partial<UnderlyingState['candidates'][number]>,
  changes: Partial<UnderlyingState> = {},
): UnderlyingState {
  return { ...underlyingForTest(), candidates: [candidateForTest(CALL, candidate)], ...changes }
}

function withIvrv(ivrv: number | null): Partial<UnderlyingState> {
  return { vol: { ...underlyingForTest().vol, ivrv } }
}

describe('a candidate falls under options that are tighter, with its number', () => {
  it.each<{
    reason: CandidateRejection
    candidate?: Partial<UnderlyingState['candidates'][number]>
    changes?: Partial<UnderlyingState>
    to: StateOptionsInput
    limit: number
    value: number | null
  }>([
    { reason: 'dte-too-short', candidate: { dte: 9.5 }, to: { dteMin: 10 }, limit: 10, value: 9.5 },
    { reason: 'dte-too-long', candidate: { dte: 20.5 }, to: { dteMax: 20 }, limit: 20, value: 20.5 },
    { reason: 'in-the-money', candidate: { moneyness: 0.04 }, to: { moneynessMin: 0.05 }, limit: 0.05, value: 0.04 },
    { reason: 'delta-too-low', candidate: { delta: 0.19 }, to: { deltaMin: 0.2 }, limit: 0.2, value: 0.19 },
    { reason: 'delta-too-high', candidate: { delta: 0.26 }, to: { deltaMax: 0.25 }, limit: 0.25, value: 0.26 },
    {
      reason: 'premium-too-small',
      candidate: { netPremiumUsd: 299 },
      to: { premiumMinUsd: 300 },
      limit: 300,
      value: 299,
    },
    {
      reason: 'spread-too-wide',
      candidate: { spreadTicks: 2, spreadIv: 0.04 },
      to: { liquidity: { maxSpreadTicks: 1, maxSpreadIv: 0.03 } },
      limit: 0.03,
      value: 0.04,
    },
    {
      reason: 'open-interest-too-small',
      candidate: { openInterestCoin: 4 },
      to: { liquidity: { minOpenInterestCoin: 5 } },
      limit: 5,
      value: 4,
    },
    {
      reason: 'open-interest-missing',
      candidate: { openInterestCoin: null },
      to: { liquidity: { minOpenInterestCoin: 5 } },
      limit: 5,
      value: null,
    },
    { reason: 'ivrv-too-low', changes: withIvrv(1.05), to: { ivrvMin: 1.1 }, limit: 1.1, value: 1.05 },
    { reason: 'ivrv-missing', changes: withIvrv(null), to: { ivrvMin: 1.1 }, limit: 1.1, value: null },
    {
      reason: 'bid-size-too-small',
      candidate: { bidSizeCoin: 1 },
      to: { liquidity: { minBidSizeCoin: 2 } },
      limit: 2,
      value: 1,
    },
    {
      reason: 'bid-size-missing',
      candidate: { bidSizeCoin: null },
      to: { liquidity: { minBidSizeCoin: 2 } },
      limit: 2,
      value: null,
    },
  ])('$reason', ({ reason, candidate = {}, changes = {}, to, limit, value }) => {
    const sound = { dte: 10, delta: 0.22, moneyness: 0.1, netPremiumUsd: 1_000, spreadTicks: 1, spreadIv: 0.01 }
    const recorded = seenWith({ ...sound, ...candidate }, changes)
    expect(rescreen(recorded, { from: {}, to: {} })).toEqual({ underlying: recorded, mayLack: false })
    const { underlying } = rescreen(recorded, { from: {}, to })
    expect(explainCall(underlying, CALL)).toEqual({ status: 'rejected', reason, limit, value })
    expect(underlying.rejectedCandidates).toMatchObject([{ reason, count: 1 }])
  })
})

it('keeps the others in their order, and every call counted, whatever the range', () => {
  const deltas = fc.array(fc.double({ min: 0.1, max: 0.35, noNaN: true }), { maxLength: 12 })
  const range = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }))
  fc.assert(
    fc.property(deltas, range, (deltas, bounds) => {
      const [deltaMin = 0, deltaMax = 1] = bounds.toSorted((a, b) => a - b)
      const candidates = deltas.map((delta, row) => candidateForTest(`BTC-30JAN26-${100_000 + row * 500}-C`, { delta }))
      const group = { reason: 'delta-too-low' as const, count: 1, limit: 0.1, values: { [FALLEN]: 0.05 } }
      const recorded = { ...underlyingForTest(), candidates, rejectedCandidates: [group] }
      const { underlying } = rescreen(recorded, { from: {}, to: { deltaMin, deltaMax } })
      expect(underlying.candidates).toEqual(candidates.filter(({ delta }) => delta >= deltaMin && delta <= deltaMax))
      const rejected = underlying.rejectedCandidates.reduce((sum, { count }) => sum + count, 0)
      expect(underlying.candidates.length + rejected).toBe(candidates.length + 1)
      expect(explainCall(underlying, FALLEN).status).toBe('rejected')
    }),
  )
})

describe('a call that was left out may be lacking', () => {
  it.each<{ reason: CandidateRejection; limit: number; value: number | null; to: StateOptionsInput; ivrv?: number }>([
    { reason: 'dte-too-short', limit: 5, value: 4, to: { dteMin: 4 } },
    { reason: 'dte-too-long', limit: 45, value: 50, to: { dteMax: 50 } },
    { reason: 'in-the-money', limit: 0, value: -0.02, to: { moneynessMin: -0.02 } },
    { reason: 'delta-too-low', limit: 0.1, value: 0.05, to: { deltaMin: 0.05 } },
    { reason: 'delta-too-high', limit: 0.35, value: 0.4, to: { deltaMax: 0.4 } },
    { reason: 'premium-too-small', limit: 5, value: 4, to: { premiumMinUsd: 4 } },
    { reason: 'spread-too-wide', limit: 0.05, value: 0.06, to: { liquidity: { maxSpreadIv: 0.06 } } },
    { reason: 'spread-too-wide', limit: 0.05, value: 0.06, to: { liquidity: { maxSpreadTicks: 4 } } },
    { reason: 'open-interest-too-small', limit: 5, value: 4, to: { liquidity: { minOpenInterestCoin: 4 } } },
    { reason: 'open-interest-missing', limit: 5, value: null, to: {} },
    { reason: 'ivrv-too-low', limit: 1.2, value: 1.1, ivrv: 1.1, to: { ivrvMin: 1.1 } },
    { reason: 'ivrv-missing', limit: 1.2, value: null, to: {} },
    { reason: 'bid-size-too-small', limit: 2, value: 1, to: { liquidity: { minBidSizeCoin: 1 } } },
    { reason: 'bid-size-missing', limit: 2, value: null, to: {} },
    { reason: 'below-the-cap', limit: 30, value: 31, to: { maxCandidates: 31 } },
  ])('$reason: under $to', ({ reason, limit, value, to, ivrv = 1 }) => {
    const key = reason.startsWith('dte') ? 'BTC-30JAN26' : FALLEN
    const rejectedCandidates = [{ reason, count: 1, limit, values: { [key]: value } }]
    const recorded = { ...underlyingForTest(), candidates: [], rejectedCandidates, ...withIvrv(ivrv) }
    const from: StateOptionsInput = {
      ...(reason.startsWith('ivrv') && { ivrvMin: 1.2 }),
      liquidity: {
        ...(reason.startsWith('bid-size') && { minBidSizeCoin: 2 }),
        ...(reason.startsWith('open-interest') && { minOpenInterestCoin: 5 }),
      },
    }
    expect(rescreen(recorded, { from, to: from })).toEqual({ underlying: recorded, mayLack: false })
    expect(rescreen(recorded, { from, to })).toEqual({ underlying: recorded, mayLack: true })
  })

  it('where it was below the cap, and one above it falls', () => {
    const rejectedCandidates = [{ reason: 'below-the-cap' as const, count: 1, limit: 30, values: { [FALLEN]: 31 } }]
    const recorded = seenWith({ delta: 0.3 }, { rejectedCandidates })
    expect(rescreen(recorded, { from: {}, to: { deltaMax: 0.25 } }).mayLack).toBe(true)
    expect(rescreen(recorded, { from: {}, to: { deltaMax: 0.32 } }).mayLack).toBe(false)
  })

  it('but not where its number was rounded onto a limit that is as it was, or for what no option asks', () => {
    const rejectedCandidates = [
      { reason: 'no-bid' as const, count: 1, limit: null, values: { [CALL]: null } },
      { reason: 'delta-too-high' as const, count: 1, limit: 0.35, values: { [FALLEN]: 0.35 } },
    ]
    const recorded = { ...underlyingForTest(), rejectedCandidates }
    expect(rescreen(recorded, { from: {}, to: { dteMax: 60, deltaMin: 0 } }).mayLack).toBe(false)
  })
})
