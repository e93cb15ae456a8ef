import { describe, expect, it } from 'vitest'
import { intent, restart, terms } from './restart.fixture.js'
import { START_MS } from './scripted-broker.fixture.js'

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
    venue.take({ ...terms, label: 'cc-00000000-33333333-o-1' }, { ageMs: 600_000 })
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

  it.each([
    {
      why: 'the venue ended it to reduce risk',
      script: { cancelReason: 'risk_mitigation' },
      code: 'exec/venue-intervened',
    },
    { why: 'it has traded too much', script: {}, code: 'exec/overfilled' },
  ])('halts where $why, with its end in the journal', async ({ script, code }) => {
    const venue = restart()
    const { orderId } = venue.take(terms, script)
    if (code === 'exec/overfilled') Object.assign(venue.orders.get(orderId) ?? {}, { state: 'filled', filledCoin: 1.5 })
    await expect(venue.executor.recover()).rejects.toMatchObject({ code, recovery: 'halt' })
    expect(await venue.journal.unfinished()).toEqual([])
  })

  describe('a send that is 25 minutes old', () => {
    const at = (ageMs: number) => ({
      ...intent,
      timeMs: START_MS - ageMs,
      terms: { ...terms, validUntilMs: START_MS - ageMs + 3_000 },
    })
    const LOOKS_MS = 4_000

    it('and still unresolved halts, and stays in the journal', async () => {
      const { executor, failing, journal, take, stateOf } = restart({ earlier: [at(25 * 60_000 - LOOKS_MS)] })
      take({ ...terms, label: 'cc-abcdef01-22222222-o-1' }, {})
      failing.findByLabel = 99
      await expect(executor.recover()).rejects.toMatchObject({
        code: 'exec/unknown-expiring',
        recovery: 'halt',
        facts: { label: terms.label, side: 'sell', sizeCoin: 1, reason: 'look-up-failed', ageMs: 1_500_000 },
      })
      expect(await journal.unfinished()).toHaveLength(1)
      expect(stateOf('cc-abcdef01-22222222-o-1')).toBe('cancelled')
    })

    it('does not halt a moment before', async () => {
      const { executor, failing } = restart({ earlier: [at(25 * 60_000 - LOOKS_MS - 1)] })
      failing.findByLabel = 99
      expect((await executor.recover()).unresolved).toHaveLength(1)
    })

    it('is resolved where the history of the venue has it', async () => {
      const { executor, journal, take, orders } = restart({
        earlier: [at(26 * 60_000)],
        prepare: ({ ports }) => ({
          broker: {
            ...ports.broker,
            findByLabel: async (currency, label, asks) =>
              asks?.historical === true
                ? ports.broker.findByLabel(currency, label)
                : { orders: [], answeredAtMs: ports.clock.now() },
          },
        }),
      })
      take(terms, { fillNow: 0.4 })
      expect((await executor.recover()).settled).toEqual([terms.label])
      expect([...orders.values()].map(({ state }) => state)).toEqual(['cancelled'])
      expect(journal.entries.at(-1)).toMatchObject({ outcome: 'cancelled', filledCoin: 0.4 })
    })
  })

  it('halts at the order of another agent, once its own sends are settled', async () => {
    const { executor, take, journal, stateOf } = restart()
    take(terms, {})
    take({ ...terms, label: 'cc-99999999-22222222-o-1' }, {})
    await expect(executor.recover()).rejects.toMatchObject({ code: 'exec/peer-detected' })
    expect(await journal.unfinished()).toEqual([])
    expect(stateOf('cc-99999999-22222222-o-1')).toBe('open')
  })
})
