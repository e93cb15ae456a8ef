import { type Breach, type BreachCode, breachSchema, type ProposedAction, type ReviewRequest } from '@cc/models'
import { expect, it } from 'vitest'
import {
  CALL,
  candidateOf,
  close,
  DECISION_ID,
  EARLIER_CALL,
  ETH_CALL,
  instrumentOf,
  LATER_CALL,
  marginOf,
  NOW_MS,
  open,
  openedAgo,
  positionOf,
  restingOrder,
  roll,
  sentAgo,
  stateOf,
  underlyingOf,
  unresolvedSend,
} from '../test/agent-state.js'
import { CHECKS } from './checks.js'
import { breachSentence, createRiskGate, type RiskLimitsInput } from './index.js'

type Case = {
  why: string
  breach: Breach
  proposal: ProposedAction
  given?: Partial<ReviewRequest>
  limits?: RiskLimitsInput
}

const short = positionOf(CALL, -0.5)
const held = { portfolio: { positions: [short] } }
const offering = (changes: Parameters<typeof instrumentOf>[1]) =>
  stateOf({ candidates: [candidateOf(CALL, { instrument: instrumentOf(CALL, changes) })] })
const marketOf = (changes: Parameters<typeof candidateOf>[1]) => stateOf({ candidates: [candidateOf(CALL, changes)] })
const expiryMs = instrumentOf(CALL).expiryMs
const DAY_MS = 86_400_000
const dayMs = Math.floor(NOW_MS / DAY_MS) * DAY_MS
const expired = 'BTC-2JAN26-90000-C'
const expiredMs = Date.UTC(2026, 0, 2, 8)

