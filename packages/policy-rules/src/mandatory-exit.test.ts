import type { AgentMemory, OptionPosition, OrderReport, PortfolioState } from '@cc/models'
import { describe, expect, it } from 'vitest'
import { agentState, candidate, NOW_MS, portfolio, shortCall, shortOf, underlying } from '../test/agent-state.js'
import { decideAction } from './decide-action.js'
import { mandatoryExit } from './mandatory-exit.js'
import type { RulesOptionsInput } from './options.js'

const near = shortCall({
  ...{ instrument: { strikeUsd: 91_000 }, dte: 2, sizeCoin: -1, bidPriceCoin: 0.0095, askPriceCoin: 0.01 },
})
const far = shortCall({ instrument: { strikeUsd: 95_000 }, dte: 20, sizeCoin: -1, askPriceCoin: 0.02 })
const DEFEND = { closeWhen: { delta: 0.8 } }
const lacking = (positions: readonly OptionPosition[], coveredCoin: number, more: Partial<PortfolioState> = {}) => {
  const committedCoin = positions.reduce((sum, { sizeCoin }) => sum - sizeCoin, 0)
  return portfolio({ positions, coverage: { coveredCoin, committedCoin, freeCoin: 0 }, ...more })
}
const stateOf = (account: PortfolioState, memory: Partial<AgentMemory> = {}) =>
  agentState([underlying({ portfolio: account })], memory)
const exit = (account: PortfolioState, options: RulesOptionsInput = {}) => mandatoryExit(stateOf(account), options)
const resting = (changes: Partial<OrderReport>): OrderReport => ({
  ...{ symbol: near.instrument.symbol, side: 'buy', sizeCoin: 0.1, priceCoin: 0.001, orderId: '1', label: 'x' },
  ...{ state: 'open', filledCoin: 0, averagePriceCoin: null, postOnly: false, reduceOnly: true },
  ...{ createdMs: NOW_MS, updatedMs: NOW_MS, cancelReason: null },
  ...changes,
})

describe('short calls beyond the covered coins', () => {
  it('are bought back until they are covered, the cheapest first', () => {
    const decision = exit(lacking([far, near], 1.85))
    expect(decision?.proposal).toEqual({
      action: 'CLOSE_COVERED_CALL',
      params: { symbol: near.instrument.symbol, size: 0.2 },
      reasoning:
        'Buy back 0.2 of 1 BTC-4JAN26-91000-C (35-delta, 2.0 days), as 0.15 BTC of cover are lacking; at 0.01 BTC.',
    })
    expect(decision?.rules).toContainEqual({
      rule: 'cover-lacking',
      subject: 'BTC',
      fired: true,
      facts: { shortCoin: 2, committedCoin: 2, coveredCoin: 1.85 },
    })
  })

  it.each([
    { why: 'what the buy-back itself costs is lacking too', coveredCoin: 1.9, of: [near, far], size: 0.2 },
    { why: 'a little is a whole step', coveredCoin: 1.9999, of: [near, far], size: 0.1 },
    { why: 'at most the position', coveredCoin: 0.5, of: [near, far], size: 1 },
    { why: 'all of one where nothing covers', coveredCoin: 0, of: [near, far], size: 1 },
    { why: 'of the one that trades', coveredCoin: 1.95, of: [{ ...near, askPriceCoin: null }, far], size: 0.1 },
    { why: 'nothing to the noise of floats', coveredCoin: 2 - 1e-12, of: [near, far], size: undefined },
    { why: 'nothing where all is covered', coveredCoin: 2, of: [near, far], size: undefined },
  ])('by $size: $why', ({ coveredCoin, of, size }) => {
    const proposal = exit(lacking(of, coveredCoin))?.proposal
    expect(proposal?.action === 'CLOSE_COVERED_CALL' ? proposal.params.size : undefined).toBe(size)
  })

  it('are those that can be bought, before those that look cheap in a crossed book', () => {
    const symbolOf = (of: readonly OptionPosition[]) => exit(lacking(of, 1.9))?.proposal.params
    const crossed = { ...near, bidPriceCoin: 0.015 }
    expect(symbolOf([crossed, far])).toMatchObject({ symbol: far.instrument.symbol })
    expect(symbolOf([near, far])).toMatchObject({ symbol: near.instrument.symbol })
    expect(symbolOf([crossed, { ...far, bidPriceCoin: 0.025 }])).toMatchObject({ symbol: near.instrument.symbol })
  })

  it('are the soonest, of two that cost the same', () => {
    const [later, sooner] = [9, 8].map((dte) => shortCall({ instrument: { strikeUsd: 95_000 }, dte }))
    expect(exit(lacking([later!, sooner!], 3.5))?.proposal).toMatchObject({
      params: { symbol: sooner!.instrument.symbol },
    })
  })

  it('are not what a resting sale commits', () => {
    const coverage = { coveredCoin: 1.5, committedCoin: 2, freeCoin: 0 }
    expect(exit(portfolio({ positions: [near], coverage }))).toBeUndefined()
  })

  it('count where they are not quoted, too', () => {
    const otherPositions = [{ symbol: 'BTC-26DEC25-90000-C', kind: 'option', sizeCoin: -0.55 }] as const
    const coverage = { coveredCoin: 1.5, committedCoin: 1.55, freeCoin: 0 }
    expect(exit(portfolio({ positions: [near], otherPositions, coverage }))?.proposal).toMatchObject({
      params: { symbol: near.instrument.symbol, size: 0.1 },
    })
  })

  it.each([
    { why: 'nobody offers it', call: { ...near, askPriceCoin: null } },
    { why: 'nobody offers it for less than a coin', call: { ...near, askPriceCoin: 1.2 } },
    { why: 'its book is locked', call: { ...near, instrument: { ...near.instrument, state: 'locked' as const } } },
    { why: 'it has expired', call: { ...near, dte: 0 } },
    { why: 'it is less than the smallest order', call: { ...near, sizeCoin: -0.05 } },
  ])('are left where $why, and told of', ({ call }) => {
    const account = lacking([call], 0.01)
    expect(exit(account)).toBeUndefined()
    expect(decideAction(stateOf(account)).proposal.reasoning).toContain(
      'of cover are lacking, and no call can be bought back',
    )
  })

  it.each(['buy', 'sell'] as const)('are left where a %s order rests on them', (side) => {
    const account = lacking([near], 0.5, { openOrders: [resting({ side })] })
    expect(exit(account)).toBeUndefined()
    expect(exit({ ...account, openOrders: [resting({ side, state: 'cancelled' })] })).toBeDefined()
    expect(exit({ ...account, openOrders: [resting({ symbol: far.instrument.symbol })] })).toBeDefined()
  })
})

