import { CcError, type IntentRecord } from '@cc/models'
import { approveForTest, createMemoryJournal } from '@cc/models/testing'
import { describe, expect, it } from 'vitest'
import { executeAction } from './execute-action.js'
import {
  closeLeg,
  createScriptedBroker,
  DECISION_ID,
  executeAt,
  FAR,
  label,
  NEAR,
  openLeg,
  RUN_ID,
  START_MS,
} from './scripted-broker.fixture.js'

const live = { runId: RUN_ID, dryRun: false }
const roll = { legs: [closeLeg(), openLeg()] }
const diskFull = () => new CcError('The disk is full.', { code: 'logging/append-failed', recovery: 'halt' })

describe('executeAction', () => {
  it('sells at the mid and reports what traded, with fees', async () => {
    const { result, leg, sent } = await executeAt([{ fillNow: 1 }])
    expect(sent).toEqual([
      {
        label: label('o', 1),
        symbol: FAR.symbol,
        side: 'sell',
        sizeCoin: 1,
        priceCoin: 0.0035,
        postOnly: true,
        reduceOnly: false,
        timeInForce: 'good-til-cancelled',
        validUntilMs: START_MS + 3_000,
      },
    ])
    expect(result).toMatchObject({ status: 'filled', failure: null, startedMs: START_MS })
    expect(leg).toMatchObject({ filledCoin: 1, averagePriceCoin: 0.0035, feeCoin: 0.0003, requestedCoin: 1 })
    expect(leg?.fills).toHaveLength(1)
  })

  it('journals the intent before the send and the outcome before the next one', async () => {
    const script = [{ fillLater: { share: 0.5, afterMs: 1_000 } }, { fillNow: 1 }]
    const { events } = await executeAt(script, { options: { restMs: 2_000 } })
    expect(events.filter((event) => /^(intent|place|filled|cancelled) /.test(event))).toEqual([
      `intent ${label('o', 1)}`,
      `place ${label('o', 1)}`,
      `cancelled ${label('o', 1)}`,
      `intent ${label('o', 2)}`,
      `place ${label('o', 2)}`,
      `filled ${label('o', 2)}`,
    ])
  })

  it('walks the pegs with fresh quotes and new labels, and crosses with the last', async () => {
    const { sent, calls, leg, clock, result } = await executeAt([{}, {}, { fillNow: 1 }])
    expect(sent.map(({ priceCoin, timeInForce }) => [priceCoin, timeInForce])).toEqual([
      [0.0035, 'good-til-cancelled'],
      [0.0033, 'good-til-cancelled'],
      [0.003, 'immediate-or-cancel'],
    ])
    expect(sent.map((terms) => terms.label)).toEqual([1, 2, 3].map((attempt) => label('o', attempt)))
    expect(calls.filter((call) => call === 'quote')).toHaveLength(3)
    expect(clock.now() - START_MS).toBe(40_000)
    expect(leg?.orders.map((order) => order.outcome)).toEqual(['cancelled', 'cancelled', 'filled'])
    expect(result.status).toBe('filled')
  })

  it('stops at the approval: no order after its expiry, none below its worst price', async () => {
    const late = await executeAt([{}, { fillNow: 1 }], { expiresMs: START_MS + 10_000 })
    expect(late.sent).toHaveLength(1)
    const tight = await executeAt([], { legs: [openLeg({ worstPriceCoin: 0.0034 })] })
    expect(tight.sent.map((terms) => terms.priceCoin)).toEqual([0.0035, 0.0034])
    expect(tight.result.status).toBe('not-filled')
  })

  it('needs no halt switch', async () => {
    const { halt: _, ...ports } = createScriptedBroker({ script: [{ fillNow: 1 }] }).ports
    expect(await executeAction(ports, approveForTest({ legs: [openLeg()] }), live)).toMatchObject({ status: 'filled' })
  })

  it('does nothing for an approval without legs', async () => {
    const { result, events } = await executeAt([], { legs: [] })
    expect(result).toEqual({ status: 'no-action', legs: [], failure: null, startedMs: START_MS, endedMs: START_MS })
    expect(events).toEqual([])
  })

  it('fails without a quote before the first send, and ends the leg without one after it', async () => {
    await expect(executeAt([], { failing: { quote: 1 } })).rejects.toMatchObject({ code: 'test/unreachable' })
    const venue = createScriptedBroker({
      script: [{ fillNow: 0.5, onArrival: () => Object.assign(venue.failing, { quote: 1 }) }],
    })
    expect(await executeAction(venue.ports, approveForTest({ legs: [openLeg()] }), live)).toMatchObject({
      status: 'partial',
      failure: null,
      legs: [{ filledCoin: 0.5 }],
    })
  })
})

