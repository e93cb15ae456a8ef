import type { BreachCode, DecisionRecord, ModelCall, OrderTrace } from '@cc/models'
import { stateForTest } from '@cc/models/testing'
import { expect, it } from 'vitest'
import { delivery, idle, opened, planned, plannedRoll, refused, seeing } from '../test/records.js'
import { commandLines, createNarrator, reasonOf } from './narrator.js'

const HOUR_MS = 3_600_000
const NOTHING = { action: 'DO_NOTHING', params: {}, reasoning: '' } as const
const eight = Date.UTC(2026, 0, 23, 8)

function tell(
  records: readonly DecisionRecord[],
  { live = false, columns }: { live?: boolean; columns?: number } = {},
) {
  const lines: string[] = []
  const narrator = createNarrator(
    { stdout: { write: (text) => lines.push(text.trimEnd()), columns }, paint: (_, text) => text },
    { live },
  )
  for (const record of records) narrator.tell(record)
  narrator.end()
  return lines.slice(1)
}

it('folds cycles that did nothing for the same reason, whatever its numbers, into one line', () => {
  const lines = tell([
    idle(eight, 'BTC: short 2 (21-delta, 3.5 days).'),
    idle(eight + HOUR_MS, 'BTC: short 2 (22-delta, 3.4 days).'),
    idle(eight + 2 * HOUR_MS, 'BTC: short 2 (23-delta, 3.3 days).'),
    idle(eight + 3 * HOUR_MS, 'BTC: no call is a candidate.'),
  ])
  expect(lines).toEqual([
    '2026-01-23 08:00  DO_NOTHING ×3, until 2026-01-23 10:00',
    '                  BTC: short 2 (21-delta, 3.5 days).',
    '2026-01-23 11:00  DO_NOTHING',
    '                  BTC: no call is a candidate.',
  ])
})

it('prints the first at once where somebody watches, and the number of the others at their end', () => {
  const printed: string[] = []
  const narrator = createNarrator(
    { stdout: { write: (text) => printed.push(text) }, paint: (_, text) => text },
    { live: true },
  )
  for (const hour of [0, 1, 2]) narrator.tell(idle(eight + hour * HOUR_MS, 'BTC: short 2.'))
  expect(printed.slice(1)).toEqual(['2026-01-23 08:00  DO_NOTHING\n', '                  BTC: short 2.\n'])
  narrator.end()
  expect(printed.at(-1)).toBe('2026-01-23 08:00  DO_NOTHING ×2 more, until 2026-01-23 10:00\n')
})

it('tells a settlement before the trade that followed it, though it is known after', () => {
  const settled = { ...idle(eight, 'BTC: short 0.5.'), ledger: [delivery(eight, 0)] }
  const what = tell([idle(eight - HOUR_MS, 'x'), opened(eight), settled]).map((line) => line.slice(40, 50).trim())
  expect(what.filter((word) => /^[A-Z]{4}/.test(word))).toEqual(['EXPIRED', 'OPEN'])
})

it('tells a settlement after the trade that came before it', () => {
  const settled = { ...idle(eight, 'BTC: short 0.5.'), ledger: [delivery(eight, 0)] }
  const lines = tell([opened(eight - HOUR_MS), settled])
  expect(lines[0]).toContain('OPEN')
  expect(lines[2]).toContain('EXPIRED')
})

it('tells what was received net of its fee, and what was paid at settlement, in coin and USD', () => {
  const [open = '', , settlement = ''] = tell([
    opened(eight - HOUR_MS),
    { ...idle(eight, 'x'), ledger: [delivery(eight, 0.05)] },
  ])
  expect(open).toMatch(/OPEN +BTC-30JAN26-100000-C +0\.5 +\+0\.004850 +\+436\.50 +filled at 0\.01$/)
  expect(settlement).toMatch(/SETTLED +BTC-23JAN26-90000-C +0\.5 +-0\.0250 +-2,375 +in the money at 95,000$/)
})

it('tells how much of an order was filled', () => {
  expect(tell([opened(eight, 0.2)])[0]).toContain('0.2 of 0.5 filled at 0.01')
  expect(tell([opened(eight, 0)])[0]).toContain('0 of 0.5 filled')
})

