import type { AgentMemory, BreachCode, ProposedAction } from '@cc/models'
import { describe, expect, it } from 'vitest'
import {
  CALL,
  candidateOf,
  close,
  EARLIER_CALL,
  ETH_CALL,
  instrumentOf,
  LATER_CALL,
  NOW_MS,
  open,
  openedAgo,
  positionOf,
  restingOrder,
  roll,
  sentAgo,
  stateOf,
  type UnderlyingParts,
  unresolvedSend,
} from '../test/agent-state.js'
import { checkActionAllowed, type RiskLimitsInput } from './index.js'

/** What is given besides a healthy account. */
type Given = { parts?: UnderlyingParts; memory?: Partial<AgentMemory>; limits?: RiskLimitsInput; clockErrorMs?: number }

function codesOf(proposal: ProposedAction, { parts = {}, memory = {}, limits = {}, clockErrorMs = 0 }: Given) {
  const state = { ...stateOf(parts, { memory }), venue: { testnet: true, locked: [], clockErrorMs } }
  const verdict = checkActionAllowed(state, proposal, limits)
  return verdict.allowed ? [] : verdict.breaches.map(({ code }) => code)
}

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const dayMs = Math.floor(NOW_MS / DAY_MS) * DAY_MS
const market = (changes: Parameters<typeof candidateOf>[1]): Given => ({
  parts: { candidates: [candidateOf(CALL, changes)] },
})
const account = (portfolio: UnderlyingParts['portfolio']): Given => ({ parts: { portfolio: portfolio ?? {} } })
const explained = (sizeCoin: number, balanceCoin = 1, symbol = EARLIER_CALL): Partial<AgentMemory> => ({
  explained: { BTC: { balanceCoin, positions: [{ symbol, sizeCoin }] } },
})
const short = (sizeCoin: number) => account({ positions: [positionOf(EARLIER_CALL, sizeCoin)] })
const other = (sizeCoin: number) => account({ otherPositions: [{ symbol: EARLIER_CALL, kind: 'option', sizeCoin }] })
const expiringIn = (ms: number) => market({ instrument: instrumentOf(CALL, { expiryMs: NOW_MS + ms }) })
const justExpired = 'BTC-2JAN26-90000-C'

