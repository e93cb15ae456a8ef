import { deliveryFeeCoin, saleProceedsCoin, tradeFeeCoin } from './fees.js'
import { payoutCoin, payoutUsd } from './payout.js'
import { requireNonNegative, requirePositive } from './validation.js'

/** A call sold against coins that are held, one coin for each coin of calls. */
export type CoveredCall = {
  strikeUsd: number
  /** Index at the sale: what a coin was worth. */
  indexUsd: number
  /** Price the call was sold at, coin per coin of size, >= 0. */
  priceCoin: number
  /** Coin per coin of size, the instrument's maker or taker commission: 0.0003 on Deribit. */
  feeRate: number
  /** Whether the option is a daily, which Deribit delivers free of charge. */
  daily: boolean
}

/** A covered call, sold and held to its delivery. */
export type CoveredCallOutcomeInput = CoveredCall & {
  /** Coins held and calls sold, >= 0. */
  sizeCoin: number
  deliveryUsd: number
}

/** What came of a covered call, for the whole size, after fees. USD at the delivery price. */
export type CoveredCallOutcome = {
  premiumCoin: number
  tradeFeeCoin: number
  /** What the holder of the call takes, which is the upside given away: the coins' gain above the strike. */
  payoutCoin: number
  payoutUsd: number
  deliveryFeeCoin: number
  /** P&L of the call alone, and of the position in coin: premium − trade fee − payout − delivery fee. */
  callPnlCoin: number
  callPnlUsd: number
  /** P&L of the coins alone since the sale, in USD. */
  holdingPnlUsd: number
  /** P&L of coins and call together since the sale, in USD. */
  positionPnlUsd: number
}

/**
 * P&L of a covered call at a delivery price D, in coin and USD. The premium is kept in coin until then.
 *
 * Coin: n(p − f − max(0, D − K)/D − g), f the trade fee and g the delivery fee per coin. USD: n(D − S) + D · coin P&L,
 * so that the position ends worth n(1 + p − f − g)D − n·max(0, D − K). It loses at most its coins, and a delivery fee
 * that the premium does not cover. Rules: `tradeFeeCoin`, `deliveryFeeCoin`, `payoutCoin`.
 *
 * @throws RangeError when price, fee rate or size is negative, a USD price not > 0, or any of them not finite.
 */
export function coveredCallOutcome(input: CoveredCallOutcomeInput): CoveredCallOutcome {
  const { sizeCoin, strikeUsd, indexUsd, priceCoin, feeRate, deliveryUsd, daily } = input
  requireCoveredCall('coveredCallOutcome', input)
  requireNonNegative('coveredCallOutcome', 'sizeCoin', sizeCoin)
  requirePositive('coveredCallOutcome', 'deliveryUsd', deliveryUsd)

  const payout = payoutCoin({ kind: 'call', strikeUsd, deliveryUsd })
  const premiumCoin = sizeCoin * priceCoin
  const feeCoin = tradeFeeCoin({ sizeCoin, priceCoin, feeRate })
  const deliveryCoin = deliveryFeeCoin({ sizeCoin, payoutCoin: payout, daily })
  const callPnlCoin = premiumCoin - feeCoin - sizeCoin * payout - deliveryCoin
  const callPnlUsd = callPnlCoin * deliveryUsd
  const holdingPnlUsd = sizeCoin * (deliveryUsd - indexUsd)
  return {
    premiumCoin,
    tradeFeeCoin: feeCoin,
    payoutCoin: sizeCoin * payout,
    payoutUsd: sizeCoin * payoutUsd({ kind: 'call', strikeUsd, deliveryUsd }),
    deliveryFeeCoin: deliveryCoin,
    callPnlCoin,
    callPnlUsd,
    holdingPnlUsd,
    positionPnlUsd: holdingPnlUsd + callPnlUsd,
  }
}

/** A covered call and the time from its sale to its expiry. */
export type CoveredCallYieldInput = CoveredCall & {
  /** Years of 365 days, > 0. */
  expiryYears: number
}

/** Return on the coins held, as a ratio: 0.02 is 2 %. */
export type Yield = {
  /** Coins gained per coin held. */
  coin: number
  /** USD gained per USD that the coin was worth at the sale. */
  usd: number
  /** Simple rates of a 365-day year: the ratio over the years to expiry. */
  annualisedCoin: number
  annualisedUsd: number
}

/** The two standard yields of a covered call, after fees. */
export type CoveredCallYield = {
  /** The index is unchanged at expiry. Coin and USD agree. */
  static: Yield
  /** The call is delivered at its strike. */
  ifCalled: Yield
}

/**
 * Static and if-called yield of a covered call, on the coins held, in coin and USD. The premium is kept in coin.
 *
 * Static, D = S: p − f − max(0, S − K)/S − g, in coin and USD alike; for a call sold out of the money just the net
 * premium. If called, D = K: p − f in coin, (1 + p − f)K/S − 1 in USD, no delivery fee as the payout is nil. A
 * delivery further up costs coin; in USD the strike stays earned, and the net premium rises with the coin. f is the
 * trade fee and g the delivery fee per coin: `tradeFeeCoin`, `deliveryFeeCoin`.
 *
 * @throws RangeError when price or fee rate is negative, a USD price or the time not > 0, or any of them not finite.
 */
export function coveredCallYield(input: CoveredCallYieldInput): CoveredCallYield {
  const { strikeUsd, indexUsd, priceCoin, feeRate, daily, expiryYears } = input
  requireCoveredCall('coveredCallYield', input)
  requirePositive('coveredCallYield', 'expiryYears', expiryYears)

  const netPremium = saleProceedsCoin({ sizeCoin: 1, priceCoin, feeRate })
  const payout = payoutCoin({ kind: 'call', strikeUsd, deliveryUsd: indexUsd })
  const unchanged = netPremium - payout - deliveryFeeCoin({ sizeCoin: 1, payoutCoin: payout, daily })
  const calledUsd = (strikeUsd - indexUsd + netPremium * strikeUsd) / indexUsd
  return {
    static: yieldOf(unchanged, unchanged, expiryYears),
    ifCalled: yieldOf(netPremium, calledUsd, expiryYears),
  }
}

/** Throws a `RangeError` unless the call is one that can have been sold. */
export function requireCoveredCall(where: string, call: CoveredCall): void {
  requirePositive(where, 'strikeUsd', call.strikeUsd)
  requirePositive(where, 'indexUsd', call.indexUsd)
  requireNonNegative(where, 'priceCoin', call.priceCoin)
  requireNonNegative(where, 'feeRate', call.feeRate)
}

function yieldOf(coin: number, usd: number, expiryYears: number): Yield {
  return { coin, usd, annualisedCoin: coin / expiryYears, annualisedUsd: usd / expiryYears }
}
