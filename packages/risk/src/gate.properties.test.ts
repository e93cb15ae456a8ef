import {
  type AgentMemory,
  type AgentState,
  type ProposedAction,
  parseSymbol,
  type Verdict,
  verdictRecordSchema,
} from '@cc/models'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  CALL,
  candidateOf,
  close,
  DECISION_ID,
  EARLIER_CALL,
  LATER_CALL,
  marginOf,
  NOTHING,
  NOW_MS,
  open,
  openedAgo,
  positionOf,
  restingOrder,
  roll,
  sentAgo,
  stateOf,
  unresolvedSend,
} from '../test/agent-state.js'
import { checkActionAllowed, createRiskGate, type RiskLimitsInput, verdictRecord } from './index.js'

const HELD = 'BTC-16JAN26-90000-C'
const SYMBOLS = [HELD, EARLIER_CALL, CALL, LATER_CALL, 'BTC-23JAN26-80000-P']

/** Sizes and coins in whole satoshis, so that sums of them can be checked without floats. */
const satoshis = (coin: number) => BigInt(Math.round(coin * 1e8))
const sizes = fc.integer({ min: 1, max: 12 }).map((tenths) => tenths / 10)
const symbols = fc.constantFrom(...SYMBOLS)
const deltas = fc.integer({ min: 0, max: 100 }).map((hundredths) => hundredths / 100)

const limits: fc.Arbitrary<RiskLimitsInput> = fc.record({
  maxMarginUsedPct: fc.integer({ min: 1, max: 100 }),
  maxNetDeltaAbs: deltas,
  maxExpiryExposure: fc.integer({ min: 1, max: 10 }).map((tenths) => tenths / 10),
  maxCoverage: fc.integer({ min: 1, max: 10 }).map((tenths) => tenths / 10),
})
/** Little in the way of a sale but coverage. */
const WIDE: RiskLimitsInput = {
  ...{ maxMarginUsedPct: 100, maxMaintenancePct: 100, maxStressPct: 95, maxNetDeltaAbs: 1, maxOpenOrders: 50 },
}

const books = fc.record({
  coveredCoin: fc.integer({ min: -10_000_000, max: 250_000_000 }).map((units) => units / 1e8),
  shorts: fc.uniqueArray(
    fc.record({ symbol: fc.constantFrom<string>(HELD, EARLIER_CALL, CALL), sizeCoin: sizes, delta: deltas }),
    {
      selector: ({ symbol }) => symbol,
      maxLength: 3,
    },
  ),
  resting: fc.array(fc.record({ symbol: symbols, sizeCoin: sizes, side: fc.constantFrom('buy', 'sell') }), {
    maxLength: 2,
  }),
  bidTicks: fc.integer({ min: 11, max: 100 }),
  initialMarginCoin: fc.integer({ min: 0, max: 50 }).map((hundredths) => hundredths / 100),
})
type Book = typeof books extends fc.Arbitrary<infer Value> ? Value : never

function stateWith({ coveredCoin, shorts, resting, bidTicks, initialMarginCoin }: Book, memory = {}): AgentState {
  const bidPriceCoin = (bidTicks * 5) / 10_000
  const market = { bidPriceCoin, markPriceCoin: bidPriceCoin, askPriceCoin: ((bidTicks + 1) * 5) / 10_000 }
  return stateOf(
    {
      coveredCoin,
      candidates: [EARLIER_CALL, CALL, LATER_CALL].map((symbol) => candidateOf(symbol, market)),
      portfolio: {
        positions: shorts.map(({ symbol, sizeCoin, delta }) =>
          positionOf(symbol, -sizeCoin, { delta: symbol.endsWith('P') ? -delta : delta }),
        ),
        openOrders: resting.map(({ symbol, sizeCoin, side }, i) =>
          restingOrder(symbol, sizeCoin, { side, label: `r${i}` }),
        ),
        initialMarginCoin,
      },
    },
    { memory },
  )
}

const sales: fc.Arbitrary<ProposedAction> = fc.oneof(
  fc.record({ symbol: symbols, size: sizes }).map(({ symbol, size }) => open(symbol, size)),
  fc.record({ from: symbols, to: symbols, size: sizes }).map(({ from, to, size }) => roll(from, to, size)),
)

