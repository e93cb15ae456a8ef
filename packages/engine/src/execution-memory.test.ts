import {
  type AgentMemory,
  EMPTY_MEMORY,
  type ExecutionResult,
  type IntentOutcome,
  type JournalledSend,
  type OrderTrace,
} from '@cc/models'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { execution, START_MS, SYMBOL, trace } from './engine-world.fixture.js'
import { afterExecution, afterJournal, withoutOld } from './execution-memory.js'

const NOW_MS = START_MS
const DAY_MS = 86_400_000
const TO = 'BTC-27FEB26-120000-C'

/** An order of a decision, as a trace. */
function order(label: string, changes: Partial<OrderTrace> = {}): OrderTrace {
  const plain = trace('cancelled')
  return { ...plain, terms: { ...plain.terms, label }, ...changes }
}

/** The same in the journal. */
function sent(
  label: string,
  outcome: Partial<IntentOutcome> | null,
  changes: Partial<JournalledSend['intent']> & { postOnly?: boolean } = {},
): JournalledSend {
  const { postOnly = false, ...intent } = changes
  const terms = { ...order(label).terms, postOnly }
  return {
    intent: { kind: 'intent', timeMs: NOW_MS - 1_000, decisionId: 'd', leg: 'open', terms, ...intent },
    outcome: outcome && {
      ...{ kind: 'outcome', timeMs: NOW_MS - 500, label, outcome: 'cancelled', orderId: null, filledCoin: 0 },
      ...outcome,
    },
  }
}

const labels = ({ recentSends }: AgentMemory) => recentSends.map(({ label }) => label)

describe('an execution', () => {
  it('is remembered with every order that left, by label', () => {
    const traces = [
      order('filled', { outcome: 'filled' }),
      order('rejected', { outcome: 'rejected' }),
      order('unknown', { outcome: 'unknown' }),
      order('absent', { outcome: 'not-sent', detail: 'absent' }),
      order('stopped', { outcome: 'not-sent', detail: 'stopped' }),
      order('preview', { outcome: 'not-sent', detail: 'dry-run' }),
    ]
    const memory = afterExecution(EMPTY_MEMORY, execution('partial', traces), 'd')
    expect(memory.recentSends).toEqual(
      ['filled', 'rejected', 'unknown', 'absent'].map((label) => ({ label, symbol: SYMBOL, timeMs: START_MS })),
    )
    expect(memory.unresolved.map(({ label }) => label)).toEqual(['unknown'])
    expect(memory.recentOpens).toEqual([])
  })

  it('leaves the memory as it is where nothing left', () => {
    expect(afterExecution(EMPTY_MEMORY, execution('dry-run', [order('a', { outcome: 'not-sent' })]), 'd')).toBe(
      EMPTY_MEMORY,
    )
    expect(afterExecution(EMPTY_MEMORY, execution('no-action', []), 'd')).toBe(EMPTY_MEMORY)
  })

  it('is one open, named by its decision, however many orders sold; a roll says so', () => {
    const [open] = execution('filled', [order('o-1', { filledCoin: 0.2 }), order('o-2', { filledCoin: 0.3 })]).legs
    if (open === undefined) throw new Error('no leg')
    const close = { ...open, leg: 'close', side: 'buy' } as const
    const of = (...legs: ExecutionResult['legs']) => ({ ...execution('filled', []), legs })
    expect(afterExecution(EMPTY_MEMORY, of(open), 'd').recentOpens).toEqual([
      { decisionId: 'd', action: 'OPEN_COVERED_CALL', symbol: SYMBOL, timeMs: START_MS },
    ])
    expect(afterExecution(EMPTY_MEMORY, of(close, { ...open, symbol: TO }), 'd').recentOpens).toEqual([
      { decisionId: 'd', action: 'ROLL_COVERED_CALL', symbol: TO, timeMs: START_MS },
    ])
    expect(afterExecution(EMPTY_MEMORY, of(close), 'd').recentOpens).toEqual([])
    expect(afterExecution(EMPTY_MEMORY, of(close, { ...open, filledCoin: 0 }), 'd').recentOpens).toEqual([])
  })

  it.each<{ why: string; ends: Partial<OrderTrace>[]; rejects: number }>([
    { why: 'a reject counts', ends: [{ outcome: 'rejected', detail: 'not_enough_funds' }], rejects: 4 },
    { why: 'a reject without a word counts', ends: [{ outcome: 'rejected' }], rejects: 4 },
    { why: 'a post-only reject does not', ends: [{ outcome: 'rejected', detail: 'post_only_reject' }], rejects: 3 },
    { why: 'a cancelled order was accepted', ends: [{ outcome: 'cancelled' }], rejects: 0 },
    { why: 'a filled order was accepted', ends: [{ outcome: 'filled', filledCoin: 0.5 }], rejects: 0 },
    { why: 'an unknown outcome says nothing', ends: [{ outcome: 'unknown' }], rejects: 3 },
    { why: 'an absent order says nothing', ends: [{ outcome: 'not-sent', detail: 'absent' }], rejects: 3 },
    {
      why: 'the order counts',
      ends: [{ outcome: 'rejected' }, { outcome: 'filled' }, { outcome: 'rejected' }],
      rejects: 1,
    },
  ])('counts rejects in a row: $why', ({ ends, rejects }) => {
    const traces = ends.map((end, i) => order(`o-${i}`, end))
    const before = { ...EMPTY_MEMORY, rejectsInARow: 3 }
    expect(afterExecution(before, execution('partial', traces), 'd').rejectsInARow).toBe(rejects)
  })
})