describe('an approval', () => {
  const approve = () => approveForTest({ legs: [openLeg()], decisionId: DECISION_ID })

  it('is executed only where risk sealed it', async () => {
    const forged = { bounds: approve().bounds } as unknown as ReturnType<typeof approve>
    await expect(executeAction(createScriptedBroker().ports, forged, live)).rejects.toMatchObject({
      code: 'exec/forged-approval',
      recovery: 'halt',
    })
  })

  it('is executed once', async () => {
    const { ports } = createScriptedBroker()
    const approved = approve()
    await executeAction(ports, approved, live)
    await expect(executeAction(ports, approved, live)).rejects.toMatchObject({ code: 'exec/executed-before' })
  })

  it('is not executed after another of the same decision, whose labels it would use again', async () => {
    const { ports, sent } = createScriptedBroker({ script: [{ fillNow: 1 }] })
    await executeAction(ports, approve(), live)
    await expect(executeAction(ports, approve(), live)).rejects.toMatchObject({
      code: 'exec/executed-before',
      recovery: 'halt',
      facts: { decisionId: DECISION_ID },
    })
    expect(sent).toHaveLength(1)
  })

  it('is executed by one of two that begin at the same time', async () => {
    const { ports, sent } = createScriptedBroker({ script: [{ fillNow: 1 }] })
    const both = await Promise.allSettled(
      [approve(), approve()].map((approved) => executeAction(ports, approved, live)),
    )
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    expect(sent).toHaveLength(1)
  })

  it('is not executed where an earlier life left its labels without an outcome', async () => {
    const before = await executeAt([{ answered: false }], { failing: { findByLabel: 9 } })
    const { ports, sent } = createScriptedBroker({ earlier: before.journal.entries })
    await expect(executeAction(ports, approve(), live)).rejects.toMatchObject({ code: 'exec/executed-before' })
    const other = approveForTest({ legs: [openLeg()], decisionId: 'beef0123' })
    expect(await executeAction(ports, other, live)).toMatchObject({ status: 'not-filled' })
    expect(sent.every((terms) => terms.label.includes('beef0123'))).toBe(true)
  })

  it('is not executed where an earlier life finished a decision whose id begins alike, within a day', async () => {
    const before = await executeAt([{ fillNow: 1 }], { decisionId: 'cafe0123ffffffff' })
    const hasRoom = (afterMs: number) => {
      const venue = createScriptedBroker({
        script: [{ fillNow: 1 }],
        earlier: before.journal.entries.map((entry) => ({ ...entry, timeMs: entry.timeMs - afterMs })),
      })
      return executeAction(venue.ports, approve(), live)
    }
    const dayMs = 24 * 3_600_000
    await expect(hasRoom(dayMs)).rejects.toMatchObject({ code: 'exec/executed-before', recovery: 'halt' })
    expect(await hasRoom(dayMs + 1)).toMatchObject({ status: 'filled' })
  })

  it('is not executed where the journal cannot tell what was executed', async () => {
    const { ports, sent } = createScriptedBroker()
    const journal = { ...ports.journal, since: async () => Promise.reject(diskFull()) }
    await expect(executeAction({ ...ports, journal }, approve(), live)).rejects.toMatchObject({
      code: 'logging/append-failed',
    })
    expect(sent).toEqual([])
  })

  it('that allows so many orders has no more cut from it, and its leg ends there', async () => {
    const { sent, result, journal } = await executeAt([{ fillNow: 0.3 }, {}, { fillNow: 1 }], { maxOrders: 2 })
    expect(sent).toHaveLength(2)
    expect(result).toMatchObject({ status: 'partial', failure: null, legs: [{ filledCoin: 0.3 }] })
    expect(journal.entries.filter((entry) => entry.kind === 'intent')).toHaveLength(2)
  })

  it.each([
    { maxOrders: 1, rest: [] },
    { maxOrders: 2, rest: ['good-til-cancelled'] },
    { maxOrders: 3, rest: ['good-til-cancelled', 'good-til-cancelled'] },
  ])('that allows $maxOrders orders crosses with the last of them: an exit does not end as a wish', async (bounds) => {
    const { maxOrders, rest } = bounds
    const { sent, result } = await executeAt([...rest.map(() => ({})), { fillNow: 1 }], {
      legs: [closeLeg()],
      maxOrders,
    })
    expect(sent.map(({ timeInForce }) => timeInForce)).toEqual([...rest, 'immediate-or-cancel'])
    expect(result.status).toBe('filled')
  })

  it('of a roll leaves an order for the open, whatever the close takes', async () => {
    const { sent, result } = await executeAt([{}, { fillNow: 1 }, { fillNow: 1 }], { ...roll, maxOrders: 3 })
    expect(sent.map(({ side, timeInForce }) => [side, timeInForce])).toEqual([
      ['buy', 'good-til-cancelled'],
      ['buy', 'immediate-or-cancel'],
      ['sell', 'immediate-or-cancel'],
    ])
    expect(result.status).toBe('filled')
  })

  it('of a roll leaves the open all that the close did not take', async () => {
    const script = [{ fillNow: 1 }, {}, {}, { fillNow: 1 }]
    const { sent } = await executeAt(script, { ...roll, maxOrders: 4 })
    expect(sent.map(({ side, timeInForce }) => [side, timeInForce])).toEqual([
      ['buy', 'good-til-cancelled'],
      ['sell', 'good-til-cancelled'],
      ['sell', 'good-til-cancelled'],
      ['sell', 'immediate-or-cancel'],
    ])
  })

  it('that allows one order closes and does not open', async () => {
    const { sent, result } = await executeAt([{ fillNow: 1 }, { fillNow: 1 }], { ...roll, maxOrders: 1 })
    expect(sent.map(({ side }) => side)).toEqual(['buy'])
    expect(result).toMatchObject({ status: 'partial', failure: null })
  })

  it('that is over is not executed, and not an error', async () => {
    const { sent, result, journal } = await executeAt([], { expiresMs: START_MS + 2_999 })
    expect(sent).toEqual([])
    expect(journal.entries).toEqual([])
    expect(result).toMatchObject({ status: 'not-filled', failure: null })
  })

  it('of one decision is another matter in another journal', async () => {
    await executeAt([{ fillNow: 1 }])
    expect((await executeAt([{ fillNow: 1 }])).result.status).toBe('filled')
  })
})

