import { type AgentState, type CandidateOption, decisionSchema, type UnderlyingState } from '@cc/models'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  agentState,
  candidate,
  NOW_MS,
  portfolio,
  rejected,
  shortCall,
  shortOf,
  underlying,
} from '../test/agent-state.js'
import { createRulesPolicy, decideAction } from './decide-action.js'
import type { RulesOptionsInput } from './options.js'

const eth = (changes: Partial<UnderlyingState> = {}) =>
  underlying({
    currency: 'ETH',
    spotUsd: 3_000,
    portfolio: portfolio({ coverage: { coveredCoin: 20, committedCoin: 0, freeCoin: 20 } }),
    candidates: [candidate({ currency: 'ETH', strikeUsd: 3_400 })],
    ...changes,
  })
const covered = (changes: Partial<UnderlyingState> = {}) =>
  underlying({ portfolio: shortOf([shortCall()]), ...changes })

describe('the order of the rules', () => {
  it('manages calls of every underlying before it opens on any', () => {
    const due = shortCall({
      instrument: { currency: 'ETH', strikeUsd: 2_900 },
      dte: 0.5,
      inTheMoney: true,
      askPriceCoin: 0.01,
    })
    const state = agentState([underlying(), eth({ portfolio: shortOf([due], 1) })])
    expect(decideAction(state).proposal).toMatchObject({
      action: 'ROLL_COVERED_CALL',
      params: { fromSymbol: due.instrument.symbol, toSymbol: 'ETH-16JAN26-3400-C' },
    })
  })

  it('opens on the first underlying that has no call, in the order of the state', () => {
    expect(decideAction(agentState([underlying(), eth()])).proposal).toMatchObject({
      params: { symbol: 'BTC-16JAN26-100000-C', size: 2 },
    })
    expect(decideAction(agentState([covered(), eth()])).proposal).toMatchObject({
      params: { symbol: 'ETH-16JAN26-3400-C', size: 20 },
    })
  })

  it('says of every underlying why nothing is done', () => {
    const state = agentState([covered(), eth({ candidates: [], rejectedCandidates: [rejected('no-bid', 7)] })])
    expect(decideAction(state).proposal.reasoning).toBe(
      'BTC: short 2 BTC-7JAN26-91800-C (35-delta, 5 days), 1 % dearer than sold. ETH: no call is a candidate (7 no-bid).',
    )
  })
})

describe('memory', () => {
  const unresolved = [
    { label: 'cc-1-open', symbol: 'BTC-16JAN26-100000-C', side: 'sell', sizeCoin: 1, validUntilMs: NOW_MS },
  ] as const

  it('keeps hands off a currency with a send of unknown outcome, and off no other', () => {
    const { proposal } = decideAction(agentState([underlying(), eth()], { unresolved }))
    expect(proposal).toMatchObject({ params: { symbol: 'ETH-16JAN26-3400-C' } })
    const due = shortCall({ dte: 0.5, inTheMoney: true })
    expect(decideAction(agentState([underlying({ portfolio: shortOf([due]) })], { unresolved })).proposal).toEqual({
      action: 'DO_NOTHING',
      params: {},
      reasoning: 'BTC: the outcome of order cc-1-open is not known yet.',
    })
  })

  it('takes a send that cannot be read for one of any currency', () => {
    const strange = [{ ...unresolved[0], symbol: 'STRANGE' }]
    expect(decideAction(agentState([underlying(), eth()], { unresolved: strange })).proposal.action).toBe('DO_NOTHING')
  })

  it('gives a currency that was set aside nothing in this tick, not even an exit, and another its turn', () => {
    const due = shortCall({ dte: 0.5, inTheMoney: true })
    const btc = underlying({ portfolio: shortOf([due], 1) })
    const setAside = ['BTC'] as const
    expect(decideAction(agentState([btc, eth()], { setAside })).proposal).toMatchObject({
      params: { symbol: 'ETH-16JAN26-3400-C' },
    })
    const alone = decideAction(agentState([btc], { setAside }), { closeIfNoRoll: true })
    expect(alone).toEqual({
      proposal: {
        action: 'DO_NOTHING',
        params: {},
        reasoning: 'BTC: its proposal of this tick was not carried out.',
      },
      rules: expect.arrayContaining([{ rule: 'set-aside', subject: 'BTC', fired: true, facts: {} }]),
    })
  })

  it.each([
    { mode: 'reduce-only', says: 'BTC: the mode is reduce-only.' },
    { mode: 'halted', says: 'BTC: the agent is halted.' },
  ] as const)('opens nothing in mode $mode', ({ mode, says }) => {
    expect(decideAction(agentState([underlying()], { mode })).proposal).toEqual({
      action: 'DO_NOTHING',
      params: {},
      reasoning: says,
    })
  })

  it.each(['repeated-execution', 'delivery-missing'] as const)('sells nothing while risk is latched: %s', (code) => {
    const guards = { latched: { code, sinceMs: NOW_MS }, crashedMs: {} }
    expect(decideAction(agentState([underlying()], { guards })).proposal).toEqual({
      action: 'DO_NOTHING',
      params: {},
      reasoning: `BTC: sales are latched (${code}).`,
    })
    const due = shortCall({ dte: 0.5, inTheMoney: true })
    const held = agentState([underlying({ portfolio: shortOf([due]) })], { guards })
    expect(decideAction(held).proposal.reasoning).toContain(
      `but a roll sells, and sales are latched (${code}), so it is`,
    )
    expect(decideAction(held, { closeIfNoRoll: true }).proposal.action).toBe('CLOSE_COVERED_CALL')
  })

  it('keeps hands off a currency that the venue has locked, and off no other', () => {
    const locked = (currency: 'BTC' | 'ETH') => ({ testnet: true, locked: [currency], clockErrorMs: 0 })
    const state = agentState([underlying(), eth()])
    expect(decideAction({ ...state, venue: locked('BTC') }).proposal).toMatchObject({
      params: { symbol: 'ETH-16JAN26-3400-C' },
    })
    const due = shortCall({ dte: 0.5, inTheMoney: true })
    const alone = agentState([underlying({ portfolio: shortOf([due]), candidates: [] })])
    expect(decideAction({ ...alone, venue: locked('BTC') }, { closeIfNoRoll: true }).proposal).toEqual({
      action: 'DO_NOTHING',
      params: {},
      reasoning: 'BTC: the venue has locked it.',
    })
    expect(decideAction({ ...alone, venue: locked('ETH') }, { closeIfNoRoll: true }).proposal.action).toBe(
      'CLOSE_COVERED_CALL',
    )
  })

  it('closes nothing either in mode halted', () => {
    const due = shortCall({ dte: 0.5, inTheMoney: true })
    const state = agentState([underlying({ portfolio: shortOf([due]), candidates: [] })], { mode: 'halted' })
    expect(decideAction(state, { closeIfNoRoll: true }).proposal.action).toBe('DO_NOTHING')
  })
})

