import { CcError, type DecisionRecord, type LogEntry, type OutcomeRecord } from '@cc/models'
import { candidateForTest, createMemoryLog, silentLogger, stateForTest, underlyingForTest } from '@cc/models/testing'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { decisionOf, failedCycle, paused } from '../test/records.js'
import type { OutcomeKeeperOptionsInput } from './options.js'
import { createOutcomeKeeper } from './outcome-keeper.js'
import { outcomesOf, pendingOf } from './outcomes.js'

const DAY_MS = 86_400_000
const START_MS = Date.UTC(2026, 0, 2, 9)
const FIRST_EXPIRY_MS = Date.UTC(2026, 0, 9, 8)
const CALLS = ['BTC-9JAN26-100000-C', 'BTC-9JAN26-95000-C', 'BTC-16JAN26-100000-C', 'BTC-23JAN26-110000-C']

/** A log, a venue's clock and its prices, and the lives of keepers over them. */
function world(options: OutcomeKeeperOptionsInput = {}) {
  const log = createMemoryLog()
  const asked: string[] = []
  const said: string[] = []
  let nowMs = START_MS
  let cycle = 0
  let price: (expiryMs: number) => number | undefined = () => 102_000
  let keeper = openKeeper()

  function openKeeper() {
    async function* read() {
      yield* [...log.entries]
    }
    return createOutcomeKeeper(
      {
        log,
        read,
        clock: { now: () => nowMs },
        async deliveryPrice(currency, expiryMs) {
          asked.push(`${currency} ${new Date(expiryMs).toISOString().slice(0, 10)}`)
          return price(expiryMs)
        },
        logger: { ...silentLogger, warn: (message) => said.push(message) },
      },
      options,
    )
  }

  return {
    log,
    asked,
    said,
    restart() {
      keeper = openKeeper()
    },
    at(timeMs: number) {
      nowMs = timeMs
    },
    later(durationMs: number) {
      nowMs += durationMs
    },
    now: () => nowMs,
    prices(given: typeof price) {
      price = given
    },
    async decide(symbols: readonly string[] = []): Promise<DecisionRecord> {
      const candidates = symbols.map((symbol) => candidateForTest(symbol))
      const record = decisionOf(
        stateForTest({ timeMs: nowMs, underlyings: [underlyingForTest({ candidates })] }),
        cycle,
      )
      cycle += 1
      await keeper.record(record)
      return record
    },
    record: (entry: LogEntry) => keeper.record(entry),
    outcomes: () => log.entries.filter((entry): entry is OutcomeRecord => entry.kind === 'outcome'),
  }
}

const namesOf = (outcomes: readonly OutcomeRecord[]) =>
  outcomes.map(({ cycle, calls }) => `${cycle}: ${calls.map(({ symbol }) => symbol).join(' ')}`)

it('writes what the candidates came to behind the first decision after their expiry', async () => {
  const { at, decide, outcomes, asked } = world()
  const first = await decide(CALLS)
  at(FIRST_EXPIRY_MS - 1)
  await decide()
  expect({ outcomes: outcomes(), asked }).toEqual({ outcomes: [], asked: [] })
  at(FIRST_EXPIRY_MS)
  await decide()
  await decide()
  const delivery = {
    currency: 'BTC',
    expiryMs: FIRST_EXPIRY_MS,
    deliveryUsd: 102_000,
    knownMs: FIRST_EXPIRY_MS,
  } as const
  expect(outcomes()).toEqual([outcomesOf(first, delivery)])
  expect(outcomes()[0]?.calls.map(({ symbol }) => symbol)).toEqual(CALLS.slice(0, 2))
  expect(asked).toEqual(['BTC 2026-01-09'])
})