describe('up to the limit, and no further', () => {
  it.each<[BreachCode, string, Given, Given]>([
    ['clock-uncertain', 'of the error', { clockErrorMs: 1_000 }, { clockErrorMs: 1_000.1 }],
    [
      'position-unexplained',
      'half a step more short',
      { ...short(-0.15), memory: explained(-0.1) },
      { ...short(-0.15001), memory: explained(-0.1) },
    ],
    [
      'position-unexplained',
      'less short',
      { ...short(-0.1), memory: explained(-0.9) },
      { ...short(-0.1), memory: explained(-0.01) },
    ],
    [
      'position-unexplained',
      'a long half step where there was a short one',
      { ...short(0.05), memory: explained(-0.1) },
      { ...short(0.06), memory: explained(-0.1) },
    ],
    [
      'position-unexplained',
      'a long one, explained and not',
      { ...short(0.1), memory: explained(0.1) },
      { ...short(0.1), memory: explained(0) },
    ],
    [
      'position-unexplained',
      'an option that does not list',
      { ...other(-0.1), memory: explained(-0.1) },
      { ...other(-0.11), memory: explained(-0.1) },
    ],
    [
      'position-unexplained',
      'nothing before the first look',
      short(-0.5),
      { ...short(-0.5), memory: explained(-0.5, 1, CALL) },
    ],
    ['balance-unexplained', 'two percent', { memory: explained(0, 1 / 0.98) }, { memory: explained(0, 1.0205) }],
    [
      'balance-unexplained',
      'a debt by its size',
      { parts: { coveredCoin: -1.02 }, memory: explained(0, -1) },
      { parts: { coveredCoin: -1.03 }, memory: explained(0, -1) },
    ],
    ['position-unexpected', 'no long call', short(-0.1), short(0.1)],
    ['position-unexpected', 'no option that does not list', other(0), other(-0.1)],
    [
      'position-unexpected',
      'no put',
      account({ positions: [positionOf('BTC-16JAN26-80000-P', 0)] }),
      account({ positions: [positionOf('BTC-16JAN26-80000-P', -0.1)] }),
    ],
    [
      'foreign-order',
      'the own label',
      account({ openOrders: [restingOrder(EARLIER_CALL, 0.1, { label: 'x', state: 'cancelled' })] }),
      account({ openOrders: [restingOrder(EARLIER_CALL, 0.1, { label: 'ccx' })] }),
    ],
    ['delta-outside', 'at the top', market({ delta: 0.65 }), market({ delta: 0.651 })],
    [
      'delta-outside',
      'at the bottom',
      { ...market({ delta: 0.1 }), limits: { delta: { min: 0.1 } } },
      { ...market({ delta: 0.099 }), limits: { delta: { min: 0.1 } } },
    ],
    ['dte-outside', 'at the top', expiringIn(100 * DAY_MS), expiringIn(100 * DAY_MS + 1)],
    [
      'dte-outside',
      'at the bottom',
      { ...expiringIn(5 * DAY_MS), limits: { dte: { min: 5 } } },
      { ...expiringIn(5 * DAY_MS - 1), limits: { dte: { min: 5 } } },
    ],
    ['strike-too-low', 'at the forward', market({ forwardUsd: 100_000 }), market({ forwardUsd: 100_001 })],
    ['expiry-too-near', 'an hour', expiringIn(HOUR_MS), expiringIn(HOUR_MS - 1)],
    [
      'size-too-large',
      'the largest',
      { parts: { coveredCoin: 10 }, limits: { maxOrderCoin: { BTC: 0.5 } } },
      { limits: { maxOrderCoin: { BTC: 0.4 } } },
    ],
    ['notional-exceeded', 'the dearest', { limits: { maxOrderUsd: 45_000 } }, { limits: { maxOrderUsd: 44_999.99 } }],
    [
      'book-crossed',
      'bid at the ask',
      market({ askPriceCoin: 0.01 }),
      market({ bidPriceCoin: 0.011, askPriceCoin: 0.0105, ...{ bidIv: 0.4, askIv: 0.4 } }),
    ],
    [
      'spread-too-wide',
      'a quarter of the middle',
      market({ bidPriceCoin: 0.014, askPriceCoin: 0.018, markPriceCoin: 0.016 }),
      market({ bidPriceCoin: 0.014, askPriceCoin: 0.0185, markPriceCoin: 0.016 }),
    ],
    [
      'spread-too-wide',
      'three ticks',
      market({ bidPriceCoin: 0.0011, askPriceCoin: 0.0014, markPriceCoin: 0.0012 }),
      market({ bidPriceCoin: 0.0011, askPriceCoin: 0.0015, markPriceCoin: 0.0012 }),
    ],
    [
      'price-below-intrinsic',
      'out of the money',
      { ...market({ forwardUsd: 100_000 }), limits: { minMoneyness: -0.03 } },
      { ...market({ forwardUsd: 100_960 }), limits: { minMoneyness: -0.03 } },
    ],
    [
      'premium-too-low',
      'a thousandth',
      market({ bidPriceCoin: 0.001, askPriceCoin: 0.0011, markPriceCoin: 0.0011 }),
      market({ bidPriceCoin: 0.0009, askPriceCoin: 0.0011, markPriceCoin: 0.001 }),
    ],
    [
      'net-premium-too-low',
      'after the fee',
      { limits: { minNetPremiumUsd: 873 } },
      { limits: { minNetPremiumUsd: 873.0001 } },
    ],
    [
      'equity-too-low',
      'above the least',
      { ...account({ equityCoin: 0.5001 }), limits: { minEquityCoin: { BTC: 0.5 } } },
      { ...account({ equityCoin: 0.5 }), limits: { minEquityCoin: { BTC: 0.5 } } },
    ],
    [
      'open-orders-exceeded',
      'as many as may rest',
      { ...account({ openOrders: [restingOrder(EARLIER_CALL, 0.1)] }), limits: { maxOpenOrders: 1 } },
      {
        ...account({ openOrders: [restingOrder(EARLIER_CALL, 0.1), restingOrder(LATER_CALL, 0.1)] }),
        limits: { maxOpenOrders: 1 },
      },
    ],
    [
      'open-orders-exceeded',
      'those that rest',
      {
        ...account({
          openOrders: [restingOrder(EARLIER_CALL, 0.1, { state: 'filled' }), restingOrder(LATER_CALL, 0.1)],
        }),
        limits: { maxOpenOrders: 1 },
      },
      {
        ...account({ openOrders: [restingOrder(LATER_CALL, 0.1)] }),
        memory: { unresolved: [unresolvedSend(EARLIER_CALL)] },
        limits: { maxOpenOrders: 1 },
      },
    ],
    [
      'daily-loss',
      'of its day',
      { memory: { dayStart: { BTC: { dayMs, equityCoin: 1 / 0.92 } } } },
      { memory: { dayStart: { BTC: { dayMs, equityCoin: 1.0871 } } } },
    ],
    [
      'daily-loss',
      'not of another day',
      { memory: { dayStart: { BTC: { dayMs: dayMs - DAY_MS, equityCoin: 2 } } } },
      { memory: { dayStart: { BTC: { dayMs, equityCoin: 2 } } } },
    ],
    [
      'daily-loss',
      'not from nothing',
      { ...account({ equityCoin: -1 }), memory: { dayStart: { BTC: { dayMs, equityCoin: 0 } } } },
      { ...account({ equityCoin: -1 }), memory: { dayStart: { BTC: { dayMs, equityCoin: 1e-9 } } } },
    ],
    [
      'drawdown',
      'a fifth',
      { memory: { highWaterCoin: { BTC: 1.25 } } },
      { memory: { highWaterCoin: { BTC: 1.2501 } } },
    ],
    ['drawdown', 'of its coin', { memory: { highWaterCoin: { ETH: 9 } } }, { memory: { highWaterCoin: { BTC: 9 } } }],
    ['crash-regime', 'a rise', { parts: { dayChangePct: 8 } }, { parts: { dayChangePct: 8.01 } }],
    ['crash-regime', 'a fall', { parts: { dayChangePct: -8 } }, { parts: { dayChangePct: -8.01 } }],
    [
      'crash-regime',
      'volatility',
      { parts: { vol: { dvolDayChange: 0.0999 } } },
      { parts: { vol: { dvolDayChange: 0.1 } } },
    ],
    [
      'crash-regime',
      'what is known',
      { parts: { dayChangePct: null, vol: { dvolDayChange: null } } },
      { parts: { dayChangePct: null, vol: { dvolDayChange: 0.2 } } },
    ],
    [
      'crash-regime',
      'a day',
      { memory: { guards: { latched: null, crashedMs: { BTC: NOW_MS - DAY_MS } } } },
      { memory: { guards: { latched: null, crashedMs: { BTC: NOW_MS - DAY_MS + 1 } } } },
    ],
    ['low-iv-regime', 'the least', { limits: { minIvrv: 0.45 / 0.4 } }, { limits: { minIvrv: 1.126 } }],
    [
      'low-iv-regime',
      'no ratio without a limit, even below nothing',
      { parts: { vol: { ivrv: -1 } } },
      { parts: { vol: { ivrv: -1 } }, limits: { minIvrv: 0.1 } },
    ],
    [
      'cooldown',
      'half an hour',
      { memory: { recentOpens: [openedAgo(1_800_000), openedAgo(5_000_000)] } },
      { memory: { recentOpens: [openedAgo(1_799_999), openedAgo(5_000_000)] } },
    ],
    [
      'cooldown',
      'not of a roll',
      { memory: { recentOpens: [openedAgo(1, { action: 'ROLL_COVERED_CALL' })] } },
      { memory: { recentOpens: [openedAgo(1)] } },
    ],
    [
      'cooldown',
      'of its coin, or of any',
      { memory: { recentOpens: [openedAgo(1, { symbol: ETH_CALL })] } },
      { memory: { recentOpens: [openedAgo(1, { symbol: 'X' })] } },
    ],
    [
      'send-rate-exceeded',
      'an hour',
      { memory: { recentSends: [sentAgo(1), sentAgo(HOUR_MS)] }, limits: { maxSends: { perHour: 2 } } },
      { memory: { recentSends: [sentAgo(1), sentAgo(HOUR_MS - 1)] }, limits: { maxSends: { perHour: 2 } } },
    ],
    [
      'send-rate-exceeded',
      'a day',
      { memory: { recentSends: [sentAgo(HOUR_MS), sentAgo(DAY_MS)] }, limits: { maxSends: { perDay: 2 } } },
      { memory: { recentSends: [sentAgo(HOUR_MS), sentAgo(DAY_MS - 1)] }, limits: { maxSends: { perDay: 2 } } },
    ],
    [
      'send-rate-exceeded',
      'of its coin',
      { memory: { recentSends: [sentAgo(1), sentAgo(2, { symbol: ETH_CALL })] }, limits: { maxSends: { perHour: 2 } } },
      { memory: { recentSends: [sentAgo(1), sentAgo(2, { symbol: 'X' })] }, limits: { maxSends: { perHour: 2 } } },
    ],
    [
      'send-rate-exceeded',
      'unknown ones once',
      {
        memory: { recentSends: [sentAgo(1)], unresolved: [unresolvedSend(CALL, { label: 'cc-sent-1' })] },
        limits: { maxSends: { perHour: 2 } },
      },
      {
        memory: { recentSends: [sentAgo(1)], unresolved: [unresolvedSend(CALL)] },
        limits: { maxSends: { perHour: 2 } },
      },
    ],
    [
      'send-rate-exceeded',
      'unknown ones of the day',
      {
        memory: {
          recentSends: [sentAgo(HOUR_MS)],
          unresolved: [unresolvedSend(CALL, { label: `cc-sent-${HOUR_MS}` })],
        },
        limits: { maxSends: { perDay: 2 } },
      },
      {
        memory: { recentSends: [sentAgo(HOUR_MS)], unresolved: [unresolvedSend(CALL)] },
        limits: { maxSends: { perDay: 2 } },
      },
    ],
    [
      'repeated-execution',
      'in a day',
      { memory: { recentOpens: [openedAgo(HOUR_MS), openedAgo(DAY_MS)] }, limits: { maxOpensPerDay: 2 } },
      { memory: { recentOpens: [openedAgo(HOUR_MS), openedAgo(DAY_MS - 1)] }, limits: { maxOpensPerDay: 2 } },
    ],
    [
      'repeated-execution',
      'since it was enabled',
      { memory: { recentOpens: [openedAgo(HOUR_MS)], enabledMs: NOW_MS - HOUR_MS + 1 }, limits: { maxOpensPerDay: 1 } },
      { memory: { recentOpens: [openedAgo(HOUR_MS)], enabledMs: NOW_MS - HOUR_MS }, limits: { maxOpensPerDay: 1 } },
    ],
    ['rejects-in-a-row', 'one below', { memory: { rejectsInARow: 4 } }, { memory: { rejectsInARow: 5 } }],
    ['delivery-pending', 'expired', { memory: explained(-0.1) }, { memory: explained(-0.1, 1, justExpired) }],
    [
      'delivery-pending',
      'with a size',
      { memory: explained(0, 1, justExpired) },
      { memory: explained(0.1, 1, justExpired) },
    ],
    [
      'delivery-pending',
      'by its symbol',
      { memory: explained(-0.1, 1, 'X') },
      { memory: explained(-0.1, 1, justExpired) },
    ],
    [
      'delivery-missing',
      'in time',
      { memory: explained(-0.1, 1, justExpired), limits: { maxDeliveryMs: 7_200_000 } },
      { memory: explained(-0.1, 1, justExpired), limits: { maxDeliveryMs: 7_199_999 } },
    ],
  ])('%s: %s', (code, _, within, beyond) => {
    expect(codesOf(open(CALL, 0.5), within)).not.toContain(code)
    expect(codesOf(open(CALL, 0.5), beyond)).toContain(code)
  })
})

