import { type AgentMemory, type AgentState, CcError } from '@cc/models'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createWorld, memoryAt, NOTHING, OPEN, RUN_ID, row, START_MS, SYMBOL, stateOf } from './engine-world.fixture.js'
import { runCycle } from './run-cycle.js'
import { readLedger } from './think.js'

const HOUR_MS = 3_600_000
const RULE = { rule: 'premium', subject: 'BTC', fired: false }

describe('readLedger', () => {
  const at = async (span: Parameters<typeof readLedger>[2]) => {
    const { ports, ledger, clock } = createWorld()
    ledger.push(
      row('at-from', START_MS),
      row('eth', START_MS + 10, { currency: 'ETH' }),
      row('btc', START_MS + 5),
      row('at-to', START_MS + 9_000),
    )
    await clock.sleep(10_000)
    const { rows, readMs } = await readLedger(ports, ['BTC', 'ETH'], span)
    return { ids: rows.map(({ id }) => id), readMs }
  }

  it('reads from the last time inclusive to the lag before now exclusive, oldest first over all currencies', async () => {
    expect(await at({ fromMs: START_MS, lagMs: 1_000 })).toEqual({
      ids: ['at-from', 'btc', 'eth'],
      readMs: START_MS + 9_000,
    })
  })

  it('marks the time at first, and reads nothing', async () => {
    expect(await at({ fromMs: null, lagMs: 1_000 })).toEqual({ ids: [], readMs: START_MS + 9_000 })
  })

  it('never goes back where the lag has not passed', async () => {
    const fromMs = START_MS + 9_500
    expect(await at({ fromMs, lagMs: 1_000 })).toEqual({ ids: [], readMs: fromMs })
  })

  it('drops what a venue answers outside the span', async () => {
    const { ports, ledger, clock } = createWorld()
    ledger.push(row('early', START_MS - 1), row('in', START_MS), row('late', START_MS + 10))
    const broker = { ...ports.broker, ledger: async () => ledger }
    await clock.sleep(10)
    const { rows } = await readLedger({ clock, broker }, ['BTC'], { fromMs: START_MS, lagMs: 0 })
    expect(rows.map(({ id }) => id)).toEqual(['in'])
  })
})

describe('a delivery that is booked late, stamped with its expiry', () => {
  const EXPIRED = 'BTC-2JAN26-100000-C'
  const EXPIRY_MS = START_MS + 8 * HOUR_MS
  const explained = { BTC: { balanceCoin: 2, positions: [{ symbol: EXPIRED, sizeCoin: -0.5 }] } }
  const delivery = row('late', EXPIRY_MS, { kind: 'delivery', symbol: EXPIRED, sizeCoin: 0.5, changeCoin: -0.1 })
  const options = { runId: RUN_ID, underlyings: ['BTC' as const], ledgerLagMs: 0 }

  it('is found though the ledger was read past it, and taken once', async () => {
    const readMs = EXPIRY_MS + 120_000
    const memory = memoryAt(readMs, { explained })
    const { ports, ledger, clock, log, store } = createWorld({ store: { memory }, startMs: readMs + 1_000 })
    ledger.push(row('taken before', EXPIRY_MS), row('another', EXPIRY_MS, { kind: 'delivery', symbol: SYMBOL }))
    await runCycle(ports, options)
    ledger.push(delivery)
    await clock.sleep(60_000)
    for (let cycle = 0; cycle < 2; cycle += 1) {
      await runCycle(ports, options)
      await clock.sleep(60_000)
    }
    expect(log.decisions.map((entry) => entry.ledger.map(({ id }) => id))).toEqual([[], ['late'], []])
    expect(store.values.get('memory')).toMatchObject({ explained: { BTC: { balanceCoin: 1.9, positions: [] } } })
  })

  it('is looked for as far as a day back, and only while it is due', async () => {
    const asked: number[] = []
    const askedAt = async (readMs: number) => {
      const { ports } = createWorld({ startMs: readMs + 1_000 })
      const ask: typeof ports.broker.ledger = async (_, { fromMs }) => {
        asked.push(fromMs)
        return []
      }
      await readLedger({ ...ports, broker: { ...ports.broker, ledger: ask } }, ['BTC'], {
        ...{ fromMs: readMs, lagMs: 0, explained },
      })
    }
    for (const readMs of [EXPIRY_MS - 1, EXPIRY_MS + 5, EXPIRY_MS + 72 * HOUR_MS]) await askedAt(readMs)
    expect(asked).toEqual([EXPIRY_MS - 1, EXPIRY_MS, EXPIRY_MS + 48 * HOUR_MS])
  })
})

