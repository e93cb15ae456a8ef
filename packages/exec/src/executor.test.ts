import type { IntentRecord, OrderTerms } from '@cc/models'
import { describe, expect, it } from 'vitest'
import { createExecutor } from './executor.js'
import { createScriptedBroker, FAR, RUN_ID, START_MS } from './scripted-broker.fixture.js'

const terms: OrderTerms = {
  label: 'cc-00000000-11111111-o-1',
  symbol: FAR.symbol,
  side: 'sell',
  sizeCoin: 1,
  priceCoin: 0.0035,
  postOnly: true,
  reduceOnly: false,
  timeInForce: 'good-til-cancelled',
  validUntilMs: START_MS + 1_000,
}
const intent: IntentRecord = {
  kind: 'intent',
  timeMs: START_MS - 2_000,
  decisionId: '1'.repeat(64),
  leg: 'open',
  terms,
}

function restart({ dryRun = false, earlier = [intent] }: { dryRun?: boolean; earlier?: readonly IntentRecord[] } = {}) {
  const venue = createScriptedBroker({ earlier })
  return { ...venue, executor: createExecutor(venue.ports, { runId: RUN_ID, dryRun, underlyings: ['BTC'] }) }
}

describe('recover', () => {
  it('finds an order that rests, cancels it and journals its fills', async () => {
    const { executor, take, journal } = restart()
    take(terms, { fillNow: 0.4 })
    expect(await executor.recover()).toEqual({ settled: [terms.label], unresolved: [], cancelledOrders: 0 })
    expect(journal.entries.at(-1)).toMatchObject({ outcome: 'cancelled', filledCoin: 0.4, orderId: 'order-1' })
  })

  it('finds an order that has ended', async () => {
    const { executor, take, journal } = restart()
    take(terms, { fillNow: 1 })
    expect((await executor.recover()).settled).toEqual([terms.label])
    expect(journal.entries.at(-1)).toMatchObject({ outcome: 'filled', filledCoin: 1 })
  })

  it('journals the absence of a send that never arrived, so that it is settled once', async () => {
    const { executor, journal } = restart()
    expect((await executor.recover()).settled).toEqual([terms.label])
    expect(journal.entries.at(-1)).toMatchObject({ outcome: 'absent', orderId: null })
    expect((await executor.recover()).settled).toEqual([])
  })

  it('returns what it could not settle, and leaves it in the journal', async () => {
    const { executor, failing, journal } = restart()
    failing.findByLabel = 9
    const { label, symbol, side, sizeCoin, validUntilMs } = terms
    expect(await executor.recover()).toEqual({
      settled: [],
      unresolved: [{ label, symbol, side, sizeCoin, validUntilMs }],
      cancelledOrders: 0,
    })
    expect(await journal.unfinished()).toHaveLength(1)
  })

  it('does not wait for a validUntil that lies further ahead than any order is valid', async () => {
    const far = { ...terms, validUntilMs: START_MS + 86_400_000 }
    const { executor, clock } = restart({ earlier: [{ ...intent, terms: far }] })
    expect((await executor.recover()).unresolved).toHaveLength(1)
    expect(clock.now() - START_MS).toBeLessThan(60_000)
  })

  it.each<{ what: string; code: string; upset: (venue: ReturnType<typeof restart>) => void }>([
    {
      what: 'an order of another price',
      code: 'exec/reply-mismatch',
      upset: ({ take }) => take({ ...terms, priceCoin: 0.004 }, { fillNow: 0.4 }),
    },
    {
      what: 'two orders under one label',
      code: 'exec/duplicate-label',
      upset: ({ take }) => {
        take(terms, { fillNow: 0.1 })
        take(terms, { fillNow: 0.3 })
      },
    },
  ])('ends $what, settles the others, sweeps, throws once, and starts clean the next time', async ({ code, upset }) => {
    const second = { ...terms, label: 'cc-00000000-22222222-o-1' }
    const venue = restart({ earlier: [intent, { ...intent, terms: second }] })
    upset(venue)
    venue.take({ ...second }, { fillNow: 1 })
    venue.take({ ...terms, label: 'cc-00000000-33333333-o-1' }, {})
    await expect(venue.executor.recover()).rejects.toMatchObject({ code, recovery: 'halt' })
    expect([...venue.orders.values()].some(({ state }) => state === 'open')).toBe(false)
    expect(venue.journal.entries.slice(2)).toMatchObject([
      { label: terms.label, outcome: 'cancelled', filledCoin: 0.4 },
      { label: second.label, outcome: 'filled', filledCoin: 1 },
    ])
    expect(await venue.executor.recover()).toEqual({ settled: [], unresolved: [], cancelledOrders: 0 })
  })

  it('keeps an order that contradicts the journal there until it was seen ended', async () => {
    const { executor, take, failing, journal } = restart()
    take({ ...terms, priceCoin: 0.004 }, {})
    failing.cancel = 6
    await expect(executor.recover()).rejects.toMatchObject({ code: 'exec/reply-mismatch' })
    expect(await journal.unfinished()).toHaveLength(1)
    await expect(executor.recover()).rejects.toMatchObject({ code: 'exec/reply-mismatch' })
    expect(await journal.unfinished()).toEqual([])
  })

  it('ends when it is aborted', async () => {
    const { executor } = restart()
    await expect(executor.recover(AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop')
  })
})

describe('cancelOwn', () => {
  it('cancels our resting orders, of earlier runs too, and nobody else’s', async () => {
    const { executor, take, orders } = restart()
    for (const label of [terms.label, 'cc-00000000-22222222-c-1', 'by-hand']) take({ ...terms, label }, {})
    expect(await executor.cancelOwn()).toBe(2)
    expect([...orders.values()].map((order) => order.state)).toEqual(['cancelled', 'cancelled', 'open'])
  })

  it('goes on after a failure and says that the sweep is incomplete', async () => {
    const { executor, take, orders, failing } = restart()
    for (const label of ['cc-1', 'cc-2']) take({ ...terms, label }, {})
    failing.cancel = 3
    await expect(executor.cancelOwn()).rejects.toMatchObject({
      code: 'exec/sweep-incomplete',
      facts: { restingLabels: ['cc-1'], unreadAccounts: [], cancelled: 1 },
    })
    expect([...orders.values()].map((order) => order.state)).toEqual(['open', 'cancelled'])
    failing.account = 1
    await expect(executor.cancelOwn()).rejects.toMatchObject({
      code: 'exec/sweep-incomplete',
      facts: { restingLabels: [], unreadAccounts: ['BTC'] },
    })
  })
})

it('changes nothing in dry-run', async () => {
  const { executor, take, events, journal } = restart({ dryRun: true })
  take(terms, {})
  expect(await executor.recover()).toEqual({ settled: [], unresolved: [], cancelledOrders: 0 })
  expect(await executor.cancelOwn()).toBe(0)
  expect(events).toEqual([])
  expect(journal.entries).toHaveLength(1)
})

it.each([
  { why: 'a run id that makes no label', options: { runId: 'my run' }, field: 'runId' },
  { why: 'a misspelt setting', options: { runId: RUN_ID, dryrun: false }, field: 'dryrun' },
  { why: 'a slack below any read lag', options: { runId: RUN_ID, fenceSlackMs: 0 }, field: 'fenceSlackMs' },
])('refuses $why', ({ options, field }) => {
  expect(() => createExecutor(createScriptedBroker().ports, options)).toThrow(field)
})