const HELD = [positionOf(CALL, -0.5)]

describe('a buy-back', () => {
  it.each<[string, Given]>([
    ['while paused', { memory: { mode: 'reduce-only' } }],
    ['in a crash', { parts: { dayChangePct: -50, vol: { dvolDayChange: 1 } } }],
    ['after losses', { memory: { highWaterCoin: { BTC: 9 }, dayStart: { BTC: { dayMs, equityCoin: 9 } } } }],
    ['of cheap volatility, or unknown', { parts: { vol: { atmIv: null } }, limits: { minIvrv: 5 } }],
    ['soon after an open', { memory: { recentOpens: [openedAgo(0)] }, limits: { maxOpensPerDay: 1 } }],
    ['after rejections', { memory: { rejectsInARow: 20 } }],
    ['before a delivery', { memory: explained(-1, 9, justExpired) }],
    ['without a bid', { parts: { portfolio: { positions: [positionOf(CALL, -0.5, { bidPriceCoin: null })] } } }],
    ['beside what is not known', { memory: { unresolved: [unresolvedSend(CALL), unresolvedSend(LATER_CALL)] } }],
    [
      'beside what is not of the agent',
      {
        parts: {
          portfolio: {
            positions: HELD,
            otherPositions: [{ symbol: 'BTC-PERPETUAL', kind: 'future', sizeCoin: -9 }],
            openOrders: [restingOrder(LATER_CALL, 1, { label: 'x' })],
          },
        },
      },
    ],
  ])('is allowed %s', (_, given) => {
    const parts = { ...given.parts, portfolio: { positions: HELD, ...given.parts?.portfolio } }
    expect(codesOf(close(CALL, 0.5), { ...given, parts })).toEqual([])
  })

  it('is not of what a resting buy takes already', () => {
    const resting = (changes: Parameters<typeof restingOrder>[2]) => ({
      parts: { portfolio: { positions: HELD, openOrders: [restingOrder(CALL, 0.3, { side: 'buy', ...changes })] } },
    })
    expect(codesOf(close(CALL, 0.3), resting({}))).toEqual(['position-missing'])
    expect(codesOf(close(CALL, 0.2), resting({}))).toEqual([])
    expect(codesOf(close(CALL, 0.3), resting({ filledCoin: 0.1 }))).toEqual([])
    expect(codesOf(close(CALL, 0.5), resting({ filledCoin: 0.4 }))).toEqual([])
    expect(codesOf(close(CALL, 0.5), resting({ state: 'cancelled' }))).toEqual([])
    expect(codesOf(close(CALL, 0.5), resting({ symbol: LATER_CALL }))).toEqual([])
  })

  it('is not of what a buy of unknown outcome takes, once', () => {
    const lost = unresolvedSend(CALL, { side: 'buy', sizeCoin: 0.3 })
    const openOrders = [restingOrder(CALL, 0.3, { side: 'buy', label: lost.label, filledCoin: 0.2 })]
    const parts = { portfolio: { positions: HELD, openOrders } }
    expect(codesOf(close(CALL, 0.4), { parts, memory: { unresolved: [lost] } })).toEqual([])
    expect(codesOf(close(CALL, 0.5), { parts, memory: { unresolved: [lost] } })).toEqual(['position-missing'])
  })

  it('is of no call that is long, or that is none', () => {
    expect(codesOf(close(CALL, 0.5), account({ positions: [positionOf(CALL, 0.5)] }))).toContain('position-missing')
    for (const size of [0.5, 0]) expect(codesOf(close('calls', size), {})).toEqual(['position-missing'])
  })
})

