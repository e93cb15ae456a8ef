import type { UnderlyingParts } from '@cc/models/testing'
import { describe, expect, it } from 'vitest'
import { agentState, candidate, NOW_MS, shortCall, shortOf, underlying } from '../test/agent-state.js'
import { decideAction } from './decide-action.js'
import type { RulesOptionsInput } from './options.js'

type WriteWhen = NonNullable<RulesOptionsInput['writeWhen']>

const rank = (percentile: number) => ({
  ...{ rank: 0.5, percentile, leastIv: 0.3, mostIv: 0.9, days: 365, fromMs: 0, toMs: 1 },
})
const missing = (datum: string) => [{ datum, reason: 'no history at this venue' }]
const decide = (parts: UnderlyingParts, writeWhen: WriteWhen) =>
  decideAction(agentState([underlying(parts)]), { writeWhen })

describe('a filter that is met', () => {
  it.each([
    { parts: { dayChangePct: 0.1 }, writeWhen: { red: false } },
    { parts: { dayChangePct: -0.1 }, writeWhen: { green: false } },
    { parts: { dayChangePct: 0 }, writeWhen: { green: false } },
    { parts: { vol: { ivRank: rank(0.3) } }, writeWhen: { minIvPercentile: 0.3 } },
    { parts: { dayChangePct: -7.9 }, writeWhen: { maxDayChangePct: 8 } },
    { parts: { vol: { dvolDayChange: 0.099 } }, writeWhen: { maxDvolRisePoints: 10 } },
    { parts: { vol: { dvolDayChange: -0.5 } }, writeWhen: { maxDvolRisePoints: 10 } },
    { parts: { dayChangePct: null, vol: { dvolDayChange: null, ivRank: null } }, writeWhen: {} },
  ])('lets a call be sold: $parts, $writeWhen', ({ parts, writeWhen }) => {
    expect(decide(parts, writeWhen).proposal.action).toBe('OPEN_COVERED_CALL')
  })
})

describe('the time after a sale', () => {
  const opened = (symbol: string, agoMs: number) => ({
    recentOpens: [{ decisionId: '0'.repeat(64), action: 'OPEN_COVERED_CALL' as const, symbol, timeMs: NOW_MS - agoMs }],
  })
  const after = (symbol: string, agoMs: number, cooldownMin: number) =>
    decideAction(agentState([underlying()], opened(symbol, agoMs)), { writeWhen: { cooldownMin } }).proposal

  it.each([
    { symbol: 'BTC-2JAN26-90000-C', agoMs: 1_799_999, why: 'a millisecond is left' },
    { symbol: 'of no coin that can be read', agoMs: 0, why: 'it may be of this one' },
  ])('sees no other sale while $why', ({ symbol, agoMs }) => {
    expect(after(symbol, agoMs, 30)).toMatchObject({
      action: 'DO_NOTHING',
      reasoning: 'BTC: a call was sold less than 30 minutes ago.',
    })
  })

  it.each([
    { symbol: 'BTC-2JAN26-90000-C', agoMs: 1_800_000, cooldownMin: 30 },
    { symbol: 'ETH-2JAN26-3000-C', agoMs: 0, cooldownMin: 30 },
    { symbol: 'BTC-2JAN26-90000-C', agoMs: 0, cooldownMin: 0 },
    { symbol: 'BTC-2JAN26-90000-C', agoMs: -1, cooldownMin: 0 },
  ])('is over, or of another coin: $symbol, $agoMs ms, $cooldownMin min', ({ symbol, agoMs, cooldownMin }) => {
    expect(after(symbol, agoMs, cooldownMin).action).toBe('OPEN_COVERED_CALL')
  })
})

describe('the time after a crash', () => {
  const after = (agoMs: number, calmHours: number | null) => {
    const guards = { latched: null, crashedMs: { BTC: NOW_MS - agoMs } }
    return decideAction(agentState([underlying()], { guards }), { writeWhen: { calmHours } }).proposal
  }

  it('sees no sale, and says so', () => {
    expect(after(24 * 3_600_000 - 1, 24)).toMatchObject({
      action: 'DO_NOTHING',
      reasoning: 'BTC: its market crashed less than 24 hours ago.',
    })
  })

  it.each([
    { agoMs: 24 * 3_600_000, calmHours: 24, why: 'it is over' },
    { agoMs: 0, calmHours: null, why: 'it is not judged' },
  ])('sees one again where $why', ({ agoMs, calmHours }) => {
    expect(after(agoMs, calmHours).action).toBe('OPEN_COVERED_CALL')
  })
})

