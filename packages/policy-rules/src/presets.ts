import type { Preset, PresetLimits, PresetName } from './preset.js'

/** The soonest last Friday of a month that is at least 20 days away: at most 35 days after the one before. */
const MONTHLY = { expiry: 'month-end', minDte: 20, maxDte: 55 } as const
/** The soonest Friday that is at least 5 days away: at most 7 days after the one before. */
const WEEKLY = { expiry: 'friday', minDte: 5, maxDte: 12 } as const

/** What all have in common: one call on all coins, out of the money, in a book as wide as recorded ones of 30 delta. */
const LIMITS = {
  moneynessMin: 0,
  maxSpreadTicks: 4,
  maxSpreadIv: 0.04,
  maxNetDeltaAbs: 0.8,
  maxExpiryExposure: 1,
  cooldownMin: 30,
  // None of them stands aside in a crash: the days after one are part of what was published. As far as risk lets it.
  crashDayChangePct: 30,
  crashDvolPoints: 50,
} satisfies Partial<PresetLimits>
const MONTHLY_LIMITS = { ...LIMITS, dteMin: MONTHLY.minDte, dteMax: MONTHLY.maxDte }
const WEEKLY_LIMITS = { ...LIMITS, dteMin: WEEKLY.minDte, dteMax: WEEKLY.maxDte }
/** A strike at the index lies below a forward above it. */
const AT_THE_MONEY = { moneynessMin: -0.03, maxSpreadIv: 0.05, maxNetDeltaAbs: 1 }
/** How wide the books of weekly calls at the money have been on the wildest days. */
const WEEKLY_BOOKS = { maxSpreadTicks: 8, maxSpreadIv: 0.075 }

/**
 * The strategies that ship, by name. None of them rolls or buys back: each call is held to its settlement, and then the
 * next one is sold.
 *
 * Cboe's months end on the third Friday, Deribit's on the last. An index sells on the day on which its last call settled;
 * an agent may be started on any day, and so the soonest month-end counts that is at least 20 days away, and the soonest
 * Friday that is at least 5 days away. On an expiry day these are the next month's and the next week's.
 *
 * The limits let through what each strategy would have sold on every day of recorded chains of 2021, 2022 and 2026, broken
 * books aside: a call is never refused for being what the strategy sells. Those named by a delta allow 6 points on either
 * side of it, and wait on the few days on which no listed strike is as near.
 */
