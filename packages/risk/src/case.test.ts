import type { AgentState, ProposedAction } from '@cc/models'
import { describe, expect, it } from 'vitest'
import {
  CALL,
  candidateOf,
  close,
  ETH_CALL,
  LATER_CALL,
  open,
  positionOf,
  roll,
  stateOf,
  underlyingOf,
} from '../test/agent-state.js'
import { checkActionAllowed, type RiskLimitsInput } from './index.js'

const held = { positions: [positionOf(CALL, -0.5)] }
/** As little margin and debit as no sale and no roll can have. */
const STRICT: RiskLimitsInput = { maxMarginUsedPct: 1, maxNetDebitCoin: 0 }

function codesOf(proposal: ProposedAction, state: AgentState) {
  const verdict = checkActionAllowed(state, proposal, STRICT)
  return verdict.allowed ? [] : verdict.breaches.map(({ code }) => code)
}

it('projects what can happen', () => {
  expect(codesOf(open(CALL, 0.5), stateOf())).toEqual(['margin-exceeded'])
  expect(codesOf(roll(CALL, LATER_CALL, 0.5), stateOf({ portfolio: held }))).toEqual([
    'net-debit-exceeded',
    'margin-exceeded',
  ])
})

describe('nothing is projected of', () => {
  const noBid = (symbol: string) => candidateOf(symbol, { bidPriceCoin: null as never, spreadTicks: null })
  const noAsk = [positionOf(CALL, -0.5, { askPriceCoin: null })]
  it.each<[string, ProposedAction, AgentState, string[]]>([
    ['a sale without a bid', open(CALL, 0.5), stateOf({ candidates: [noBid(CALL)] }), ['no-quote']],
    [
      'a roll into a call without a bid',
      roll(CALL, LATER_CALL, 0.5),
      stateOf({ candidates: [noBid(LATER_CALL)], portfolio: held }),
      ['no-quote'],
    ],
    [
      'a roll out of a call without an ask',
      roll(CALL, LATER_CALL, 0.5),
      stateOf({ portfolio: { positions: noAsk } }),
      ['no-quote'],
    ],
    ['a roll of what is not held', roll(CALL, LATER_CALL, 0.5), stateOf(), ['position-missing']],
    [
      'a roll of more than is held',
      roll(CALL, LATER_CALL, 0.6),
      stateOf({ portfolio: held }),
      ['position-missing', 'net-debit-exceeded'],
    ],
    [
      'a roll into what is not offered',
      roll(CALL, 'BTC-30JAN26-1-C', 0.5),
      stateOf({ portfolio: held }),
      ['symbol-unknown'],
    ],
    ['a roll into no symbol', roll(CALL, 'calls', 0.5), stateOf({ portfolio: held }), ['symbol-unknown']],
    ['a roll out of no symbol', roll('calls', LATER_CALL, 0.5), stateOf(), ['position-missing']],
    [
      'a roll into another coin',
      roll(CALL, ETH_CALL, 1),
      stateOf(
        { portfolio: { positions: [positionOf(CALL, -1)] } },
        { others: [underlyingOf('ETH', { candidates: [candidateOf(ETH_CALL, { forwardUsd: 3_600 })] })] },
      ),
      ['roll-other-currency', 'net-debit-exceeded'],
    ],
  ])('%s', (_, proposal, state, codes) => {
    expect(codesOf(proposal, state)).toEqual(codes)
  })
})

it('buys back the call that is named, whatever is held before it', () => {
  const positions = [positionOf(LATER_CALL, -0.3), positionOf(CALL, -0.5, { askPriceCoin: 0.02 })]
  const verdict = checkActionAllowed(stateOf({ portfolio: { positions } }), close(CALL, 0.5))
  expect(verdict.allowed && verdict.action.bounds.legs).toMatchObject([{ instrument: { symbol: CALL } }])
})
