import { type AgentMemory, agentStateSchema, type ChainQuote, EMPTY_MEMORY } from '@cc/models'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  account,
  HOUR_MS,
  hourly,
  NOW_MS,
  position,
  readingsOf,
  restingOrder,
  tickerOf,
  world,
} from '../test/fake-venue.js'
import { assembleUnderlying, draftUnderlying, finishUnderlying, shortlist } from './assemble.js'
import { type StateOptionsInput, stateOptionsSchema } from './options.js'
import type { UnderlyingReadings } from './readings.js'

const CALL = 'BTC-16JAN26-100000-C'
const memory: AgentMemory = {
  ...EMPTY_MEMORY,
  unresolved: [{ label: 'cc-9', symbol: CALL, side: 'sell', sizeCoin: 0.3, validUntilMs: NOW_MS }],
}

function assemble(readings: UnderlyingReadings, options: StateOptionsInput = {}) {
  return assembleUnderlying(readings, { timeMs: NOW_MS, memory }, stateOptionsSchema.parse(options))
}

/** Everything that a book of calls can hold. */
const busy = readingsOf(
  world({
    account: account({
      positions: [
        position('BTC-30JAN26-106000-C', -0.1),
        position('BTC-PERPETUAL', -0.3, 'future'),
        position(CALL, -0.7),
        position('BTC-16JAN26-80000-P', 0.2),
        position('BTC-26DEC25-90000-C', -0.1),
      ],
      openOrders: [0.1, 0.2, 0.7].map((sizeCoin, at) =>
        restingOrder({ orderId: `${at}`, label: `cc-${at}`, createdMs: NOW_MS - at, sizeCoin }),
      ),
    }),
  }),
)

describe('a draft of the market', () => {
  const options = stateOptionsSchema.parse({})

  it('is finished to the same bytes, as often as one wants, with whatever account', () => {
    const draft = draftUnderlying(busy, { timeMs: NOW_MS }, options)
    const copy = structuredClone(draft)
    const finish = (readings: UnderlyingReadings) =>
      JSON.stringify(finishUnderlying(draft, { readings, memory }, options))
    const idle = { ...busy, account: account(), tickers: null }
    expect(finish(busy)).toBe(JSON.stringify(assemble(busy)))
    expect(finish(idle)).toBe(JSON.stringify(assemble(idle)))
    expect(finish(busy)).toBe(JSON.stringify(assemble(busy)))
    expect(draft).toEqual(copy)
  })

  it('is as it was after calls fell by the cap or for want of a ticker', () => {
    const few = stateOptionsSchema.parse({ maxCandidates: 1 })
    const draft = draftUnderlying(busy, { timeMs: NOW_MS }, few)
    const finish = (tickers: UnderlyingReadings['tickers']) =>
      finishUnderlying(draft, { readings: { ...busy, tickers }, memory }, few)
    const byChain = finish(null)
    expect(byChain.candidates).toHaveLength(1)
    const withoutTicker = finish(new Map())
    expect(withoutTicker.candidates).toEqual([])
    expect(withoutTicker.rejectedCandidates).toContainEqual(expect.objectContaining({ reason: 'no-ticker', count: 1 }))
    expect(withoutTicker.rejectedCandidates).toContainEqual(expect.objectContaining({ reason: 'below-the-cap' }))
    expect(finish(null)).toEqual(byChain)
    expect(draftUnderlying(busy, { timeMs: NOW_MS }, few).ranking).toEqual(draft.ranking)
  })

  it('needs a sound market, and no account yet', () => {
    const broken = { ...busy, account: account({ balanceCoin: Number.NaN }) }
    const draft = draftUnderlying(broken, { timeMs: NOW_MS }, options)
    const error = { code: 'state/bad-reading', facts: { part: 'account', field: 'balanceCoin' } }
    expect(thrownBy(() => finishUnderlying(draft, { readings: broken, memory }, options))).toMatchObject(error)
    const index = { ...busy.index, indexUsd: 0 }
    expect(thrownBy(() => draftUnderlying({ ...busy, index }, { timeMs: NOW_MS }, options))).toMatchObject({
      code: 'state/bad-reading',
      facts: { part: 'index', field: 'indexUsd' },
    })
  })
})

describe('the same inputs', () => {
  const bytes = JSON.stringify(assemble(busy))

  it('give the same bytes in any order', () => {
    const tickers = [...(busy.tickers ?? [])]
    const shuffles = fc.tuple(
      shuffled(busy.instruments),
      shuffled(busy.chain.quotes),
      shuffled(busy.account.positions),
      shuffled(busy.account.openOrders),
      shuffled(tickers),
    )
    fc.assert(
      fc.property(shuffles, ([instruments, quotes, positions, openOrders, read]) => {
        const state = assemble({
          ...busy,
          instruments,
          chain: { ...busy.chain, quotes },
          account: { ...busy.account, positions, openOrders },
          tickers: new Map(read),
        })
        expect(JSON.stringify(state)).toBe(bytes)
      }),
      { numRuns: 50 },
    )
  })

  it('give the same shortlist in any order', () => {
    const options = stateOptionsSchema.parse({ maxCandidates: 3 })
    const symbols = shortlist(busy, { timeMs: NOW_MS }, options)
    expect(symbols).toHaveLength(3)
    fc.assert(
      fc.property(shuffled(busy.instruments), shuffled(busy.chain.quotes), (instruments, quotes) => {
        const readings = { ...busy, instruments, chain: { ...busy.chain, quotes } }
        expect(shortlist(readings, { timeMs: NOW_MS }, options)).toEqual(symbols)
      }),
      { numRuns: 30 },
    )
  })

  it('are not changed', () => {
    const copy = structuredClone(busy)
    const [frozen, frozenMemory] = [deepFreeze(structuredClone(busy)), deepFreeze(structuredClone(memory))]
    const options = deepFreeze(stateOptionsSchema.parse({}))
    const state = assembleUnderlying(frozen, { timeMs: NOW_MS, memory: frozenMemory }, options)
    shortlist(frozen, { timeMs: NOW_MS }, options)
    expect(JSON.stringify(state)).toBe(bytes)
    expect(frozen).toEqual(copy)
  })

  it('give what the schema takes, and what JSON keeps', () => {
    const state = {
      timeMs: NOW_MS,
      source: { kind: 'synthetic', description: 'plain objects' },
      venue: { testnet: true, locked: [], clockErrorMs: 0 },
      underlyings: [assemble(busy)],
      memory,
    }
    expect(agentStateSchema.parse(state)).toEqual(state)
    expect(JSON.parse(JSON.stringify(state))).toEqual(state)
  })
})