it('never allows more short calls than coins, with every leg at its worst price, resting sells filled and resting buys paid', () => {
  let allowed = 0
  fc.assert(
    fc.property(books, sales, fc.constantFrom<RiskLimitsInput>({}, WIDE), (book, proposal, chosen) => {
      const verdict = checkActionAllowed(stateWith(book), proposal, chosen)
      if (!verdict.allowed) return
      allowed++
      let short = [...book.shorts, ...book.resting.filter(({ side }) => side === 'sell')]
        .filter(({ symbol }) => parseSymbol(symbol)?.kind === 'call')
        .reduce((sum, { sizeCoin }) => sum + satoshis(sizeCoin), 0n)
      let coveredCoin = book.coveredCoin
      for (const { side, sizeCoin } of book.resting) if (side === 'buy') coveredCoin -= sizeCoin * (0.02 + 0.0003)
      for (const { side, maxSizeCoin, worstPriceCoin } of verdict.action.bounds.legs) {
        const sign = side === 'sell' ? 1 : -1
        short += BigInt(sign) * satoshis(maxSizeCoin)
        coveredCoin += sign * maxSizeCoin * worstPriceCoin - maxSizeCoin * Math.min(0.0003, 0.125 * worstPriceCoin)
      }
      expect(short).toBeLessThanOrEqual(satoshis(coveredCoin))
    }),
    { numRuns: 6_000 },
  )
  expect(allowed).toBeGreaterThan(100)
})

describe('more that is short or may become so never turns a refusal of a sale into an approval', () => {
  const more = fc.record({ symbol: fc.constantFrom(EARLIER_CALL, CALL, LATER_CALL), sizeCoin: sizes, delta: deltas })

  it.each<[string, (book: Book, added: { symbol: string; sizeCoin: number; delta: number }) => AgentState]>([
    ['a position', (book, added) => stateWith({ ...book, shorts: [...book.shorts, added] })],
    ['a resting sale', (book, added) => stateWith({ ...book, resting: [...book.resting, { ...added, side: 'sell' }] })],
    ['a resting buy', (book, added) => stateWith({ ...book, resting: [...book.resting, { ...added, side: 'buy' }] })],
    [
      'a sale of unknown outcome',
      (book, added) => stateWith(book, { unresolved: [unresolvedSend(added.symbol, added)] }),
    ],
  ])('%s', (_, add) => {
    let refused = 0
    fc.assert(
      // The held call is bought back in part or whole: more of that one would be more to buy back.
      fc.property(books, sales, limits, more, (book, proposal, chosen, added) => {
        const from = proposal.action === 'ROLL_COVERED_CALL' ? proposal.params.fromSymbol : ''
        fc.pre(
          added.symbol !== from && book.shorts.every(({ symbol }) => symbol !== added.symbol && !symbol.endsWith('P')),
        )
        if (checkActionAllowed(stateWith(book), proposal, chosen).allowed) return
        refused++
        expect(checkActionAllowed(add(book, added), proposal, chosen).allowed).toBe(false)
      }),
      { numRuns: 1_000 },
    )
    expect(refused).toBeGreaterThan(100)
  })
})

it('lets every held call be bought back, whatever the limits and the rest of the book', () => {
  fc.assert(
    fc.property(books, limits, sizes, sizes, (book, chosen, held, size) => {
      fc.pre(size <= held)
      const shorts = [
        ...book.shorts.filter(({ symbol }) => symbol !== HELD),
        { symbol: HELD, sizeCoin: held, delta: 1 },
      ]
      // But for orders of the same call, which would be crossed or do the same already.
      const resting = book.resting.filter(({ symbol }) => symbol !== HELD)
      const state = stateWith({ ...book, shorts, resting }, { mode: 'reduce-only', unresolved: [unresolvedSend(HELD)] })
      const verdict = checkActionAllowed(state, close(HELD, size), chosen)
      if (!verdict.allowed) throw new Error(verdict.reasons.join())
      expect(verdict.action.bounds.legs).toMatchObject([{ side: 'buy', maxSizeCoin: size, reduceOnly: true }])
    }),
  )
})

