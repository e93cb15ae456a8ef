import type { CandidateOption, MissingDatum, OptionPosition, PortfolioState } from '@cc/models'
import {
  black76,
  impliedVolatility,
  openSettlementShare,
  purchaseCostCoin,
  saleProceedsCoin,
  shortCallMargin,
  yearsBetween,
} from '@cc/pricing'
import type {
  CandidateOf1,
  DecisionRecordOf1,
  PortfolioOf1,
  PositionOf1,
  UnderlyingOf1,
  VolOf1,
} from './record-version-1.js'
import type { DecisionRecordOf2, UnderlyingOf2, VolOf2 } from './record-version-2.js'

/**
 * A decision record of schema version 1 as one of version 2. What the first did not hold is computed from what it did, by
 * the formulas of the second; what cannot be is `null`, or left out, and named in `missing`.
 */
export function upgradedFrom1(record: DecisionRecordOf1): DecisionRecordOf2 {
  const { state, startedMs } = record
  const moment = { timeMs: state?.timeMs ?? startedMs, startedMs }
  const underlyings = state?.underlyings.map((underlying) =>
    'ages' in underlying ? upgradedUnderlying(underlying, moment) : underlying,
  )
  return {
    ...record,
    schemaVersion: 2,
    state: state === null || underlyings === undefined ? null : { ...state, underlyings },
  }
}

/** When a state was complete, and when its cycle began. */
type Moment = { timeMs: number; startedMs: number }

function upgradedUnderlying({ ages, ...old }: UnderlyingOf1, moment: Moment): UnderlyingOf2 {
  const { timeMs, startedMs } = moment
  const part = (ageMs: number) => ({ timestampMs: timeMs - ageMs, ageMs })
  const missing: MissingDatum[] = UNKNOWN_TO_1.map((datum) => ({ datum, reason: NOT_RECORDED }))
  const candidates: CandidateOption[] = []
  for (const candidate of old.candidates) {
    const found = upgradedCandidate(candidate, { timeMs, quotedMs: timeMs - ages.chain })
    if (found !== null) candidates.push(found)
    else missing.push({ datum: `candidates.${candidate.instrument.symbol}`, reason: 'no volatility gives its bid' })
  }
  return {
    ...old,
    portfolio: upgradedPortfolio(old.portfolio, timeMs, missing),
    vol: upgradedVol(old.vol),
    candidates: candidates.sort(bestFirst),
    rejectedCandidates: Object.entries(old.rejectedCandidates).map(([reason, count]) => ({
      reason: reason as keyof typeof old.rejectedCandidates,
      count: count as number,
      limit: null,
      values: {},
    })),
    missing: [...old.missing, ...missing],
    parts: {
      account: { timestampMs: old.portfolio.timestampMs, ageMs: ages.account },
      chain: part(ages.chain),
      index: part(ages.index),
      // It was asked for within the cycle, and nobody wrote down when: no earlier than this.
      instruments: { timestampMs: startedMs, ageMs: timeMs - startedMs },
      tickers: null,
      candles: null,
      dvol: null,
    },
  }
}

const NOT_RECORDED = 'schema version 1 did not record it'
const UNKNOWN_TO_1 = [
  'vol.expiries',
  'vol.termSlope',
  'vol.realised',
  'vol.ewma',
  'vol.forecast',
  'vol.ivRank',
  'candidates.sizes',
  'candidates.spreadTicks',
  'candidates.edgeCoin',
  'rejectedCandidates.values',
]

/** What is known of volatility: at the money at the horizon, and the skew of the expiry near it. */
function upgradedVol({ skew25, skewDte, ...vol }: VolOf1): VolOf2 {
  const tenor = (days: number) => ({
    days,
    atmIv: days === vol.horizonDays ? vol.atmIv : null,
    riskReversal25: days === skewDte ? skew25 : null,
    butterfly25: null,
    expiriesMs: [],
  })
  const known = [
    ...(vol.atmIv === null ? [] : [vol.horizonDays]),
    ...(skew25 === null || skewDte === null ? [] : [skewDte]),
  ]
  return {
    ...vol,
    expiries: [],
    tenors: [...new Set(known)].sort((a, b) => a - b).map(tenor),
    termSlope: { front: null, back: null },
    realised: [],
    ewma: null,
    forecast: null,
    ivRank: null,
  }
}

