import {
  type AgentState,
  type CandidateOption,
  type Currency,
  formatSymbol,
  type OptionInstrument,
  type OptionPosition,
  type OrderReport,
  type RejectedCalls,
  type UnderlyingState,
} from '@cc/models'
import {
  candidateForTest,
  instrumentForTest,
  positionForTest,
  stateForTest,
  underlyingForTest,
} from '@cc/models/testing'
import { black76, impliedVolatility, roundPriceDown, roundPriceUp, tradeFeeCoin } from '@cc/pricing'
import type { HeldTerms, OfferTerms, StateTerms, UnderlyingTerms } from './state-terms.ts'

/** Expands the few terms of a scenario to a whole state: greeks, prices, edges and sums follow by Black-76 and the fees. */
export function stateOf(terms: StateTerms): AgentState {
  const timeMs = DAY_START_MS + terms.hour * HOUR_MS
  const text = terms.text ?? 'made for an evaluation'
  const underlyings = (['BTC', 'ETH'] as const).flatMap((currency) => {
    const told = terms[currency]
    return told === undefined ? [] : [underlyingOf(told, { currency, timeMs, text })]
  })
  const unresolved = (terms.unresolved ?? []).map((currency) => ({
    ...{ label: `cc-${currency}-1`, symbol: symbolOf(currency, { strike: 100_000, days: 7 }) },
    ...{ side: 'sell' as const, sizeCoin: 1, validUntilMs: timeMs + 10_000 },
  }))
  return stateForTest({
    timeMs,
    source: { kind: 'synthetic', description: text },
    venue: { testnet: true, locked: [...(terms.locked ?? [])], clockErrorMs: 0 },
    underlyings,
    memory: { mode: terms.mode, unresolved, setAside: [...(terms.setAside ?? [])] },
  })
}

/** 2026-01-02 at 00:00 UTC. */
const DAY_START_MS = Date.UTC(2026, 0, 2)
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const YEAR_MS = 365 * DAY_MS
const SPOT_USD: Readonly<Record<Currency, number>> = { BTC: 90_000, ETH: 3_000 }

type Place = { currency: Currency; timeMs: number; text: string }

function underlyingOf(terms: UnderlyingTerms, place: Place): UnderlyingState {
  const { currency, timeMs, text } = place
  const { coins, covered = coins, dayChangePct, atmIv, realisedVol, ivPercentile, dvolRise } = terms
  const market = { ...place, terms, spotUsd: terms.spot ?? SPOT_USD[currency] }
  const offers = terms.offers.map((offer) => candidateOf(offer, market))
  // As an observed state has them: a book that is broken so is no candidate's.
  const [crossed, candidates] = [offers.filter(isCrossed), offers.filter((offer) => !isCrossed(offer))]
  const positions = terms.calls.map((call) => positionOf(call, market))
  const shortCoin = terms.calls.reduce((sum, { size }) => sum + size, 0)
  const openOrders = terms.restingSells.map((label, index) => restingSell(label, { index, timeMs, candidates }))
  const restingCoin = openOrders.reduce((sum, { sizeCoin }) => sum + sizeCoin, 0)
  const committedCoin = shortCoin + restingCoin
  const initialMarginCoin =
    terms.marginUsedPct === undefined
      ? positions.reduce((sum, { markPriceCoin, sizeCoin }) => sum - sizeCoin * (0.1 + markPriceCoin), 0)
      : (terms.marginUsedPct / 100) * coins
  const dvol = atmIv + 0.01
  return underlyingForTest({
    ...{ currency, timeMs, spotUsd: market.spotUsd, dayChangePct, candidates },
    rejectedCandidates: rejectionsOf(crossed),
    ages: { chain: terms.chainAgeMs },
    missing: realisedVol === null ? [{ datum: 'vol.realisedVol', reason: text }] : [],
    portfolio: {
      ...{ balanceCoin: coins, positions, openOrders, initialMarginCoin },
      coverage: { coveredCoin: covered, committedCoin, freeCoin: Math.max(0, covered - committedCoin) },
    },
    vol: {
      ...{ atmIv, realisedVol, dvol, dvolDayChange: dvolRise },
      ivRank: {
        ...{ rank: ivPercentile, percentile: ivPercentile, leastIv: dvol / 2, mostIv: dvol * 1.5 },
        ...{ days: 365, fromMs: timeMs - YEAR_MS, toMs: timeMs },
      },
    },
  })
}

type Market = Place & { terms: UnderlyingTerms; spotUsd: number }

