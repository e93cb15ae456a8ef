import { describe, expect, it } from 'vitest'
import { agentState, candidate, portfolio, shortCall, shortOf, underlying } from '../test/agent-state.js'
import { decideAction } from './decide-action.js'
import type { RulesOptionsInput } from './options.js'

describe('a ladder', () => {
  const fridays = [7, 14, 21, 28, 35].map((dte) => candidate({ dte, delta: 0.22 }))
  const midweek = candidate({ dte: 5, delta: 0.22 })
  const options = { target: { rungs: 4, expiry: 'friday' } } as const
  const held = (dtes: readonly number[], sizeCoin = -0.5) =>
    dtes.map((dte) => shortCall({ instrument: { strikeUsd: 95_000 }, dte, sizeCoin }))
  const decide = (dtes: readonly number[], { coins = 2, ...more }: { coins?: number } & RulesOptionsInput = {}) => {
    const positions = held(dtes, -coins / 4)
    const portfolio = shortOf(positions, coins - (coins / 4) * dtes.length)
    return decideAction(agentState([underlying({ candidates: [midweek, ...fridays], portfolio })]), {
      ...options,
      ...more,
    })
  }

  it.each([
    { taken: [], symbol: 'BTC-9JAN26-100000-C' },
    { taken: [7], symbol: 'BTC-16JAN26-100000-C' },
    { taken: [7, 14, 28], symbol: 'BTC-23JAN26-100000-C' },
    { taken: [2, 7, 14], symbol: 'BTC-23JAN26-100000-C' },
  ])('with calls in $taken days sells a quarter on the soonest expiry that has none: $symbol', ({ taken, symbol }) => {
    expect(decide(taken).proposal).toMatchObject({ action: 'OPEN_COVERED_CALL', params: { symbol, size: 0.5 } })
  })

  it('is full at as many expiries as rungs', () => {
    const { proposal, rules } = decide([7, 14, 21, 28])
    expect(proposal.reasoning).toContain('calls are open on 4 expiries, of 4 rungs.')
    expect(rules).toContainEqual({ rule: 'ladder-full', subject: 'BTC', fired: true, facts: { expiries: 4, rungs: 4 } })
  })

  it('sells nothing where each expiry that counts has its call', () => {
    const { proposal } = decide([7, 14], { target: { ...options.target, maxDte: 20 } })
    expect(proposal.reasoning).toContain('every expiry that counts has its call.')
  })

  it('gives the last rung its whole part, whatever the noise of floats', () => {
    const positions = [7, 14].map((dte) => shortCall({ instrument: { strikeUsd: 95_000 }, dte, sizeCoin: -0.1 }))
    const coverage = { coveredCoin: 0.3, committedCoin: 0.2, freeCoin: 0.3 - 0.2 }
    const state = agentState([underlying({ candidates: fridays, portfolio: portfolio({ positions, coverage }) })])
    expect(decideAction(state, { target: { rungs: 3 } }).proposal).toMatchObject({
      params: { symbol: 'BTC-23JAN26-100000-C', size: 0.1 },
    })
  })

  it('takes what dust there is on an expiry for a part of its rung', () => {
    const dust = shortCall({ instrument: { strikeUsd: 95_000 }, dte: 7, sizeCoin: -0.05 })
    const account = shortOf([dust], 1.95)
    const { proposal } = decideAction(agentState([underlying({ candidates: fridays, portfolio: account })]), options)
    expect(proposal).toMatchObject({ params: { symbol: 'BTC-9JAN26-100000-C', size: 0.4 } })
  })

  it('leaves the turn to the next expiry where a call cannot be sold on one', () => {
    const heavy = candidate({ dte: 7, delta: 0.22 })
    const large = { ...heavy, instrument: { ...heavy.instrument, minSizeCoin: 1 } }
    const candidates = [large, ...fridays.slice(1)]
    const { proposal, rules } = decideAction(agentState([underlying({ candidates })]), options)
    expect(proposal).toMatchObject({ params: { symbol: 'BTC-16JAN26-100000-C', size: 0.5 } })
    expect(rules?.filter(({ rule }) => rule === 'too-few-free-coins').map(({ fired }) => fired)).toEqual([true, false])
    const alone = decideAction(agentState([underlying({ candidates: [large] })]), options)
    expect(alone.proposal.reasoning).toBe('BTC: a rung of 0.5 BTC is too little to sell 1 BTC-9JAN26-100000-C.')
  })

  it('sells on no expiry whose call is smaller than a quarter, and on one that has dust alone', () => {
    const partly = shortOf(held([7], -0.2), 1.8)
    const dust = shortOf(held([7], -0.05), 1.95)
    const sold = (portfolio: ReturnType<typeof shortOf>) =>
      decideAction(agentState([underlying({ candidates: fridays, portfolio })]), options).proposal
    expect(sold(partly)).toMatchObject({ params: { symbol: 'BTC-16JAN26-100000-C' } })
    expect(sold(dust)).toMatchObject({ params: { symbol: 'BTC-9JAN26-100000-C' } })
  })

  it('chooses on each expiry as it is told', () => {
    const calls = [7, 14].flatMap((dte) =>
      [0.2, 0.3].map((delta) => candidate({ strikeUsd: 1e5 - delta * 1e4, dte, delta })),
    )
    const portfolio = shortOf(held([7]), 1.5)
    const state = agentState([underlying({ candidates: calls, portfolio })])
    const target = { ...options.target, choose: 'nearest-delta', delta: 0.3 } as const
    expect(decideAction(state, { target }).proposal).toMatchObject({
      params: { symbol: 'BTC-16JAN26-97000-C', size: 0.5 },
    })
  })
})
