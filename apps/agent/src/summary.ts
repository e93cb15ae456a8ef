import type { AccountSnapshot, Currency, LedgerEntry } from '@cc/models'

/** The account of one currency at one moment. */
export type Holding = { account: AccountSnapshot; indexUsd: number }

/** An amount in both units. USD at the index of the time of each booking; `null` where a booking has no index. */
export type Amount = { coin: number; usd: number | null }

/** What a run did to the coins of one currency. Costs are positive numbers. */
export type UnderlyingSummary = {
  currency: Currency
  start: Amount
  premiumReceived: Amount
  buyBacks: Amount
  payouts: Amount
  fees: Amount
  /** Open options at their mark: negative for short calls. */
  openOptions: Amount
  end: Amount
  /** The coins of the start, never traded, at the end. */
  holding: Amount
  /** `end − holding`. */
  againstHolding: Amount
  /** Premium received over the coins of the start, a ratio. */
  premiumYield: number
  expiredWorthless: number
  settledInTheMoney: number
  openSymbols: readonly string[]
}

/**
 * Adds up a run from the account at its start and end and the ledger between. In coin,
 * `start + premiumReceived − buyBacks − payouts − fees + openOptions = end`.
 */
export function summarise(
  currency: Currency,
  { start, end, ledger }: { start: Holding; end: Holding; ledger: readonly LedgerEntry[] },
): UnderlyingSummary {
  const trades = ledger.filter(({ kind }) => kind === 'trade')
  const deliveries = ledger.filter(({ kind }) => kind === 'delivery')
  const startCoin = start.account.equityCoin
  const endCoin = end.account.equityCoin
  const premiumReceived = total(trades, (row) => Math.max(0, -paidCoin(row)))
  const differenceCoin = endCoin - startCoin
  return {
    currency,
    start: { coin: startCoin, usd: startCoin * start.indexUsd },
    premiumReceived,
    buyBacks: total(trades, (row) => Math.max(0, paidCoin(row))),
    payouts: total(deliveries, paidCoin),
    fees: total(ledger, ({ feeCoin }) => feeCoin),
    openOptions: { coin: end.account.optionsValueCoin, usd: end.account.optionsValueCoin * end.indexUsd },
    end: { coin: endCoin, usd: endCoin * end.indexUsd },
    holding: { coin: startCoin, usd: startCoin * end.indexUsd },
    againstHolding: { coin: differenceCoin, usd: differenceCoin * end.indexUsd },
    premiumYield: startCoin > 0 ? premiumReceived.coin / startCoin : 0,
    expiredWorthless: deliveries.filter(({ priceCoin }) => priceCoin === 0).length,
    settledInTheMoney: deliveries.filter(({ priceCoin }) => priceCoin !== 0).length,
    openSymbols: end.account.positions.map(({ symbol }) => symbol),
  }
}

/** Signed coins of a row before its fee: paid is positive, also for a short call that is settled. */
function paidCoin({ sizeCoin, priceCoin }: LedgerEntry): number {
  return (sizeCoin ?? 0) * (priceCoin ?? 0)
}

function total(rows: readonly LedgerEntry[], coinOf: (row: LedgerEntry) => number): Amount {
  let coin = 0
  let usd: number | null = 0
  for (const row of rows) {
    const amount = coinOf(row)
    coin += amount
    if (amount !== 0) usd = usd === null || row.indexUsd === null ? null : usd + amount * row.indexUsd
  }
  return { coin, usd }
}
