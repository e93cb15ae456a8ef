import type { Breach } from '@cc/models'
import { describe, expect, it } from 'vitest'
import {
  CALL,
  candidateOf,
  close,
  EARLIER_CALL,
  ETH_CALL,
  NOTHING,
  NOW_MS,
  open,
  positionOf,
  roll,
  stateOf,
  underlyingOf,
} from '../test/agent-state.js'
import { caseOf } from './case.js'
import {
  type Judge,
  ofAccounts,
  ofClose,
  ofInstruments,
  ofOffer,
  ofOpen,
  ofRoll,
  ofSale,
  ofSellingAccount,
} from './check.js'
import { riskLimitsSchema } from './options.js'
import { resolveLegs, type Trade } from './trade.js'

const state = stateOf(
  { portfolio: { positions: [positionOf(EARLIER_CALL, -0.5)] } },
  { others: [underlyingOf('ETH', { candidates: [candidateOf(ETH_CALL)] })] },
)
const UNKNOWN = 'BTC-23JAN26-101000-C'

/** What a judge that tells of all it is asked about is asked about. */
function asked(judge: Judge, trade: Trade): string[] {
  const limits = riskLimitsSchema.parse({})
  const found = judge(caseOf({ state, nowMs: NOW_MS, margins: 'formula', trade, limits }))
  return [found ?? []].flat().map((breach) => ('on' in breach ? breach.on : ''))
}
const about = (on: string): Breach => ({ code: 'not-a-call', on })

describe('what is judged', () => {
  const accounts = ofAccounts(({ currency }) => about(currency))
  const sellingAccount = ofSellingAccount(({ currency }) => about(currency))
  const opens = ofOpen(({ symbol }) => about(symbol))
  const closes = ofClose(({ symbol }) => about(symbol))
  const rolls = ofRoll((from, to) => [about(from.symbol), about(to.symbol)])
  const instruments = ofInstruments(({ symbol }) => about(symbol))
  const offers = ofOffer(({ on, account }) => [about(on), about(account.currency)])
  const sales = ofSale(({ sold }) => about(sold.option.instrument.symbol))

  it.each([
    ['the account of a sale', accounts, open(CALL, 0.1), ['BTC']],
    ['both accounts of a roll between coins', accounts, roll(EARLIER_CALL, ETH_CALL, 0.1), ['BTC', 'ETH']],
    ['no account of doing nothing', accounts, NOTHING, []],
    ['the account that sells', sellingAccount, roll(EARLIER_CALL, ETH_CALL, 0.1), ['ETH']],
    ['no account that only buys back', sellingAccount, close(EARLIER_CALL, 0.1), []],
    ['no account of a symbol that is none', sellingAccount, open('calls', 0.1), []],
    ['what is sold, known or not', opens, open(UNKNOWN, 0.1), [UNKNOWN]],
    ['no sale of an exit', opens, close(EARLIER_CALL, 0.1), []],
    ['what is bought back, held or not', closes, close(UNKNOWN, 0.1), [UNKNOWN]],
    ['no exit of a sale', closes, open(CALL, 0.1), []],
    ['both symbols of a roll', rolls, roll(EARLIER_CALL, CALL, 0.1), [EARLIER_CALL, CALL]],
    ['no roll in a sale', rolls, open(CALL, 0.1), []],
    ['no roll in an exit', rolls, close(EARLIER_CALL, 0.1), []],
    ['the option of a sale', instruments, open(CALL, 0.1), [CALL]],
    ['the option of an exit', instruments, close(EARLIER_CALL, 0.1), [EARLIER_CALL]],
    ['the options of a roll', instruments, roll(EARLIER_CALL, CALL, 0.1), [EARLIER_CALL, CALL]],
    ['only those that the state knows', instruments, roll(UNKNOWN, CALL, 0.1), [CALL]],
    ['an offer, with its account', offers, open(CALL, 0.1), [CALL, 'BTC']],
    ['no offer that the state does not know', offers, open(UNKNOWN, 0.1), []],
    ['no offer of a symbol that is none', offers, open('calls', 0.1), []],
    ['no offer of an exit', offers, close(EARLIER_CALL, 0.1), []],
    ['a sale that can happen', sales, roll(EARLIER_CALL, CALL, 0.1), [CALL]],
    ['no sale that cannot', sales, roll(EARLIER_CALL, CALL, 0.6), []],
    ['no sale of an exit alone', sales, close(EARLIER_CALL, 0.1), []],
  ])('is %s', (_, judge, proposal, expected) => {
    expect(asked(judge, resolveLegs(proposal, state))).toEqual(expected)
  })
})
