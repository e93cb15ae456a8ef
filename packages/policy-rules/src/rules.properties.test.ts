import { type AgentState, agentStateSchema, decisionSchema, type ProposedAction } from '@cc/models'
import { isOnStep } from '@cc/pricing'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { agentState } from '../test/agent-state.js'
import { anyOptions, anyState, anyTerms, anyUnderlying, candidateOf } from '../test/any-state.js'
import { boughtBack, candidateNamed, positionNamed, underlyingOf } from '../test/named.js'
import { decideAction } from './decide-action.js'
import { type RulesOptionsInput, rulesOptionsSchema } from './options.js'

const RUNS = { numRuns: 400 }

const shuffled = <T>(items: readonly T[]) => fc.shuffledSubarray([...items], { minLength: items.length })

it('a decision parses, and is the same again, whatever the order of candidates, positions and orders', () => {
  const pair = anyState.chain((state) =>
    fc
      .tuple(
        ...state.underlyings.map((one) =>
          fc
            .record({
              candidates: shuffled(one.candidates),
              positions: shuffled(one.portfolio.positions),
              openOrders: shuffled(one.portfolio.openOrders),
            })
            .map(({ candidates, ...account }) => ({ ...one, candidates, portfolio: { ...one.portfolio, ...account } })),
        ),
      )
      .map((underlyings) => [state, { ...state, underlyings }] as const),
  )
  fc.assert(
    fc.property(pair, anyOptions, ([state, other], options) => {
      const decision = decideAction(state, options)
      expect(decisionSchema.parse(decision)).toEqual(decision)
      expect(decideAction(structuredClone(state), options)).toEqual(decision)
      expect(decideAction(other, options)).toEqual(decision)
    }),
    RUNS,
  )
})

it('a size is on the step of every leg, not below the smallest order, and not above what is short', () => {
  fc.assert(
    fc.property(anyState, anyOptions, (state, options) => {
      const { proposal } = decideAction(state, options)
      for (const { instrument, size } of legsOf(proposal, state)) {
        expect(isOnStep(size, instrument.sizeStepCoin)).toBe(true)
        expect(size).toBeGreaterThanOrEqual(instrument.minSizeCoin)
        expect(instrument.state).toBe('open')
      }
      const bought = boughtBack(proposal)
      if (bought === undefined) return
      expect(bought.size).toBeLessThanOrEqual(-positionNamed(bought.symbol, state).sizeCoin + 1e-9)
      expect(positionNamed(bought.symbol, state).askPriceCoin).not.toBeNull()
    }),
    RUNS,
  )
})

it('an open sells no more than is free, than floor, share and rung leave, and than is meant at once', () => {
  fc.assert(
    fc.property(anyState, anyOptions, (state, options) => {
      const { proposal } = decideAction(state, options)
      if (proposal.action !== 'OPEN_COVERED_CALL') return
      const { symbol, size } = proposal.params
      const { currency, portfolio } = underlyingOf(symbol, state)
      const { coveredCoin, committedCoin, freeCoin } = portfolio.coverage
      const { target, writeWhen, maxSizeCoin } = rulesOptionsSchema.parse(options)
      const bounds = [
        freeCoin,
        coveredCoin * writeWhen.capFactor - committedCoin,
        coveredCoin - writeWhen.capTargetFloor[currency] - committedCoin,
        coveredCoin / target.rungs,
        (coveredCoin * target.maximumNewContractsPercent) / 100,
        maxSizeCoin[currency] ?? Infinity,
      ].map((bound, at) => (at === 2 && writeWhen.capTargetFloor[currency] === 0 ? Infinity : bound))
      for (const bound of bounds) expect(size).toBeLessThanOrEqual(bound + 1e-9)
      expect(state.memory.mode).toBe('normal')
    }),
    RUNS,
  )
})