describe('a roll', () => {
  const held = { parts: { coveredCoin: 1.1, portfolio: { positions: HELD } } }

  it('needs room for two sends', () => {
    const sent = (perHour: number) => ({
      ...held,
      memory: { recentSends: [sentAgo(1)] },
      limits: { maxSends: { perHour } },
    })
    expect(codesOf(roll(CALL, LATER_CALL, 0.5), sent(3))).toEqual([])
    expect(codesOf(roll(CALL, LATER_CALL, 0.5), sent(2))).toEqual(['send-rate-exceeded'])
  })

  it('waits for no cooldown', () => {
    expect(codesOf(roll(CALL, LATER_CALL, 0.5), { ...held, memory: { recentOpens: [openedAgo(1)] } })).toEqual([])
  })

  it('costs no more than the cap, at ask and bid, where there is one', () => {
    const capped = (maxNetDebitCoin: number | null) =>
      codesOf(roll(CALL, LATER_CALL, 0.5), { ...held, limits: { maxNetDebitCoin } })
    expect(capped(0.0005)).toEqual([])
    expect(capped(0.00049)).toEqual(['net-debit-exceeded'])
    expect(capped(null)).toEqual([])
  })

  it('goes to no call that is short, or under way on its expiry', () => {
    const beside = (portfolio: UnderlyingParts['portfolio']) =>
      codesOf(roll(CALL, LATER_CALL, 0.1), { parts: { coveredCoin: 3, portfolio: { positions: HELD, ...portfolio } } })
    expect(beside({ positions: [...HELD, positionOf(LATER_CALL, -0.1)] })).toEqual(['duplicate-open'])
    expect(beside({ openOrders: [restingOrder('BTC-30JAN26-150000-C', 0.1)] })).toEqual(['duplicate-open'])
    expect(beside({ openOrders: [restingOrder('BTC-16JAN26-150000-C', 0.1)] })).toEqual([])
  })

  it('leaves a position fewer where it buys back all of one', () => {
    const limits = { maxPositions: 1 }
    expect(codesOf(roll(CALL, LATER_CALL, 0.5), { ...held, limits })).toEqual([])
    expect(codesOf(roll(CALL, LATER_CALL, 0.4), { ...held, limits })).toEqual(['positions-exceeded'])
  })

  it('needs a whole book where it sells, and an ask where it buys', () => {
    const candidates = [candidateOf(LATER_CALL, { bidPriceCoin: null as never, askPriceCoin: null, spreadTicks: null })]
    const positions = [positionOf(CALL, -0.5, { bidPriceCoin: null, askPriceCoin: null })]
    expect(codesOf(roll(CALL, LATER_CALL, 0.5), { parts: { candidates, portfolio: { positions } } })).toEqual([
      'no-quote',
      'no-quote',
      'no-quote',
    ])
  })

  it('crosses neither side of its books', () => {
    const openOrders = [
      restingOrder(CALL, 0.1, { side: 'sell', label: 'cc-1' }),
      restingOrder(LATER_CALL, 0.1, { side: 'buy', label: 'cc-2' }),
      restingOrder(CALL, 0.1, { side: 'sell', label: 'cc-3', state: 'filled' }),
    ]
    expect(
      codesOf(roll(CALL, LATER_CALL, 0.5), { parts: { coveredCoin: 2, portfolio: { positions: HELD, openOrders } } }),
    ).toEqual(['self-cross', 'self-cross'])
  })
})