function candidateOf(offer: OfferTerms, market: Market): CandidateOption {
  const { edge, openInterest } = offer
  const { instrument, bidPriceCoin, ...quote } = quoteOf(offer, market)
  const netPremiumCoin = bidPriceCoin - tradeFeeCoin({ sizeCoin: 1, priceCoin: bidPriceCoin, feeRate: 0.0003 })
  const { realisedVol } = market.terms
  const fairCoin = realisedVol === null ? null : priceAt(realisedVol, quote.terms)
  const { terms, ...rest } = quote
  return candidateForTest(instrument.symbol, {
    ...{ instrument, bidPriceCoin, quotedMs: market.timeMs, ...rest },
    edgeCoin: fairCoin === null ? null : netPremiumCoin - fairCoin,
    ...(edge === undefined ? {} : { edgeCoin: edge }),
    ...(openInterest === undefined ? {} : { openInterestCoin: openInterest }),
  })
}

function isCrossed({ bidPriceCoin, askPriceCoin }: CandidateOption): boolean {
  return askPriceCoin !== null && bidPriceCoin > askPriceCoin
}

function rejectionsOf(crossed: readonly CandidateOption[]): RejectedCalls[] {
  if (crossed.length === 0) return []
  const values = crossed.map(
    ({ instrument, bidPriceCoin, askPriceCoin }) => [instrument.symbol, bidPriceCoin - (askPriceCoin ?? 0)] as const,
  )
  return [{ reason: 'crossed', count: crossed.length, limit: null, values: Object.fromEntries(values) }]
}

function positionOf(call: HeldTerms, market: Market): OptionPosition {
  const { instrument, bidIv, askIv, terms, ...quote } = quoteOf(call, market)
  const dte = terms.expiryYears * 365
  return positionForTest(instrument.symbol, {
    ...{ instrument, ...quote, dte, sizeCoin: -call.size, averagePriceCoin: call.soldAt },
  })
}

/** Quotes and greeks of a call, those that are told as they are told. */
function quoteOf(call: OfferTerms | HeldTerms, { currency, timeMs, spotUsd, terms: told }: Market) {
  const state = call.bookState ?? 'open'
  const instrument = instrumentForTest(symbolOf(currency, call), { state })
  const expiryYears = Math.max(0, instrument.expiryMs - timeMs) / YEAR_MS
  const terms = { forwardUsd: spotUsd, strikeUsd: instrument.strikeUsd, expiryYears }
  const markIv = call.iv ?? told.atmIv
  const {
    priceCoin: markPriceCoin,
    delta,
    netDelta,
    gamma,
    vega,
    theta,
  } = black76({ ...terms, iv: markIv, kind: 'call' })
  const { tickSizeCoin } = instrument
  const bidPriceCoin =
    call.bid ?? Math.max(tickSizeCoin, roundPriceDown(priceAt(Math.max(0.01, markIv - 0.01), terms), instrument))
  const askPriceCoin =
    call.ask === undefined
      ? Math.max(2 * tickSizeCoin, roundPriceUp(priceAt(markIv + 0.01, terms), instrument))
      : call.ask
  return {
    ...{ instrument, terms, markIv, markPriceCoin, bidPriceCoin, askPriceCoin, forwardUsd: spotUsd },
    bidIv: ivOf(bidPriceCoin, terms) ?? markIv,
    askIv: askPriceCoin === null ? null : ivOf(askPriceCoin, terms),
    ...{ delta: call.delta ?? delta, netDelta, gamma, vega, theta },
  }
}

type Terms = { forwardUsd: number; strikeUsd: number; expiryYears: number }

function priceAt(iv: number, terms: Terms): number {
  return black76({ ...terms, iv, kind: 'call' }).priceCoin
}

/** `null` where no volatility gives the price. */
function ivOf(priceCoin: number, terms: Terms): number | null {
  try {
    return impliedVolatility({ ...terms, priceUsd: priceCoin * terms.forwardUsd, kind: 'call' })
  } catch {
    return null
  }
}

function symbolOf(currency: Currency, { strike, days }: { strike: number; days: number }): string {
  return formatSymbol({
    currency,
    strikeUsd: strike,
    kind: 'call',
    expiryMs: DAY_START_MS + days * DAY_MS + 8 * HOUR_MS,
  })
}

type Resting = { index: number; timeMs: number; candidates: readonly CandidateOption[] }

function restingSell(label: string, { index, timeMs, candidates }: Resting): OrderReport {
  const [first] = candidates
  if (first === undefined) throw new Error('A resting sell needs an offer whose book it rests in.')
  const { symbol, sizeStepCoin }: OptionInstrument = first.instrument
  return {
    ...{ orderId: `order-${index}`, label, symbol, side: 'sell', sizeCoin: sizeStepCoin },
    ...{ priceCoin: first.askPriceCoin ?? first.bidPriceCoin, state: 'open', filledCoin: 0, averagePriceCoin: null },
    ...{ postOnly: true, reduceOnly: false, createdMs: timeMs, updatedMs: timeMs, cancelReason: null },
  }
}
