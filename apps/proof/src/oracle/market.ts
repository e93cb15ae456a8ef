import type { CandidateOption, Currency, OptionInstrument, OptionPosition, UnderlyingState } from '@cc/models'
import { callDelta, callValue } from './call-value.ts'
import { type Chance, decimal } from './chance.ts'

/** As the models have it, but open to be changed. */
export type Draft<T> = T extends readonly (infer Item)[]
  ? Draft<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Draft<T[Key]> }
    : T

const DAY_MS = 86_400_000
const YEAR_MS = 365 * DAY_MS
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
const FEE = 0.0003

type Traits = { lotCoin: number; spotUsd: number; strikeStepUsd: number }

/** What differs between the coins. */
export const TRAITS: Readonly<Record<Currency, Traits>> = {
  BTC: { lotCoin: 0.1, spotUsd: 90_000, strikeStepUsd: 1_000 },
  ETH: { lotCoin: 1, spotUsd: 3_000, strikeStepUsd: 50 },
}

/** 08:00 UTC of a day so many days after a time. */
export function expiryAfter(timeMs: number, days: number): number {
  return (Math.floor(timeMs / DAY_MS) + days) * DAY_MS + DAY_MS / 3
}

/** The symbol that a venue gives an option. */
export function symbolOf(currency: Currency, expiryMs: number, strikeUsd: number, kind: 'C' | 'P' = 'C'): string {
  const date = new Date(expiryMs)
  const month = MONTHS[date.getUTCMonth()]
  const year = String(date.getUTCFullYear() % 100).padStart(2, '0')
  return `${currency}-${date.getUTCDate()}${month}${year}-${strikeUsd}-${kind}`
}

type Listing = { currency: Currency; spotUsd: number; timeMs: number }

/** A call on the venue's list with a fair mark and a book of a few ticks around it. */
function drawCandidate(chance: Chance, { currency, spotUsd, timeMs }: Listing): Draft<CandidateOption> {
  const { strikeStepUsd } = TRAITS[currency]
  const days = chance.pick([2, 3, 7, 7, 10, 14, 28, 45])
  const expiryMs = expiryAfter(timeMs, days)
  const forwardUsd = Math.round(spotUsd * (10_000 + days) + chance.int(0, 99)) / 10_000
  const forward = Math.round(forwardUsd * 100) / 100
  const strikeUsd = Math.ceil((forward * chance.int(100, 125)) / 100 / strikeStepUsd) * strikeStepUsd
  const markIv = chance.int(30, 90) / 100
  const call = { forwardUsd: forward, strikeUsd, years: (expiryMs - timeMs) / YEAR_MS, iv: markIv }
  const mark = Math.max(0.0012, Math.round(callValue(call) * 1e4) / 1e4)
  const bid = step(mark, -chance.int(0, 2))
  const ask = step(mark, chance.int(1, 2))
  const instrument = drawInstrument({ currency, expiryMs, strikeUsd })
  const otm = Math.max(0, strikeUsd - forward) / forward
  return {
    instrument,
    dte: (expiryMs - timeMs) / DAY_MS,
    quotedMs: timeMs,
    quotedBy: 'ticker',
    bidPriceCoin: bid,
    askPriceCoin: ask,
    bidSizeCoin: 100,
    askSizeCoin: 100,
    markPriceCoin: mark,
    markIv,
    bidIv: markIv,
    askIv: markIv,
    forwardUsd: forward,
    delta: Math.round(callDelta(call) * 1e6) / 1e6,
    netDelta: 0,
    gamma: 0,
    vega: 0,
    theta: 0,
    moneyness: strikeUsd / forward - 1,
    netPremiumCoin: bid - Math.min(FEE, bid / 8),
    netPremiumUsd: (bid - Math.min(FEE, bid / 8)) * spotUsd,
    annualisedYieldPct: 0,
    spreadPct: (200 * (ask - bid)) / (ask + bid),
    spreadIv: 0,
    spreadTicks: 1,
    openInterestCoin: 1_000,
    edgeCoin: null,
    initialMarginCoin: decimal(Math.max(0.15 - otm, 0.1) + mark),
  }
}

/** A position in the call of a candidate, with the same book. */
export function positionIn(candidate: Draft<CandidateOption>, sizeCoin: number): Draft<OptionPosition> {
  const { instrument, markPriceCoin, bidPriceCoin, askPriceCoin, markIv, forwardUsd, dte, moneyness } = candidate
  const { delta, netDelta, gamma, vega, theta } = candidate
  return {
    instrument: structuredClone(instrument),
    sizeCoin,
    averagePriceCoin: markPriceCoin,
    markPriceCoin,
    bidPriceCoin,
    askPriceCoin,
    markIv,
    forwardUsd,
    dte,
    moneyness,
    inTheMoney: moneyness < 0,
    premiumCaptured: null,
    delta,
    netDelta,
    gamma,
    vega,
    theta,
  }
}