describe('a call that has gone deep', () => {
  const deep = shortCall({ instrument: { strikeUsd: 80_000 }, dte: 9, delta: 0.8, askPriceCoin: 0.12 })

  it('is bought back wholly to defend the coins', () => {
    const decision = exit(shortOf([deep]), DEFEND)
    expect(decision?.proposal).toEqual({
      action: 'CLOSE_COVERED_CALL',
      params: { symbol: deep.instrument.symbol, size: 2 },
      reasoning:
        'Buy back 2 of 2 BTC-11JAN26-80000-C (80-delta, 9 days), ' +
        'which from 80-delta on is bought back to defend the coins; at 0.12 BTC.',
    })
    expect(decision?.rules).toContainEqual({
      rule: 'close-delta',
      subject: deep.instrument.symbol,
      fired: true,
      facts: { delta: 0.8, maxDelta: 0.8 },
    })
  })

  it.each([
    { why: 'by default', call: deep, options: {} },
    { why: 'below the delta', call: { ...deep, delta: 0.79 }, options: DEFEND },
    { why: 'of unknown delta', call: { ...deep, delta: null }, options: DEFEND },
    { why: 'that nobody offers', call: { ...deep, askPriceCoin: null }, options: DEFEND },
    { why: 'that is long', call: { ...deep, sizeCoin: 2 }, options: DEFEND },
  ])('is left alone $why', ({ call, options }) => {
    expect(exit(shortOf([call]), options)).toBeUndefined()
  })

  it('says why it is not bought back', () => {
    const state = stateOf(shortOf([{ ...deep, askPriceCoin: null }]))
    expect(decideAction(state, DEFEND).proposal.reasoning).toContain(
      'BTC-11JAN26-80000-C is of 80-delta and to be bought back, but nobody offers it',
    )
  })

  it('comes after what lacks cover, and the next one where it cannot be traded', () => {
    const both = lacking([deep, { ...near, sizeCoin: -0.3 }], 2.2)
    expect(exit(both, DEFEND)?.proposal).toMatchObject({ params: { symbol: near.instrument.symbol } })
    const other = shortCall({ instrument: { strikeUsd: 81_000 }, dte: 10, delta: 0.9, sizeCoin: -1 })
    expect(exit(shortOf([{ ...deep, askPriceCoin: null }, other]), DEFEND)?.proposal).toMatchObject({
      params: { symbol: other.instrument.symbol },
    })
  })
})

describe('a mandatory exit', () => {
  const account = lacking([near], 0.5)

  it.each<{ why: string; memory?: Partial<AgentMemory>; locked?: 'BTC' }>([
    { why: 'while the agent is halted', memory: { mode: 'halted' } },
    { why: 'of a currency that was set aside', memory: { setAside: ['BTC'] } },
    {
      why: 'while a send is unresolved',
      memory: {
        unresolved: [{ label: 'cc-1', symbol: far.instrument.symbol, side: 'buy', sizeCoin: 1, validUntilMs: NOW_MS }],
      },
    },
    { why: 'of a currency that the venue has locked', locked: 'BTC' },
  ])('is none $why', ({ memory = {}, locked }) => {
    const state = stateOf(account, memory)
    const venue = { ...state.venue, locked: locked === undefined ? [] : [locked] }
    expect(mandatoryExit({ ...state, venue })).toBeUndefined()
    expect(decideAction({ ...state, venue }).proposal.action).toBe('DO_NOTHING')
  })

  it.each([
    { mode: 'reduce-only' },
    { guards: { latched: { code: 'repeated-execution', sinceMs: NOW_MS }, crashedMs: {} } },
  ] as const)('is taken all the same: %o', (memory) => {
    expect(mandatoryExit(stateOf(account, memory))?.proposal.action).toBe('CLOSE_COVERED_CALL')
  })

  it('is what decideAction does first, of any underlying, with the rules that led to it', () => {
    const other = underlying({ currency: 'ETH', spotUsd: 3_000, candidates: [candidate({ currency: 'ETH' })] })
    const state = agentState([other, underlying({ portfolio: account })])
    const exits = mandatoryExit(state)
    expect(exits?.proposal).toMatchObject({ params: { symbol: near.instrument.symbol } })
    expect(decideAction(state)).toEqual(exits)
  })

  it('refuses bad options', () => {
    expect(() => mandatoryExit(stateOf(account), { closeWhen: { delta: 80 } })).toThrow('delta')
  })
})