it('refuses with numbers that the record takes, one sentence each, and changes nothing that it was given', () => {
  fc.assert(
    fc.property(
      books,
      fc.oneof(
        sales,
        sizes.map((size) => close(HELD, size)),
      ),
      limits,
      (book, proposal, chosen) => {
        const state = stateWith(book)
        const before = structuredClone({ state, proposal })
        const verdict = checkActionAllowed(state, proposal, chosen)
        expect({ state, proposal }).toEqual(before)
        const record = verdictRecord(verdict)
        expect(verdictRecordSchema.parse(JSON.parse(JSON.stringify(record)))).toEqual(record)
        if (!verdict.allowed) expect(verdict.reasons).toHaveLength(verdict.breaches.length)
      },
    ),
  )
})

it('never refuses for want of cover what it would allow on a smaller balance', () => {
  const coverage = (book: Book, proposal: ProposedAction) => {
    const verdict = checkActionAllowed(stateWith(book), proposal, WIDE)
    return verdict.allowed ? undefined : verdict.breaches.find(({ code }) => code === 'coverage-exceeded')
  }
  let covered = 0
  fc.assert(
    fc.property(books, sales, fc.integer({ min: 1, max: 100_000_000 }), (book, proposal, moreSatoshis) => {
      if (coverage(book, proposal) !== undefined) return
      covered++
      const richer = { ...book, coveredCoin: book.coveredCoin + moreSatoshis / 1e8 }
      expect(coverage(richer, proposal)).toBeUndefined()
    }),
    { numRuns: 1_000 },
  )
  expect(covered).toBeGreaterThan(100)
})

it('gives the same verdict twice, its breaches in one order', () => {
  fc.assert(
    fc.property(books, sales, limits, (book, proposal, chosen) => {
      const [first, second] = [1, 2].map(() => verdictRecord(checkActionAllowed(stateWith(book), proposal, chosen)))
      expect(second).toEqual(first)
    }),
  )
})

