import type { AgentState, ProposedAction } from '@cc/models'
import {
  candidateForTest,
  instrumentForTest,
  positionForTest,
  stateForTest,
  underlyingForTest,
} from '@cc/models/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type LineRules, legalLines } from './legal-lines.js'

const SOLD = 'BTC-9JAN26-100000-C'
const LATER = 'BTC-30JAN26-100000-C'
const LATEST = 'BTC-27FEB26-110000-C'

/** All lines with what they do, and every proposal that was asked about. */
function linesOf(
  state: AgentState,
  isLegal: LineRules['isLegal'] = () => true,
  sizeShares: readonly number[] = [1, 0.5],
) {
  const asked: ProposedAction[] = []
  const { closes, sales } = legalLines(state, {
    sizeShares,
    isLegal(proposal, of) {
      asked.push(proposal)
      return isLegal(proposal, of)
    },
  })
  return { actions: [...closes, ...sales].map(({ action }) => action), closes, sales, asked }
}

function sizesOf(state: AgentState, isLegal?: LineRules['isLegal'], sizeShares?: readonly number[]) {
  return linesOf(state, isLegal, sizeShares).actions.map(({ params }) => ('size' in params ? params.size : null))
}

function coins(balanceCoin: number): AgentState {
  return stateForTest({ underlyings: [underlyingForTest({ portfolio: { balanceCoin } })] })
}