it('folds refusals, and shows the columns and the reason of the first', () => {
  const lines = tell([0, 1, 2].map((hour) => refused(eight + hour * HOUR_MS, `BTC: 6${hour} % would be used.`)))
  expect(lines).toHaveLength(2)
  expect(lines[0]).toMatch(/^2026-01-23 08:00.* OPEN +BTC-30JAN26-100000-C.* refused ×3, until 2026-01-23 10:00$/)
  expect(lines[1]).toContain('BTC: 60 % would be used.')
})

it('folds actions that were not carried out only where action, symbol and size are the same', () => {
  const other = { symbol: 'BTC-30JAN26-105000-C' }
  const lines = tell([
    planned(eight),
    planned(eight + HOUR_MS),
    planned(eight + 2 * HOUR_MS, other),
    planned(eight + 3 * HOUR_MS, { ...other, size: 1 }),
    refused(eight + 4 * HOUR_MS, 'BTC: no.'),
    opened(eight + 5 * HOUR_MS, 0),
  ]).filter((line) => line.startsWith('2026'))
  expect(lines.map((line) => /BTC-\S+ +[\d.]+/.exec(line)?.[0].replace(/ +/, ' '))).toEqual([
    'BTC-30JAN26-100000-C 0.5',
    'BTC-30JAN26-105000-C 0.5',
    'BTC-30JAN26-105000-C 1',
    'BTC-30JAN26-100000-C 0.5',
    'BTC-30JAN26-100000-C 0',
  ])
  expect(lines[0]).toMatch(/^2026-01-23 08:00.* dry run: not sent ×2, until 2026-01-23 09:00$/)
})

it('tells both legs of a roll that was only planned', () => {
  const lines = tell([plannedRoll(eight), plannedRoll(eight + HOUR_MS)])
  expect(lines[0]).toMatch(/ROLL out +BTC-23JAN26-90000-C +0\.5 +dry run: not sent$/)
  expect(lines[1]).toMatch(/ROLL in +BTC-30JAN26-100000-C +0\.5 +dry run: not sent ×2, until 2026-01-23 09:00$/)
})

it('keeps symbols apart in the reason for doing nothing, and folds what only counts down', () => {
  const heads = tell([
    idle(eight, 'BTC: short 2 BTC-30JAN26-100000-C (24-delta, 7 days).'),
    idle(eight + HOUR_MS, 'BTC: short 2 BTC-30JAN26-100000-C (23-delta, 6.9 days).'),
    idle(eight + 2 * HOUR_MS, 'BTC: short 2 BTC-30JAN26-105000-C (23-delta, 6.9 days).'),
    idle(eight + 3 * HOUR_MS, 'BTC: short 2 BTC-27FEB26-105000-C (23-delta, 34 days).'),
  ]).filter((line) => line.startsWith('2026'))
  expect(heads).toEqual([
    '2026-01-23 08:00  DO_NOTHING ×2, until 2026-01-23 09:00',
    '2026-01-23 10:00  DO_NOTHING',
    '2026-01-23 11:00  DO_NOTHING',
  ])
})

it('folds for as long as the same rules fire on the same calls, whatever else the reason tells', () => {
  const cycle = (hour: number, fired: readonly string[], held: string, reasoning: string) => {
    const record = seeing(idle(eight + hour * HOUR_MS, reasoning), { atmIv: 0.4, realisedVol: 0.4 }, [held])
    const rules = ['call-open', 'roll-due'].map((rule) => ({
      rule,
      subject: 'BTC',
      fired: fired.includes(rule),
      facts: { hour },
    }))
    return { ...record, decision: record.decision && { ...record.decision, rules } }
  }
  const heads = tell([
    cycle(0, ['call-open'], 'BTC-30JAN26-100000-C', 'BTC: short 2, the cheapest later call is BTC-27FEB26-105000-C.'),
    cycle(1, ['call-open'], 'BTC-30JAN26-100000-C', 'BTC: short 2, the cheapest later call is BTC-27FEB26-110000-C.'),
    cycle(2, ['call-open', 'roll-due'], 'BTC-30JAN26-100000-C', 'BTC: short 2.'),
    cycle(3, ['call-open', 'roll-due'], 'BTC-27FEB26-105000-C', 'BTC: short 2.'),
  ]).filter((line) => line.startsWith('2026'))
  expect(heads.map((line) => line.split('   ')[0])).toEqual([
    '2026-01-23 08:00  DO_NOTHING ×2, until 2026-01-23 09:00',
    '2026-01-23 10:00  DO_NOTHING',
    '2026-01-23 11:00  DO_NOTHING',
  ])
})