describe('a filter that is not met', () => {
  it.each([
    {
      ...{ rule: 'day-colour', parts: { dayChangePct: -0.4 }, writeWhen: { red: false } },
      says: 'calls are sold on green days alone, and the index moved -0.4 % in 24 h',
    },
    {
      ...{ rule: 'day-colour', parts: { dayChangePct: 0 }, writeWhen: { red: false } },
      says: 'calls are sold on green days alone, and the index moved 0.0 % in 24 h',
    },
    {
      ...{ rule: 'day-colour', parts: { dayChangePct: 0.4 }, writeWhen: { green: false } },
      says: 'calls are sold on red days alone, and the index moved 0.4 % in 24 h',
    },
    {
      ...{ rule: 'day-colour', parts: { dayChangePct: null, missing: missing('dayChangePct') } },
      ...{ writeWhen: { red: false } },
      says: 'calls are sold on green days alone, and the change over 24 h is missing (no history at this venue)',
    },
    {
      ...{ rule: 'min-iv-percentile', parts: { vol: { ivRank: rank(0.29) } }, writeWhen: { minIvPercentile: 0.3 } },
      says: 'the percentile of the volatility index is 0.29, below 0.3',
    },
    {
      ...{ rule: 'min-iv-percentile', parts: { vol: { ivRank: null }, missing: missing('vol.ivRank') } },
      ...{ writeWhen: { minIvPercentile: 0 } },
      says: 'the percentile of the volatility index is missing (no history at this venue)',
    },
    {
      ...{ rule: 'max-day-change', parts: { dayChangePct: -8 }, writeWhen: { maxDayChangePct: 8 } },
      says: 'the index moved -8.0 % in 24 h, and from 8 % on nothing is sold',
    },
    {
      ...{ rule: 'max-day-change', parts: { dayChangePct: 9.4 }, writeWhen: { maxDayChangePct: 8 } },
      says: 'the index moved 9.4 % in 24 h, and from 8 % on nothing is sold',
    },
    {
      ...{ rule: 'max-day-change', parts: { dayChangePct: null, missing: missing('dayChangePct') } },
      ...{ writeWhen: { maxDayChangePct: 8 } },
      says: 'the change of the index over 24 h is missing (no history at this venue)',
    },
    {
      // 0.5 − 0.4 is less than 0.1 in floats.
      ...{ rule: 'max-dvol-rise', parts: { vol: { dvolDayChange: 0.5 - 0.4 } }, writeWhen: { maxDvolRisePoints: 10 } },
      says: 'the volatility index rose 10.0 points in 24 h, and from 10 on nothing is sold',
    },
    {
      ...{ rule: 'max-dvol-rise', parts: { vol: { dvolDayChange: null }, missing: missing('vol.dvolDayChange') } },
      ...{ writeWhen: { maxDvolRisePoints: 10 } },
      says: 'the change of the volatility index over 24 h is missing (no history at this venue)',
    },
  ])('keeps calls from being sold: $says', ({ rule, parts, writeWhen, says }) => {
    const { proposal, rules } = decide(parts, writeWhen)
    expect(proposal).toEqual({ action: 'DO_NOTHING', params: {}, reasoning: `BTC: ${says}.` })
    expect(rules?.filter(({ fired }) => fired).map((one) => one.rule)).toEqual([rule])
  })

  it('is told with every other that is not met', () => {
    const { proposal } = decide({ dayChangePct: -9 }, { red: false, maxDayChangePct: 8 })
    expect(proposal.reasoning).toBe(
      'BTC: calls are sold on green days alone, and the index moved -9.0 % in 24 h; ' +
        'the index moved -9.0 % in 24 h, and from 8 % on nothing is sold.',
    )
  })
})

it('lists every filter with its numbers, those that are off as not fired', () => {
  const filters = ['day-colour', 'min-iv-percentile', 'max-day-change', 'max-dvol-rise']
  const { rules } = decide({ dayChangePct: 1.5 }, { maxDayChangePct: 8 })
  expect(rules?.filter(({ rule }) => filters.includes(rule))).toEqual([
    { rule: 'day-colour', subject: 'BTC', fired: false, facts: { dayChangePct: 1.5, green: true, red: true } },
    { rule: 'min-iv-percentile', subject: 'BTC', fired: false, facts: { percentile: 0.5, minIvPercentile: null } },
    { rule: 'max-day-change', subject: 'BTC', fired: false, facts: { dayChangePct: 1.5, maxDayChangePct: 8 } },
    { rule: 'max-dvol-rise', subject: 'BTC', fired: false, facts: { risePoints: 0, maxDvolRisePoints: null } },
  ])
})

describe('a roll', () => {
  const due = shortCall({ instrument: { strikeUsd: 88_000 }, dte: 0.6, delta: 0.7, askPriceCoin: 0.024 })
  const target = candidate({ bidPriceCoin: 0.026 })
  const roll = (parts: UnderlyingParts, writeWhen: WriteWhen, rollWhen: RulesOptionsInput['rollWhen'] = {}) =>
    decideAction(agentState([underlying({ portfolio: shortOf([due]), candidates: [target], ...parts })]), {
      rollWhen: { dte: 1, ...rollWhen },
      writeWhen,
    }).proposal

  it('asks for no filter but a crash: it manages what is there', () => {
    const parts = { dayChangePct: -3, vol: { ivRank: rank(0) } }
    const filters = { red: false, minIvPercentile: 0.9, minimumCredit: 1, minEdge: 1 }
    expect(roll(parts, filters).action).toBe('ROLL_COVERED_CALL')
  })

  it.each([
    { parts: { dayChangePct: 8 }, writeWhen: { maxDayChangePct: 8 }, says: 'the index moved 8.0 % in 24 h' },
    { parts: { dayChangePct: null }, writeWhen: { maxDayChangePct: 8 }, says: 'the change of the index over 24 h is' },
    { parts: { vol: { dvolDayChange: 0.2 } }, writeWhen: { maxDvolRisePoints: 10 }, says: 'the volatility index rose' },
  ])('does not happen in a crash, and the call is left to settle: $parts', ({ parts, writeWhen, says }) => {
    const { action, reasoning } = roll(parts, writeWhen)
    expect(action).toBe('DO_NOTHING')
    expect(reasoning).toContain(`but a roll sells, and ${says}`)
    expect(reasoning).toContain('so it is left to settle')
    expect(roll(parts, writeWhen, { closeIfUnableToRoll: true }).action).toBe('CLOSE_COVERED_CALL')
  })
})
