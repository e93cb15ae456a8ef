import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type BudgetState,
  book,
  judgeBudget,
  readBudget,
  requestsLeft,
  settle,
  UNTOUCHED_BUDGET,
  usdOfDay,
  usedUpBudget,
} from './budget.js'
import { llmOptionsSchema } from './options.js'

const options = llmOptionsSchema.parse({ budget: { callsPerHour: 4, usdPerCall: 0.05, usdPerDay: 0.1 } }).budget
const HOUR_MS = 3_600_000
const NOON_MS = Date.UTC(2026, 0, 2, 12)

/** A budget after calls that took so much, at noon and every minute after it. */
function spent(calls: readonly { requests: number; usd: number }[]): BudgetState {
  return calls.reduce((state, { requests, usd }, index) => {
    const booking = { atMs: NOON_MS + index * 60_000, requests, usd }
    return settle(book(state, booking), booking, { requests, usd, nowMs: booking.atMs })
  }, UNTOUCHED_BUDGET)
}

describe('judgeBudget', () => {
  const nowMs = NOON_MS + 10 * 60_000

  it.each<{ why: string; state: BudgetState; worstUsd: number | null; rail: string | undefined }>([
    { why: 'nothing was asked', state: UNTOUCHED_BUDGET, worstUsd: 0.05, rail: undefined },
    { why: 'it may cost more than one call may', state: UNTOUCHED_BUDGET, worstUsd: 0.051, rail: 'usd-per-call' },
    { why: 'no price is known', state: UNTOUCHED_BUDGET, worstUsd: null, rail: undefined },
    { why: 'its price is no number', state: UNTOUCHED_BUDGET, worstUsd: Number.NaN, rail: 'usd-per-call' },
    { why: 'it just fits into the day', state: spent([{ requests: 1, usd: 0.06 }]), worstUsd: 0.04, rail: undefined },
    {
      why: 'it may cost more than the day has left',
      state: spent([{ requests: 1, usd: 0.06 }]),
      worstUsd: 0.041,
      rail: 'usd-per-day',
    },
    {
      why: 'the hour has no request left, and no price is known',
      state: spent([
        { requests: 2, usd: 0 },
        { requests: 2, usd: 0 },
      ]),
      worstUsd: null,
      rail: 'calls-per-hour',
    },
    { why: 'it is not known what was asked', state: usedUpBudget(nowMs - 1), worstUsd: null, rail: 'unknown-use' },
  ])('where $why: $rail', ({ state, worstUsd, rail }) => {
    expect(judgeBudget(state, { worstUsd, nowMs }, options)?.rail).toBe(rail)
  })

  it('counts the requests of any sixty minutes, repeats included', () => {
    const state = spent([
      { requests: 2, usd: 0 },
      { requests: 1, usd: 0 },
    ])
    const left = [NOON_MS + 60_000, NOON_MS + HOUR_MS - 1, NOON_MS + HOUR_MS, NOON_MS + HOUR_MS + 60_000]
    expect(left.map((timeMs) => requestsLeft(state, timeMs, options))).toEqual([1, 1, 3, 4])
  })

  it('begins a new day at 00:00 UTC', () => {
    const state = spent([{ requests: 1, usd: 0.1 }])
    const midnightMs = Date.UTC(2026, 0, 3)
    expect([midnightMs - 1, midnightMs].map((timeMs) => usdOfDay(state, timeMs))).toEqual([0.1, 0])
  })
})

describe('a budget of unknown use', () => {
  it.each([
    ['early in a day until it ends', Date.UTC(2026, 0, 2, 1), Date.UTC(2026, 0, 3)],
    ['late in a day for an hour', Date.UTC(2026, 0, 2, 23, 30), Date.UTC(2026, 0, 3, 0, 30)],
  ])('lets nothing be asked %s', (_, sinceMs, untilMs) => {
    const state = usedUpBudget(sinceMs)
    const judge = (nowMs: number) => judgeBudget(state, { worstUsd: 0.01, nowMs }, options)?.rail
    expect([judge(sinceMs), judge(untilMs - 1), judge(untilMs)]).toEqual(['unknown-use', 'unknown-use', undefined])
  })
})