it('folds what a model had no answer for by the reason, whatever the rules beside it say', () => {
  const without = (timeMs: number, fallback: string, rule: string): DecisionRecord => {
    const record = idle(timeMs, `Nothing is done (${fallback}).`)
    const rules = [{ rule, subject: 'BTC', fired: true, facts: {} }]
    const modelCall = { mode: 'act', fallback } as ModelCall
    return { ...record, decision: { proposal: NOTHING, ...record.decision, rules, modelCall } }
  }
  const lines = tell([
    without(eight, 'timeout', 'best-candidate'),
    without(eight + HOUR_MS, 'timeout', 'no-candidate'),
    without(eight + 2 * HOUR_MS, 'breaker-open', 'no-candidate'),
  ])
  expect(lines).toEqual([
    '2026-01-23 08:00  DO_NOTHING ×2, until 2026-01-23 09:00',
    '                  Nothing is done (timeout).',
    '2026-01-23 10:00  DO_NOTHING',
    '                  Nothing is done (breaker-open).',
  ])
})

it('keeps refusals apart whose limits differ', () => {
  const other = { ...refused(eight + HOUR_MS, 'BTC: no.'), verdict: MARGIN_EXCEEDED }
  expect(tell([refused(eight, 'BTC: no.'), other]).filter((line) => line.startsWith('2026'))).toHaveLength(2)
})

it('calls an action the same in every line', () => {
  const lines = tell([planned(eight), planned(eight + HOUR_MS)], { live: true })
  expect(lines[0]).toMatch(/ OPEN +BTC-30JAN26-100000-C/)
  expect(lines.at(-1)).toBe('2026-01-23 08:00  OPEN ×1 more, until 2026-01-23 09:00')
})

it.each([
  [{ atmIv: 0.412, realisedVol: 0.45 }, '41/45%'],
  [{ atmIv: 0.48, realisedVol: null }, '48/?'],
  [{ atmIv: null, realisedVol: 0.45 }, '?/45%'],
  [{ atmIv: null, realisedVol: null }, '?/?'],
])('shows the volatilities %j as %s', (vol, words) => {
  expect(tell([seeing(idle(eight, 'x'), vol)])[0]).toBe(`2026-01-23 08:00  DO_NOTHING   BTC 90,000 ${words}`)
})

it('does not make up what nobody knows yet: fee, premium, the rest of an order', () => {
  const record = opened(eight, 0.2)
  const { execution } = record
  const legs = (execution?.legs ?? []).map((leg) => ({ ...leg, feeCoin: null, orders: [UNKNOWN_ORDER] }))
  const [line] = tell([{ ...record, execution: execution && { ...execution, status: 'unknown', legs } }])
  expect(line).toMatch(
    /OPEN +BTC-30JAN26-100000-C +0\.2 +unknown +unknown +0\.2 of 0\.5 filled at 0\.01, the rest not known yet$/,
  )
})

it('does not call it a failure that a cycle was told to stop', () => {
  const failure = {
    code: 'engine/stopped',
    recovery: 'skip',
    message: 'The agent was told to stop.',
    facts: {},
  } as const
  expect(tell([{ ...idle(eight, ''), decision: null, failure }])).toEqual([
    '2026-01-23 08:00  STOPPED',
    '                  The agent was told to stop.',
  ])
})

it('tells failed cycles by their code', () => {
  const failure = { code: 'deribit/unreachable', recovery: 'skip', message: 'No answer.', facts: {} } as const
  expect(tell([{ ...idle(eight, ''), decision: null, failure }])).toEqual([
    '2026-01-23 08:00  FAILED',
    '                  deribit/unreachable: No answer.',
  ])
})

it('tells of an action that failed before it was judged', () => {
  const failure = { code: 'deribit/unreachable', recovery: 'skip', message: 'No answer.', facts: {} } as const
  const [line, reason] = tell([{ ...opened(eight), verdict: null, execution: null, failure }])
  expect(line).toMatch(/OPEN +BTC-30JAN26-100000-C +0\.5 +failed$/)
  expect(reason).toContain('deribit/unreachable: No answer.')
})

