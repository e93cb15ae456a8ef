import { parseSymbol, type UnderlyingState } from '@cc/models'
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

const ROLL = { rollWhen: { dte: 1, creditOnly: false } } as const
const CLOSE = { rollWhen: { dte: 1, closeIfUnableToRoll: true } } as const

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
    expect(decideAction(state, ROLL).proposal).toMatchObject({
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
    const alone = decideAction(agentState([btc], { setAside }), CLOSE)
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
    expect(decideAction(held, ROLL).proposal.reasoning).toContain(
      `but a roll sells, and sales are latched (${code}), so it is`,
    )
    expect(decideAction(held, CLOSE).proposal.action).toBe('CLOSE_COVERED_CALL')
  })

  it('keeps hands off a currency that the venue has locked, and off no other', () => {
    const locked = (currency: 'BTC' | 'ETH') => ({ testnet: true, locked: [currency], clockErrorMs: 0 })
    const state = agentState([underlying(), eth()])
    expect(decideAction({ ...state, venue: locked('BTC') }).proposal).toMatchObject({
      params: { symbol: 'ETH-16JAN26-3400-C' },
    })
    const due = shortCall({ dte: 0.5, inTheMoney: true })
    const alone = agentState([underlying({ portfolio: shortOf([due]), candidates: [] })])
    expect(decideAction({ ...alone, venue: locked('BTC') }, CLOSE).proposal).toEqual({
      action: 'DO_NOTHING',
      params: {},
      reasoning: 'BTC: the venue has locked it.',
    })
    expect(decideAction({ ...alone, venue: locked('ETH') }, CLOSE).proposal.action).toBe('CLOSE_COVERED_CALL')
  })

  it('closes nothing either in mode halted', () => {
    const due = shortCall({ dte: 0.5, inTheMoney: true })
    const state = agentState([underlying({ portfolio: shortOf([due]), candidates: [] })], { mode: 'halted' })
    expect(decideAction(state, CLOSE).proposal.action).toBe('DO_NOTHING')
  })
})

describe('a call that expired and is not delivered yet', () => {
  const due = 'BTC-2JAN26-88000-C'
  const expiredMs = parseSymbol(due)?.expiryMs ?? 0
  const explained = { BTC: { balanceCoin: 2, positions: [{ symbol: due, sizeCoin: -1 }] } }
  const at = (timeMs: number) => ({ ...agentState([underlying()], { explained }), timeMs })

  it('is waited for: nothing is sold, and it is said', () => {
    const { proposal, rules } = decideAction(at(expiredMs))
    expect(proposal).toMatchObject({
      action: 'DO_NOTHING',
      reasoning: `BTC: ${due} expired, and its delivery is not in the ledger yet.`,
    })
    expect(rules?.find(({ rule }) => rule === 'delivery-pending')).toMatchObject({
      fired: true,
      facts: { positions: 1 },
    })
  })

  it('is not waited for before it expires, nor once it is delivered', () => {
    expect(decideAction(at(expiredMs - 1)).proposal.action).toBe('OPEN_COVERED_CALL')
    const settled = { BTC: { balanceCoin: 2, positions: [{ symbol: due, sizeCoin: 0 }] } }
    expect(decideAction(agentState([underlying()], { explained: settled })).proposal.action).toBe('OPEN_COVERED_CALL')
  })
})

it('lists the rules that were looked at, fired or not, with their numbers', () => {
  expect(decideAction(agentState([underlying()])).rules?.map(({ rule, fired }) => [rule, fired])).toEqual([
    ['halted', false],
    ['venue-locked', false],
    ['outcome-unresolved', false],
    ['set-aside', false],
    ['cover-lacking', false],
    ['call-open', false],
    ['reduce-only', false],
    ['latched', false],
    ['position-unexpected', false],
    ['delivery-pending', false],
    ['order-resting', false],
    ['ladder-full', false],
    ['cooldown', false],
    ['day-colour', false],
    ['min-iv-percentile', false],
    ['max-day-change', false],
    ['max-dvol-rise', false],
    ['calm-hours', false],
    ['no-candidate', false],
    ['no-call-counts', false],
    ['no-forecast', false],
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
    expect(() => createRulesPolicy({ target: { delta: 22 } })).toThrow('delta')
  })
})