it('lists the rules that were looked at, fired or not, with their numbers', () => {
  expect(decideAction(agentState([underlying()])).rules?.map(({ rule, fired }) => [rule, fired])).toEqual([
    ['halted', false],
    ['venue-locked', false],
    ['outcome-unresolved', false],
    ['set-aside', false],
    ['call-open', false],
    ['reduce-only', false],
    ['latched', false],
    ['position-unexpected', false],
    ['order-resting', false],
    ['no-candidate', false],
    ['best-candidate', true],
    ['too-few-free-coins', false],
  ])
})

it('keeps its reasoning short enough to be a proposal', () => {
  const calls = Array.from({ length: 200 }, (_, at) => shortCall({ instrument: { strikeUsd: 95_000 + at } }))
  const { proposal } = decideAction(agentState([underlying({ portfolio: shortOf(calls) })]))
  expect(proposal.reasoning).toHaveLength(4_000)
})

describe('the policy', () => {
  it('is named rules and decides as decideAction does', async () => {
    const policy = createRulesPolicy({ maxSizeCoin: { BTC: 1 } })
    const state = agentState([underlying()])
    expect(policy.name).toBe('rules')
    expect(await policy.decide(state)).toEqual(decideAction(state, { maxSizeCoin: { BTC: 1 } }))
  })

  it('refuses bad options when it is made', () => {
    expect(() => createRulesPolicy({ deltaTarget: 22 })).toThrow('deltaTarget')
  })
})

