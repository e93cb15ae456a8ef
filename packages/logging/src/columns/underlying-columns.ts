import { type Column, columnsOf } from './column.js'
import type { Picked } from './duckdb-type.js'

/** What is read of the state of a currency. */
export const UNDERLYING_PICK: Picked = {
  currency: true,
  spotUsd: true,
  dayChangePct: true,
  portfolio: {
    balanceCoin: true,
    equityCoin: true,
    equityUsd: true,
    marginBalanceCoin: true,
    initialMarginCoin: true,
    marginUsedPct: true,
    optionsDeltaCoin: true,
    optionsNetDeltaCoin: true,
    deltaTotalCoin: true,
    positions: {
      instrument: { symbol: true, kind: true, strikeUsd: true, expiryMs: true },
      sizeCoin: true,
      dte: true,
      delta: true,
      markPriceCoin: true,
      premiumCaptured: true,
    },
    openOrders: { orderId: true },
    coverage: true,
  },
  vol: {
    horizonDays: true,
    atmIv: true,
    realisedVol: true,
    ivrv: true,
    tenors: { days: true, atmIv: true, riskReversal25: true, butterfly25: true },
    termSlope: true,
    realised: { windowDays: true, closeToClose: true },
    ewma: { vol: true },
    forecast: { vol: true },
    dvol: true,
    ivRank: { rank: true, percentile: true },
  },
  candidates: {
    instrument: { symbol: true, expiryMs: true, minSizeCoin: true },
    dte: true,
    bidPriceCoin: true,
    askPriceCoin: true,
    bidIv: true,
    delta: true,
    moneyness: true,
    netPremiumCoin: true,
    netPremiumUsd: true,
    annualisedYieldPct: true,
    edgeCoin: true,
  },
  rejectedCandidates: { count: true },
  missing: { datum: true },
  parts: {
    account: { timestampMs: true },
    chain: { timestampMs: true },
    index: { timestampMs: true },
    tickers: { timestampMs: true },
    candles: { timestampMs: true },
    dvol: { timestampMs: true },
  },
}

/**
 * What is known of one currency at the time of the state: columns over `u`, an entry of `state.underlyings`.
 */
