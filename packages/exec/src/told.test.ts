import { approveForTest } from '@cc/models/testing'
import { describe, expect, it } from 'vitest'
import { executeAction } from './execute-action.js'
import { intent, restart, terms } from './restart.fixture.js'
import {
  closeLeg,
  createScriptedBroker,
  executeAt,
  FAR,
  label,
  openLeg,
  RUN_ID,
  type SendScript,
  START_MS,
  type Venue,
} from './scripted-broker.fixture.js'

const first = label('o', 1)
const failed = (call: string) => ({ code: 'test/unreachable', message: `${call} failed.` })
const withResting = (other: string) => ({
  prepare: ({ take }: Venue) => {
    take({ ...terms, side: 'buy', label: other }, {})
    return undefined
  },
})

describe('people are told', () => {
  it.each<{
    what: string
    script: SendScript
    changes?: Parameters<typeof executeAt>[1]
    said: [level: string, message: string, facts: object]
  }>([
    {
      what: 'of an order that the approval does not hold',
      script: { fillNow: 1 },
      changes: { legs: [closeLeg(), openLeg()], maxOrders: 1 },
      said: ['info', 'an order would leave its approval and is not sent', { label: first, priceCoin: 0.003 }],
    },
    {
      what: 'of an order that a stop kept from leaving',
      script: {},
      changes: {
        prepare: ({ ports, halt }) => ({
          journal: {
            ...ports.journal,
            append: async (entry) => {
              await halt.latch('kill')
              await ports.journal.append(entry)
            },
          },
        }),
      },
      said: ['info', 'a journalled order is not sent', { label: first, isLate: false }],
    },
    {
      what: 'of an order that grew too old',
      script: {},
      changes: {
        prepare: ({ ports, clock }) => ({
          journal: {
            ...ports.journal,
            append: async (entry) => {
              await clock.sleep(3_000)
              await ports.journal.append(entry)
            },
          },
        }),
      },
      said: ['info', 'a journalled order is not sent', { label: first, isLate: true }],
    },
    {
      what: 'of an answer that did not come',
      script: { answered: false },
      said: ['warn', 'the venue did not say what became of an order', { label: first, reason: 'no-reply' }],
    },
    {
      what: 'of a send that threw',
      script: { answered: 'throws' },
      said: ['warn', 'the venue did not say what became of an order', { label: first, reason: 'exec/unexpected' }],
    },
    {
      what: 'of an order that was found',
      script: { answered: false },
      said: ['info', 'an unanswered order was found', { label: first, states: ['open'] }],
    },
    {
      what: 'of a look-up that failed, and which it was',
      script: { answered: false },
      changes: { failing: { findByLabel: 1 } },
      said: ['warn', 'a look-up by label failed', { label: first, look: 1, ...failed('findByLabel') }],
    },
    {
      what: 'of a rejection that is believed',
      script: { reject: 'price_too_low' },
      said: [
        'info',
        'the venue rejected an order',
        { label: first, code: 'price_too_low', message: 'price_too_low', isBelieved: true },
      ],
    },
    {
      what: 'of a rejection that is not believed',
      script: { reject: 'too_many_requests' },
      said: [
        'info',
        'the venue rejected an order',
        { label: first, code: 'too_many_requests', message: 'too_many_requests', isBelieved: false },
      ],
    },
    {
      what: 'of a rejection that could not be looked up',
      script: { reject: 'price_too_low' },
      changes: { failing: { findByLabel: 1 } },
      said: [
        'warn',
        'the look-up of a rejected order failed',
        { label: first, rejection: 'price_too_low', ...failed('findByLabel') },
      ],
    },
    {
      what: 'of an own order that was in the way',
      script: { reject: 'order_overlap' },
      changes: withResting('cc-abcdef01-00000000-c-1'),
      said: ['warn', 'an order met an order of the same account', { label: first, symbol: FAR.symbol, cancelled: 1 }],
    },
    {
      what: 'of an own order that stays in the way',
      script: { reject: 'order_overlap' },
      changes: { failing: { account: 1 } },
      said: [
        'warn',
        'own orders that are in the way may still rest',
        { label: first, symbol: FAR.symbol, ...failed('account') },
      ],
    },
    {
      what: 'of a resting order that could not be read',
      script: {},
      changes: { failing: { order: 1 } },
      said: ['warn', 'a resting order could not be read', { label: first, ...failed('order') }],
    },
    {
      what: 'of fills that could not be read',
      script: { fillLater: { share: 1, afterMs: 1 } },
      changes: { failing: { fills: 1 } },
      said: ['warn', 'fills could not be read', { label: first, ...failed('fills') }],
    },
    {
      what: 'of an execution that ended early',
      script: { answer: { side: 'buy' } },
      changes: { decisionId: 'cafe0123' },
      said: [
        'error',
        'an execution ended early',
        {
          ...{ decisionId: 'cafe0123', code: 'exec/reply-mismatch', stack: null },
          message: `The venue answered order ${first} with another side.`,
        },
      ],
    },
  ])('$what', async ({ script, changes, said }) => {
    const venue = await executeAt([script, {}, { fillNow: 1 }], changes)
    expect(venue.said).toContainEqual(said)
  })

  it('of a quote that is missing between two orders', async () => {
    const venue = createScriptedBroker({ script: [{ onArrival: () => Object.assign(venue.failing, { quote: 1 }) }] })
    const approved = approveForTest({ legs: [openLeg()] })
    await executeAction(venue.ports, approved, { runId: RUN_ID, dryRun: false })
    expect(venue.said).toEqual([['warn', 'a leg ends for want of a quote', { symbol: FAR.symbol, ...failed('quote') }]])
  })

  it('of a contradiction and of what stays unresolved in recovery', async () => {
    const venue = restart()
    venue.take({ ...terms, priceCoin: 0.004 }, {})
    Object.assign(venue.failing, { cancel: 6, order: 9 })
    await expect(venue.executor.recover()).rejects.toThrow()
    const problem = {
      code: 'exec/reply-mismatch',
      message: `The venue answered order ${terms.label} with another priceCoin.`,
    }
    expect(venue.said).toContainEqual([
      'error',
      'the venue contradicts the journal',
      { label: terms.label, ...problem },
    ])
    expect(venue.said).toContainEqual([
      'warn',
      'a send of an earlier life is still unresolved',
      { label: terms.label, reason: 'cancel-unconfirmed', ageMs: 4_000 },
    ])
  })
})