/** An account of so many coins beside what its short calls take, and what is on offer. */
export function drawUnderlying(chance: Chance, currency: Currency, timeMs: number): Draft<UnderlyingState> {
  const { lotCoin } = TRAITS[currency]
  const spotUsd = Math.round(TRAITS[currency].spotUsd * chance.int(70, 140)) / 100
  const listing = { currency, spotUsd, timeMs }
  const candidates = distinct(Array.from({ length: chance.int(1, 4) }, () => drawCandidate(chance, listing)))
  const taken = new Set(candidates.map(({ instrument }) => instrument.symbol))
  const calls = distinct(Array.from({ length: chance.int(0, 3) }, () => drawCandidate(chance, listing)))
  const positions = calls
    .filter(({ instrument }) => !taken.has(instrument.symbol))
    .map((call) => positionIn(call, -decimal(chance.int(1, 5) * lotCoin)))
  const short = positions.reduce((total, { sizeCoin }) => total - sizeCoin, 0)
  const balanceCoin = decimal(short + chance.int(2, 20) * lotCoin + chance.int(0, 9_999_999) / 1e9)
  const value = positions.reduce((total, { sizeCoin, markPriceCoin }) => total + sizeCoin * markPriceCoin, 0)
  const part = { timestampMs: timeMs, ageMs: 0 }
  const equityCoin = decimal(balanceCoin + value)
  const initialMarginCoin = decimal(short * 0.12 - value)
  return {
    currency,
    spotUsd,
    dayChangePct: chance.int(-500, 500) / 100,
    candidates,
    rejectedCandidates: [],
    missing: [],
    portfolio: {
      balanceCoin,
      equityCoin,
      equityUsd: equityCoin * spotUsd,
      marginBalanceCoin: balanceCoin,
      initialMarginCoin,
      maintenanceMarginCoin: decimal(short * 0.075 - value),
      availableFundsCoin: decimal(balanceCoin - initialMarginCoin),
      marginUsedPct: (100 * initialMarginCoin) / balanceCoin,
      optionsDeltaCoin: positions.reduce((total, { sizeCoin, delta }) => total + sizeCoin * (delta ?? 0), 0),
      optionsNetDeltaCoin: 0,
      deltaTotalCoin: 0,
      positions,
      otherPositions: [],
      openOrders: [],
      coverage: { coveredCoin: balanceCoin, committedCoin: short, freeCoin: decimal(balanceCoin - short) },
    },
    vol: {
      horizonDays: 7,
      atmIv: 0.5,
      realisedVol: 0.45,
      ivrv: 0.5 / 0.45,
      expiries: [],
      tenors: [],
      termSlope: { front: null, back: null },
      realised: [],
      ewma: null,
      forecast: null,
      dvol: 0.5,
      dvolDayChange: chance.int(-900, 900) / 10_000,
      ivRank: null,
    },
    parts: { account: part, chain: part, index: part, instruments: part, tickers: part, candles: part, dvol: part },
  }
}

/** So many ticks up or down the price grid of today's options. */
export function step(priceCoin: number, ticks: number): number {
  let units = Math.round(priceCoin * 1e4)
  for (let turn = 0; turn < Math.abs(ticks); turn++) {
    const tick = units > 50 || (units === 50 && ticks > 0) ? 5 : 1
    units = ticks > 0 ? Math.floor(units / tick + 1) * tick : Math.ceil(units / tick - 1) * tick
  }
  if (ticks === 0 && units > 50) units = Math.floor(units / 5) * 5
  return Math.max(1, units) / 1e4
}

function drawInstrument(given: { currency: Currency; expiryMs: number; strikeUsd: number }): Draft<OptionInstrument> {
  const { currency, expiryMs, strikeUsd } = given
  const { lotCoin } = TRAITS[currency]
  return {
    symbol: symbolOf(currency, expiryMs, strikeUsd),
    currency,
    kind: 'call',
    strikeUsd,
    expiryMs,
    tickSizeCoin: 0.0001,
    tickSteps: [{ abovePriceCoin: 0.005, tickSizeCoin: 0.0005 }],
    minSizeCoin: lotCoin,
    sizeStepCoin: lotCoin,
    makerFeeRate: FEE,
    takerFeeRate: FEE,
    settlementPeriod: 'week',
    state: 'open',
  }
}

function distinct(calls: Draft<CandidateOption>[]): Draft<CandidateOption>[] {
  return calls.filter(
    ({ instrument }, index) => calls.findIndex((call) => call.instrument.symbol === instrument.symbol) === index,
  )
}