it('goes on after a restart, and writes nothing twice', async () => {
  const { at, decide, outcomes, restart } = world()
  await decide(CALLS.slice(0, 1))
  restart()
  await decide(CALLS.slice(1, 3))
  at(FIRST_EXPIRY_MS)
  restart()
  await decide()
  expect(namesOf(outcomes())).toEqual([`0: ${CALLS[0]}`, `1: ${CALLS[1]}`])
  restart()
  await decide()
  at(FIRST_EXPIRY_MS + 7 * DAY_MS)
  restart()
  await decide()
  expect(namesOf(outcomes())).toEqual([`0: ${CALLS[0]}`, `1: ${CALLS[1]}`, `1: ${CALLS[2]}`])
})

it.each([
  ['is not known yet', () => undefined],
  [
    'is refused',
    () => {
      throw new CcError('No answer.', { code: 'deribit/unreachable', recovery: 'skip' })
    },
  ],
  ['is none', () => 0],
  ['is no number', () => Number.NaN],
])('asks again behind the next decision for a price that %s', async (_, price) => {
  const { at, decide, outcomes, prices, later, now } = world()
  await decide(CALLS)
  at(FIRST_EXPIRY_MS)
  prices(price)
  await decide()
  expect(outcomes()).toEqual([])
  later(60_000)
  prices(() => 90_000)
  await decide()
  expect(outcomes()).toMatchObject([{ deliveryUsd: 90_000, knownMs: now() }])
})

it('keeps no expiry waiting for the price of another', async () => {
  const { at, decide, outcomes, prices } = world()
  await decide(CALLS)
  prices((expiryMs) => (expiryMs === FIRST_EXPIRY_MS ? undefined : 90_000))
  at(FIRST_EXPIRY_MS + 7 * DAY_MS - 1)
  await decide()
  expect(outcomes()).toEqual([])
  at(FIRST_EXPIRY_MS + 7 * DAY_MS)
  await decide()
  expect(namesOf(outcomes())).toEqual([`0: ${CALLS[2]}`])
})

it('stops asking after a week, and asks once more in a later life', async () => {
  const { at, decide, outcomes, prices, asked, said, restart } = world()
  await decide(CALLS.slice(0, 1))
  prices(() => undefined)
  at(FIRST_EXPIRY_MS + 7 * DAY_MS - 1)
  await decide()
  expect({ asked: asked.length, said }).toEqual({ asked: 1, said: [] })
  at(FIRST_EXPIRY_MS + 7 * DAY_MS)
  for (let i = 0; i < 3; i += 1) await decide()
  expect({ asked: asked.length, said }).toEqual({ asked: 2, said: [expect.stringMatching(/price is not known/)] })
  restart()
  for (let i = 0; i < 3; i += 1) await decide()
  expect(asked.length).toBe(3)
  restart()
  prices(() => 90_000)
  await decide()
  expect(namesOf(outcomes())).toEqual([`0: ${CALLS[0]}`])
})

it('asks nobody behind a cycle that saw nothing', async () => {
  const { at, decide, record, asked } = world()
  await decide(CALLS)
  at(FIRST_EXPIRY_MS)
  await record(failedCycle(FIRST_EXPIRY_MS, 1))
  expect(asked).toEqual([])
})

it('writes so many at once, and the rest behind later decisions', async () => {
  const { at, decide, outcomes, asked } = world({ mostAtOnce: 2 })
  for (let i = 0; i < 5; i += 1) await decide(CALLS)
  at(FIRST_EXPIRY_MS)
  const counts: number[] = []
  for (let i = 0; i < 4; i += 1) {
    await decide()
    counts.push(outcomes().length)
  }
  expect({ counts, asked }).toEqual({ counts: [2, 4, 5, 5], asked: ['BTC 2026-01-09'] })
})

it('writes none of a log that cannot be read to its end', async () => {
  const log = createMemoryLog()
  const said: string[] = []
  async function* read(): AsyncGenerator<LogEntry> {
    yield decisionOf(
      stateForTest({
        timeMs: START_MS,
        underlyings: [underlyingForTest({ candidates: [candidateForTest(CALLS[0] ?? '')] })],
      }),
    )
    throw new Error('line 2 is not JSON')
  }
  const keeper = createOutcomeKeeper({
    log,
    read,
    clock: { now: () => FIRST_EXPIRY_MS },
    deliveryPrice: async () => 90_000,
    logger: { ...silentLogger, warn: (message, facts) => said.push(`${message} ${facts?.message}`) },
  })
  await keeper.record(decisionOf(stateForTest({ timeMs: FIRST_EXPIRY_MS }), 1))
  expect(log.entries.map(({ kind }) => kind)).toEqual(['decision'])
  expect(said).toEqual([expect.stringMatching(/cannot be read Error: line 2 is not JSON/)])
})

