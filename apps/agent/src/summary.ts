import type { AccountSnapshot, Currency, DecisionRecord, LedgerEntry, Venue } from '@cc/models'

import { createModelTally, type ModelTally } from './model-tally.js'

/** What the coins of an account are, for people. */
export type Money = 'paper money' | 'test coins'
/** Coins of an account, in the order they are told. */
export type CoinsHeld = readonly { currency: Currency; balanceCoin: number }[]

/** What came of a run. */
export type RunSummary = {
  /** Such as `SYNTHETIC market, seed 1`. */
  name: string
  money: Money
  startMs: number
  endMs: number
  objective: 'coin' | 'usd'
  underlyings: readonly UnderlyingSummary[]
  opens: number
  rolls: number
  closes: number
  /** `undefined`: no model was asked. */
  model: ModelTally | undefined
}

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
  /** Open options at their mark, less what they were at the start: negative for calls that were sold. */
  openOptions: Amount
  /** Whether there were options at the start. */
  hadOptions: boolean
  /** Coins that were moved in or out meanwhile, at the index of the end. */
  transfers: Amount
  /** What no booking explains yet, or none of a kind above: futures settled, a trade that is booked a moment later. */
  other: Amount
  /** What the coin's price did since to the coins of the start and to each booking, in USD. */
  priceChangeUsd: number | null
  end: Amount
  /** The coins of the start and those moved, never traded, at the end. */
  holding: Amount
  /** `end − holding`: what the calls came to, those still open at their mark. */
  againstHolding: Amount
  expiredWorthless: number
  settledInTheMoney: number
  openSymbols: readonly string[]
}

/** Watches a run from its first moment, to add it up at its end. */
export type RunReport = {
  /** What was there at the start. */
  coins: CoinsHeld
  see(record: DecisionRecord): void
  finish(): Promise<RunSummary>
}

/** Takes the accounts as they are now for the start. */
export async function createRunReport(
  { venue, name, money }: { venue: Venue; name: string; money: Money },
  { underlyings, objective }: { underlyings: readonly Currency[]; objective: 'coin' | 'usd' },
): Promise<RunReport> {
  const startMs = venue.clock.now()
  const starts = new Map(
    await Promise.all(underlyings.map(async (each) => [each, await holding(venue, each)] as const)),
  )
  const acted: Record<string, number> = {}
  const model = createModelTally()

  return {
    coins: [...starts].map(([currency, { account }]) => ({ currency, balanceCoin: account.balanceCoin })),
    see(record) {
      const { decision, execution } = record
      model.see(record)
      if (decision === null || !execution?.legs.some(({ filledCoin }) => filledCoin > 0)) return
      const { action } = decision.proposal
      acted[action] = (acted[action] ?? 0) + 1
    },
    async finish() {
      const endMs = venue.clock.now()
      const summaries = await Promise.all(
        [...starts].map(async ([currency, start]) => {
          const end = await holding(venue, currency)
          const rows = await venue.broker.ledger(currency, { fromMs: startMs, toMs: endMs + 1 })
          return summarise(currency, { start, end, ledger: rows })
        }),
      )
      return {
        name,
        money,
        startMs,
        endMs,
        objective,
        underlyings: summaries,
        opens: acted.OPEN_COVERED_CALL ?? 0,
        rolls: acted.ROLL_COVERED_CALL ?? 0,
        closes: acted.CLOSE_COVERED_CALL ?? 0,
        model: model.read(),
      }
    },
  }
}

/** The account of one currency at one moment. */
type Holding = { account: AccountSnapshot; indexUsd: number }

/**
 * Adds up a run from the account at its start and end and the venue's ledger between. In both units
 * `start + premiumReceived − buyBacks − payouts − fees + openOptions + transfers + other = end`, in USD with
 * `priceChangeUsd` on the left.
 */
export function summarise(
  currency: Currency,
  { start, end, ledger }: { start: Holding; end: Holding; ledger: readonly LedgerEntry[] },
): UnderlyingSummary {
  const trades = ledger.filter(({ kind }) => kind === 'trade')
  const deliveries = ledger.filter(({ kind }) => kind === 'delivery')
  // What was moved in at the very time of the start is in its account.
  const transfers = ledger.filter(
    ({ kind, timestampMs }) => kind === 'transfer' && timestampMs > start.account.timestampMs,
  )
  const startCoin = start.account.equityCoin
  const endCoin = end.account.equityCoin
  const optionsCoin = end.account.optionsValueCoin - start.account.optionsValueCoin
  const movedCoin = transfers.reduce((sum, { changeCoin }) => sum + changeCoin, 0)
  const atEnd = (coin: number): Amount => ({ coin, usd: coin * end.indexUsd })
  const booked = total([...trades, ...deliveries], (row) => -paidCoin(row))
  const fees = total([...trades, ...deliveries], ({ feeCoin }) => feeCoin)
  return {
    currency,
    start: { coin: startCoin, usd: startCoin * start.indexUsd },
    premiumReceived: total(trades, (row) => Math.max(0, -paidCoin(row))),
    buyBacks: total(trades, (row) => Math.max(0, paidCoin(row))),
    payouts: total(deliveries, paidCoin),
    fees,
    openOptions: atEnd(optionsCoin),
    hadOptions: start.account.optionsValueCoin !== 0,
    transfers: atEnd(movedCoin),
    other: atEnd(endCoin - startCoin - booked.coin + fees.coin - optionsCoin - movedCoin),
    priceChangeUsd:
      booked.usd === null || fees.usd === null
        ? null
        : startCoin * (end.indexUsd - start.indexUsd) +
          (booked.coin * end.indexUsd - booked.usd) -
          (fees.coin * end.indexUsd - fees.usd),
    end: atEnd(endCoin),
    holding: atEnd(startCoin + movedCoin),
    againstHolding: atEnd(endCoin - startCoin - movedCoin),
    expiredWorthless: deliveries.filter(({ priceCoin }) => priceCoin === 0).length,
    settledInTheMoney: deliveries.filter(({ priceCoin }) => priceCoin !== 0).length,
    openSymbols: end.account.positions.map(({ symbol }) => symbol),
  }
}

async function holding({ market, broker }: Venue, currency: Currency): Promise<Holding> {
  const [account, { indexUsd }] = await Promise.all([broker.account(currency), market.indexPrice(currency)])
  return { account, indexUsd }
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