export const presets: Readonly<Record<PresetName, Preset>> = {
  bxm: {
    name: 'bxm',
    description: 'Sells each month the first strike at or above the index, and holds it until it settles.',
    source: 'Cboe S&P 500 BuyWrite Index (BXM): https://www.cboe.com/us/indices/dashboard/BXM',
    rules: { target: { ...MONTHLY, choose: 'first-strike', strikeAbove: 0, delta: 0.5 } },
    limits: { ...MONTHLY_LIMITS, ...AT_THE_MONEY, deltaMin: 0.36, deltaMax: 0.6, premiumMinUsd: 20 },
    maxCandidates: 30,
  },
  bxmd: {
    name: 'bxmd',
    description: 'Sells each month the call nearest 30 delta, and holds it until it settles.',
    source: 'Cboe S&P 500 30-Delta BuyWrite Index (BXMD): https://www.cboe.com/us/indices/dashboard/BXMD',
    rules: { target: { ...MONTHLY, choose: 'nearest-delta', delta: 0.3 } },
    limits: { ...MONTHLY_LIMITS, deltaMin: 0.24, deltaMax: 0.36, premiumMinUsd: 15 },
    maxCandidates: 30,
  },
  bxy: {
    name: 'bxy',
    description: 'Sells each month the first strike at least 2 % above the index, and holds it until it settles.',
    source: 'Cboe S&P 500 2% OTM BuyWrite Index (BXY): https://www.cboe.com/us/indices/dashboard/BXY',
    rules: { target: { ...MONTHLY, choose: 'first-strike', strikeAbove: 0.02, delta: 0.45 } },
    limits: {
      ...MONTHLY_LIMITS,
      ...AT_THE_MONEY,
      maxNetDeltaAbs: LIMITS.maxNetDeltaAbs,
      ...{ deltaMin: 0.32, deltaMax: 0.56, premiumMinUsd: 20 },
    },
    maxCandidates: 30,
  },
  bxmw: {
    name: 'bxmw',
    description:
      'Sells the first strike at or above the index on a quarter of the coins in each Friday of the next 35 days, and holds each until it settles.',
    source: 'Cboe S&P 500 Multi-Week BuyWrite Index (BXMW): https://www.cboe.com/us/indices/dashboard/BXMW',
    // The index has a quarter in each of the next four weeks; Deribit lists three or four of them. On its last day a call brings little more than its fee and spread. Without it there are never five Fridays to sell.
    rules: {
      target: {
        ...{ expiry: 'friday', minDte: 1, maxDte: 35, rungs: 4 },
        ...{ choose: 'first-strike', strikeAbove: 0, delta: 0.48 },
      },
    },
    limits: {
      ...LIMITS,
      ...AT_THE_MONEY,
      ...{ deltaMin: 0.25, deltaMax: 0.58, dteMin: 1, dteMax: 35, premiumMinUsd: 5 },
      ...WEEKLY_BOOKS,
      // A quarter, and room for the noise of floats.
      maxExpiryExposure: 0.2501,
      // Four sales make the ladder, one a decision.
      cooldownMin: 1,
    },
    // Expiries of other days lie between the Fridays.
    maxCandidates: 60,
  },
  'weekly-10-delta': {
    name: 'weekly-10-delta',
    description: 'Sells each week the call nearest 10 delta, and holds it until it settles.',
    source: 'Ribbon Finance, Theta Vault: 10 delta, weekly, Fridays at 08:00 UTC; https://docs.ribbon.finance',
    rules: {
      target: { ...WEEKLY, choose: 'nearest-delta', delta: 0.1 },
      // A bid of 0.001 after its fee: the least that risk takes.
      writeWhen: { minimumCredit: 0.00087 },
    },
    // Where a call costs few ticks the ticks decide: 2 volatility points are a quarter of its price.
    limits: {
      ...{ ...WEEKLY_LIMITS, deltaMin: 0.04, deltaMax: 0.16, premiumMinUsd: 1 },
      ...{ maxSpreadTicks: 8, maxSpreadIv: 0.02 },
    },
    maxCandidates: 30,
  },
  'weekly-25-delta': {
    name: 'weekly-25-delta',
    description: 'Sells each week the call nearest 25 delta, and holds it until it settles.',
    source: 'CryptoVol, “Weekly 25D”: https://www.cryptovol.io/blog/btc-covered-call-backtest',
    rules: { target: { ...WEEKLY, choose: 'nearest-delta', delta: 0.25 } },
    limits: {
      ...{ ...WEEKLY_LIMITS, deltaMin: 0.19, deltaMax: 0.31, premiumMinUsd: 5 },
      ...{ maxSpreadTicks: 6, maxSpreadIv: 0.03 },
    },
    maxCandidates: 30,
  },
  'monthly-50-delta': {
    name: 'monthly-50-delta',
    description: 'Sells each month the call nearest 50 delta, up to 3 % in the money, and holds it until it settles.',
    source: 'CryptoVol, “Monthly 50D”: https://www.cryptovol.io/blog/btc-covered-call-backtest',
    rules: { target: { ...MONTHLY, choose: 'nearest-delta', delta: 0.5 } },
    limits: { ...MONTHLY_LIMITS, ...AT_THE_MONEY, deltaMin: 0.44, deltaMax: 0.56, premiumMinUsd: 20 },
    maxCandidates: 30,
  },
  'always-atm': {
    name: 'always-atm',
    description: 'Sells each week the call nearest the money, that of 50 delta, and holds it until it settles.',
    source:
      'CryptoVol, “Weekly 50D”, whose at-the-money call is that of 50 delta: https://www.cryptovol.io/blog/btc-covered-call-backtest',
    rules: { target: { ...WEEKLY, choose: 'nearest-delta', delta: 0.5 } },
    // At the money every week, whatever is listed: weekly strikes are up to 20 points of delta apart.
    limits: {
      ...{ ...WEEKLY_LIMITS, ...AT_THE_MONEY, ...WEEKLY_BOOKS },
      ...{ deltaMin: 0.4, deltaMax: 0.6, premiumMinUsd: 10 },
    },
    maxCandidates: 30,
  },
}