describe('a failure says', () => {
  it.each<{ what: string; script: SendScript; code: string; message: string }>([
    {
      what: 'that the grid is another',
      script: { reject: 'invalid_amount' },
      code: 'exec/instrument-drift',
      message: `${FAR.symbol} has another price or size grid than is known here.`,
    },
    {
      what: 'that a rejection was not true',
      script: { rejectFalsely: 'not_enough_funds' },
      code: 'exec/rejected-yet-found',
      message: 'The venue has an order that it rejected.',
    },
  ])('$what', async ({ script, code, message }) => {
    const { result } = await executeAt([script])
    expect(result.failure).toMatchObject({ code, message })
  })

  it('which order is doubly there, and what did not end in time', async () => {
    const venue = restart()
    for (const share of [0, 0]) venue.take(terms, { fillNow: share })
    await expect(venue.executor.recover()).rejects.toThrow('The venue has two orders under one label.')
    const old = restart({ earlier: [{ ...intent, timeMs: START_MS - 1_500_000 }] })
    old.failing.findByLabel = 99
    await expect(old.executor.recover()).rejects.toThrow(
      `What became of order ${terms.label} is still not known, and soon cannot be.`,
    )
  })

  it('that an action was not approved, or was executed before', async () => {
    const { ports } = createScriptedBroker()
    const live = { runId: RUN_ID, dryRun: false }
    const approved = approveForTest({ legs: [closeLeg()], decisionId: 'cafe0123' })
    const forged = { bounds: approved.bounds } as unknown as typeof approved
    await expect(executeAction(ports, forged, live)).rejects.toThrow('This action was not approved by the risk engine.')
    await executeAction(ports, approved, live)
    await expect(executeAction(ports, approved, live)).rejects.toMatchObject({
      message: 'This decision was executed before.',
      facts: { decisionId: 'cafe0123', labels: 'cc-abcdef01-cafe0123-*' },
    })
  })
})