describe('a failure', () => {
  const refusing = (refuses: (entry: IntentRecord) => boolean, error: () => Error) => {
    const journal = createMemoryJournal()
    const append: typeof journal.append = async (entry) => {
      if (refuses(entry)) throw error()
      await journal.append(entry)
    }
    return { journal: { ...journal, append } }
  }

  it('before anything was sent is thrown: nothing leaves that the journal did not take', async () => {
    const { ports, sent } = createScriptedBroker()
    const run = executeAction({ ...ports, ...refusing(() => true, diskFull) }, approveForTest(roll), live)
    await expect(run).rejects.toMatchObject({ code: 'logging/append-failed' })
    expect(sent).toEqual([])
  })

  it('between the legs of a roll keeps what was closed in the result', async () => {
    const prepare = () => refusing((entry) => entry.kind === 'intent' && entry.leg === 'open', diskFull)
    const { result, sent } = await executeAt([{ fillNow: 1 }], { ...roll, prepare })
    expect(sent).toHaveLength(1)
    expect(result).toMatchObject({
      status: 'partial',
      legs: [
        { leg: 'close', filledCoin: 1 },
        { leg: 'open', filledCoin: 0, orders: [] },
      ],
      failure: { code: 'logging/append-failed', recovery: 'halt', message: 'The disk is full.', facts: {} },
    })
  })

  it('of the journal after a fill keeps the fill in the result', async () => {
    const prepare = () => refusing((entry) => entry.kind === 'outcome', diskFull)
    const { result } = await executeAt([{ fillNow: 1 }], { prepare })
    expect(result).toMatchObject({
      status: 'filled',
      legs: [{ filledCoin: 1, feeCoin: 0.0003 }],
      failure: { code: 'logging/append-failed' },
    })
  })

  it('that nobody foresaw is a bug, told with its stack, and keeps what was done in the result', async () => {
    const told: unknown[] = []
    const { result } = await executeAt([{ fillNow: 0.4 }], {
      prepare: ({ ports }) => ({
        ...refusing(
          (entry) => entry.kind === 'outcome',
          () => new TypeError('x is undefined'),
        ),
        logger: { ...ports.logger, error: (_message, facts) => void told.push(facts) },
      }),
    })
    expect(result).toMatchObject({
      status: 'partial',
      legs: [{ filledCoin: 0.4 }],
      failure: { code: 'exec/unexpected', recovery: 'halt', message: 'x is undefined', facts: { name: 'TypeError' } },
    })
    expect(told).toMatchObject([{ code: 'exec/unexpected', stack: expect.stringContaining('execute-action.test.ts') }])
  })
})

