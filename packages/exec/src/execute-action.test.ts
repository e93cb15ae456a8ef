import { executionResultSchema } from '@cc/models'
import { approveForTest } from '@cc/models/testing'
import { describe, expect, it } from 'vitest'
import { executeAction } from './execute-action.js'
import type { ExecOptionsInput } from './options.js'
import {
  closeLeg,
  createScriptedBroker,
  FAR,
  NEAR,
  openLeg,
  RUN_ID,
  type SendScript,
  START_MS,
} from './scripted-broker.fixture.js'

const DECISION_ID = 'cafe0123456789ab'
const label = (leg: 'c' | 'o', attempt: number) => `cc-abcdef01-cafe0123-${leg}-${attempt}`

async function execute(
  script: readonly SendScript[],
  approval: Parameters<typeof approveForTest>[0] = { legs: [openLeg()] },
  options: Partial<ExecOptionsInput> = {},
) {
  const venue = createScriptedBroker({ script })
  const approved = approveForTest({ decisionId: DECISION_ID, ...approval })
  const result = await executeAction(venue.ports, approved, { runId: RUN_ID, dryRun: false, ...options })
  expect(executionResultSchema.parse(result)).toEqual(result)
  return { ...venue, result, leg: result.legs[0], calls: venue.events.map((event) => event.split(' ')[0]) }
}
const roll = { legs: [closeLeg(), openLeg()] }

