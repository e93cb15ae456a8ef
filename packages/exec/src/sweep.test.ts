import { CcError, type IntentRecord, type OrderTerms } from '@cc/models'
import { describe, expect, it } from 'vitest'
import { intent, restart, terms } from './restart.fixture.js'
import { START_MS, type Venue } from './scripted-broker.fixture.js'

const OURS = 'cc-abcdef01-22222222-c-1'
const THEIRS = 'cc-99999999-22222222-o-1'
const MINUTE_MS = 60_000

const failingWith = (code: string, recovery: CcError['recovery']) => async () => {
  throw new CcError('No.', { code, recovery })
}
const sendOf = (label: string, timeMs = START_MS - 2_000): IntentRecord => ({
  ...intent,
  timeMs,
  terms: { ...terms, label },
})
const outcomeOf = (label: string): IntentRecord => ({
  ...{ kind: 'outcome', timeMs: START_MS, label, outcome: 'cancelled', orderId: 'x', filledCoin: 0 },
})
const rest = ({ take }: Venue, labels: readonly string[], changes: Partial<OrderTerms> = {}) => {
  for (const label of labels) take({ ...terms, ...changes, label }, {})
}

describe('cancelOwn', () => {
  it('cancels the orders of this run and those of the journal, and never one without our prefix', async () => {
    const venue = restart()
    rest(venue, [terms.label, OURS, 'by-hand', '', 'ccc-abcdef01'])
    expect(await venue.executor.cancelOwn()).toBe(2)
    expect([...venue.orders.values()].map(({ state }) => state)).toEqual([
      ...['cancelled', 'cancelled'],
      ...['open', 'open', 'open'],
    ])
  })

  it('cancels in every account', async () => {
    const venue = restart({ underlyings: ['BTC', 'ETH'] })
    rest(venue, [OURS])
    rest(venue, ['cc-abcdef01-22222222-c-2'], { symbol: 'ETH-30JAN26-4000-C' })
    expect(await venue.executor.cancelOwn()).toBe(2)
  })

  it('knows an order of an earlier life by the journal, also one that the journal thinks has ended', async () => {
    const label = 'cc-88888888-22222222-o-1'
    const dayAgoMs = START_MS - 24 * 3_600_000
    const known = restart({ earlier: [sendOf(label, dayAgoMs), outcomeOf(label)] })
    rest(known, [label])
    expect(await known.executor.cancelOwn()).toBe(1)
    const forgotten = restart({ earlier: [sendOf(label, dayAgoMs - 1), outcomeOf(label)] })
    rest(forgotten, [label])
    await expect(forgotten.executor.cancelOwn()).rejects.toMatchObject({ code: 'exec/peer-detected' })
    const unfinished = restart({ earlier: [sendOf(label, dayAgoMs - 1)] })
    rest(unfinished, [label])
    expect(await unfinished.executor.cancelOwn()).toBe(1)
  })

  it('does not read the journal or the account in dry-run', async () => {
    const { executor, events } = restart({ dryRun: true })
    expect(await executor.cancelOwn()).toBe(0)
    expect(events).toEqual([])
  })

  it('goes on after an order that does not go, and says which', async () => {
    const venue = restart()
    rest(venue, [OURS, 'cc-abcdef01-22222222-c-2'])
    Object.assign(venue.failing, { cancel: 3, order: 1 })
    await expect(venue.executor.cancelOwn()).rejects.toMatchObject({
      code: 'exec/sweep-incomplete',
      recovery: 'retry',
      facts: { restingLabels: [OURS], unreadAccounts: [], cancelled: 1 },
    })
    expect(venue.stateOf('cc-abcdef01-22222222-c-2')).toBe('cancelled')
  })

  it('takes for ended what ended although no cancel was confirmed', async () => {
    const venue = restart({
      prepare: ({ ports }) => ({
        broker: {
          ...ports.broker,
          cancel: async (orderId) => {
            await ports.broker.cancel(orderId)
            throw new Error('socket hang up')
          },
        },
      }),
    })
    rest(venue, [OURS])
    expect(await venue.executor.cancelOwn()).toBe(1)
    expect(venue.clock.now() - START_MS).toBe(2_000)
  })

  it('ends when it is aborted', async () => {
    const { executor, events } = restart()
    await expect(executor.cancelOwn(AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop')
    expect(events).toEqual([])
  })
})

describe('an own order of a run that the journal does not know', () => {
  it('is of another agent while it is younger than ten minutes: it stays, ours do not, and all halts', async () => {
    const venue = restart()
    venue.take({ ...terms, label: THEIRS }, { ageMs: 10 * MINUTE_MS - 1 })
    rest(venue, [OURS])
    await expect(venue.executor.cancelOwn()).rejects.toMatchObject({
      code: 'exec/peer-detected',
      recovery: 'halt',
      facts: { peerLabels: [THEIRS], cancelled: 1 },
    })
    expect([venue.stateOf(THEIRS), venue.stateOf(OURS)]).toEqual(['open', 'cancelled'])
  })

  it('is an orphan once it is older, and is cancelled', async () => {
    const venue = restart()
    venue.take({ ...terms, label: THEIRS }, { ageMs: 10 * MINUTE_MS })
    expect(await venue.executor.cancelOwn()).toBe(1)
  })

  it('is of this run only where its label begins with the whole of it', async () => {
    const venue = restart()
    rest(venue, ['cc-abcdef012-22222222-o-1'])
    await expect(venue.executor.cancelOwn()).rejects.toMatchObject({ code: 'exec/peer-detected' })
  })

  it('is cancelled where the journal cannot be read: an earlier life’s order must not rest', async () => {
    const venue = restart({
      prepare: ({ ports }) => ({
        journal: { ...ports.journal, since: failingWith('logging/unreadable', 'halt') },
      }),
    })
    rest(venue, [THEIRS])
    expect(await venue.executor.cancelOwn()).toBe(1)
  })
})

describe('an account that cannot be read', () => {
  const unread = (code: string, recovery: CcError['recovery']) => ({
    prepare: ({ ports }: Venue) => ({ broker: { ...ports.broker, account: failingWith(code, recovery) } }),
  })

  it('has the orders of the journal looked for by label and cancelled, unfinished and latest first', async () => {
    const [late, early] = ['cc-abcdef01-22222222-o-2', 'cc-abcdef01-22222222-o-1']
    const earlier = [sendOf(early), outcomeOf(early), sendOf(late), outcomeOf(late), intent]
    const venue = restart({ earlier, ...unread('deribit/foreign-order', 'skip') })
    rest(venue, [early, terms.label, late, 'by-hand'])
    venue.take({ ...terms, label: late }, { fillNow: 1 })
    await expect(venue.executor.cancelOwn()).rejects.toMatchObject({
      code: 'exec/sweep-incomplete',
      recovery: 'skip',
      facts: { unreadAccounts: ['BTC'], restingLabels: [], cancelled: 3 },
      cause: { code: 'deribit/foreign-order' },
    })
    expect(venue.stateOf('by-hand')).toBe('open')
    expect(venue.events.filter((event) => /^(findByLabel|cancel) /.test(event))).toEqual([
      ...[`findByLabel ${terms.label}`, 'cancel order-2'],
      ...[`findByLabel ${late}`, 'cancel order-3'],
      ...[`findByLabel ${early}`, 'cancel order-1'],
    ])
  })

  it('has no order of another currency looked for, nor what the venue finds under another label touched', async () => {
    const eth = { ...intent, terms: { ...terms, label: 'cc-00000000-11111111-o-9', symbol: 'ETH-30JAN26-4000-C' } }
    const odd = { ...intent, terms: { ...terms, label: 'cc-00000000-11111111-o-8', symbol: 'BTC-PERPETUAL' } }
    const venue = restart({
      earlier: [intent, eth, odd],
      prepare: ({ ports }) => ({
        broker: {
          ...ports.broker,
          account: failingWith('test/unreachable', 'retry'),
          findByLabel: (currency) => ports.broker.findByLabel(currency, OURS),
        },
      }),
    })
    rest(venue, [OURS])
    await expect(venue.executor.cancelOwn()).rejects.toMatchObject({ facts: { cancelled: 0 } })
    expect(venue.events.filter((event) => event.startsWith('findByLabel'))).toHaveLength(1)
    expect(venue.stateOf(OURS)).toBe('open')
  })

  it('does not keep an order whose state makes no sense from sparing the others', async () => {
    const odd = 'cc-abcdef01-22222222-o-1'
    const venue = restart({
      earlier: [intent, sendOf(odd)],
      prepare: ({ ports }) => ({
        broker: {
          ...ports.broker,
          account: failingWith('deribit/unfit-reply', 'skip'),
          findByLabel: async (currency, label) => {
            if (label === odd) throw new CcError('No.', { code: 'deribit/unfit-reply', recovery: 'skip' })
            return ports.broker.findByLabel(currency, label)
          },
        },
      }),
    })
    rest(venue, [terms.label])
    await expect(venue.executor.cancelOwn()).rejects.toMatchObject({
      facts: { restingLabels: [odd], cancelled: 1 },
    })
  })

  it('is given up on after three look-ups that failed one after the other', async () => {
    const labels = [1, 2, 3, 4, 5].map((attempt) => `cc-abcdef01-22222222-o-${attempt}`)
    const venue = restart({
      earlier: labels.map((label) => sendOf(label)),
      ...unread('test/unreachable', 'retry'),
    })
    venue.failing.findByLabel = 99
    await expect(venue.executor.cancelOwn()).rejects.toMatchObject({
      recovery: 'retry',
      facts: { restingLabels: labels.toReversed() },
    })
    expect(venue.events.filter((event) => event.startsWith('findByLabel'))).toHaveLength(3)
  })

  it('is not given up on while look-ups succeed in between', async () => {
    const labels = [1, 2, 3, 4, 5, 6].map((attempt) => `cc-abcdef01-22222222-o-${attempt}`)
    let looks = 0
    const venue = restart({
      earlier: labels.flatMap((label) => [sendOf(label), outcomeOf(label)]),
      prepare: ({ ports }) => ({
        broker: {
          ...ports.broker,
          account: failingWith('test/unreachable', 'retry'),
          findByLabel: async (currency, label) => {
            looks += 1
            if (looks !== 3) throw new Error('no')
            return ports.broker.findByLabel(currency, label)
          },
        },
      }),
    })
    await expect(venue.executor.cancelOwn()).rejects.toMatchObject({ facts: { restingLabels: [] } })
    expect(looks).toBe(6)
  })

  it('is not looked into further once it is aborted', async () => {
    const stop = new AbortController()
    const { executor, events } = restart({
      prepare: ({ ports }) => ({
        broker: {
          ...ports.broker,
          account: async () => {
            stop.abort(new Error('stop'))
            throw new Error('no')
          },
        },
      }),
    })
    await expect(executor.cancelOwn(stop.signal)).rejects.toThrow('stop')
    expect(events).toEqual([])
  })

  it('has nothing to look for where the journal cannot be read either', async () => {
    const { executor } = restart({
      prepare: ({ ports }) => ({
        journal: { ...ports.journal, unfinished: failingWith('logging/unreadable', 'halt') },
        broker: { ...ports.broker, account: failingWith('test/unreachable', 'retry') },
      }),
    })
    await expect(executor.cancelOwn()).rejects.toMatchObject({ facts: { unreadAccounts: ['BTC'], restingLabels: [] } })
  })
})

describe('a sweep that is not complete', () => {
  const brokerOf = (
    { ports }: Venue,
    recoveries: Record<string, CcError['recovery'] | 'bug'>,
  ): Venue['ports']['broker'] => ({
    ...ports.broker,
    account: async (currency) => {
      const recovery = recoveries[currency]
      if (recovery === 'bug') throw new TypeError('x is undefined')
      if (recovery !== undefined) throw new CcError('No.', { code: `test/${recovery}`, recovery })
      return ports.broker.account(currency)
    },
  })

  it.each<{ causes: Record<string, CcError['recovery'] | 'bug'>; recovery: CcError['recovery'] }>([
    { causes: { BTC: 'retry', ETH: 'halt' }, recovery: 'halt' },
    { causes: { BTC: 'halt', ETH: 'retry' }, recovery: 'halt' },
    { causes: { BTC: 'skip', ETH: 'reconcile' }, recovery: 'reconcile' },
    { causes: { BTC: 'retry', ETH: 'skip' }, recovery: 'skip' },
    { causes: { BTC: 'retry' }, recovery: 'retry' },
    { causes: { ETH: 'bug' }, recovery: 'halt' },
  ])('for $causes has the gravest recovery of them: $recovery', async ({ causes, recovery }) => {
    const { executor } = restart({
      underlyings: ['BTC', 'ETH'],
      earlier: [],
      prepare: (venue) => ({ broker: brokerOf(venue, causes) }),
    })
    await expect(executor.cancelOwn()).rejects.toMatchObject({ code: 'exec/sweep-incomplete', recovery })
  })

  it('by a key that may not cancel has the recovery of that', async () => {
    const venue = restart({
      prepare: ({ ports }) => ({ broker: { ...ports.broker, cancel: failingWith('deribit/forbidden', 'halt') } }),
    })
    rest(venue, [OURS])
    await expect(venue.executor.cancelOwn()).rejects.toMatchObject({
      recovery: 'halt',
      cause: { code: 'deribit/forbidden' },
    })
  })

  it('by a venue that just does not obey is tried again', async () => {
    const venue = restart({
      prepare: ({ ports }) => ({ broker: { ...ports.broker, cancel: ports.broker.order } }),
    })
    rest(venue, [OURS])
    await expect(venue.executor.cancelOwn()).rejects.toMatchObject({ recovery: 'retry' })
  })
})

describe('a sweep says', () => {
  it('whose order rests there', async () => {
    const venue = restart()
    rest(venue, [THEIRS])
    await expect(venue.executor.cancelOwn()).rejects.toThrow('Another agent trades on this account.')
    expect(venue.said).toEqual([
      ['error', 'an order of another agent rests in this account', { label: THEIRS, orderId: 'order-1' }],
    ])
  })

  it('which account and which orders it could not read', async () => {
    const venue = restart()
    Object.assign(venue.failing, { account: 1, findByLabel: 1 })
    await expect(venue.executor.cancelOwn()).rejects.toThrow('Own orders may still rest at the venue.')
    const failed = (call: string) => ({ code: 'test/unreachable', message: `${call} failed.` })
    expect(venue.said).toEqual([
      ['warn', 'an account could not be swept of resting orders', { currency: 'BTC', ...failed('account') }],
      ['warn', 'an order could not be looked for', { label: terms.label, ...failed('findByLabel') }],
    ])
  })

  it('that it had no journal', async () => {
    const venue = restart({
      prepare: ({ ports }) => ({ journal: { ...ports.journal, since: failingWith('logging/unreadable', 'halt') } }),
    })
    expect(await venue.executor.cancelOwn()).toBe(0)
    expect(venue.said).toEqual([
      ['error', 'a sweep goes on without the journal', { code: 'logging/unreadable', message: 'No.' }],
    ])
  })

  it('why an order is still there', async () => {
    const venue = restart()
    rest(venue, [OURS])
    Object.assign(venue.failing, { cancel: 3, order: 1 })
    await expect(venue.executor.cancelOwn()).rejects.toMatchObject({ cause: { message: 'order failed.' } })
    const order = { label: OURS, orderId: 'order-1' }
    const facts = (call: string) => ({ ...order, code: 'test/unreachable', message: `${call} failed.` })
    expect(venue.said).toEqual([
      ...Array(3).fill(['warn', 'a cancel was not confirmed', facts('cancel')]),
      ['warn', 'an order that could not be cancelled could not be read', facts('order')],
    ])
  })
})