const CASES: readonly Case[] = [
  {
    why: 'an exit while the kill switch is on',
    breach: { code: 'halted', reason: 'the agent is in mode halted' },
    proposal: close(CALL, 0.5),
    given: { state: stateOf(held, { memory: { mode: 'halted' } }) },
  },
  {
    why: 'a roll in reduce-only mode, since it sells',
    breach: { code: 'reduce-only-mode', on: LATER_CALL },
    proposal: roll(CALL, LATER_CALL, 0.5),
    given: { state: stateOf(held, { memory: { mode: 'reduce-only' } }) },
  },
  {
    why: 'the sale of a call that is no candidate',
    breach: { code: 'symbol-unknown', on: 'BTC-23JAN26-101000-C' },
    proposal: open('BTC-23JAN26-101000-C', 0.5),
  },
  {
    why: 'the sale of a put',
    breach: { code: 'not-a-call', on: CALL },
    proposal: open(CALL, 0.5),
    given: { state: offering({ kind: 'put' }) },
  },
  {
    why: 'a locked book',
    breach: { code: 'instrument-not-open', on: CALL, state: 'locked' },
    proposal: open(CALL, 0.5),
    given: { state: offering({ state: 'locked' }) },
  },
  {
    why: 'a call at the millisecond of its expiry',
    breach: { code: 'instrument-expired', on: CALL, expiryMs: NOW_MS, nowMs: NOW_MS },
    proposal: open(CALL, 0.5),
    given: { state: offering({ expiryMs: NOW_MS }) },
  },
  {
    why: 'a book with a position whose delta nobody knows',
    breach: { code: 'state-incomplete', on: EARLIER_CALL, datum: 'delta' },
    proposal: open(CALL, 0.5),
    given: { state: stateOf({ portfolio: { positions: [positionOf(EARLIER_CALL, -0.1, { delta: null })] } }) },
  },
  {
    why: 'an account that is one millisecond too old',
    breach: { code: 'state-stale', on: 'BTC', part: 'account', ageMs: 120_001, maxAgeMs: 120_000 },
    proposal: open(CALL, 0.5),
    given: { state: stateOf({ ages: { account: 20_001 } }), nowMs: NOW_MS + 100_000 },
  },
  {
    why: 'a sale while the outcome of another send is open',
    breach: { code: 'outcome-unresolved', on: EARLIER_CALL, label: 'cc-lost' },
    proposal: open(CALL, 0.5),
    given: { state: stateOf({}, { memory: { unresolved: [unresolvedSend(EARLIER_CALL, { side: 'buy' })] } }) },
  },
  {
    why: 'less than the smallest order',
    breach: { code: 'size-too-small', on: CALL, sizeCoin: 0.05, minSizeCoin: 0.1 },
    proposal: open(CALL, 0.05),
  },
  {
    why: 'a size between two steps',
    breach: { code: 'size-off-step', on: CALL, sizeCoin: 0.25, stepCoin: 0.1 },
    proposal: open(CALL, 0.25),
  },
  {
    why: 'a slipped digit',
    breach: { code: 'size-too-large', on: CALL, sizeCoin: 5.1, maxSizeCoin: 5 },
    proposal: open(CALL, 5.1),
    given: { state: stateOf({ coveredCoin: 100 }), margins: [marginOf(CALL, 5.1)] },
  },
  {
    why: 'an exit without an ask',
    breach: { code: 'no-quote', on: CALL, side: 'ask' },
    proposal: close(CALL, 0.5),
    given: { state: stateOf({ portfolio: { positions: [positionOf(CALL, -0.5, { askPriceCoin: null })] } }) },
  },
  {
    why: 'a bid far below the mark',
    breach: { code: 'price-outside-band', on: CALL, priceCoin: 0.007, minPriceCoin: 0.0085, maxPriceCoin: 1 },
    proposal: open(CALL, 0.5),
    given: { state: stateOf({ candidates: [candidateOf(CALL, { bidPriceCoin: 0.007, markPriceCoin: 0.0102 })] }) },
  },
  {
    why: 'an exit larger than the position',
    breach: { code: 'position-missing', on: CALL, sizeCoin: 0.6, heldCoin: 0.5 },
    proposal: close(CALL, 0.6),
    given: { state: stateOf(held) },
  },
  {
    why: 'a roll into itself',
    breach: { code: 'roll-same-symbol', on: CALL },
    proposal: roll(CALL, CALL, 0.5),
    given: { state: stateOf(held), margins: [marginOf(CALL, 0.5)] },
  },
  {
    why: 'a roll into another coin',
    breach: { code: 'roll-other-currency', on: CALL, to: ETH_CALL },
    proposal: roll(CALL, ETH_CALL, 0.5),
    given: {
      state: stateOf(held, { others: [underlyingOf('ETH', { candidates: [candidateOf(ETH_CALL)] })] }),
      margins: [marginOf(ETH_CALL, 0.5)],
    },
  },
  {
    why: 'a roll into an earlier expiry',
    breach: { code: 'roll-earlier-expiry', on: CALL, to: EARLIER_CALL },
    proposal: roll(CALL, EARLIER_CALL, 0.5),
    given: { state: stateOf(held), margins: [marginOf(EARLIER_CALL, 0.5)] },
  },
  {
    why: 'a sale beside a resting one that takes the last coins',
    breach: { code: 'coverage-exceeded', on: 'BTC', neededCoin: 1.1, coveredCoin: 1.0046 },
    proposal: open(CALL, 0.5),
    given: { state: stateOf({ portfolio: { openOrders: [restingOrder(LATER_CALL, 0.6)] } }) },
  },
  {
    why: 'a sale whose margin the venue was not asked for',
    breach: { code: 'margin-unknown', on: CALL },
    proposal: open(CALL, 0.5),
    given: { margins: [] },
  },
  {
    why: 'a sale without a margin balance',
    breach: { code: 'margin-exceeded', on: 'BTC', marginUsedPct: null, maxPct: 60 },
    proposal: open(CALL, 0.5),
    given: { state: stateOf({ portfolio: { marginBalanceCoin: -0.1 } }) },
  },
  {
    why: 'a sale that lifts the delta of the book',
    breach: { code: 'net-delta-exceeded', on: 'BTC', netDelta: -0.1, max: 0.05 },
    proposal: open(CALL, 0.5),
    limits: { maxNetDeltaAbs: 0.05 },
  },
  {
    why: 'too much on one expiry',
    breach: { code: 'expiry-exposure-exceeded', on: 'BTC', expiryMs, exposure: 0.5, max: 0.4 },
    proposal: open(CALL, 0.5),
    limits: { maxExpiryExposure: 0.4 },
  },
  {
    why: 'an exit at a venue that is no test exchange',
    breach: { code: 'not-testnet', source: 'made by hand for a test' },
    proposal: close(CALL, 0.5),
    given: { state: { ...stateOf(held), venue: { testnet: false, locked: [], clockErrorMs: 0 } } },
  },
  {
    why: 'an exit while its coin is locked',
    breach: { code: 'venue-locked', on: 'BTC' },
    proposal: close(CALL, 0.5),
    given: { state: { ...stateOf(held), venue: { testnet: true, locked: ['ETH', 'BTC'], clockErrorMs: 0 } } },
  },
  {
    why: 'an exit by a clock that is a millisecond too uncertain',
    breach: { code: 'clock-uncertain', errorMs: 1_001, maxErrorMs: 1_000 },
    proposal: close(CALL, 0.5),
    given: { state: { ...stateOf(held), venue: { testnet: true, locked: [], clockErrorMs: 1_001 } } },
  },
  {
    why: 'a sale from a book without a tick',
    breach: {
      code: 'check-failed',
      check: 'spread-too-wide',
      message: 'RangeError: tickSizeAt: tickSizeCoin must be a finite number > 0, got 0',
    },
    proposal: open(CALL, 0.5),
    given: { state: offering({ tickSizeCoin: 0 }) },
  },
  {
    why: 'a sale beside more calls than the ledger explains',
    breach: { code: 'position-unexplained', on: EARLIER_CALL, sizeCoin: -0.4, explainedCoin: -0.3 },
    proposal: open(CALL, 0.5),
    given: {
      state: stateOf(
        { portfolio: { positions: [positionOf(EARLIER_CALL, -0.4)] } },
        { memory: { explained: { BTC: { balanceCoin: 1, positions: [{ symbol: EARLIER_CALL, sizeCoin: -0.3 }] } } } },
      ),
    },
  },
  {
    why: 'a sale on a balance that fell without a row in the ledger',
    breach: {
      code: 'balance-unexplained',
      on: 'BTC',
      balanceCoin: 1,
      explainedCoin: 1.03,
      maxDropPct: 2,
    },
    proposal: open(CALL, 0.5),
    given: { state: stateOf({}, { memory: { explained: { BTC: { balanceCoin: 1.03, positions: [] } } } }) },
  },
  {
    why: 'a sale beside a future',
    breach: { code: 'position-unexpected', on: 'BTC-PERPETUAL', sizeCoin: 0.1 },
    proposal: open(CALL, 0.5),
    given: {
      state: stateOf({
        portfolio: { otherPositions: [{ symbol: 'BTC-PERPETUAL', kind: 'future', sizeCoin: 0.1 }] },
      }),
    },
  },
  {
    why: 'a sale beside an order of somebody else',
    breach: { code: 'foreign-order', on: EARLIER_CALL, label: '' },
    proposal: open(CALL, 0.5),
    given: { state: stateOf({ portfolio: { openOrders: [restingOrder(EARLIER_CALL, 0.1, { label: '' })] } }) },
  },
  {
    why: 'a call that is too deep',
    breach: { code: 'delta-outside', on: CALL, delta: 0.7, min: 0, max: 0.65 },
    proposal: open(CALL, 0.5),
    given: { state: marketOf({ delta: 0.7 }) },
  },
  {
    why: 'a call that is too long',
    breach: { code: 'dte-outside', on: CALL, dte: (expiryMs - NOW_MS) / DAY_MS, min: 0, max: 20 },
    proposal: open(CALL, 0.5),
    limits: { dte: { max: 20 } },
  },
  {
    why: 'a strike below the forward',
    breach: { code: 'strike-too-low', on: CALL, moneyness: 100_000 / 101_000 - 1, min: 0 },
    proposal: open(CALL, 0.5),
    given: { state: marketOf({ forwardUsd: 101_000 }) },
  },
  {
    why: 'a call in its last hour',
    breach: {
      code: 'expiry-too-near',
      on: CALL,
      expiryMs: NOW_MS + 3_599_999,
      leftMs: 3_599_999,
      minLeftMs: 3_600_000,
    },
    proposal: open(CALL, 0.5),
    given: { state: offering({ expiryMs: NOW_MS + 3_599_999 }) },
  },
  {
    why: 'an exit while the venue settles',
    breach: {
      code: 'settlement-window',
      on: 'BTC',
      fromMs: Date.UTC(2026, 0, 2, 7, 59, 30),
      untilMs: Date.UTC(2026, 0, 2, 8, 2),
    },
    proposal: close(CALL, 0.5),
    given: { state: { ...stateOf(held), timeMs: expiredMs }, nowMs: expiredMs },
  },
  {
    why: 'a sale before an expired call is delivered',
    breach: { code: 'delivery-pending', on: 'BTC', symbol: expired, expiryMs: expiredMs },
    proposal: open(CALL, 0.5),
    given: {
      state: stateOf(
        {},
        { memory: { explained: { BTC: { balanceCoin: 1, positions: [{ symbol: expired, sizeCoin: -0.1 }] } } } },
      ),
    },
  },
  {
    why: 'any sale after a delivery that did not come',
    breach: { code: 'delivery-missing', sinceMs: NOW_MS },
    proposal: open(CALL, 0.5),
    given: {
      state: stateOf(
        {},
        { memory: { explained: { BTC: { balanceCoin: 1, positions: [{ symbol: expired, sizeCoin: -0.1 }] } } } },
      ),
    },
  },
  {
    why: 'more USD than is ever meant',
    breach: { code: 'notional-exceeded', on: CALL, notionalUsd: 45_000, maxUsd: 44_999 },
    proposal: open(CALL, 0.5),
    limits: { maxOrderUsd: 44_999 },
  },
  {
    why: 'an exit from a crossed book',
    breach: { code: 'book-crossed', on: CALL, bidPriceCoin: 0.011, askPriceCoin: 0.0105 },
    proposal: close(CALL, 0.5),
    given: { state: stateOf({ portfolio: { positions: [positionOf(CALL, -0.5, { bidPriceCoin: 0.011 })] } }) },
  },
  {
    why: 'a sale into a wide book',
    breach: {
      code: 'spread-too-wide',
      on: CALL,
      spreadCoin: 0.014 - 0.01,
      maxSpreadCoin: 0.25 * 0.012,
    },
    proposal: open(CALL, 0.5),
    given: { state: marketOf({ askPriceCoin: 0.014, markPriceCoin: 0.0102 }) },
  },
  {
    why: 'a call in the money for less than it is worth at once',
    breach: { code: 'price-below-intrinsic', on: CALL, priceCoin: 0.0095, intrinsicCoin: 1 - 100_000 / 101_000 },
    proposal: open(CALL, 0.5),
    given: { state: marketOf({ forwardUsd: 101_000 }) },
    limits: { minMoneyness: -0.03 },
  },
  {
    why: 'a call that nobody pays for',
    breach: { code: 'premium-too-low', on: CALL, priceCoin: 0.0009, minPriceCoin: 0.001 },
    proposal: open(CALL, 0.5),
    given: { state: marketOf({ bidPriceCoin: 0.0009, askPriceCoin: 0.001, markPriceCoin: 0.001 }) },
  },
  {
    why: 'a call that hardly pays its fee',
    breach: { code: 'net-premium-too-low', on: CALL, netPremiumUsd: (0.01 - 0.0003) * 90_000, minUsd: 874 },
    proposal: open(CALL, 0.5),
    limits: { minNetPremiumUsd: 874 },
  },
  {
    why: 'a roll that costs too much',
    breach: {
      code: 'net-debit-exceeded',
      on: CALL,
      to: LATER_CALL,
      netDebitCoin: 0.0105 - 0.01,
      maxNetDebitCoin: 0.0004,
    },
    proposal: roll(CALL, LATER_CALL, 0.5),
    given: { state: stateOf(held) },
    limits: { maxNetDebitCoin: 0.0004 },
  },
  {
    why: 'a sale that takes too much maintenance margin',
    breach: {
      code: 'maintenance-exceeded',
      on: 'BTC',
      maintenancePct: (100 * 0.5 * (0.075 + 0.0102)) / 1.0046,
      maxPct: 4,
    },
    proposal: open(CALL, 0.5),
    limits: { maxMaintenancePct: 4 },
  },
  {
    why: 'a sale without a margin balance, whatever the index does',
    breach: { code: 'stress-exceeded', on: 'BTC', spotMovePct: 50, maintenancePct: null, maxPct: 80 },
    proposal: open(CALL, 0.5),
    given: { state: stateOf({ portfolio: { marginBalanceCoin: -0.1 } }) },
  },
  {
    why: 'a sale on no equity',
    breach: { code: 'equity-too-low', on: 'BTC', equityCoin: 0, minCoin: 0 },
    proposal: open(CALL, 0.5),
    given: { state: stateOf({ portfolio: { equityCoin: 0 } }) },
  },
  {
    why: 'an exit beside five orders',
    breach: { code: 'open-orders-exceeded', on: 'BTC', orders: 5, max: 4 },
    proposal: close(CALL, 0.5),
    given: {
      state: stateOf(
        {
          portfolio: {
            positions: [short],
            openOrders: [1, 2, 3].map((i) => restingOrder(EARLIER_CALL, 0.1, { label: `cc-${i}` })),
          },
        },
        {
          memory: {
            unresolved: ['cc-1', 'cc-4', 'cc-5'].map((label) => unresolvedSend(EARLIER_CALL, { label })),
          },
        },
      ),
    },
  },
  {
    why: 'one position too many',
    breach: { code: 'positions-exceeded', on: 'BTC', positions: 2, max: 1 },
    proposal: open(LATER_CALL, 0.5),
    given: { state: stateOf(held) },
    limits: { maxPositions: 1 },
  },
  {
    why: 'more of what is short already',
    breach: { code: 'duplicate-open', on: CALL, beside: CALL },
    proposal: open(CALL, 0.5),
    given: { state: stateOf(held) },
  },
  {
    why: 'an exit against an own sale',
    breach: { code: 'self-cross', on: CALL, label: 'cc-own' },
    proposal: close(CALL, 0.5),
    given: {
      state: stateOf({ portfolio: { positions: [short], openOrders: [restingOrder(CALL, 0.1, { label: 'cc-own' })] } }),
    },
  },
  {
    why: 'a sale after a bad day',
    breach: { code: 'daily-loss', on: 'BTC', lossPct: 100 * (1 - 1 / 1.25), maxPct: 8 },
    proposal: open(CALL, 0.5),
    given: { state: stateOf({}, { memory: { dayStart: { BTC: { dayMs, equityCoin: 1.25 } } } }) },
  },
  {
    why: 'a sale far below the high-water mark',
    breach: { code: 'drawdown', on: 'BTC', drawdownPct: 100 * (1 - 1 / 1.6), maxPct: 20 },
    proposal: open(CALL, 0.5),
    given: { state: stateOf({}, { memory: { highWaterCoin: { BTC: 1.6 } } }) },
  },
  {
    why: 'a sale in a crash',
    breach: { code: 'crash-regime', on: 'BTC', crashedMs: NOW_MS, untilMs: NOW_MS + DAY_MS },
    proposal: open(CALL, 0.5),
    given: { state: stateOf({ dayChangePct: -8.1 }) },
  },
  {
    why: 'a sale of cheap volatility',
    breach: { code: 'low-iv-regime', on: 'BTC', ivrv: 0.45 / 0.4, min: 1.2 },
    proposal: open(CALL, 0.5),
    limits: { minIvrv: 1.2 },
  },
  {
    why: 'a sale soon after another',
    breach: { code: 'cooldown', on: 'BTC', openedMs: NOW_MS - 1_799_999, untilMs: NOW_MS + 1 },
    proposal: open(CALL, 0.5),
    given: { state: stateOf({}, { memory: { recentOpens: [openedAgo(1_799_999)] } }) },
  },
  {
    why: 'an exit after too many orders',
    breach: { code: 'send-rate-exceeded', on: 'BTC', sends: 2, max: 2, windowMs: 3_600_000 },
    proposal: close(CALL, 0.5),
    given: { state: stateOf(held, { memory: { recentSends: [sentAgo(1), sentAgo(3_599_999)] } }) },
    limits: { maxSends: { perHour: 2 } },
  },
  {
    why: 'any sale after too many',
    breach: { code: 'repeated-execution', opens: 2, max: 2, sinceMs: NOW_MS },
    proposal: open(CALL, 0.5),
    given: { state: stateOf({}, { memory: { recentOpens: [openedAgo(4_000_000), openedAgo(5_000_000)] } }) },
    limits: { maxOpensPerDay: 2 },
  },
  {
    why: 'any sale after too many rejections',
    breach: { code: 'rejects-in-a-row', rejects: 5, max: 5 },
    proposal: open(CALL, 0.5),
    given: { state: stateOf({}, { memory: { rejectsInARow: 5 } }) },
  },
]