describe('sales of a menu', () => {
  it('are offered in each share of the free coins, largest first', () => {
    expect(linesOf(coins(2.57)).actions).toEqual([
      { action: 'OPEN_COVERED_CALL', params: { symbol: LATER, size: 2.5 } },
      { action: 'OPEN_COVERED_CALL', params: { symbol: LATER, size: 1.2 } },
    ])
  })

  it.each<[number, number[], number[], string]>([
    [0.1, [1, 0.5], [0.1], 'half of the smallest order is none'],
    [0.09, [1, 0.5], [], 'less than the smallest order'],
    [0, [1], [], 'no coins'],
    [0.3, [1, 0.99, 0.7], [0.3, 0.2], 'shares that round to the same size are one'],
    [1, [0.5, 1], [0.5, 1], 'the order of the shares is kept'],
    [0.79999999, [1], [0.7], 'a satoshi less than a step'],
    [0.1 + 0.7, [1], [0.8], 'float noise costs no step'],
    [Number.NaN, [1], [], 'no number'],
    [Number.POSITIVE_INFINITY, [1], [], 'an infinity'],
  ])('of %s free coins in shares %j are %j: %s', (freeCoin, shares, sizes) => {
    const state = stateForTest({
      underlyings: [underlyingForTest({ portfolio: { coverage: { coveredCoin: 1, committedCoin: 0, freeCoin } } })],
    })
    expect(sizesOf(state, () => true, shares)).toEqual(sizes)
  })

  it('are as large as risk allows, found by halving', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 0, max: 600 }), (freeSteps, mostSteps) => {
        const most = mostSteps / 10
        const { actions, asked } = linesOf(
          coins(freeSteps / 10),
          ({ params }) => 'size' in params && params.size <= most + 1e-9,
          [1],
        )
        const largest = Math.min(freeSteps, mostSteps) / 10
        expect(actions.map(({ params }) => 'size' in params && params.size)).toEqual(largest === 0 ? [] : [largest])
        expect(asked.length).toBeLessThanOrEqual(2 + Math.ceil(Math.log2(freeSteps + 1)))
      }),
    )
  })

  it('ask no more than once about a line, twice about a call that is refused in every size', () => {
    const { asked } = linesOf(coins(2))
    expect(asked.map(({ params }) => 'size' in params && params.size)).toEqual([2, 1])
    expect(linesOf(coins(2), () => false).asked).toHaveLength(2)
  })

  it('ask little about a call that the same limit holds as the one before it', () => {
    const candidates = Array.from({ length: 30 }, (_, place) => candidateForTest(`BTC-30JAN26-${100_000 + place}-C`))
    const state = stateForTest({ underlyings: [underlyingForTest({ portfolio: { balanceCoin: 20 }, candidates })] })
    const { actions, asked } = linesOf(state, ({ params }) => 'size' in params && params.size <= 5, [1, 0.5])
    expect(new Set(actions.map(({ params }) => 'size' in params && params.size))).toEqual(new Set([5, 2.5]))
    expect(asked.length).toBeLessThanOrEqual(10 + 29 * 3)
  })

  it('are as large as each call may be, however much that differs from the call before it', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 90 }), { minLength: 1, maxLength: 8 }), (mostSteps) => {
        const candidates = mostSteps.map((_, place) => candidateForTest(`BTC-30JAN26-${100_000 + place}-C`))
        const state = stateForTest({ underlyings: [underlyingForTest({ portfolio: { balanceCoin: 8 }, candidates })] })
        const most = new Map(
          candidates.map(({ instrument }, place) => [instrument.symbol, (mostSteps[place] ?? 0) / 10]),
        )
        const { actions } = linesOf(
          state,
          ({ params }) => 'symbol' in params && params.size <= (most.get(params.symbol) ?? 0) + 1e-9,
          [1],
        )
        const sizes = actions.map(({ params }) => 'size' in params && params.size)
        expect(sizes).toEqual(mostSteps.map((steps) => Math.min(80, steps) / 10).filter((size) => size > 0))
      }),
    )
  })

  it('hold nothing that was not allowed, also where a smaller size is refused and a larger is not', () => {
    expect(sizesOf(coins(2), ({ params }) => 'size' in params && params.size === 2)).toEqual([2])
  })

  it('are of each call once, also where the state ranks it twice', () => {
    const underlyings = [
      underlyingForTest({ candidates: [LATER, LATEST, LATER].map((symbol) => candidateForTest(symbol)) }),
    ]
    const symbols = linesOf(stateForTest({ underlyings }), () => true, [1]).actions.map(
      ({ params }) => 'symbol' in params && params.symbol,
    )
    expect(symbols).toEqual([LATER, LATEST])
  })

  it('of several coins take turns by rank', () => {
    const underlyings = (['BTC', 'ETH'] as const).map((currency) =>
      underlyingForTest({
        currency,
        candidates: [30, 31].map((strike) => candidateForTest(`${currency}-30JAN26-${strike}00-C`)),
      }),
    )
    const symbols = linesOf(stateForTest({ underlyings }), () => true, [1]).actions.map(
      ({ params }) => 'symbol' in params && params.symbol,
    )
    expect(symbols).toEqual(['BTC-30JAN26-3000-C', 'ETH-30JAN26-3000-C', 'BTC-30JAN26-3100-C', 'ETH-30JAN26-3100-C'])
  })

  it('are none of a call without a step, and all of the others', () => {
    const broken = candidateForTest(LATER, { instrument: instrumentForTest(LATER, { sizeStepCoin: 0 }) })
    const underlyings = [underlyingForTest({ candidates: [broken, candidateForTest(LATEST)] })]
    expect(linesOf(stateForTest({ underlyings }), () => true, [1]).actions).toEqual([
      { action: 'OPEN_COVERED_CALL', params: { symbol: LATEST, size: 1 } },
    ])
  })
})