it('throws what the log throws, of a decision and of an outcome', async () => {
  const full = (kind: LogEntry['kind']) => ({
    async record(entry: LogEntry) {
      if (entry.kind === kind) throw new CcError('No space left.', { code: 'logging/append-failed', recovery: 'halt' })
    },
  })
  const timeMs = FIRST_EXPIRY_MS
  const candidates = [candidateForTest(CALLS[0] ?? '')]
  const record = decisionOf(stateForTest({ timeMs, underlyings: [underlyingForTest({ candidates })] }))
  for (const kind of ['decision', 'outcome'] as const) {
    const keeper = createOutcomeKeeper({ log: full(kind), clock: { now: () => timeMs }, deliveryPrice: async () => 1 })
    await expect(keeper.record(record)).rejects.toMatchObject({ code: 'logging/append-failed' })
  }
})

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('decide' as const), symbols: fc.subarray(CALLS) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('later' as const), hours: fc.integer({ min: 1, max: 100 }) }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'restart' as const }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('prices' as const), known: fc.boolean() }) },
)

it('gives each decision and expiry one outcome, in their order, whatever fails and whenever it restarts', async () => {
  const options = fc.record({
    mostDecisions: fc.integer({ min: 1, max: 6 }),
    mostAtOnce: fc.integer({ min: 1, max: 4 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), options, async (steps, given) => {
      const { at, decide, later, now, outcomes, prices, restart } = world(given)
      const decisions: DecisionRecord[] = []
      for (const taken of steps) {
        if (taken.kind === 'later') later(taken.hours * 3_600_000)
        else if (taken.kind === 'restart') restart()
        else if (taken.kind === 'prices') prices(taken.known ? () => 102_000 : () => undefined)
        // A call that has expired is no candidate.
        else decisions.push(await decide(taken.symbols.filter((symbol) => expiryOf(symbol) > now())))
      }
      restart()
      prices(() => 102_000)
      at(Date.UTC(2027, 0, 1))
      for (let i = 0; i < decisions.length * 3 + 1; i += 1) await decide()

      const expected = [...new Set(CALLS.map(expiryOf))].map((expiryMs) =>
        decisions
          .filter((record) => pendingOf(record).some((pending) => pending.expiryMs === expiryMs))
          .slice(0, given.mostDecisions)
          .map(({ cycle }) => cycle),
      )
      const written = [...new Set(CALLS.map(expiryOf))].map((expiryMs) =>
        outcomes()
          .filter((outcome) => outcome.expiryMs === expiryMs)
          .map(({ cycle }) => cycle),
      )
      expect(written).toEqual(expected)
      for (const outcome of outcomes()) {
        const record = decisions.find(({ cycle }) => cycle === outcome.cycle)
        expect(outcome.knownMs).toBeGreaterThanOrEqual(outcome.expiryMs)
        expect(record && outcomesOf(record, outcome)).toEqual(outcome)
      }
    }),
    { numRuns: 200 },
  )
})

function expiryOf(symbol: string): number {
  return candidateForTest(symbol).instrument.expiryMs
}

it('passes on what a person commanded, and asks for no price behind it, in this life and the next', async () => {
  const { decide, later, record, restart, now, asked, log, outcomes } = world()
  await decide([CALLS[0] as string])
  later(FIRST_EXPIRY_MS - START_MS + 1)
  await record(paused(now()))
  expect(asked).toEqual([])
  restart()
  await record(paused(now() + 1))
  expect([asked, log.entries.map(({ kind }) => kind)]).toEqual([[], ['decision', 'operator', 'operator']])
  await decide()
  expect(outcomes()).toHaveLength(1)
})