describe('a ledger that cannot be read', () => {
  const options = { runId: RUN_ID, underlyings: ['BTC' as const], dryRun: false }
  const CLOSE = {
    proposal: { action: 'CLOSE_COVERED_CALL', params: { symbol: SYMBOL, size: 0.5 }, reasoning: 'take profit' },
  }
  const cycleOn = async (decision: unknown, error: Error) => {
    const world = createWorld({ store: { memory: memoryAt(START_MS - HOUR_MS) } })
    world.script.decisions = [decision]
    const broker = { ...world.ports.broker, ledger: () => Promise.reject(error) }
    const record = await runCycle({ ...world.ports, broker }, options)
    return { ...world, record }
  }
  const odd = new CcError('A row is odd.', { code: 'venue/unfit-reply', recovery: 'skip' })

  it('keeps no exit waiting, and its rows for the next cycle', async () => {
    const { record, events, store } = await cycleOn(CLOSE, odd)
    expect(record).toMatchObject({ ledger: [], decision: CLOSE, execution: { status: 'filled' }, failure: null })
    expect(events).toContain('execute')
    expect(store.values.get('memory')).toMatchObject({ ledgerReadMs: START_MS - HOUR_MS })
  })

  it.each([OPEN, NOTHING])('fails the cycle of anything else', async (decision) => {
    const { record, events } = await cycleOn(decision, odd)
    expect(record).toMatchObject({ decision, verdict: null, failure: { code: 'venue/unfit-reply', recovery: 'skip' } })
    expect(events).toEqual(['observe', 'decide'])
  })

  it.each([new CcError('Of another account.', { code: 'venue/mismatch', recovery: 'halt' }), new TypeError('a bug')])(
    'halts before anything is decided where that is %s',
    async (error) => {
      const { record, events } = await cycleOn(CLOSE, error)
      expect(record).toMatchObject({ state: null, failure: { recovery: 'halt' } })
      expect(events).toEqual([])
    },
  )
})

const LAG_MS = 1_000

it('gives every row to exactly one record, through failed cycles, restarts and rows booked late', async () => {
  const cycle = fc.record({
    afterMs: fc.integer({ min: 1, max: 3 * HOUR_MS }),
    fails: fc.constantFrom('no', 'no', 'no', 'ledger', 'observe', 'log'),
  })
  const booked = fc.record({
    atMs: fc.nat(20 * HOUR_MS),
    lateMs: fc.nat(1_000),
    currency: fc.constantFrom('BTC', 'ETH'),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(cycle, { maxLength: 12 }), fc.array(booked, { maxLength: 30 }), async (cycles, rows) => {
      const { ports, clock, log, ledger } = createWorld()
      const fail = () => Promise.reject(new CcError('Down.', { code: 'test/down', recovery: 'retry' }))
      const visible: typeof ports.broker.ledger = async (currency, span) => {
        const found = await ports.broker.ledger(currency, span)
        return found.filter(({ id }) => clock.now() >= START_MS + visibleMs(Number(id)))
      }
      const visibleMs = (index: number) => (rows[index]?.atMs ?? 0) + (rows[index]?.lateMs ?? 0)
      rows.forEach(({ atMs, currency }, index) => {
        ledger.push(row(`${index}`, START_MS + atMs, { currency: currency as 'BTC' | 'ETH' }))
      })

      for (const { afterMs, fails } of [...cycles, { afterMs: 25 * HOUR_MS, fails: 'no' }]) {
        await runCycle(
          {
            ...ports,
            broker: { ...ports.broker, ledger: fails === 'ledger' ? fail : visible },
            observer: fails === 'observe' ? { observe: fail } : ports.observer,
            log: fails === 'log' ? { record: fail } : log,
          },
          { runId: RUN_ID },
        ).catch(() => {})
        await clock.sleep(afterMs)
      }
      await runCycle(ports, { runId: RUN_ID })

      const recorded = log.decisions.flatMap((entry) => entry.ledger.map(({ id }) => id)).sort()
      // The first record marks the time, less the lag: what was booked before is not the run's business.
      const firstReadMs = (log.decisions[0]?.startedMs ?? START_MS) - LAG_MS
      const expected = ledger.filter(({ timestampMs }) => timestampMs >= firstReadMs).map(({ id }) => id)
      expect(recorded).toEqual(expected.sort())
    }),
    { numRuns: 300 },
  )
})

