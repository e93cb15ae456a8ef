import { type Breach, type BreachCode, breachSchema } from '@cc/models'
import { expect, it } from 'vitest'
import { CALL, EARLIER_CALL, ETH_CALL, LATER_CALL } from '../test/agent-state.js'
import { breachSentence } from './breach-sentence.js'

const on = CALL
const to = LATER_CALL
const label = 'cc-1'
const eightMs = Date.UTC(2026, 0, 2, 8)
const nineMs = Date.UTC(2026, 0, 2, 9, 30, 15, 7)
const eight = '2026-01-02T08:00:00.000Z'
const nine = '2026-01-02T09:30:15.007Z'

const SENTENCES: readonly (readonly [string, Breach])[] = [
  ['Nothing but cancels may be sent: a person said so.', { code: 'halted', reason: 'a person said so' }],
  [`${on} is not sold: the agent may only reduce its positions.`, { code: 'reduce-only-mode', on }],
  [
    'Nothing is sent to a venue that does not say it is a test exchange: deribit.com.',
    { code: 'not-testnet', source: 'deribit.com' },
  ],
  ['ETH: the venue has locked trading.', { code: 'venue-locked', on: 'ETH' }],
  [
    'The clock of the venue may be 1000.5679 ms off, more than 1000 ms.',
    { code: 'clock-uncertain', errorMs: 1000.56789, maxErrorMs: 1_000 },
  ],
  [`${on}: delta is missing or not a number.`, { code: 'state-incomplete', on, datum: 'delta' }],
  [
    'BTC: chain is 120001 ms old, more than 120000 ms.',
    { code: 'state-stale', on: 'BTC', part: 'chain', ageMs: 120_001, maxAgeMs: 120_000 },
  ],
  [
    'BTC: chain is 5001 ms in the future.',
    { code: 'state-stale', on: 'BTC', part: 'chain', ageMs: -5_001, maxAgeMs: 120_000 },
  ],
  [
    'BTC: chain is 0 ms old, more than -1 ms.',
    { code: 'state-stale', on: 'BTC', part: 'chain', ageMs: 0, maxAgeMs: -1 },
  ],
  [
    'The check spread-too-wide could not be made: no tick.',
    { code: 'check-failed', check: 'spread-too-wide', message: 'no tick' },
  ],
  [`${on}: nobody knows yet what became of order cc-1.`, { code: 'outcome-unresolved', on, label }],
  [
    `${on}: the account holds -0.12345679, and the ledger explains -0.1.`,
    { code: 'position-unexplained', on, sizeCoin: -0.123456789, explainedCoin: -0.1 },
  ],
  [
    'BTC: the balance is 0.97, more than 2.5 % below the 1.00000001 that the ledger explains.',
    { code: 'balance-unexplained', on: 'BTC', balanceCoin: 0.97, explainedCoin: 1.000000009, maxDropPct: 2.5 },
  ],
  [
    'BTC-PERPETUAL: a position of 0.1 is no short call.',
    { code: 'position-unexpected', on: 'BTC-PERPETUAL', sizeCoin: 0.1 },
  ],
  [`${on}: order cc-1 is not of this agent.`, { code: 'foreign-order', on, label }],
  [`${on} is not among the candidates.`, { code: 'symbol-unknown', on }],
  [`${on} is not a call.`, { code: 'not-a-call', on }],
  [`${on} does not trade: its book is locked.`, { code: 'instrument-not-open', on, state: 'locked' }],
  [
    `${on} expired at ${eight}, and it is ${nine}.`,
    { code: 'instrument-expired', on, expiryMs: eightMs, nowMs: nineMs },
  ],
  [
    `${on} expired at ${eight}, and it is 9000000000000000 ms.`,
    { code: 'instrument-expired', on, expiryMs: eightMs, nowMs: 9e15 },
  ],
  [
    `${on}: a delta of 0.6543 is outside 0.1 to 0.65.`,
    { code: 'delta-outside', on, delta: 0.65432, min: 0.1, max: 0.65 },
  ],
  [
    `${on}: 100.25 days to expiry are outside 0.5 to 100.`,
    { code: 'dte-outside', on, dte: 100.25, min: 0.5, max: 100 },
  ],
  [
    `${on}: the strike lies -0.0123 from the forward, less than 0.01.`,
    { code: 'strike-too-low', on, moneyness: -0.012345, min: 0.01 },
  ],
  [
    `${on}: it expires in 3599999 ms, sooner than 3600000 ms.`,
    { code: 'expiry-too-near', on, expiryMs: eightMs, leftMs: 3_599_999, minLeftMs: 3_600_000 },
  ],
  [
    `BTC: the venue settles, and nothing is sent from ${eight} to ${nine}.`,
    { code: 'settlement-window', on: 'BTC', fromMs: eightMs, untilMs: nineMs },
  ],
  [
    `BTC: ${EARLIER_CALL} expired at ${eight}, and its delivery is not in the ledger yet.`,
    { code: 'delivery-pending', on: 'BTC', symbol: EARLIER_CALL, expiryMs: eightMs },
  ],
  [
    `${on}: a size of 0.05 is below the smallest, 0.1.`,
    { code: 'size-too-small', on, sizeCoin: 0.05, minSizeCoin: 0.1 },
  ],
  [`${on}: a size of 0.25 is no multiple of 0.1.`, { code: 'size-off-step', on, sizeCoin: 0.25, stepCoin: 0.1 }],
  [
    `${on}: a size of 5.1 is above the largest allowed, 5.`,
    { code: 'size-too-large', on, sizeCoin: 5.1, maxSizeCoin: 5 },
  ],
  [
    `${on}: the sale is of 45000.1235 USD, more than 44999.`,
    { code: 'notional-exceeded', on, notionalUsd: 45_000.12345678, maxUsd: 44_999 },
  ],
  [`${on} has no ask.`, { code: 'no-quote', on, side: 'ask' }],
  [
    `${on}: the bid of 0.011 is above the ask of 0.0105.`,
    { code: 'book-crossed', on, bidPriceCoin: 0.011, askPriceCoin: 0.0105 },
  ],
  [
    `${on}: bid and ask are 0.004 apart, more than 0.003.`,
    { code: 'spread-too-wide', on, spreadCoin: 0.014 - 0.01, maxSpreadCoin: 0.003 },
  ],
  [
    `${on}: a price of 0.007 is outside 0.0085 to any.`,
    { code: 'price-outside-band', on, priceCoin: 0.007, minPriceCoin: 0.0085, maxPriceCoin: null },
  ],
  [
    `${on}: a price of 0.007 is outside any to 0.006.`,
    { code: 'price-outside-band', on, priceCoin: 0.007, minPriceCoin: null, maxPriceCoin: 0.006 },
  ],
  [
    `${on}: it might be sold at 0.0095, and is worth 0.00990099 at once.`,
    { code: 'price-below-intrinsic', on, priceCoin: 0.0095, intrinsicCoin: 1 - 100_000 / 101_000 },
  ],
  [`${on}: a bid of 0.0009 is below 0.001.`, { code: 'premium-too-low', on, priceCoin: 0.0009, minPriceCoin: 0.001 }],
  [
    `${on}: a coin of it brings 0.9877 USD after its fee, less than 1.`,
    { code: 'net-premium-too-low', on, netPremiumUsd: 0.98765, minUsd: 1 },
  ],
  [`${on}: 0.6 cannot be bought back, 0.5 is short.`, { code: 'position-missing', on, sizeCoin: 0.6, heldCoin: 0.5 }],
  [`${on} cannot be rolled into itself.`, { code: 'roll-same-symbol', on }],
  [
    `${on} cannot be rolled into ${ETH_CALL}, which is of another coin.`,
    { code: 'roll-other-currency', on, to: ETH_CALL },
  ],
  [
    `${on} cannot be rolled into ${EARLIER_CALL}, which expires earlier.`,
    { code: 'roll-earlier-expiry', on, to: EARLIER_CALL },
  ],
  [
    `${on}: rolling into ${to} costs 0.0005 a coin, more than 0.0004.`,
    { code: 'net-debit-exceeded', on, to, netDebitCoin: 0.0105 - 0.01, maxNetDebitCoin: 0.0004 },
  ],
  [
    'BTC: short calls would need 1.1 coins, and 1.0046 may cover them.',
    { code: 'coverage-exceeded', on: 'BTC', neededCoin: 1.1, coveredCoin: 1.0046 },
  ],
  [`${on}: the venue has not said what margin the sale takes.`, { code: 'margin-unknown', on }],
  [
    'BTC: there would be no margin balance left.',
    { code: 'margin-exceeded', on: 'BTC', marginUsedPct: null, maxPct: 60 },
  ],
  [
    'BTC: 60.1235 % of the margin balance would be used, more than 60 %.',
    { code: 'margin-exceeded', on: 'BTC', marginUsedPct: 60.123456, maxPct: 60 },
  ],
  [
    'BTC: there would be no margin balance left to maintain the position.',
    { code: 'maintenance-exceeded', on: 'BTC', maintenancePct: null, maxPct: 60 },
  ],
  [
    'BTC: maintenance margin would be 60.1235 % of the margin balance, more than 60 %.',
    { code: 'maintenance-exceeded', on: 'BTC', maintenancePct: 60.123456, maxPct: 60 },
  ],
  [
    'BTC: there would be no margin balance left, were the index 50 % higher.',
    { code: 'stress-exceeded', on: 'BTC', spotMovePct: 50, maintenancePct: null, maxPct: 80 },
  ],
  [
    'BTC: were the index 25 % higher, maintenance margin would be 80.1235 % of the margin balance, more than 80 %.',
    { code: 'stress-exceeded', on: 'BTC', spotMovePct: 25, maintenancePct: 80.123456, maxPct: 80 },
  ],
  [
    'BTC: net delta would be -0.8123 of the covered coins, beyond 0.8 either way.',
    { code: 'net-delta-exceeded', on: 'BTC', netDelta: -0.812345, max: 0.8 },
  ],
  [
    'BTC: 0.5 of the covered coins would be short on 2026-01-02, more than 0.4.',
    { code: 'expiry-exposure-exceeded', on: 'BTC', expiryMs: eightMs, exposure: 0.5, max: 0.4 },
  ],
  [
    'BTC: an equity of 0.0998 is not above 0.1.',
    { code: 'equity-too-low', on: 'BTC', equityCoin: 0.0998, minCoin: 0.1 },
  ],
  ['BTC: 5 orders are out, more than 4.', { code: 'open-orders-exceeded', on: 'BTC', orders: 5, max: 4 }],
  [
    'BTC: there would be 26 positions, more than 25.',
    { code: 'positions-exceeded', on: 'BTC', positions: 26, max: 25 },
  ],
  [`${on} is not sold beside cc-1.`, { code: 'duplicate-open', on, beside: label }],
  [`${on}: order cc-1 rests on the other side.`, { code: 'self-cross', on, label }],
  [
    'BTC: the equity is 8.1235 % below that of the start of the day, more than 8 %.',
    { code: 'daily-loss', on: 'BTC', lossPct: 8.123456, maxPct: 8 },
  ],
  [
    'BTC: the equity is 20.1235 % below its high-water mark, more than 20 %.',
    { code: 'drawdown', on: 'BTC', drawdownPct: 20.123456, maxPct: 20 },
  ],
  [
    `BTC: the market was in a crash at ${eight}, and nothing is sold until ${nine}.`,
    { code: 'crash-regime', on: 'BTC', crashedMs: eightMs, untilMs: nineMs },
  ],
  [
    'BTC: implied over realised volatility is 1.125, below 1.2.',
    { code: 'low-iv-regime', on: 'BTC', ivrv: 1.125, min: 1.2 },
  ],
  [
    `BTC: a call was opened at ${eight}, and none is until ${nine}.`,
    { code: 'cooldown', on: 'BTC', openedMs: eightMs, untilMs: nineMs },
  ],
  [
    'BTC: 30 orders were sent within 1 h, and 30 may be.',
    { code: 'send-rate-exceeded', on: 'BTC', sends: 30, max: 30, windowMs: 3_600_000 },
  ],
  [
    `11 calls were sold within a day, and 10 stop the agent: since ${eight} a person must enable it.`,
    { code: 'repeated-execution', opens: 11, max: 10, sinceMs: eightMs },
  ],
  [
    `An expired call was not delivered in time: since ${eight} a person must enable the agent.`,
    { code: 'delivery-missing', sinceMs: eightMs },
  ],
  [
    '6 orders were rejected one after the other, and 5 stop the agent.',
    { code: 'rejects-in-a-row', rejects: 6, max: 5 },
  ],
]

it.each(SENTENCES)('says: %s', (sentence, breach) => {
  expect(breachSentence(breach)).toBe(sentence)
})

it('has a sentence here for every code that there is', () => {
  const codes = breachSchema.options.map((option): BreachCode => option.shape.code.value)
  expect([...new Set(SENTENCES.map(([, { code }]) => code))]).toEqual(codes)
})