it('a roll goes to a later expiry, up unless told, and leaves every call covered, the share kept and the floor alone', () => {
  const inclined: fc.Arbitrary<RulesOptionsInput> = anyOptions.map(({ rollWhen, ...options }) => ({
    ...options,
    closeWhen: {},
    rollWhen: { ...rollWhen, dte: 12, which: 'all', minPnl: null, delta: null, alwaysWhenItm: false },
  }))
  let rolls = 0
  fc.assert(
    fc.property(anyState, inclined, (state, options) => {
      const { proposal } = decideAction(state, options)
      if (proposal.action !== 'ROLL_COVERED_CALL') return
      rolls++
      const { fromSymbol, toSymbol } = proposal.params
      const [from, to] = [positionNamed(fromSymbol, state).instrument, candidateNamed(toSymbol, state).instrument]
      expect(to.expiryMs).toBeGreaterThan(from.expiryMs)
      const { rollWhen } = rulesOptionsSchema.parse(options)
      if (rollWhen.maintainHighWaterMark) expect(to.strikeUsd).toBeGreaterThanOrEqual(from.strikeUsd)
      const facts = decideAction(state, options).rules!.find(({ rule }) => rule === 'roll-target')!.facts
      const { currency, portfolio } = underlyingOf(fromSymbol, state)
      const debitCoin = Number(facts.debitInAllCoin)
      const { capFactor, capTargetFloor } = rulesOptionsSchema.parse(options).writeWhen
      const leftCoin = portfolio.coverage.coveredCoin - debitCoin
      expect(portfolio.coverage.committedCoin).toBeLessThanOrEqual(capFactor * leftCoin + 1e-9)
      const uncoveredCoin = leftCoin - portfolio.coverage.committedCoin
      if (debitCoin > 0) expect(uncoveredCoin).toBeGreaterThanOrEqual(capTargetFloor[currency] - 1e-9)
      expect(portfolio.openOrders.filter((order) => order.state === 'open')).toEqual([])
      expect(Number(facts.debitCoin)).toBeLessThanOrEqual(rollWhen.creditOnly ? 0 : rollWhen.maxDebit + 1e-9)
    }),
    { numRuns: 5_000 },
  )
  expect(rolls).toBeGreaterThan(20)
})

it('nothing is opened while a filter that is on lacks its number', () => {
  fc.assert(
    fc.property(anyState, anyOptions, (state, options) => {
      const { proposal } = decideAction(state, options)
      const { writeWhen, target } = rulesOptionsSchema.parse(options)
      if (proposal.action !== 'OPEN_COVERED_CALL') return
      const { dayChangePct, vol } = underlyingOf(proposal.params.symbol, state)
      const { edgeCoin, openInterestCoin } = candidateNamed(proposal.params.symbol, state)
      if (!(writeWhen.green && writeWhen.red) || writeWhen.maxDayChangePct !== null) expect(dayChangePct).not.toBeNull()
      if (writeWhen.maxDvolRisePoints !== null) expect(vol.dvolDayChange).not.toBeNull()
      if (writeWhen.minIvPercentile !== null) expect(vol.ivRank).not.toBeNull()
      if (writeWhen.minEdge !== null) expect(edgeCoin).not.toBeNull()
      if (target.minimumOpenInterest > 0) expect(openInterestCoin).not.toBeNull()
    }),
    RUNS,
  )
})

it('a better bid for any call never makes it sell less', () => {
  const raised = anyTerms('BTC')
    .filter((terms) => terms.length > 0)
    .chain((terms) =>
      fc
        .record({
          state: anyUnderlying('BTC', fc.constant(terms)),
          at: fc.integer({ min: 0, max: terms.length - 1 }),
          share: fc.double({ min: 0, max: 1, noNaN: true }),
          more: fc.double({ min: 0, max: 0.05, noNaN: true }),
        })
        .map(({ state, at, share, more }) => {
          const better = terms.map((one, index) => {
            if (index !== at) return one
            // Within the spread where there is an ask: then it narrows.
            const byCoin = one.spreadCoin === null ? more : one.spreadCoin * share
            const spreadCoin = one.spreadCoin === null ? null : one.spreadCoin - byCoin
            return { ...one, bidPriceCoin: one.bidPriceCoin + byCoin, spreadCoin }
          })
          return [agentState([state]), agentState([{ ...state, candidates: better.map(candidateOf) }])] as const
        }),
    )
  let sold = 0
  fc.assert(
    fc.property(raised, anyOptions, ([before, after], options) => {
      const was = decideAction(before, options).proposal
      const size = soldCoin(was)
      if (size === 0) return
      sold++
      const is = decideAction(after, options).proposal
      // A better bid may make a roll possible that comes before: of a call that is managed first, or before an open.
      if (is.action === 'ROLL_COVERED_CALL' && boughtBack(is)?.symbol !== boughtBack(was)?.symbol) return
      expect(soldCoin(is)).toBeGreaterThanOrEqual(size - 1e-12)
    }),
    { numRuns: 1_500 },
  )
  expect(sold).toBeGreaterThan(100)
})

