import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type BreakerState, beginCall, breakerPhase, CLOSED_BREAKER, endCall, isFailureOfProvider } from './breaker.js'
import { FALLBACK_REASONS, type FallbackReason } from './fallback-reason.js'
import { llmOptionsSchema } from './options.js'

const { breaker: options } = llmOptionsSchema.parse({})
const MINUTE_MS = 60_000

/** The breaker after calls that ended so, one a second; `null`: answered. */
function after(ends: readonly (FallbackReason | null)[], state: BreakerState = CLOSED_BREAKER): BreakerState {
  return ends.reduce((now, failure, index) => endCall(now, { failure, nowMs: index * 1_000 }, options), state)
}

describe('the breaker', () => {
  it.each<{ why: string; ends: readonly (FallbackReason | null)[]; phase: 'open' | 'closed' }>([
    { why: 'nothing is known', ends: [], phase: 'closed' },
    { why: 'two failures in a row', ends: ['server', 'deadline'], phase: 'closed' },
    { why: 'three in a row', ends: ['server', 'deadline', 'schema'], phase: 'open' },
    { why: 'an answer between them', ends: ['server', 'server', null, 'server', 'server'], phase: 'closed' },
    {
      why: 'five of the last ten',
      ends: ['server', null, 'server', null, 'server', null, 'server', null, 'server'],
      phase: 'open',
    },
    {
      why: 'five, but the first of them eleven calls ago',
      ends: ['server', null, null, 'server', null, 'server', null, 'server', null, null, 'server'],
      phase: 'closed',
    },
    { why: 'a key that is not taken', ends: ['auth'], phase: 'open' },
    { why: 'no credit', ends: ['quota'], phase: 'open' },
    { why: 'no such model', ends: ['model-gone'], phase: 'open' },
    { why: 'a request that is not taken', ends: ['bad-request'], phase: 'open' },
    { why: 'stops and stale markets', ends: ['stopped', 'stale', 'stopped', 'stale', 'stopped'], phase: 'closed' },
  ])('is $phase after $why', ({ ends, phase }) => {
    expect(breakerPhase(after(ends), 20_000)).toBe(phase)
  })

  it('stays open twice as long with each failed probe, up to the longest time', () => {
    let state = after(['server', 'server', 'server'])
    let nowMs = 2_000
    const shut: number[] = []
    for (let probe = 0; probe < 6; probe += 1) {
      shut.push(((state.openUntilMs ?? 0) - nowMs) / MINUTE_MS)
      nowMs = state.openUntilMs ?? 0
      state = endCall(beginCall(state, nowMs, options), { failure: 'timeout', nowMs }, options)
    }
    expect(shut).toEqual([10, 20, 40, 80, 120, 120])
  })

  it('opens for the longest time at once where waiting mends nothing', () => {
    expect(after(['auth'])).toMatchObject({ openings: 1, openUntilMs: 120 * MINUTE_MS })
  })

  it('lets one call probe, and no second until that has ended', () => {
    const open = after(['server', 'server', 'server'])
    const atMs = open.openUntilMs ?? 0
    expect(breakerPhase(open, atMs - 1)).toBe('open')
    expect(breakerPhase(open, atMs)).toBe('half-open')
    expect(breakerPhase(beginCall(open, atMs, options), atMs)).toBe('open')
  })

  it('forgets all once a probe is answered', () => {
    const open = after(['server', 'server', 'server'])
    const probing = beginCall(open, open.openUntilMs ?? 0, options)
    expect(endCall(probing, { failure: null, nowMs: 0 }, options)).toEqual(CLOSED_BREAKER)
  })

  it('is left alone by a call that begins while it is closed', () => {
    const closed = after(['server'])
    expect(beginCall(closed, 5_000, options)).toBe(closed)
  })

  it('counts every reason but those that say nothing of the provider', () => {
    const uncounted = FALLBACK_REASONS.filter((reason) => !isFailureOfProvider(reason))
    expect(uncounted).toEqual(['disabled', 'stale', 'breaker-open', 'budget', 'stopped'])
  })
})

describe('whatever calls come to', () => {
  const step = fc.record({
    passMs: fc.integer({ min: 0, max: 4 * 3_600_000 }),
    failure: fc.oneof(fc.constant(null), fc.constantFrom(...FALLBACK_REASONS)),
  })

  it('never lets N failures in a row, nor M of ten, pass as closed, nor stays open beyond the longest time', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let state = CLOSED_BREAKER
        let nowMs = 0
        for (const { passMs, failure } of steps) {
          nowMs += passMs
          if (breakerPhase(state, nowMs) === 'open') continue
          const probes = breakerPhase(state, nowMs) === 'half-open'
          const before = state
          state = endCall(beginCall(state, nowMs, options), { failure, nowMs }, options)
          if (failure === null) expect(breakerPhase(state, nowMs)).toBe('closed')
          if (probes && failure !== null && isFailureOfProvider(failure)) {
            expect(breakerPhase(state, nowMs)).toBe('open')
            expect(state.openings).toBe(before.openings + 1)
          }
          if (breakerPhase(state, nowMs) === 'closed') {
            expect(state.failuresInARow).toBeLessThan(options.failuresInARow)
            expect(state.lastTen.filter(Boolean).length).toBeLessThan(options.failuresOfTen)
          }
          expect((state.openUntilMs ?? nowMs) - nowMs).toBeLessThanOrEqual(options.maxCoolDownMs)
          expect(breakerPhase(state, nowMs + options.maxCoolDownMs)).not.toBe('open')
        }
      }),
    )
  })
})