describe('closes and rolls of a menu', () => {
  const held = (changes: Parameters<typeof positionForTest>[1] = {}) =>
    stateForTest({
      underlyings: [
        underlyingForTest({
          portfolio: { balanceCoin: 1, positions: [positionForTest(SOLD, changes)] },
          candidates: [SOLD, 'BTC-2JAN26-100000-C', LATER, LATEST].map((symbol) =>
            candidateForTest(symbol, { dte: 20 }),
          ),
        }),
      ],
    })

  it('are of the whole position, to every call that expires later', () => {
    expect(linesOf(held()).actions).toEqual([
      { action: 'CLOSE_COVERED_CALL', params: { symbol: SOLD, size: 1 } },
      { action: 'ROLL_COVERED_CALL', params: { fromSymbol: SOLD, toSymbol: LATER, size: 1 } },
      { action: 'ROLL_COVERED_CALL', params: { fromSymbol: SOLD, toSymbol: LATEST, size: 1 } },
    ])
  })

  it.each<[Parameters<typeof positionForTest>[1], number, string]>([
    [{ sizeCoin: -0.09 }, 0, 'dust'],
    [{ askPriceCoin: null }, 0, 'nobody offers it'],
    [{ sizeCoin: 1 }, 0, 'a long call'],
    [{ sizeCoin: 0 }, 0, 'nothing left of it'],
    [{ sizeCoin: Number.NaN }, 0, 'no number'],
    [{ instrument: instrumentForTest('BTC-9JAN26-100000-P') }, 0, 'a put'],
    [{ sizeCoin: -0.29 }, 3, 'rounded down'],
  ])('of %j are %i: %s', (changes, count) => {
    const { actions } = linesOf(held(changes), ({ action }) => action !== 'OPEN_COVERED_CALL')
    expect(actions).toHaveLength(count)
    for (const { params } of actions) expect(params).toMatchObject({ size: 0.2 })
  })

  it('go to no call of another coin', () => {
    const eth = underlyingForTest({ currency: 'ETH', portfolio: { balanceCoin: 0 } })
    const state = { ...held(), underlyings: [...held().underlyings, eth] }
    const targets = linesOf(state).actions.flatMap(({ params }) => ('toSymbol' in params ? [params.toSymbol] : []))
    expect(targets).toEqual([LATER, LATEST])
  })

  it('compare the two calls', () => {
    const { closes, sales } = linesOf(held({ askPriceCoin: 0.004 }))
    expect(closes[0]?.facts).toMatchObject({ action: 'CLOSE', coin: 'BTC', held: 1, size: 1, cash: -0.0043, dte: null })
    expect(sales.at(-1)?.facts).toMatchObject({
      ...{ action: 'ROLL', coin: 'BTC', held: 1, size: 1, premium: 0.0097, margin: 0.1102 },
      ...{ cash: 0.0054, strike_lift: 0.1, days_added: 13 },
    })
  })
})

describe('a currency', () => {
  const both = (parts: Parameters<typeof stateForTest>[0]) =>
    stateForTest({
      underlyings: (['BTC', 'ETH'] as const).map((currency) =>
        underlyingForTest({
          currency,
          portfolio: { balanceCoin: 2, positions: [positionForTest(`${currency}-9JAN26-100000-C`)] },
        }),
      ),
      ...parts,
    })
  const send = { label: 'x', side: 'sell', sizeCoin: 1, validUntilMs: 0 } as const

  it.each<[string, Parameters<typeof stateForTest>[0], readonly string[]]>([
    ['in peace', {}, ['BTC', 'ETH']],
    ['that is locked', { venue: { testnet: true, locked: ['BTC'], clockErrorMs: 0 } }, ['ETH']],
    ['that had its turn', { memory: { setAside: ['ETH'] } }, ['BTC']],
    ['with a send of unknown outcome', { memory: { unresolved: [{ ...send, symbol: LATER }] } }, ['ETH']],
    ['that may be the one of an unreadable send', { memory: { unresolved: [{ ...send, symbol: '?' }] } }, []],
  ])('%s has lines, or none and is not asked about', (_, parts, currencies) => {
    const { closes, sales, asked } = linesOf(both(parts))
    expect([...new Set([...closes, ...sales].map(({ facts }) => facts.coin))]).toEqual(currencies)
    expect(asked).toHaveLength(closes.length + sales.length)
  })
})

describe('legality', () => {
  it('that cannot be told is none', () => {
    const throwing = () => {
      throw new Error('no margin quote')
    }
    expect(linesOf(coins(1), throwing).actions).toEqual([])
    expect(linesOf(coins(1), (() => 'yes') as unknown as LineRules['isLegal']).actions).toEqual([])
  })

  it('is asked with the action as it would be proposed, and no reason that could speak for it', () => {
    const { asked } = linesOf(coins(1), () => true, [1])
    expect(asked).toEqual([
      { action: 'OPEN_COVERED_CALL', params: { symbol: LATER, size: 1 }, reasoning: 'A line of the menu.' },
    ])
  })
})
