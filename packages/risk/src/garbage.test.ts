import type { AgentMemory, MarginQuote, ProposedAction } from '@cc/models'
import { describe, expect, it } from 'vitest'
import {
  CALL,
  candidateOf,
  close,
  EARLIER_CALL,
  ETH_CALL,
  LATER_CALL,
  marginOf,
  NOTHING,
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
import { garbageIn } from './garbage.js'
import { type RiskLimitsInput, riskLimitsSchema } from './options.js'
import { resolveLegs } from './trade.js'

const PERPETUAL = { symbol: 'BTC-PERPETUAL', kind: 'future', sizeCoin: 0 } as const
const memory: Partial<AgentMemory> = {
  highWaterCoin: { BTC: 2 },
  dayStart: { BTC: { dayMs: Math.floor(NOW_MS / 86_400_000) * 86_400_000, equityCoin: 2 } },
  explained: { BTC: { balanceCoin: 2, positions: [{ symbol: EARLIER_CALL, sizeCoin: -0.5 }] } },
  unresolved: [unresolvedSend(LATER_CALL), unresolvedSend(ETH_CALL, { label: 'cc-ether' })],
  recentOpens: [openedAgo(7_200_000)],
  recentSends: [sentAgo(7_200_000, { label: 'cc-sent' })],
  enabledMs: NOW_MS - 7_200_000,
  guards: { latched: { code: 'repeated-execution', sinceMs: NOW_MS }, crashedMs: { BTC: NOW_MS - 90_000_000 } },
}
/** The account has all that there can be to read; `others` is of another coin. */
const state = stateOf(
  {
    candidates: [candidateOf(CALL)],
    portfolio: {
      positions: [positionOf(EARLIER_CALL, -0.5)],
      openOrders: [restingOrder(LATER_CALL, 0.1, { label: 'cc-rest' })],
      otherPositions: [PERPETUAL],
    },
  },
  { memory, others: [underlyingOf('ETH', { candidates: [candidateOf(ETH_CALL)] })] },
)
const asked = marginOf(CALL, 0.5, { minPriceCoin: 0, maxPriceCoin: 0.1 })
const margins: readonly MarginQuote[] = [asked, { ...asked, side: 'buy' }, { ...asked, symbol: LATER_CALL }]
const request = { state, nowMs: NOW_MS, margins }

const ACCOUNT = 'state.underlyings.0'
const OPTION = [
  'instrument.strikeUsd',
  'instrument.expiryMs',
  'instrument.minSizeCoin',
  'instrument.sizeStepCoin',
  'instrument.makerFeeRate',
  'instrument.takerFeeRate',
  'instrument.tickSizeCoin',
  'instrument.tickSteps.0.abovePriceCoin',
  'instrument.tickSteps.0.tickSizeCoin',
  'bidPriceCoin',
  'askPriceCoin',
  'markPriceCoin',
]
const OF_ANY = {
  nowMs: 'request: nowMs',
  'state.timeMs': 'request: timeMs',
  'state.venue.clockErrorMs': 'venue: clockErrorMs',
}
const OF_EITHER_LEG = {
  ...OF_ANY,
  ...each(ACCOUNT, 'BTC', ['parts.account.ageMs', 'parts.chain.ageMs']),
  ...each(`${ACCOUNT}.portfolio`, 'cc-rest', [
    'openOrders.0.sizeCoin',
    'openOrders.0.filledCoin',
    'openOrders.0.priceCoin',
  ]),
  ...each('state.memory', 'cc-lost', ['unresolved.0.sizeCoin']),
  ...each('state.memory', 'cc-sent', ['recentSends.0.timeMs']),
}
const OF_AN_EXIT = {
  ...OF_EITHER_LEG,
  ...each(`${ACCOUNT}.portfolio.positions.0`, EARLIER_CALL, OPTION),
  [`${ACCOUNT}.portfolio.positions.0.sizeCoin`]: `${EARLIER_CALL}: heldCoin`,
}
const OF_A_SALE = {
  ...OF_EITHER_LEG,
  ...each(`${ACCOUNT}.candidates.0`, CALL, [...OPTION, 'forwardUsd', 'markIv', 'delta', 'quotedMs']),
  ...each(ACCOUNT, 'BTC', [
    'parts.index.ageMs',
    'spotUsd',
    'dayChangePct',
    'vol.dvolDayChange',
    'portfolio.balanceCoin',
    'portfolio.equityCoin',
    'portfolio.marginBalanceCoin',
    'portfolio.initialMarginCoin',
    'portfolio.maintenanceMarginCoin',
    'portfolio.coverage.coveredCoin',
  ]),
  ...each(`${ACCOUNT}.portfolio.positions.0`, EARLIER_CALL, [
    'sizeCoin',
    'delta',
    'markPriceCoin',
    'markIv',
    'forwardUsd',
    'instrument.strikeUsd',
    'instrument.expiryMs',
    'instrument.sizeStepCoin',
  ]),
  ...each(`${ACCOUNT}.portfolio.otherPositions.0`, 'BTC-PERPETUAL', ['sizeCoin']),
  ...each('state.memory', 'BTC', [
    'explained.BTC.balanceCoin',
    'highWaterCoin.BTC',
    'dayStart.BTC.dayMs',
    'dayStart.BTC.equityCoin',
    'guards.crashedMs.BTC',
  ]),
  'state.memory.explained.BTC.positions.0.sizeCoin': `${EARLIER_CALL}: explained.sizeCoin`,
  ...each('state.memory', EARLIER_CALL, ['recentOpens.0.timeMs']),
  ...each('state.memory.guards', 'guards', ['latched.sinceMs']),
  ...each('state.memory', 'memory', ['enabledMs', 'rejectsInARow']),
  ...each('', CALL, [
    'margins.0.sizeCoin',
    'margins.0.initialMarginCoin',
    'margins.0.minPriceCoin',
    'margins.0.maxPriceCoin',
  ]),
}

it.each([
  ['a sale', open(CALL, 0.5), OF_A_SALE],
  ['an exit, none of which only a sale needs', close(EARLIER_CALL, 0.5), OF_AN_EXIT],
  ['doing nothing', NOTHING, OF_ANY],
])('names each number of %s that is none, and what it is of', (_, proposal, expected) => {
  expect(told(proposal)).toEqual(expected)
})

describe('a roll', () => {
  it('reads what its exit and its sale read', () => {
    const read = Object.keys(told(roll(EARLIER_CALL, CALL, 0.5)))
    expect(read.sort()).toEqual(Object.keys({ ...OF_AN_EXIT, ...OF_A_SALE }).sort())
  })

  it.each([
    ['within a coin, once', CALL, 'underlyings.0.parts.chain.ageMs', 'BTC: parts.chain.ageMs'],
    [
      'orders within a coin, once',
      CALL,
      'underlyings.0.portfolio.openOrders.0.sizeCoin',
      'cc-rest: openOrders.sizeCoin',
    ],
    ['of the coin of its exit', ETH_CALL, 'underlyings.0.parts.chain.ageMs', 'BTC: parts.chain.ageMs'],
    ['of the coin of its sale', ETH_CALL, 'underlyings.1.parts.chain.ageMs', 'ETH: parts.chain.ageMs'],
    ['orders of its exit', ETH_CALL, 'underlyings.0.portfolio.openOrders.0.sizeCoin', 'cc-rest: openOrders.sizeCoin'],
    ['sends in the coin of its sale', ETH_CALL, 'memory.unresolved.1.sizeCoin', 'cc-ether: unresolved.sizeCoin'],
    ['nothing of the sale in the coin of its exit', ETH_CALL, 'underlyings.0.spotUsd', ''],
  ])('reads %s', (_, to, path, expected) => {
    expect(toldOf(`state.${path}`, roll(EARLIER_CALL, to, 0.5))).toBe(expected)
  })
})

it('reads the ratio of volatilities where there is a least one', () => {
  const read = told(open(CALL, 0.5), { minIvrv: 1 })
  expect(read).toEqual({ ...OF_A_SALE, 'state.underlyings.0.vol.ivrv': 'BTC: vol.ivrv' })
})

it('reads the size of the proposal', () => {
  expect(toldOf('nowMs', open(CALL, Number.NaN), {}, NOW_MS)).toBe('request: sizeCoin')
})

it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, undefined, null, '90000'])(
  'takes %s for no number',
  (value) => {
    expect(toldOf('state.underlyings.0.spotUsd', open(CALL, 0.5), {}, value)).toBe('BTC: spotUsd')
  },
)