describe('the journal', () => {
  it('names what a crash kept from being remembered, each once, oldest first', () => {
    const known = {
      ...EMPTY_MEMORY,
      recentSends: [{ label: 'b', symbol: SYMBOL, timeMs: NOW_MS - 400 }],
      recentOpens: [{ decisionId: 'd-b', action: 'OPEN_COVERED_CALL', symbol: SYMBOL, timeMs: NOW_MS - 400 }],
    } as const
    const sends = [
      sent('a', { filledCoin: 0.5 }, { decisionId: 'd-a', timeMs: NOW_MS - 900 }),
      sent('b', { filledCoin: 0.5 }, { decisionId: 'd-b', timeMs: NOW_MS - 500 }),
      sent('c', null, { decisionId: 'd-c', timeMs: NOW_MS - 300 }),
      sent('e', { outcome: 'absent' }, { decisionId: 'd-e', timeMs: NOW_MS - 200 }),
    ]
    const memory = afterJournal(known, sends, NOW_MS)
    expect(memory.recentSends.map(({ label, timeMs }) => [label, timeMs - NOW_MS])).toEqual([
      ...[
        ['a', -900],
        ['b', -400],
        ['c', -300],
        ['e', -200],
      ],
    ])
    expect(memory.recentOpens.map(({ decisionId }) => decisionId)).toEqual(['d-a', 'd-b'])
    expect(afterJournal(memory, sends, NOW_MS)).toEqual(memory)
  })

  it('tells of an open once its outcome is known, and of a roll by its close', () => {
    const legs = (outcome: Partial<IntentOutcome> | null) => [
      sent('c-1', { filledCoin: 0.5 }, { leg: 'close' }),
      sent('o-1', { filledCoin: 0.1 }),
      sent('o-2', outcome),
    ]
    const before = afterJournal(EMPTY_MEMORY, [sent('o-2', null)], NOW_MS)
    expect(before.recentOpens).toEqual([])
    const after = afterJournal(before, legs({ filledCoin: 0.4 }), NOW_MS)
    expect(after.recentOpens).toEqual([
      { decisionId: 'd', action: 'ROLL_COVERED_CALL', symbol: SYMBOL, timeMs: NOW_MS - 1_000 },
    ])
    expect(
      afterJournal(EMPTY_MEMORY, [sent('c-1', { filledCoin: 0.5 }, { leg: 'close' })], NOW_MS).recentOpens,
    ).toEqual([])
  })

  it('counts the pause to the next open from the last sale of a decision, also where that is known later', () => {
    const first = sent('o-1', { filledCoin: 0.1 }, { timeMs: NOW_MS - 21_000 })
    const last = (outcome: Partial<IntentOutcome> | null) => sent('o-2', outcome, { timeMs: NOW_MS - 1_000 })
    const timesOf = ({ recentOpens }: AgentMemory) => recentOpens.map(({ timeMs }) => timeMs - NOW_MS)
    expect(timesOf(afterJournal(EMPTY_MEMORY, [first, last({ filledCoin: 0.4 })], NOW_MS))).toEqual([-1_000])
    const before = afterJournal(EMPTY_MEMORY, [first, last(null)], NOW_MS)
    expect(timesOf(before)).toEqual([-21_000])
    expect(timesOf(afterJournal(before, [first, last({ filledCoin: 0.4 })], NOW_MS))).toEqual([-1_000])
    const remembered = { ...before, recentOpens: before.recentOpens.map((open) => ({ ...open, timeMs: NOW_MS })) }
    expect(timesOf(afterJournal(remembered, [first, last({ filledCoin: 0.4 })], NOW_MS))).toEqual([0])
  })

  it.each<{ why: string; sends: JournalledSend[]; rejects: number }>([
    { why: 'a reject counts', sends: [sent('a', { outcome: 'rejected' })], rejects: 4 },
    { why: 'one known already does not', sends: [sent('known', { outcome: 'rejected' })], rejects: 3 },
    {
      why: 'of a post-only order nobody knows',
      sends: [sent('a', { outcome: 'rejected' }, { postOnly: true })],
      rejects: 3,
    },
    { why: 'a filled order was accepted', sends: [sent('a', { outcome: 'filled', filledCoin: 0.5 })], rejects: 0 },
    { why: 'a cancelled one too', sends: [sent('a', { outcome: 'cancelled' })], rejects: 0 },
    { why: 'an absent one says nothing', sends: [sent('a', { outcome: 'absent' })], rejects: 3 },
    { why: 'an open one says nothing', sends: [sent('a', null)], rejects: 3 },
  ])('counts rejects in a row: $why', ({ sends, rejects }) => {
    const recentSends = [{ label: 'known', symbol: SYMBOL, timeMs: NOW_MS }]
    expect(afterJournal({ ...EMPTY_MEMORY, recentSends, rejectsInARow: 3 }, sends, NOW_MS).rejectsInARow).toBe(rejects)
  })

  it('is not asked for what is older than a day, so that what was forgotten does not count anew', () => {
    const old = sent('old', { outcome: 'rejected' }, { timeMs: NOW_MS - DAY_MS })
    const young = sent('young', { outcome: 'rejected' }, { timeMs: NOW_MS - DAY_MS + 1 })
    const memory = afterJournal(EMPTY_MEMORY, [old, young], NOW_MS)
    expect(labels(memory)).toEqual(['young'])
    expect(memory.rejectsInARow).toBe(1)
    expect(withoutOld(memory, NOW_MS)).toEqual(memory)
    expect(labels(withoutOld(memory, NOW_MS + 1))).toEqual([])
  })

  it('completes the memory to the same, wherever a crash cut it off', () => {
    const end = fc.constantFrom<OrderTrace['outcome']>('filled', 'cancelled', 'rejected')
    const orders = fc.array(fc.record({ end, decision: fc.nat(4) }), { maxLength: 25 })
    fc.assert(
      fc.property(orders, fc.nat(25), fc.nat(25), (plan, keptAt, againAt) => {
        const traces = plan.map(({ end, decision }, i) => {
          const filledCoin = end === 'filled' ? 0.1 : 0
          const { terms } = order(`cc-${decision}-${i}`)
          return order(terms.label, { outcome: end, filledCoin, terms: { ...terms, postOnly: false } })
        })
        const journal = traces.map(({ terms, outcome, filledCoin }, i) =>
          sent(
            terms.label,
            { outcome: outcome as IntentOutcome['outcome'], filledCoin },
            { decisionId: `${plan[i]?.decision}` },
          ),
        )
        const remember = (memory: AgentMemory, from: number, to: number) =>
          traces
            .slice(from, to)
            .reduce(
              (all, one, i) => afterExecution(all, execution('partial', [one]), `${plan[from + i]?.decision}`),
              memory,
            )

        const whole = remember(EMPTY_MEMORY, 0, traces.length)
        // What was remembered up to a crash, and again after a restart up to another.
        const first = afterJournal(
          remember(EMPTY_MEMORY, 0, keptAt),
          journal.slice(0, Math.max(keptAt, againAt)),
          NOW_MS,
        )
        const last = afterJournal(first, journal, NOW_MS)
        expect(labels(last).sort()).toEqual(labels(whole).sort())
        expect(last.rejectsInARow).toBe(whole.rejectsInARow)
        const decisions = ({ recentOpens }: AgentMemory) => recentOpens.map(({ decisionId }) => decisionId).sort()
        expect(decisions(last)).toEqual(decisions(whole))
      }),
      { numRuns: 300 },
    )
  })
})