it('the venue’s mark decides nothing', () => {
  const markPriceCoin = fc.double({ min: 0, max: 1, noNaN: true })
  fc.assert(
    fc.property(anyState, anyOptions, markPriceCoin, (state, options, markPriceCoin) => {
      const underlyings = state.underlyings.map((one) => ({
        ...one,
        candidates: one.candidates.map((call) => ({ ...call, markPriceCoin })),
        portfolio: {
          ...one.portfolio,
          positions: one.portfolio.positions.map((call) => ({ ...call, markPriceCoin })),
        },
      }))
      expect(decideAction({ ...state, underlyings }, options)).toEqual(decideAction(state, options))
    }),
  )
})

it('every number that a state may hold gets a decision', () => {
  const wild = fc.double({ noNaN: true, noDefaultInfinity: true })
  const above = wild.map((value) => Math.abs(value) || Number.MIN_VALUE)
  const changes = fc.record({
    candidate: fc.record({
      ...{ bidPriceCoin: above, askPriceCoin: fc.option(above), dte: above, edgeCoin: fc.option(wild) },
      ...{ netPremiumCoin: wild, netPremiumUsd: wild, initialMarginCoin: above, forwardUsd: above },
    }),
    position: fc.record({
      ...{ sizeCoin: wild, askPriceCoin: fc.option(above), dte: wild, moneyness: wild, forwardUsd: above },
      ...{ averagePriceCoin: fc.option(above), premiumCaptured: fc.option(wild) },
    }),
    grid: fc.record({ sizeStepCoin: above, minSizeCoin: above, tickSizeCoin: above, takerFeeRate: above }),
    coverage: fc.record({ coveredCoin: wild, committedCoin: wild, freeCoin: above }),
    dayChangePct: fc.option(wild),
    spotUsd: above,
  })
  fc.assert(
    fc.property(anyState, anyOptions, changes, (state, options, wilds) => {
      const { grid, coverage, dayChangePct, spotUsd } = wilds
      const onGrid = <T extends { instrument: object }>(one: T) => ({
        ...one,
        instrument: { ...one.instrument, ...grid },
      })
      const underlyings = state.underlyings.map((one) => ({
        ...one,
        dayChangePct,
        spotUsd,
        candidates: one.candidates.map((call) => onGrid({ ...call, ...wilds.candidate })),
        portfolio: {
          ...one.portfolio,
          positions: one.portfolio.positions.map((call) => onGrid({ ...call, ...wilds.position })),
          coverage,
        },
      }))
      const strange = agentStateSchema.parse({ ...state, underlyings })
      const decision = decideAction(strange, options)
      expect(decisionSchema.parse(decision)).toEqual(decision)
    }),
    { numRuns: 1_000 },
  )
})

function legsOf(proposal: ProposedAction, state: AgentState) {
  switch (proposal.action) {
    case 'DO_NOTHING':
      return []
    case 'OPEN_COVERED_CALL':
      return [{ instrument: candidateNamed(proposal.params.symbol, state).instrument, size: proposal.params.size }]
    case 'CLOSE_COVERED_CALL':
      return [{ instrument: positionNamed(proposal.params.symbol, state).instrument, size: proposal.params.size }]
    case 'ROLL_COVERED_CALL': {
      const { fromSymbol, toSymbol, size } = proposal.params
      const legs = [positionNamed(fromSymbol, state), candidateNamed(toSymbol, state)]
      return legs.map(({ instrument }) => ({ instrument, size }))
    }
  }
}

function soldCoin({ action, params }: ProposedAction): number {
  return action === 'OPEN_COVERED_CALL' || action === 'ROLL_COVERED_CALL' ? params.size : 0
}
