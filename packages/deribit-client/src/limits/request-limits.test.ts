import { createVirtualClock } from '@cc/models/clock'
import { describe, expect, it } from 'vitest'
import type { CreditPool, Effect } from '../method.js'
import { createNoLimits, createRequestLimits } from './request-limits.js'

const name = 'private/any'
const until = { deadlineMs: Number.MAX_SAFE_INTEGER, signal: new AbortController().signal }

function setUp(share = 0.5) {
  const clock = createVirtualClock({ startMs: 0 })
  return { clock, limits: createRequestLimits(clock, share) }
}

/** How many requests go before the first that has to wait. */
async function burstOf(
  { limits }: ReturnType<typeof setUp>,
  pool: CreditPool,
  effect: Effect = 'read',
): Promise<number> {
  for (let went = 0; ; went += 1) {
    try {
      await limits.take({ name, pool, effect }, { ...until, deadlineMs: -1 })
    } catch {
      return went
    }
  }
}

describe('the limits of an account', () => {
  it.each([
    ['non-matching', 'read', 50],
    ['get-instruments', 'read', 25],
    ['transaction-log', 'read', 4],
    ['matching', 'change', 10],
    ['matching', 'order', 5],
    ['cancel-all', 'change', 10],
  ] as const)('let half of the burst of %s go to a %s: %i', async (pool, effect, expected) => {
    expect(await burstOf(setUp(), pool, effect)).toBe(expected)
  })

  it('lets five cancels go after any number of orders', async () => {
    const account = setUp()
    await burstOf(account, 'matching', 'order')
    expect(await burstOf(account, 'matching', 'change')).toBe(5)
  })

  it('lets a cancel pass the orders that wait', async () => {
    const { clock, limits } = setUp()
    for (let order = 0; order < 5; order += 1) await limits.take({ name, pool: 'matching', effect: 'order' }, until)
    const waiting = limits.take({ name, pool: 'matching', effect: 'order' }, until)
    await limits.take({ name, pool: 'matching', effect: 'change' }, until)
    expect(clock.now()).toBe(0)
    await waiting
    expect(clock.now()).toBe(800)
  })

  it('lets a sign-in, which a cancel may need, pass the reads that wait', async () => {
    const { clock, limits } = setUp()
    const read = () => limits.take({ name: 'public/ticker', pool: 'non-matching', effect: 'read' }, until)
    const reads = Array.from({ length: 150 }, read)
    await limits.take({ name: 'public/auth', pool: 'non-matching', effect: 'read' }, until)
    expect(clock.now()).toBe(100)
    await Promise.all(reads)
    expect(clock.now()).toBe(10_100)
  })

  it('lets an order go however small the share', async () => {
    expect(await burstOf(setUp(0.01), 'matching', 'order')).toBe(1)
  })

  it('lets an order go where the account has next to no burst', async () => {
    const account = setUp()
    account.limits.seed({ matching: { rate: 1, burst: 2 } })
    expect(await burstOf(account, 'matching', 'order')).toBe(1)
  })

  it('takes over the limits of the account, for the pools that it names', async () => {
    const { clock, limits } = setUp(1)
    limits.seed({ matching: { rate: 100, burst: 200 }, nonMatching: { rate: 1_000, burst: 1_500 } })
    for (let request = 0; request < 20; request += 1)
      await limits.take({ name, pool: 'matching', effect: 'change' }, until)
    await limits.take({ name, pool: 'matching', effect: 'change' }, until)
    expect(clock.now()).toBe(10)
    limits.seed({})
    await limits.take({ name, pool: 'matching', effect: 'change' }, until)
    expect(clock.now()).toBe(20)
  })

  it('stops the one pool that the exchange found empty', async () => {
    const { clock, limits } = setUp()
    limits.exhausted('matching', 2_000)
    await limits.take({ name, pool: 'non-matching', effect: 'read' }, until)
    expect(clock.now()).toBe(0)
    await limits.take({ name, pool: 'matching', effect: 'change' }, until)
    expect(clock.now()).toBe(2_000)
  })
})

describe('no limits', () => {
  const request = { name, pool: 'matching', effect: 'order' } as const

  it('let any number go at once, whatever the exchange says', async () => {
    const limits = createNoLimits()
    limits.exhausted('matching', 60_000)
    for (let went = 0; went < 1_000; went += 1) await limits.take(request, { ...until, deadlineMs: -1 })
  })

  it('let nothing go that was given up', async () => {
    const signal = AbortSignal.abort(new Error('given up'))
    await expect(createNoLimits().take(request, { ...until, signal })).rejects.toThrow('given up')
  })
})
