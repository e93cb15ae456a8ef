import { CcError } from '@cc/models'
import { silentLogger } from '@cc/models/testing'
import { expect, it } from 'vitest'
import { createManualClock } from '../manual-clock.fixture.js'
import type { ConnectionListener } from './connection.js'
import { keepSignedIn } from './token-keeper.js'

/** A keeper of a session whose every token lives for as long as `lives` says next. */
function setUp(lives: (number | 'for ever')[]) {
  const clock = createManualClock()
  const asked: number[] = []
  const renewed: string[] = []
  let listener: ConnectionListener = {}
  let renewAtMs: number | undefined
  let failure: CcError | undefined
  keepSignedIn(
    {
      watch(given) {
        listener = given
        return () => {}
      },
      renew: (reason) => void renewed.push(reason),
    },
    {
      renewAtMs: () => renewAtMs,
      async token() {
        if (renewAtMs === undefined || clock.now() >= renewAtMs) {
          asked.push(clock.now() - 1_000_000)
          if (failure !== undefined) throw failure
          const lifeMs = lives.shift() ?? 'for ever'
          renewAtMs = lifeMs === 'for ever' ? Number.POSITIVE_INFINITY : clock.now() + lifeMs
        }
        return 'token'
      },
    },
    { clock, logger: silentLogger },
  )
  return {
    clock,
    asked,
    renewed,
    open: () => listener.onOpen?.(1),
    lose: () => listener.onLost?.('x'),
    close: (error: CcError) => listener.onClosed?.(error),
    signIn: (lifeMs: number) => {
      renewAtMs = clock.now() + lifeMs
    },
    refuse: () => {
      renewAtMs = undefined
    },
    fail: (error: CcError) => {
      failure = error
    },
    async pass(ms: number) {
      for (let i = 0; i < ms; i += 100) {
        clock.advance(100)
        await new Promise((resolve) => setImmediate(resolve))
      }
    },
  }
}

const refused = new CcError('refused', { code: 'deribit/unauthorized', recovery: 'retry' })

it('renews a token when it is time, and the next at its own', async () => {
  const keeper = setUp([3_000, 'for ever'])
  keeper.signIn(5_000)
  keeper.open()
  await keeper.pass(30_000)
  expect(keeper.asked).toEqual([5_000, 8_000])
  expect(keeper.renewed).toEqual([])
})

it('asks once a second at most, however short tokens live', async () => {
  const keeper = setUp(Array(100).fill(0))
  keeper.open()
  await keeper.pass(5_000)
  expect(keeper.asked).toEqual([1_000, 2_000, 3_000, 4_000, 5_000])
})

it('sees within ten seconds that a token is worth nothing any more', async () => {
  const keeper = setUp(['for ever'])
  keeper.signIn(3_600_000)
  keeper.open()
  await keeper.pass(500)
  keeper.refuse()
  await keeper.pass(10_000)
  expect(keeper.asked).toEqual([10_000])
})

it('gives up the connection whose token cannot be renewed, once', async () => {
  const keeper = setUp([])
  keeper.signIn(2_000)
  keeper.open()
  keeper.fail(refused)
  await keeper.pass(10_000)
  expect([keeper.asked, keeper.renewed]).toEqual([[2_000], ['token-not-renewed']])
})

it.each(['lose', 'close'] as const)('keeps nothing where the connection was told to %s', async (how) => {
  const keeper = setUp([])
  keeper.signIn(2_000)
  keeper.open()
  keeper[how](refused)
  expect(keeper.clock.sleepers()).toBe(0)
  await keeper.pass(10_000)
  expect([keeper.asked, keeper.renewed]).toEqual([[], []])
})

it('keeps one watch, however often a connection opens', async () => {
  const keeper = setUp([])
  keeper.signIn(2_000)
  for (let i = 0; i < 5; i += 1) keeper.open()
  await keeper.pass(100)
  expect(keeper.clock.sleepers()).toBe(1)
})