describe('the shortlist', () => {
  it('is what would be candidates by the chain alone, best first', () => {
    const { candidates } = assemble({ ...busy, tickers: null })
    expect(candidates.length).toBeGreaterThan(2)
    expect(shortlist(busy, { timeMs: NOW_MS }, stateOptionsSchema.parse({}))).toEqual(
      candidates.map(({ instrument }) => instrument.symbol),
    )
  })

  it('refuses what the state refuses', () => {
    const index = { ...busy.index, indexUsd: Number.NaN }
    const read = () => shortlist({ ...busy, index }, { timeMs: NOW_MS }, stateOptionsSchema.parse({}))
    expect(read).toThrow('BTC index: indexUsd is NaN, expected a finite number > 0.')
  })
})

it('the index is compared with its close of 24 hours ago', () => {
  const candles = { value: hourly(Array.from({ length: 48 }, (_, bar) => (bar === 23 ? 80_000 : 1))) }
  expect(assemble({ ...busy, candles })).toMatchObject({
    spotUsd: 89_900,
    dayChangePct: expect.closeTo((89_900 / 80_000 - 1) * 100, 12),
  })
})

describe('each part', () => {
  it('has its time and its age', () => {
    const part = (timestampMs: number) => ({ timestampMs, ageMs: NOW_MS - timestampMs })
    expect(assemble({ ...busy, account: { ...busy.account, timestampMs: NOW_MS - 7 } }).parts).toEqual({
      account: part(NOW_MS - 7),
      chain: part(NOW_MS - 500),
      index: part(NOW_MS - 100),
      instruments: part(NOW_MS - 20),
      tickers: part(NOW_MS - 50),
      candles: part(NOW_MS),
      dvol: part(NOW_MS),
    })
  })

  it('that a candidate was quoted by has its time there, too', () => {
    const quotedMs = (tickers: UnderlyingReadings['tickers']) =>
      new Set(assemble({ ...busy, tickers }).candidates.map((candidate) => candidate.quotedMs))
    expect(quotedMs(null)).toEqual(new Set([NOW_MS - 500]))
    expect(quotedMs(busy.tickers)).toEqual(new Set([NOW_MS - 50]))
  })

  it('of history has the close of its own last bar, of those that had closed', () => {
    const candles = { value: hourly([1, 2, 3], { untilMs: NOW_MS + HOUR_MS - 1 }) }
    const dvolHours = { value: hourly([0.5, 0.5], { kind: 'dvol', untilMs: NOW_MS - 7 * HOUR_MS }) }
    expect(assemble({ ...busy, candles, dvolHours }).parts).toMatchObject({
      candles: { timestampMs: NOW_MS - 1, ageMs: 1 },
      dvol: { timestampMs: NOW_MS - 7 * HOUR_MS, ageMs: 7 * HOUR_MS },
    })
  })

  it('that is not there has none', () => {
    const none = { missing: 'venue/no' }
    const tickers = new Map([[CALL, none]])
    const { parts } = assemble({ ...busy, candles: none, dvolHours: none, tickers })
    expect(parts).toMatchObject({ tickers: null, candles: null, dvol: null })
    expect(assemble({ ...busy, tickers: null }).parts.tickers).toBeNull()
  })

  it('of the tickers is the oldest of those that were read', () => {
    const ticker = (symbol: string, timestampMs: number) => {
      const quote = busy.chain.quotes.find((each) => each.symbol === symbol) as ChainQuote
      return [symbol, { value: tickerOf(quote, { timestampMs }) }] as const
    }
    const tickers = new Map<string, NonNullable<typeof busy.tickers> extends ReadonlyMap<string, infer T> ? T : never>([
      ticker(CALL, NOW_MS - 30),
      ticker('BTC-30JAN26-106000-C', NOW_MS - 900),
      ['BTC-30JAN26-115000-C', { missing: 'venue/no' }],
    ])
    expect(assemble({ ...busy, tickers }).parts.tickers).toEqual({ timestampMs: NOW_MS - 900, ageMs: 900 })
  })
})

function thrownBy(act: () => unknown): unknown {
  try {
    act()
  } catch (error) {
    return error
  }
  throw new Error('Nothing was thrown.')
}

function shuffled<T>(values: readonly T[]): fc.Arbitrary<T[]> {
  return fc.shuffledSubarray([...values], { minLength: values.length })
}

function deepFreeze<T>(value: T): T {
  const inner = value instanceof Map ? [...value.values()] : Object.values(value as object)
  for (const each of inner) if (typeof each === 'object' && each !== null) deepFreeze(each)
  return Object.freeze(value)
}