describe('a call that is booked', () => {
  const booking = { atMs: NOON_MS, requests: 2, usd: 0.05 }
  const booked = book(UNTOUCHED_BUDGET, booking)

  it('takes the most that it can until it is settled', () => {
    expect(requestsLeft(booked, NOON_MS, options)).toBe(2)
    expect(usdOfDay(booked, NOON_MS)).toBe(0.05)
  })

  it('takes what it took once that is known', () => {
    const settled = settle(booked, booking, { requests: 1, usd: 0.002, nowMs: NOON_MS + 900 })
    expect(requestsLeft(settled, NOON_MS + 900, options)).toBe(3)
    expect(usdOfDay(settled, NOON_MS + 900)).toBe(0.002)
  })

  it('leaves the next day alone when it ends there', () => {
    const late = { atMs: Date.UTC(2026, 0, 2, 23, 59, 59), requests: 1, usd: 0.05 }
    const nowMs = Date.UTC(2026, 0, 3, 0, 0, 5)
    const settled = settle(book(UNTOUCHED_BUDGET, late), late, { requests: 1, usd: 0.01, nowMs })
    expect(usdOfDay(settled, nowMs)).toBe(0)
    expect(requestsLeft(settled, nowMs, options)).toBe(3)
  })
})

describe('a clock that was set back', () => {
  it('keeps what was used, for an hour and a day by the new time', () => {
    const state = spent([{ requests: 4, usd: 0.1 }])
    const nowMs = Date.UTC(2025, 5, 1, 6)
    const read = readBudget({ ...state, blockedUntilMs: NOON_MS }, nowMs)
    expect(judgeBudget(read, { worstUsd: null, nowMs }, options)?.rail).toBe('unknown-use')
    const free = readBudget(state, nowMs)
    expect(requestsLeft(free, nowMs, options)).toBe(0)
    expect(usdOfDay(free, nowMs)).toBe(0.1)
    const laterMs = Date.UTC(2025, 5, 2)
    expect(judgeBudget(read, { worstUsd: 0.05, nowMs: laterMs }, options)).toBeUndefined()
    expect(judgeBudget(free, { worstUsd: 0.05, nowMs: laterMs }, options)).toBeUndefined()
  })
})

it('whatever is asked when, no hour has more requests and no UTC day costs more than it may', () => {
  const call = fc.record({
    passMs: fc.integer({ min: 0, max: 2 * HOUR_MS }),
    tookMs: fc.integer({ min: 0, max: 20_000 }),
    worstUsd: fc.double({ min: 0, max: 0.06, noNaN: true }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    repeats: fc.boolean(),
    crashes: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(call, { maxLength: 80 }), (calls) => {
      let state = UNTOUCHED_BUDGET
      let nowMs = NOON_MS
      const requests: number[] = []
      const usdByDay = new Map<number, number>()
      for (const { passMs, tookMs, worstUsd, share, repeats, crashes } of calls) {
        nowMs += passMs
        if (judgeBudget(state, { worstUsd, nowMs }, options) !== undefined) continue
        const booking = { atMs: nowMs, requests: Math.min(2, requestsLeft(state, nowMs, options)), usd: worstUsd }
        state = book(state, booking)
        requests.push(nowMs)
        if (repeats && booking.requests === 2) requests.push(nowMs + tookMs)
        const day = Math.floor(nowMs / 86_400_000)
        usdByDay.set(day, (usdByDay.get(day) ?? 0) + worstUsd * share)
        nowMs += tookMs
        const took = repeats && booking.requests === 2 ? 2 : 1
        if (!crashes) state = settle(state, booking, { requests: took, usd: worstUsd * share, nowMs })
      }
      // A repeat before a crash is known only by the time of its booking.
      const hourMs = HOUR_MS - (calls.some(({ crashes }) => crashes) ? 20_000 : 0)
      for (const fromMs of requests) {
        const inHour = requests.filter((atMs) => atMs >= fromMs && atMs < fromMs + hourMs)
        expect(inHour.length).toBeLessThanOrEqual(options.callsPerHour)
      }
      for (const usd of usdByDay.values()) expect(usd).toBeLessThanOrEqual(options.usdPerDay + 1e-6)
    }),
  )
})