describe('a number that is not one never leads to an approval', () => {
  const garbage = fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY)
  const memory: Partial<AgentMemory> = {
    highWaterCoin: { BTC: 2 },
    dayStart: { BTC: { dayMs: Math.floor(NOW_MS / 86_400_000) * 86_400_000, equityCoin: 2 } },
    explained: {
      BTC: {
        balanceCoin: 2,
        positions: [
          { symbol: EARLIER_CALL, sizeCoin: -0.5 },
          { symbol: HELD, sizeCoin: -0.5 },
        ],
      },
    },
    recentOpens: [openedAgo(7_200_000)],
    recentSends: [sentAgo(7_200_000)],
    enabledMs: NOW_MS - 7_200_000,
    guards: { latched: null, crashedMs: { BTC: NOW_MS - 90_000_000 } },
  }
  const state = stateOf(
    {
      coveredCoin: 2,
      portfolio: {
        positions: [positionOf(EARLIER_CALL, -0.5), positionOf(HELD, -0.5)],
        openOrders: [restingOrder(LATER_CALL, 0.1)],
        otherPositions: [{ symbol: 'BTC-PERPETUAL', kind: 'future', sizeCoin: 0 }],
      },
    },
    { memory },
  )
  const request = { state, nowMs: NOW_MS, margins: [marginOf(CALL, 0.5, { minPriceCoin: 0, maxPriceCoin: 0.1 })] }

  /** Paths of the numbers that a sale of `CALL`, or the buy-back of `EARLIER_CALL`, is judged on. */
  const numbers = (value: unknown, path: string[] = []): string[][] =>
    typeof value === 'number'
      ? [path]
      : typeof value === 'object' && value !== null
        ? Object.entries(value).flatMap(([key, inner]) => numbers(inner, [...path, key]))
        : []
  const read = (inputs: RegExp) => numbers(request).filter((path) => inputs.test(path.join('.')))
  const account =
    'spotUsd|dayChangePct|vol.dvolDayChange|portfolio.(balance|equity|marginBalance|initialMargin|maintenanceMargin)Coin|portfolio.coverage.coveredCoin|portfolio.positions.\\d.(sizeCoin|delta|markPriceCoin|markIv|forwardUsd|instrument.(strikeUsd|expiryMs|sizeStepCoin))|portfolio.otherPositions.0.sizeCoin'
  const orders = 'portfolio.openOrders.0.(sizeCoin|filledCoin|priceCoin)'
  const instrument =
    'instrument.(strikeUsd|expiryMs|minSizeCoin|sizeStepCoin|tickSizeCoin|tickSteps.*|makerFeeRate|takerFeeRate)'
  const quote = `(${instrument}|(bid|ask|mark)PriceCoin)`
  const sale = new RegExp(
    `^(nowMs|margins.0.(sizeCoin|initialMarginCoin|minPriceCoin|maxPriceCoin)|state.(timeMs|venue.clockErrorMs|memory.(?!ledger|.*decision).*|underlyings.0.(parts.(chain|index|account).ageMs|${account}|${orders}|candidates.1.(${quote}|markIv|forwardUsd|delta|quotedMs))))$`,
  )
  const exit = new RegExp(
    `^(nowMs|state.(timeMs|venue.clockErrorMs|memory.recentSends.0.timeMs|underlyings.0.(parts.(chain|account).ageMs|${orders}|portfolio.positions.0.${quote})))$`,
  )

  /** The last name of a path: of a record by currency, the record's. */
  const nameOf = (path: string[]) => path.filter((name) => name !== 'BTC').at(-1) ?? ''

  function judged(proposal: ProposedAction, path: string[], value: number): Verdict {
    const broken = structuredClone(request)
    let inner = broken as unknown as Record<string, unknown>
    for (const key of path.slice(0, -1)) inner = inner[key] as Record<string, unknown>
    inner[path.at(-1) ?? ''] = value
    return createRiskGate().review({ ...broken, proposal, decisionId: DECISION_ID })
  }

  it.each([
    ['a sale', open(CALL, 0.5), sale, 60],
    ['an exit', close(EARLIER_CALL, 0.5), exit, 10],
  ])('of %s', (_, proposal, inputs, atLeast) => {
    expect(createRiskGate().review({ ...request, proposal, decisionId: DECISION_ID }).allowed).toBe(true)
    const paths = read(inputs)
    expect(paths.length).toBeGreaterThan(atLeast)
    fc.assert(
      fc.property(fc.constantFrom(...paths), garbage, (path, value) => {
        const verdict = judged(proposal, path, value)
        expect(verdict.allowed).toBe(false)
        expect(verdict.allowed ? [] : verdict.breaches).toContainEqual(
          expect.objectContaining({ code: 'state-incomplete', datum: expect.stringContaining(nameOf(path)) }),
        )
      }),
      { numRuns: 3 * paths.length },
    )
  })

  it('of any proposal: nothing throws, and what is refused can be recorded', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...numbers(request)),
        garbage,
        fc.constantFrom(open(CALL, 0.5), close(HELD, 0.5), roll(HELD, CALL, 0.5)),
        (path, value, proposal) => {
          const verdict = judged(proposal, path, value)
          if (!verdict.allowed) expect(verdictRecordSchema.safeParse(verdictRecord(verdict)).success).toBe(true)
        },
      ),
      { numRuns: 500 },
    )
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('as a size of %s', (size) => {
    for (const proposal of [open(CALL, size), close(HELD, size), roll(HELD, CALL, size)]) {
      expect(checkActionAllowed(state, proposal).allowed).toBe(false)
    }
  })

  it('for want of any', () => {
    const without = (changes: object) => checkActionAllowed(stateOf(changes), open(CALL, 0.5))
    const verdict = without({ candidates: [candidateOf(CALL, { forwardUsd: undefined as never })] })
    expect(verdict.allowed ? [] : verdict.breaches).toEqual([
      { code: 'state-incomplete', on: CALL, datum: 'forwardUsd' },
    ])
    for (const portfolio of [{ marginBalanceCoin: undefined }, { coverage: {} }]) {
      expect(without({ portfolio }).allowed).toBe(false)
    }
  })

  it('as the time of doing nothing', () => {
    expect(checkActionAllowed({ ...state, timeMs: Number.NaN }, NOTHING).allowed).toBe(false)
  })
})