it.each([
  [undefined, 120],
  [200, 120],
  [80, 80],
  [1, 40],
])('breaks the reason in a terminal of %s columns at %i, and keeps every word', (columns, width) => {
  const reasoning = 'word '.repeat(100).trim()
  const [, ...reason] = tell([idle(eight, reasoning)], columns === undefined ? {} : { columns })
  const widest = Math.max(...reason.map((line) => line.length))
  expect(widest).toBeLessThanOrEqual(width)
  expect(widest).toBeGreaterThan(width - 5)
  expect(reason.map((line) => line.trim()).join(' ')).toBe(reasoning)
})

const MARGIN_EXCEEDED: DecisionRecord['verdict'] = {
  allowed: false,
  breaches: [{ code: 'margin-exceeded', on: 'BTC', marginUsedPct: 61, maxPct: 60 }],
  reasons: ['BTC: 61 % would be used.'],
}

const UNKNOWN_ORDER: OrderTrace = {
  terms: {
    symbol: 'BTC-30JAN26-100000-C',
    side: 'sell',
    sizeCoin: 0.3,
    priceCoin: 0.01,
    label: 'cc',
    postOnly: true,
    reduceOnly: false,
    timeInForce: 'good-til-cancelled',
    validUntilMs: eight,
  },
  outcome: 'unknown',
  orderId: null,
  filledCoin: 0,
  averagePriceCoin: null,
  detail: 'no answer',
}

it('keeps every line inside a terminal of 80 columns, the outcome below its row', () => {
  const settled = {
    ...seeing(idle(eight, 'BTC: short 2.'), { atmIv: 0.41, realisedVol: 0.45 }),
    ledger: [delivery(eight, 0.02)],
  }
  const lines = tell([opened(eight - HOUR_MS), settled], { columns: 80 })
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80)
  expect(lines.join('\n')).toMatch(/OPEN +BTC-\S+ .*\n {18}filled at/)
})

it('tells the first reasons of a refusal, how many more there are, and what only a person can end', () => {
  const breaches = (codes: readonly BreachCode[]) => codes.map((code) => ({ code, on: 'BTC' })) as never
  const refusal = (reasons: readonly string[], ...codes: BreachCode[]): DecisionRecord => ({
    ...refused(eight, ''),
    verdict: { allowed: false, breaches: breaches(codes), reasons },
  })
  expect(reasonOf(refusal(['One.', 'Two.', 'Three.'], 'margin-unknown'))).toBe('One. Two. Three.')
  expect(reasonOf(refusal(['One.', 'Two.', 'Three.', 'Four.'], 'margin-unknown'))).toBe(
    'One. Two. Three. And 1 more reason.',
  )
  expect(reasonOf(refusal(['A.', 'B.', 'C.', 'D.', 'E.'], 'margin-unknown', 'rejects-in-a-row'))).toBe(
    'A. B. C. And 2 more reasons. "ccagent resume --reason …" ends that.',
  )
})

it('says of an agent that sells nothing until a person resumes what to do', () => {
  const state = stateForTest()
  const under = (memory: Partial<typeof state.memory>): DecisionRecord => ({
    ...idle(eight, 'BTC: no.'),
    state: { ...state, memory: { ...state.memory, ...memory } },
  })
  expect(reasonOf(under({}))).toBe('BTC: no.')
  expect(reasonOf(under({ mode: 'reduce-only' }))).toBe('BTC: no. Paused. "ccagent resume --reason …" ends that.')
  const latched = { code: 'repeated-execution', sinceMs: eight } as const
  expect(reasonOf(under({ guards: { ...state.memory.guards, latched } }))).toBe(
    'BTC: no. Nothing is sold (repeated-execution). "ccagent resume --reason …" ends that.',
  )
})

it('tells what a person commanded on a line, or on several where there is no room', () => {
  const command = {
    kind: 'operator',
    schemaVersion: 3,
    runId: '0123456789abcdef',
    timeMs: eight,
    command: 'close',
    symbol: 'all',
    reason: 'the Fed speaks at two and nobody knows what it will say',
  } as const
  expect(commandLines(command, 120)).toEqual([`2026-01-23 08:00  CLOSE all   ${command.reason}`])
  expect(commandLines({ ...command, command: 'pause', symbol: null }, 60)).toEqual([
    '2026-01-23 08:00  PAUSE',
    '                  the Fed speaks at two and nobody knows',
    '                  what it will say',
  ])
})