function upgradedCandidate(
  old: CandidateOf1,
  { timeMs, quotedMs }: { timeMs: number; quotedMs: number },
): CandidateOption | null {
  const { instrument, bidPriceCoin, askPriceCoin, markPriceCoin, forwardUsd } = old
  const { strikeUsd } = instrument
  const expiryYears = yearsBetween(timeMs, instrument.expiryMs)
  const ivOf = (priceCoin: number) =>
    impliedVolatility({ forwardUsd, strikeUsd, expiryYears, priceUsd: priceCoin * forwardUsd, kind: 'call' })
  const bidIv = orNull(() => ivOf(bidPriceCoin))
  const greeks = greeksOf(old, timeMs)
  if (bidIv === null || greeks === null) return null
  const askIv = askPriceCoin === null ? null : orNull(() => ivOf(askPriceCoin))
  const margin = shortCallMargin({ sizeCoin: 1, strikeUsd, underlyingUsd: forwardUsd, markCoin: markPriceCoin })
  return {
    ...old,
    ...greeks,
    quotedMs,
    quotedBy: 'chain',
    bidSizeCoin: null,
    askSizeCoin: null,
    bidIv,
    askIv,
    spreadIv: askIv === null ? null : Math.max(0, askIv - bidIv),
    spreadTicks: null,
    edgeCoin: null,
    initialMarginCoin: margin.initialMarginCoin,
  }
}

/** As candidates without a forecast stand. */
function bestFirst(a: CandidateOption, b: CandidateOption): number {
  return b.bidIv - a.bidIv || (a.instrument.symbol < b.instrument.symbol ? -1 : 1)
}

function upgradedPortfolio(
  { timestampMs, positions: old, ...portfolio }: PortfolioOf1,
  timeMs: number,
  missing: MissingDatum[],
): PortfolioState {
  const positions = old.map((position) => upgradedPosition(position, timeMs))
  const isWhole = portfolio.otherPositions.every(({ kind }) => kind !== 'option')
  const optionsNetDeltaCoin = positions.reduce<number | null>(
    (sum, { sizeCoin, netDelta }) => (sum === null || netDelta === null ? null : sum + sizeCoin * netDelta),
    isWhole ? 0 : null,
  )
  if (optionsNetDeltaCoin === null) missing.push({ datum: 'portfolio.optionsNetDeltaCoin', reason: NOT_RECORDED })
  return { ...portfolio, positions, optionsNetDeltaCoin }
}

function upgradedPosition(old: PositionOf1, timeMs: number): OptionPosition {
  const unknown = { delta: null, netDelta: null, gamma: null, vega: null, theta: null }
  return { ...old, ...(greeksOf(old, timeMs) ?? unknown), premiumCaptured: orNull(() => premiumCaptured(old)) }
}

/** As the state computes them; `null` where there is no mark IV, or it is none. */
function greeksOf(
  { instrument, forwardUsd, markIv }: Pick<PositionOf1, 'instrument' | 'forwardUsd' | 'markIv'>,
  timeMs: number,
) {
  const { strikeUsd, expiryMs, kind } = instrument
  if (markIv === null) return null
  return orNull(() => {
    const expiryYears = Math.max(0, yearsBetween(timeMs, expiryMs))
    const { delta, netDelta, gamma, vega, theta } = black76({ forwardUsd, strikeUsd, expiryYears, iv: markIv, kind })
    const openShare = openSettlementShare(expiryMs - timeMs)
    // JSON knows no −0.
    return { delta: delta * openShare + 0, netDelta: netDelta * openShare + 0, gamma, vega, theta: theta + 0 }
  })
}

function premiumCaptured({ sizeCoin, averagePriceCoin, askPriceCoin, instrument }: PositionOf1): number | null {
  if (sizeCoin >= 0 || askPriceCoin === null || averagePriceCoin === null || averagePriceCoin === 0) return null
  const trade = { sizeCoin: 1, feeRate: instrument.takerFeeRate }
  const costCoin = purchaseCostCoin({ ...trade, priceCoin: askPriceCoin })
  return 1 - costCoin / saleProceedsCoin({ ...trade, priceCoin: averagePriceCoin })
}

/** What no formula gives: numbers that they refuse. */
function orNull<T>(compute: () => T): T | null {
  try {
    return compute()
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}