it.each(CASES)('refuses $why: $breach.code', ({ breach, ...given }) => {
  const verdict = review(given)
  expect(verdict.allowed ? [] : verdict.breaches).toContainEqual(breach)
  expect(verdict.reasons).toContain(breachSentence(breach))
})

const CODES = breachSchema.options.map((option): BreachCode => option.shape.code.value)

it('has a case for every code that there is', () => {
  expect(CASES.map(({ breach }) => breach.code).sort()).toEqual([...CODES].sort())
})

it('judges every code that there is, in their order', () => {
  expect(CHECKS.map(({ code }) => code)).toEqual(CODES)
})

it('tells breaches in the order of the codes, a failed check among them', () => {
  for (const each of CASES) {
    const verdict = review(each)
    const codes = verdict.allowed ? [] : verdict.breaches.map(({ code }) => CODES.indexOf(code))
    expect(codes).toEqual([...codes].sort((a, b) => a - b))
  }
})

function review({ proposal, given, limits }: Pick<Case, 'proposal' | 'given' | 'limits'>) {
  return createRiskGate(limits).review({
    state: stateOf(),
    nowMs: NOW_MS,
    margins: [marginOf(CALL, 0.5), marginOf(LATER_CALL, 0.5)],
    decisionId: DECISION_ID,
    proposal,
    ...given,
  })
}