it.each([
  'margins.0.minPriceCoin',
  'margins.0.maxPriceCoin',
  'state.memory.enabledMs',
  'state.memory.guards.latched',
  'state.underlyings.0.dayChangePct',
  'state.underlyings.0.vol.dvolDayChange',
  'state.underlyings.0.vol.ivrv',
  'state.underlyings.0.candidates.0.bidPriceCoin',
  'state.underlyings.0.candidates.0.askPriceCoin',
  'state.underlyings.0.portfolio.positions.0.delta',
  'state.underlyings.0.portfolio.positions.0.markIv',
])('takes null at its word: %s', (path) => {
  expect(toldOf(path, open(CALL, 0.5), { minIvrv: 1 }, null)).toBe('')
})

/** The data at a place, each under its name: without the keys of lists and of coins. */
function each(place: string, on: string, data: readonly string[]): Record<string, string> {
  const named = data.map((datum) => [
    place === '' ? datum : `${place}.${datum}`,
    `${on}: ${datum.replace(/\.(\d|BTC)\b/g, '')}`,
  ])
  return Object.fromEntries(named)
}

/** Of every number of the request, in turn, what is told once it is none; of those that are not read, nothing. */
function told(proposal: ProposedAction, limits: RiskLimitsInput = {}): Record<string, string> {
  const entries = pathsIn(request).map((path) => [path, toldOf(path, proposal, limits)])
  return Object.fromEntries(entries.filter(([, told]) => told !== ''))
}

function toldOf(
  path: string,
  proposal: ProposedAction,
  limits: RiskLimitsInput = {},
  value: unknown = Number.NaN,
): string {
  const broken = structuredClone(request)
  const keys = path.split('.')
  let inner = broken as unknown as Record<string, unknown>
  for (const key of keys.slice(0, -1)) inner = inner[key] as Record<string, unknown>
  inner[keys.at(-1) as string] = value
  const basis = { ...broken, trade: resolveLegs(proposal, broken.state), limits: riskLimitsSchema.parse(limits) }
  return garbageIn(basis)
    .map(({ on, datum }) => `${on}: ${datum}`)
    .join(', ')
}

/** Paths of all numbers. */
function pathsIn(value: unknown, path = ''): string[] {
  if (typeof value === 'number') return [path]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => pathsIn(inner, path === '' ? key : `${path}.${key}`))
}