describe('positions', () => {
  const counted = (portfolio: UnderlyingParts['portfolio'], maxPositions: number, memory = {}) =>
    codesOf(open(CALL, 0.1), {
      parts: { coveredCoin: 9, portfolio: portfolio ?? {} },
      limits: { maxPositions },
      memory,
    }).includes('positions-exceeded')
  it.each<[string, UnderlyingParts['portfolio'], number, Partial<AgentMemory>?]>([
    ['the new one', {}, 1],
    ['those there are', { positions: [positionOf(EARLIER_CALL, -0.1), positionOf(LATER_CALL, 0)] }, 2],
    ['not what is short of it already', { positions: [positionOf(CALL, -0.1)] }, 1],
    [
      'those that do not list, and no futures',
      {
        otherPositions: [
          { symbol: 'BTC-X', kind: 'option', sizeCoin: 1 },
          { symbol: 'BTC-Y', kind: 'option', sizeCoin: 0 },
          { symbol: 'BTC-Z', kind: 'option', sizeCoin: 1 },
          { symbol: 'BTC-PERPETUAL', kind: 'future', sizeCoin: 1 },
        ],
      },
      3,
    ],
    [
      'those that may come of resting sales',
      { openOrders: [restingOrder(LATER_CALL, 0.1), restingOrder(LATER_CALL, 0.1, { label: 'cc-2' })] },
      2,
    ],
    ['those that may come of unknown sales', {}, 2, { unresolved: [unresolvedSend(LATER_CALL)] }],
  ])('counts %s', (_, portfolio, count, memory) => {
    expect(counted(portfolio, count, memory)).toBe(false)
    if (count > 1) expect(counted(portfolio, count - 1, memory)).toBe(true)
  })
})