describe('what comes from outside', () => {
  const options = { runId: RUN_ID, underlyings: ['BTC' as const], dryRun: false }

  it.each([
    { why: 'an unknown action', answer: { proposal: { action: 'SELL_ALL', params: {}, reasoning: '' } } },
    { why: 'a size in words', answer: { proposal: { ...OPEN.proposal, params: { symbol: SYMBOL, size: '0.5' } } } },
    { why: 'a key too many', answer: { proposal: { ...NOTHING.proposal, maxCoverage: 9 } } },
    { why: 'a fact without end', answer: { ...NOTHING, rules: [{ ...RULE, facts: { iv: Infinity } }] } },
    { why: 'nothing at all', answer: undefined },
  ])('is not trusted: a policy that answers $why', async ({ answer }) => {
    const { ports, events, script, log } = createWorld()
    script.decisions = [answer]
    expect(await runCycle(ports, options)).toMatchObject({
      decision: null,
      failure: { code: 'engine/invalid-decision', recovery: 'skip' },
    })
    expect(events).toEqual(['observe', 'decide'])
    expect(log.entries).toHaveLength(1)
  })

  it('is kept as it was read: a policy that changes its answer later', async () => {
    const { ports, script } = createWorld()
    const rules = [{ ...RULE, facts: { iv: 0.5 } }]
    const answer = structuredClone({ ...NOTHING, rules })
    script.decisions = [answer]
    const record = await runCycle(ports, options)
    Object.assign(answer.proposal, { action: 'SELL_ALL' })
    answer.rules.length = 0
    expect(record.decision).toEqual({ ...NOTHING, rules })
  })

  it('is checked on what is kept, not on what a getter said first', async () => {
    const { ports, script } = createWorld()
    let reads = 0
    const reasoning = { enumerable: true, get: () => (reads++ === 0 ? '' : 7) }
    script.decisions = [{ proposal: Object.defineProperty({ ...NOTHING.proposal }, 'reasoning', reasoning) }]
    expect(await runCycle(ports, options)).toMatchObject({
      decision: null,
      failure: { code: 'engine/invalid-decision' },
    })
  })

  it.each<{ why: string; spoil: (state: AgentState) => unknown }>([
    {
      why: 'with an equity that is no number',
      spoil: (state) => ({
        ...state,
        underlyings: state.underlyings.map((underlying) => ({
          ...underlying,
          portfolio: { ...underlying.portfolio, equityCoin: Number.NaN },
        })),
      }),
    },
    { why: 'without underlyings', spoil: (state) => ({ ...state, underlyings: [] }) },
    { why: 'that is none', spoil: () => undefined },
  ])('is not trusted: a state $why, of which nothing is remembered', async ({ spoil }) => {
    const { ports, events, log, store } = createWorld()
    const observe = async (memory: AgentMemory) => spoil(stateOf(memory, START_MS, { balanceCoin: 2 })) as AgentState
    expect(await runCycle({ ...ports, observer: { observe } }, options)).toMatchObject({
      state: null,
      failure: { code: 'engine/invalid-state', recovery: 'skip' },
    })
    expect(events).toEqual([])
    expect(log.entries).toHaveLength(1)
    expect(store.values.get('memory')).toMatchObject({ equities: [] })
  })

  it('is not trusted: a margin that is no number', async () => {
    const { ports, script, log } = createWorld()
    script.decisions = [OPEN]
    const margins: typeof ports.broker.margins = async (order) => ({
      ...(await ports.broker.margins(order)),
      initialMarginCoin: Number.NaN,
    })
    expect(await runCycle({ ...ports, broker: { ...ports.broker, margins } }, options)).toMatchObject({
      decision: OPEN,
      review: null,
      failure: { code: 'engine/invalid-margin', recovery: 'skip' },
    })
    expect(log.entries).toHaveLength(1)
  })

  it('is recorded as it was read: what nobody asked for is left out', async () => {
    const { ports } = createWorld()
    const observe = async (memory: AgentMemory) => ({
      ...stateOf(memory, START_MS, { balanceCoin: 2 }),
      secret: 'token',
    })
    const record = await runCycle({ ...ports, observer: { observe } }, options)
    expect(record.state).not.toHaveProperty('secret')
  })
})