describe('for any state', () => {
  const priceCoin = fc.integer({ min: 1, max: 200 }).map((ticks) => ticks * 0.0005)
  const freeCoin = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 30, noNaN: true }))
  const calls = (currency: 'BTC' | 'ETH') =>
    fc
      .uniqueArray(
        fc.record({
          strikeUsd: fc.integer({ min: 80_000, max: 80_010 }),
          dte: fc.integer({ min: 1, max: 5 }),
          bidPriceCoin: priceCoin,
          spreadCoin: fc.option(priceCoin),
          delta: fc.double({ min: 0, max: 1, noNaN: true }),
        }),
        { selector: ({ strikeUsd, dte }) => `${strikeUsd} ${dte}`, maxLength: 8 },
      )
      .map((rows) =>
        rows.map(({ spreadCoin, ...terms }) => {
          const askPriceCoin = spreadCoin === null ? null : terms.bidPriceCoin + spreadCoin
          return candidate({ ...terms, currency, askPriceCoin })
        }),
      )
  const positions = (currency: 'BTC' | 'ETH') =>
    fc
      .array(
        fc.record({
          strikeUsd: fc.integer({ min: 80_000, max: 80_010 }),
          dte: fc.integer({ min: -1, max: 5 }),
          sizeCoin: fc.double({ min: -30, max: 30, noNaN: true }),
          delta: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
          askPriceCoin: fc.option(priceCoin),
          inTheMoney: fc.boolean(),
        }),
        { maxLength: 3 },
      )
      .map((rows) =>
        rows.map(({ strikeUsd, ...terms }) => shortCall({ ...terms, instrument: { currency, strikeUsd } })),
      )
  const anyUnderlying = (currency: 'BTC' | 'ETH') =>
    fc
      .record({
        candidates: calls(currency),
        positions: positions(currency),
        freeCoin,
      })
      .map(({ candidates, positions, freeCoin }) =>
        underlying({
          currency,
          candidates,
          portfolio: shortOf(positions, freeCoin),
        }),
      )
  const anyState: fc.Arbitrary<AgentState> = fc
    .record({
      underlyings: fc.tuple(anyUnderlying('BTC'), anyUnderlying('ETH')),
      mode: fc.constantFrom('normal', 'normal', 'reduce-only', 'halted'),
    })
    .map(({ underlyings, mode }) => agentState(underlyings, { mode }))
  const anySize = fc.double({ min: 0.01, max: 30, noNaN: true })
  const anyOptions: fc.Arbitrary<RulesOptionsInput> = fc.record(
    {
      deltaTarget: fc.double({ min: 0, max: 1, noNaN: true }),
      dteTarget: fc.double({ min: 0.1, max: 100, noNaN: true }),
      maxSizeCoin: fc.record({ BTC: anySize, ETH: anySize }, { requiredKeys: [] }),
      closeIfNoRoll: fc.boolean(),
      roll: fc.record({ dte: fc.integer({ min: 0, max: 5 }), when: fc.constantFrom('in-the-money', 'always') }),
    },
    { requiredKeys: [] },
  )

  it('a decision parses, is the same again, and stays within what is free, held and offered', () => {
    fc.assert(
      fc.property(anyState, anyOptions, (state, options) => {
        const decision = decideAction(state, options)
        expect(decisionSchema.parse(decision)).toEqual(decision)
        expect(decideAction(structuredClone(state), options)).toEqual(decision)

        const { proposal } = decision
        const heldCoin = (symbol: string) =>
          -Math.min(
            0,
            ...state.underlyings.flatMap(({ portfolio }) =>
              portfolio.positions
                .filter(({ instrument }) => instrument.symbol === symbol)
                .map(({ sizeCoin }) => sizeCoin),
            ),
          )
        const offers = (symbol: string) =>
          state.underlyings.find(({ candidates }) => candidates.some(({ instrument }) => instrument.symbol === symbol))
        switch (proposal.action) {
          case 'OPEN_COVERED_CALL': {
            const { symbol, size } = proposal.params
            const { currency, portfolio } = offers(symbol)!
            expect(size).toBeLessThanOrEqual(portfolio.coverage.freeCoin + 1e-9)
            expect(size).toBeLessThanOrEqual((options.maxSizeCoin?.[currency] ?? Infinity) + 1e-9)
            expect(state.memory.mode).toBe('normal')
            break
          }
          case 'ROLL_COVERED_CALL': {
            const { fromSymbol, toSymbol, size } = proposal.params
            expect(size).toBeLessThanOrEqual(heldCoin(fromSymbol) + 1e-9)
            expect(size).toBeGreaterThan(
              heldCoin(fromSymbol) - offers(toSymbol)!.candidates[0]!.instrument.sizeStepCoin,
            )
            expect(offers(toSymbol)).toBeDefined()
            expect(state.memory.mode).toBe('normal')
            break
          }
          case 'CLOSE_COVERED_CALL':
            expect(proposal.params.size).toBeLessThanOrEqual(heldCoin(proposal.params.symbol) + 1e-9)
            expect(state.memory.mode).not.toBe('halted')
        }
      }),
    )
  })

  it('the order of the candidates decides nothing', () => {
    const shuffled = (candidates: readonly CandidateOption[]) =>
      fc.shuffledSubarray([...candidates], { minLength: candidates.length })
    const pair = anyState.chain((state) =>
      fc
        .tuple(...state.underlyings.map(({ candidates }) => shuffled(candidates)))
        .map(
          (orders) =>
            [
              state,
              { ...state, underlyings: state.underlyings.map((one, at) => ({ ...one, candidates: orders[at]! })) },
            ] as const,
        ),
    )
    fc.assert(
      fc.property(pair, anyOptions, ([a, b], options) => {
        expect(decideAction(b, options)).toEqual(decideAction(a, options))
      }),
    )
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

  it('a higher bid for the chosen call keeps it chosen', () => {
    const better = fc.double({ min: 1, max: 3, noNaN: true })
    fc.assert(
      fc.property(
        calls('BTC').filter((list) => list.length > 0),
        better,
        (candidates, factor) => {
          const { proposal } = decideAction(agentState([underlying({ candidates })]))
          if (proposal.action !== 'OPEN_COVERED_CALL') throw new Error(proposal.reasoning)
          const raised = candidates.map((one) => {
            if (one.instrument.symbol !== proposal.params.symbol) return one
            const bidPriceCoin = one.bidPriceCoin * factor
            const askPriceCoin = one.askPriceCoin === null ? null : Math.max(one.askPriceCoin, bidPriceCoin)
            const { dte, delta } = one
            return candidate({ strikeUsd: one.instrument.strikeUsd, dte, delta, bidPriceCoin, askPriceCoin })
          })
          const again = decideAction(agentState([underlying({ candidates: raised })])).proposal
          expect(again).toMatchObject({ action: 'OPEN_COVERED_CALL', params: proposal.params })
        },
      ),
    )
  })
})
