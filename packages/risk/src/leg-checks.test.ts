import { expect, it } from 'vitest'
import {
  CALL,
  candidateOf,
  EARLIER_CALL,
  ETH_CALL,
  LATER_CALL,
  positionOf,
  roll,
  stateOf,
  underlyingOf,
} from '../test/agent-state.js'
import { checkActionAllowed } from './index.js'

const HELD = { positions: [positionOf(CALL, -0.5)] }
const codesOf = (...given: Parameters<typeof checkActionAllowed>) => {
  const verdict = checkActionAllowed(...given)
  return verdict.allowed ? [] : verdict.breaches.map(({ code }) => code)
}

it.each([
  ['bid', { bidPriceCoin: null as never, askPriceCoin: 0.0105 }, {}],
  ['ask', { bidPriceCoin: -0.2 }, { askPriceCoin: null }],
])('a roll has no debit without its %s, whatever the other price is', (_, sold, bought) => {
  const state = stateOf({
    candidates: [candidateOf(LATER_CALL, sold)],
    portfolio: { positions: [positionOf(CALL, -0.5, bought)] },
  })
  const codes = codesOf(state, roll(CALL, LATER_CALL, 0.5), { maxNetDebitCoin: 0 })
  expect(codes).toContain('no-quote')
  expect(codes).not.toContain('net-debit-exceeded')
})

it.each([
  ['to itself', CALL, 'roll-same-symbol'],
  ['to another coin', ETH_CALL, 'roll-other-currency'],
  ['to an earlier expiry', EARLIER_CALL, 'roll-earlier-expiry'],
])('a roll %s is told even on numbers that are none', (_, to, code) => {
  const others = [underlyingOf('ETH', { candidates: [candidateOf(ETH_CALL)] })]
  const codes = codesOf(stateOf({ portfolio: HELD }, { others }), roll(CALL, to, Number.NaN))
  expect(codes).toContain('state-incomplete')
  expect(codes).toContain(code)
})