export function underlyingColumns(u: string): readonly Column[] {
  const tenor = (days: number) => `list_filter(${u}.vol.tenors, lambda t: t.days = ${days})[1]`
  const window = (days: number) => `list_filter(${u}.vol.realised, lambda w: w.windowDays = ${days})[1]`
  const shortCalls = shortCallsOf(u)
  const nextCall = nextCallOf(u)
  const best = `${u}.candidates[1]`
  /** A sum over a list, which is 0 where the list is empty, and absent where there is no state to have a list. */
  const ifSeen = (sum: string) => `CASE WHEN ${u} IS NOT NULL THEN coalesce(${sum}, 0) END`
  return [
    ...columnsOf('BIGINT', 'ms', [
      ['accountMs', 'When the account was so.', `${u}.parts.account.timestampMs`],
      ['chainMs', 'When the quotes of the chain were so.', `${u}.parts.chain.timestampMs`],
      ['indexMs', 'When the index was so.', `${u}.parts.index.timestampMs`],
      ['tickersMs', 'When the oldest ticker was so. Absent where none was read.', `${u}.parts.tickers.timestampMs`],
      ['candlesMs', 'Close of the last bar that realised volatility is of.', `${u}.parts.candles.timestampMs`],
      ['dvolMs', 'Close of the last bar of the volatility index.', `${u}.parts.dvol.timestampMs`],
    ]),
    ...columnsOf('DOUBLE', 'USD', [['spotUsd', 'Price of the index.', `${u}.spotUsd`]]),
    ...columnsOf('DOUBLE', 'percent', [['dayChangePct', 'Change of the index over 24 h.', `${u}.dayChangePct`]]),
    ...columnsOf('DOUBLE', 'coin', [
      ['balanceCoin', 'Cash.', `${u}.portfolio.balanceCoin`],
      ['equityCoin', 'Cash and the value of all positions at their marks.', `${u}.portfolio.equityCoin`],
    ]),
    ...columnsOf('DOUBLE', 'USD', [
      ['equityUsd', 'Cash and the value of all positions, at the index.', `${u}.portfolio.equityUsd`],
    ]),
    ...columnsOf('DOUBLE', 'coin', [
      ['marginBalanceCoin', 'What margin is taken from.', `${u}.portfolio.marginBalanceCoin`],
      ['initialMarginCoin', 'Initial margin of positions and open orders.', `${u}.portfolio.initialMarginCoin`],
    ]),
    ...columnsOf('DOUBLE', 'percent', [
      [
        'marginUsedPct',
        'Initial margin over margin balance. Absent without a margin balance.',
        `${u}.portfolio.marginUsedPct`,
      ],
    ]),
    ...columnsOf('DOUBLE', 'coin', [
      ['optionsDeltaCoin', 'Black-Scholes delta of the options.', `${u}.portfolio.optionsDeltaCoin`],
      [
        'optionsNetDeltaCoin',
        'Net transaction delta of the options: delta less price.',
        `${u}.portfolio.optionsNetDeltaCoin`,
      ],
      [
        'deltaTotalCoin',
        'Net transaction delta of options and futures, as the venue sums it.',
        `${u}.portfolio.deltaTotalCoin`,
      ],
      ['coveredCoin', 'Coins that may cover calls.', `${u}.portfolio.coverage.coveredCoin`],
      ['committedCoin', 'Coins that short calls and orders take.', `${u}.portfolio.coverage.committedCoin`],
      ['freeCoin', 'Coins that may cover calls and are not committed.', `${u}.portfolio.coverage.freeCoin`],
      [
        'shortCallsCoin',
        'Size of all short calls.',
        ifSeen(`-list_sum(list_transform(${shortCalls}, lambda p: p.sizeCoin))`),
      ],
    ]),
    ...columnsOf('BIGINT', null, [
      ['shortCalls', 'How many calls are held short.', `len(${shortCalls})`],
      ['openOrders', 'How many orders rest.', `len(${u}.portfolio.openOrders)`],
    ]),
    ...columnsOf('VARCHAR', null, [
      [
        'callSymbol',
        'Short call that expires first. Absent where none is held; so for all `call…`.',
        `${nextCall}.instrument.symbol`,
      ],
    ]),
    ...columnsOf('DOUBLE', 'USD', [
      ['callStrikeUsd', 'Strike of the short call that expires first.', `${nextCall}.instrument.strikeUsd`],
    ]),
    ...columnsOf('DOUBLE', 'days', [
      ['callDte', 'Days to expiry of the short call that expires first.', `${nextCall}.dte`],
    ]),
    ...columnsOf('DOUBLE', 'ratio', [
      ['callDelta', 'Black-Scholes delta of one coin of the short call that expires first.', `${nextCall}.delta`],
      [
        'callPremiumCaptured',
        'Share of the premium of the short call that expires first that is kept if it is bought back now.',
        `${nextCall}.premiumCaptured`,
      ],
    ]),
    ...columnsOf('DOUBLE', 'coin', [
      [
        'callMarkPriceCoin',
        'Mark of the short call that expires first, per coin of size.',
        `${nextCall}.markPriceCoin`,
      ],
    ]),
    ...columnsOf('DOUBLE', 'ratio', [
      ['atmIv', 'Implied volatility at the money, at the horizon.', `${u}.vol.atmIv`],
      ['realisedVol', 'Realised volatility over the horizon, close to close.', `${u}.vol.realisedVol`],
      ['ivrv', '`atmIv` over `realisedVol`.', `${u}.vol.ivrv`],
      ['atmIv7', 'Implied volatility at the money, 7 days.', `${tenor(7)}.atmIv`],
      ['atmIv30', 'Implied volatility at the money, 30 days.', `${tenor(30)}.atmIv`],
      ['atmIv90', 'Implied volatility at the money, 90 days.', `${tenor(90)}.atmIv`],
      [
        'riskReversal30',
        'Implied volatility of the 25-delta call less that of the put, 30 days.',
        `${tenor(30)}.riskReversal25`,
      ],
      [
        'butterfly30',
        'Half of the implied volatilities of 25-delta call and put, less that at the money, 30 days.',
        `${tenor(30)}.butterfly25`,
      ],
      ['termSlopeFront', '`atmIv30` less `atmIv7`.', `${u}.vol.termSlope.front`],
      ['termSlopeBack', '`atmIv90` less `atmIv30`.', `${u}.vol.termSlope.back`],
      ['realisedVol7', 'Realised volatility over 7 days, close to close.', `${window(7)}.closeToClose`],
      ['realisedVol30', 'Realised volatility over 30 days, close to close.', `${window(30)}.closeToClose`],
      ['realisedVol90', 'Realised volatility over 90 days, close to close.', `${window(90)}.closeToClose`],
      ['ewmaVol', 'Exponentially weighted realised volatility.', `${u}.vol.ewma.vol`],
      ['forecastVol', 'Volatility expected over the horizon.', `${u}.vol.forecast.vol`],
      ['dvol', "The venue's volatility index.", `${u}.vol.dvol`],
      ['ivRank', '`dvol` between its least and its most of a year, 0..1.', `${u}.vol.ivRank.rank`],
      ['ivPercentile', 'Share of days of a year below `dvol`, 0..1.', `${u}.vol.ivRank.percentile`],
    ]),
    ...columnsOf('BIGINT', null, [
      ['candidates', 'How many calls may be sold.', `len(${u}.candidates)`],
      [
        'rejected',
        'How many listed calls may not.',
        ifSeen(`list_sum(list_transform(${u}.rejectedCandidates, lambda r: r.count))`),
      ],
      ['missing', 'How many data are missing.', `len(${u}.missing)`],
    ]),
    ...columnsOf('VARCHAR', null, [
      ['bestSymbol', 'First candidate. Absent where there is none; so for all `best…`.', `${best}.instrument.symbol`],
    ]),
    ...columnsOf('DOUBLE', 'days', [['bestDte', 'Days to expiry of the first candidate.', `${best}.dte`]]),
    ...columnsOf('DOUBLE', 'ratio', [
      ['bestDelta', 'Black-Scholes delta of the first candidate.', `${best}.delta`],
      ['bestMoneyness', 'Strike over forward, less 1, of the first candidate.', `${best}.moneyness`],
      ['bestBidIv', 'Volatility that a sale of the first candidate at its bid sells.', `${best}.bidIv`],
    ]),
    ...columnsOf('DOUBLE', 'coin', [
      ['bestBidPriceCoin', 'Bid of the first candidate, per coin of size.', `${best}.bidPriceCoin`],
      ['bestAskPriceCoin', 'Ask of the first candidate, per coin of size.', `${best}.askPriceCoin`],
      [
        'bestNetPremiumCoin',
        'What selling one coin of the first candidate at its bid brings after the fee.',
        `${best}.netPremiumCoin`,
      ],
      [
        'bestEdgeCoin',
        '`bestNetPremiumCoin` less what the call is worth at the forecast of volatility.',
        `${best}.edgeCoin`,
      ],
    ]),
    ...columnsOf('DOUBLE', 'USD', [['bestNetPremiumUsd', '`bestNetPremiumCoin` in USD.', `${best}.netPremiumUsd`]]),
    ...columnsOf('DOUBLE', 'percent', [
      [
        'bestAnnualisedYieldPct',
        '`bestNetPremiumCoin` as percent of the coin per 365 days, not compounded.',
        `${best}.annualisedYieldPct`,
      ],
    ]),
  ]
}

/** Calls that are held short. */
export function shortCallsOf(u: string): string {
  return `list_filter(${u}.portfolio.positions, lambda p: p.instrument.kind = 'call' AND p.sizeCoin < 0)`
}

/** The one of them that expires first; of several the first. */
export function nextCallOf(u: string): string {
  const inOrder = `list_transform(${shortCallsOf(u)}, lambda p, i: {'expiryMs': p.instrument.expiryMs, 'at': i, 'of': p})`
  return `list_sort(${inOrder})[1].of`
}