it('tells of a failure that is no error at all', async () => {
  const { result } = await executeAt([{}], {
    prepare: ({ ports }) => ({ clock: { ...ports.clock, sleep: () => Promise.reject('no clock') } }),
  })
  expect(result.failure).toMatchObject({ code: 'exec/unexpected', message: 'no clock', facts: { name: 'string' } })
})

describe('a roll', () => {
  it('closes, then opens', async () => {
    const { sent, result } = await executeAt([{ fillNow: 1 }, { fillNow: 1 }], roll)
    expect(sent.map(({ symbol, side, reduceOnly }) => [symbol, side, reduceOnly])).toEqual([
      [NEAR.symbol, 'buy', true],
      [FAR.symbol, 'sell', false],
    ])
    expect(sent.map((terms) => terms.label)).toEqual([label('c', 1), label('o', 1)])
    expect(result.status).toBe('filled')
  })

  it('opens no more than it closed', async () => {
    const { sent, result } = await executeAt([{ fillNow: 0.7 }, {}, {}, { fillNow: 1 }], roll)
    expect(sent.at(-1)).toMatchObject({ symbol: FAR.symbol, sizeCoin: 0.7 })
    expect(result.status).toBe('partial')
  })

  it('skips the opening where less than the smallest order was closed', async () => {
    const far = { ...FAR, minSizeCoin: 0.5, sizeStepCoin: 0.5 }
    const { sent, result } = await executeAt([{ fillNow: 0.4 }], { legs: [closeLeg(), openLeg({ instrument: far })] })
    expect(sent.every((terms) => terms.symbol === NEAR.symbol)).toBe(true)
    expect(result).toMatchObject({ status: 'partial', legs: [{ leg: 'close', filledCoin: 0.4 }] })
  })

  it('opens the smallest order where that much was closed', async () => {
    const { sent } = await executeAt([{ fillNow: 0.1 }, {}, {}, { fillNow: 1 }], roll)
    expect(sent.at(-1)).toMatchObject({ side: 'sell', sizeCoin: 0.1 })
  })

  it('is not all filled where it closed in full and could not open', async () => {
    const far = { ...FAR, minSizeCoin: 2, sizeStepCoin: 1 }
    const { result } = await executeAt([{ fillNow: 1 }], { legs: [closeLeg(), openLeg({ instrument: far })] })
    expect(result).toMatchObject({ status: 'partial', legs: [{ leg: 'close', filledCoin: 1 }] })
  })

  it('is unknown where its opening is', async () => {
    const { result } = await executeAt([{ fillNow: 1 }, { fillNow: 0.4 }], {
      ...roll,
      prepare: ({ ports, sent, failing }) => ({
        broker: {
          ...ports.broker,
          place: async (order) => {
            if (sent.length === 1) Object.assign(failing, { cancel: 9, order: 99 })
            return ports.broker.place(order)
          },
        },
      }),
    })
    expect(result).toMatchObject({ status: 'unknown', legs: [{ filledCoin: 1 }, { filledCoin: 0.4 }] })
  })

  it('ends with the position unchanged where nothing was closed', async () => {
    const { sent, result } = await executeAt([], roll)
    expect(sent.map((terms) => terms.side)).toEqual(['buy', 'buy', 'buy'])
    expect(result).toMatchObject({ status: 'not-filled', legs: [{ leg: 'close', filledCoin: 0 }] })
  })

  it('stays closed where opening would cost more than the net debit allows', async () => {
    const { sent, result } = await executeAt([{ fillNow: 1 }, { fillNow: 1 }], { ...roll, maxNetDebitCoin: -0.001 })
    expect(sent.map((terms) => terms.side)).toEqual(['buy'])
    expect(result.status).toBe('partial')
  })

  it('opens nothing once halted between the legs', async () => {
    const venue = createScriptedBroker({ script: [{ fillNow: 1, onArrival: () => void venue.halt.latch('kill') }] })
    const result = await executeAction(venue.ports, approveForTest(roll), live)
    expect(venue.sent).toHaveLength(1)
    expect(result).toMatchObject({ status: 'partial', legs: [{ filledCoin: 1 }, { filledCoin: 0, orders: [] }] })
  })
})