describe('executeAction', () => {
  it('sells at the mid and reports what traded, with fees', async () => {
    const { result, leg, sent } = await execute([{ fillNow: 1 }])
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
    expect(result).toMatchObject({ status: 'filled', startedMs: START_MS })
    expect(leg).toMatchObject({ filledCoin: 1, averagePriceCoin: 0.0035, feeCoin: 0.0003, requestedCoin: 1 })
    expect(leg?.fills).toHaveLength(1)
  })

  it('journals the intent before the send and the outcome before the next one', async () => {
    const { events } = await execute([{ fillLater: { share: 0.5, afterMs: 1_000 } }, { fillNow: 1 }], undefined, {
      restMs: 2_000,
    })
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
    const { sent, calls, leg, clock, result } = await execute([{}, {}, { fillNow: 1 }])
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

  it('re-pegs only what is left after a partial fill, also one that raced the cancel', async () => {
    const { sent, leg } = await execute([{ fillNow: 0.3, fillOnCancel: 0.2 }, { fillNow: 1 }])
    expect(sent.map((terms) => terms.sizeCoin)).toEqual([1, 0.5])
    expect(leg).toMatchObject({ filledCoin: 1 })
    expect(leg?.averagePriceCoin).toBeCloseTo(0.5 * 0.0035 + 0.5 * 0.0033, 12)
    expect(leg?.feeCoin).toBeCloseTo(0.0003, 12)
  })

  it('counts a post-only rejection as a peg, and ends the leg at any other', async () => {
    const again = await execute([{ reject: 'post_only_reject' }, { fillNow: 1 }])
    expect(again.leg?.orders.map((order) => [order.outcome, order.detail])).toEqual([
      ['rejected', 'post_only_reject'],
      ['filled', null],
    ])
    const ended = await execute([{ reject: 'not_enough_funds' }, { fillNow: 1 }])
    expect(ended.result.status).toBe('not-filled')
    expect(ended.sent).toHaveLength(1)
    expect(ended.journal.entries.at(-1)).toMatchObject({ kind: 'outcome', outcome: 'rejected' })
  })

  it('ends the leg when somebody else cancels the resting order', async () => {
    const { sent, result } = await execute([{ answer: { state: 'cancelled', cancelReason: 'risk_mitigation' } }])
    expect(sent).toHaveLength(1)
    expect(result.legs[0]?.orders[0]).toMatchObject({ outcome: 'cancelled', detail: 'risk_mitigation' })
  })

  it('stops at the approval: no order after its expiry, none below its worst price', async () => {
    const late = await execute([{}, { fillNow: 1 }], { legs: [openLeg()], expiresMs: START_MS + 10_000 })
    expect(late.sent).toHaveLength(1)
    const tight = await execute([], { legs: [openLeg({ worstPriceCoin: 0.0034 })] })
    expect(tight.sent.map((terms) => terms.priceCoin)).toEqual([0.0035, 0.0034])
    expect(tight.result.status).toBe('not-filled')
  })

  it('executes an approval once, and only a real one', async () => {
    const { ports } = createScriptedBroker()
    const approved = approveForTest({ legs: [openLeg()] })
    await executeAction(ports, approved, { runId: RUN_ID, dryRun: false })
    const options = { runId: RUN_ID, dryRun: false }
    await expect(executeAction(ports, approved, options)).rejects.toMatchObject({ code: 'exec/executed-before' })
    const forged = { bounds: approved.bounds } as unknown as typeof approved
    await expect(executeAction(ports, forged, options)).rejects.toMatchObject({ code: 'exec/forged-approval' })
  })

  it('does nothing for an approval without legs', async () => {
    const { result, events } = await execute([], { legs: [] })
    expect(result).toEqual({ status: 'no-action', legs: [], startedMs: START_MS, endedMs: START_MS })
    expect(events).toEqual([])
  })

  it('keeps what traded when the fills cannot be read', async () => {
    const venue = createScriptedBroker({ script: [{ fillLater: { share: 1, afterMs: 500 } }] })
    venue.failing.fills = 1
    const approved = approveForTest({ legs: [openLeg()] })
    const result = await executeAction(venue.ports, approved, { runId: RUN_ID, dryRun: false })
    expect(result).toMatchObject({ status: 'filled', legs: [{ filledCoin: 1, fills: [], feeCoin: 0 }] })
  })

  it('fails without a quote before the first send, and ends the leg without one after it', async () => {
    const first = createScriptedBroker()
    first.failing.quote = 1
    const options = { runId: RUN_ID, dryRun: false }
    await expect(executeAction(first.ports, approveForTest({ legs: [openLeg()] }), options)).rejects.toMatchObject({
      code: 'test/unreachable',
    })
    const second = createScriptedBroker({ script: [{ fillNow: 0.5, onArrival: () => (second.failing.quote = 1) }] })
    expect(await executeAction(second.ports, approveForTest({ legs: [openLeg()] }), options)).toMatchObject({
      status: 'partial',
      legs: [{ filledCoin: 0.5 }],
    })
  })

  it('halts when the venue answers for another order, which it cancels', async () => {
    const venue = createScriptedBroker({ script: [{ answer: { priceCoin: 0.0036 } }] })
    const approved = approveForTest({ legs: [openLeg()] })
    await expect(executeAction(venue.ports, approved, { runId: RUN_ID, dryRun: false })).rejects.toMatchObject({
      code: 'exec/reply-mismatch',
      recovery: 'halt',
    })
    expect([...venue.orders.values()].map((order) => order.state)).toEqual(['cancelled'])
  })

  it('sends nothing that the journal did not take', async () => {
    const { ports, sent } = createScriptedBroker()
    const append = () => Promise.reject(new Error('disk full'))
    const approved = approveForTest({ legs: [openLeg()] })
    const journal = { ...ports.journal, append }
    await expect(executeAction({ ...ports, journal }, approved, { runId: RUN_ID, dryRun: false })).rejects.toThrow(
      'disk full',
    )
    expect(sent).toEqual([])
  })
})

describe('an unknown outcome', () => {
  const fence = START_MS + 3_000 + 5_000

  it.each([
    { why: 'the reply was lost', script: { answered: false, fillNow: 0.4 } },
    { why: 'the call threw after the send', script: { answered: 'throws', fillNow: 0.4 } },
    { why: 'the request arrived late, yet in time', script: { arrives: 2_900, fillNow: 0.4 } },
  ] as const)('is settled by label after the fence where $why', async ({ script }) => {
    const { leg, sent, clock, result, journal } = await execute([script])
    expect(clock.now()).toBeGreaterThan(fence)
    expect(sent).toHaveLength(1)
    expect(leg).toMatchObject({ filledCoin: 0.4, orders: [{ outcome: 'cancelled' }], fills: [{ sizeCoin: 0.4 }] })
    expect(result.status).toBe('partial')
    expect(await journal.unfinished()).toEqual([])
  })

  it.each([
    { why: 'it was lost', arrives: false },
    { why: 'it arrived after validUntil', arrives: 3_001 },
  ])('is absent where $why, and is not sent again', async ({ arrives }) => {
    const { result, sent, journal } = await execute([{ arrives }])
    expect(sent).toHaveLength(1)
    expect(result.status).toBe('not-filled')
    expect(result.legs[0]?.orders[0]).toMatchObject({ outcome: 'not-sent', detail: 'absent' })
    expect(journal.entries.at(-1)).toMatchObject({ outcome: 'absent', filledCoin: 0 })
  })

  it.each([
    { why: 'the look-ups fail', failing: { findByLabel: 9 }, script: { answered: false }, detail: 'look-up-failed' },
    {
      why: 'the cancel is never confirmed',
      failing: { cancel: 9 },
      script: { fillNow: 0.5 },
      detail: 'cancel-unconfirmed',
    },
    {
      why: 'the found order cannot be cancelled',
      failing: { cancel: 9 },
      script: { answered: false },
      detail: 'cancel-unconfirmed',
    },
  ] as const)('stays unknown and in the journal while $why', async ({ failing, script, detail }) => {
    const venue = createScriptedBroker({ script: [script] })
    Object.assign(venue.failing, failing)
    const options = { runId: RUN_ID, dryRun: false }
    const result = await executeAction(venue.ports, approveForTest(roll), options)
    expect(result).toMatchObject({
      status: 'unknown',
      legs: [{ leg: 'close', orders: [{ outcome: 'unknown', detail }] }],
    })
    expect(venue.sent).toHaveLength(1)
    expect(await venue.journal.unfinished()).toHaveLength(1)
  })

  it('needs an answer of the venue after the fence, whatever our clock says', async () => {
    const venue = createScriptedBroker({ script: [{ arrives: false }] })
    const broker = { ...venue.ports.broker, findByLabel: async () => ({ orders: [], answeredAtMs: fence }) }
    const approved = approveForTest({ legs: [openLeg()] })
    const result = await executeAction({ ...venue.ports, broker }, approved, { runId: RUN_ID, dryRun: false })
    expect(result.legs[0]?.orders[0]).toMatchObject({ outcome: 'unknown', detail: 'fence-not-passed' })
  })

  it('is what a venue makes of an order that it never says has ended', async () => {
    const venue = createScriptedBroker()
    const broker = { ...venue.ports.broker, cancel: venue.ports.broker.order }
    const approved = approveForTest({ legs: [openLeg()] })
    const result = await executeAction({ ...venue.ports, broker }, approved, { runId: RUN_ID, dryRun: false })
    expect(result).toMatchObject({ status: 'unknown', legs: [{ orders: [{ detail: 'cancel-unconfirmed' }] }] })
  })

  it('halts on two orders under one label, with neither left resting', async () => {
    const venue = createScriptedBroker({
      script: [{ answered: false, onArrival: () => venue.take(venue.sent[0]!, {}) }],
    })
    const approved = approveForTest({ legs: [openLeg()] })
    await expect(executeAction(venue.ports, approved, { runId: RUN_ID, dryRun: false })).rejects.toMatchObject({
      code: 'exec/duplicate-label',
      recovery: 'halt',
    })
    expect([...venue.orders.values()].map((order) => order.state)).toEqual(['cancelled', 'cancelled'])
  })
})

describe('a roll', () => {
  it('closes, then opens', async () => {
    const { sent, result } = await execute([{ fillNow: 1 }, { fillNow: 1 }], roll)
    expect(sent.map(({ symbol, side, reduceOnly }) => [symbol, side, reduceOnly])).toEqual([
      [NEAR.symbol, 'buy', true],
      [FAR.symbol, 'sell', false],
    ])
    expect(sent.map((terms) => terms.label)).toEqual([label('c', 1), label('o', 1)])
    expect(result.status).toBe('filled')
  })

  it('opens no more than it closed', async () => {
    const { sent, result } = await execute([{ fillNow: 0.7 }, {}, {}, { fillNow: 1 }], roll)
    expect(sent.at(-1)).toMatchObject({ symbol: FAR.symbol, sizeCoin: 0.7 })
    expect(result.status).toBe('partial')
  })

  it('skips the opening where less than the smallest order was closed', async () => {
    const far = { ...FAR, minSizeCoin: 0.5, sizeStepCoin: 0.5 }
    const { sent, result } = await execute([{ fillNow: 0.4 }], { legs: [closeLeg(), openLeg({ instrument: far })] })
    expect(sent.every((terms) => terms.symbol === NEAR.symbol)).toBe(true)
    expect(result).toMatchObject({ status: 'partial', legs: [{ leg: 'close', filledCoin: 0.4 }] })
  })

  it('ends with the position unchanged where nothing was closed', async () => {
    const { sent, result } = await execute([], roll)
    expect(sent.map((terms) => terms.side)).toEqual(['buy', 'buy', 'buy'])
    expect(result).toMatchObject({ status: 'not-filled', legs: [{ leg: 'close', filledCoin: 0 }] })
  })

  it('stays closed where opening would cost more than the net debit allows', async () => {
    const { sent, result } = await execute([{ fillNow: 1 }, { fillNow: 1 }], { ...roll, maxNetDebitCoin: -0.001 })
    expect(sent.map((terms) => terms.side)).toEqual(['buy'])
    expect(result.status).toBe('partial')
  })

  it('opens nothing once halted between the legs', async () => {
    const venue = createScriptedBroker({ script: [{ fillNow: 1, onArrival: () => void venue.halt.latch('kill') }] })
    const result = await executeAction(venue.ports, approveForTest(roll), { runId: RUN_ID, dryRun: false })
    expect(venue.sent).toHaveLength(1)
    expect(result).toMatchObject({ status: 'partial', legs: [{ filledCoin: 1 }, { filledCoin: 0, orders: [] }] })
  })
})

describe('a stop', () => {
  it.each(['abort', 'halt'] as const)('by %s cancels the resting order at once and keeps its fills', async (how) => {
    const controller = new AbortController()
    const venue = createScriptedBroker({ script: [{ fillOnCancel: 0.2 }] })
    const approved = approveForTest({ legs: [openLeg()] })
    const options = { runId: RUN_ID, dryRun: false, signal: controller.signal }
    const running = executeAction(venue.ports, approved, options)
    await venue.clock.sleep(5_500)
    if (how === 'abort') controller.abort()
    else await venue.halt.latch('kill')
    expect(await running).toMatchObject({ status: 'partial', legs: [{ filledCoin: 0.2 }], endedMs: START_MS + 5_500 })
    expect(venue.sent).toHaveLength(1)
    expect(await venue.journal.unfinished()).toEqual([])
  })

  it('during the journal write keeps the order from leaving', async () => {
    const venue = createScriptedBroker()
    const append: typeof venue.ports.journal.append = async (entry) => {
      await venue.halt.latch('kill')
      await venue.ports.journal.append(entry)
    }
    const ports = { ...venue.ports, journal: { ...venue.ports.journal, append } }
    const approved = approveForTest({ legs: [openLeg()] })
    const result = await executeAction(ports, approved, { runId: RUN_ID, dryRun: false })
    expect(result).toMatchObject({ status: 'not-filled', legs: [{ orders: [] }] })
    expect(venue.sent).toEqual([])
    expect(await venue.journal.unfinished()).toEqual([])
  })
})

describe('dry-run', () => {
  it('shows the first order of each leg and calls nothing but quote', async () => {
    const { result, calls, journal } = await execute([], roll, { dryRun: true })
    expect(new Set(calls)).toEqual(new Set(['quote']))
    expect(journal.entries).toEqual([])
    expect(result.status).toBe('dry-run')
    expect(result.legs.map((leg) => leg.orders[0])).toMatchObject([
      { outcome: 'not-sent', terms: { label: label('c', 1), side: 'buy', priceCoin: 0.0035, sizeCoin: 1 } },
      { outcome: 'not-sent', terms: { label: label('o', 1), side: 'sell', priceCoin: 0.0035, sizeCoin: 1 } },
    ])
  })

  it('is the default', async () => {
    const { ports, sent } = createScriptedBroker()
    const result = await executeAction(ports, approveForTest({ legs: [openLeg()] }), { runId: RUN_ID })
    expect(result.status).toBe('dry-run')
    expect(sent).toEqual([])
  })
})
