import type { Market } from '@cc/exchange-sim'
import type { AccountSnapshot, Broker, Currency, Fill, LedgerEntry } from '@cc/models'
import { createBookRows, differs } from './book-rows.js'
import type { RunBook } from './run-book.js'

/** Where a look comes from: a decision and when it began; `null`: from none. */
type LookReason = { decisionId: string | null; startedMs: number } | null

/** Writes the book of one coin while its run goes on. */
export type BookKeeper = {
  /** Takes in what was booked up to now. */
  look(nowMs: number, reason: LookReason): Promise<void>
  book(): RunBook
}

/**
 * Opens the book of one coin. Cash, fees and positions are those that the exchange booked; marks, deltas and index those of
 * the market at the time of each row. Every look is compared with the account.
 *
 * @throws CcError `backtest/book-differs` (recovery `halt`) from `look`, where the account is not what its ledger explains.
 */
export function createBookKeeper(exchange: {
  currency: Currency
  market: Pick<Market, 'quote' | 'indexUsd'>
  broker: Pick<Broker, 'account' | 'ledger' | 'fills'>
}): BookKeeper {
  const { currency, market, broker } = exchange
  const book = createBookRows(currency, {
    quoteAt: (symbol, atMs) => market.quote(symbol, atMs),
    indexAt: (atMs) => market.indexUsd(currency, atMs),
  })
  const ledger = createTail<LedgerEntry>((span) => broker.ledger(currency, span))
  const fills = createTail<Fill>((span) => broker.fills(currency, span))
  let lookedMs = 0

  async function look(nowMs: number, reason: LookReason): Promise<void> {
    const account = await broker.account(currency)
    const entries = await ledger.next(nowMs)
    const traded = entries.some(({ kind }) => kind === 'trade') ? await fills.next(nowMs) : []
    // The exchange books trades in the order in which they happen.
    const fillOf = new Map(entries.filter(({ kind }) => kind === 'trade').map((entry, i) => [entry, traded[i]]))
    const startedMs = reason?.startedMs ?? nowMs
    let isStarted = startedMs >= nowMs || startedMs <= lookedMs
    for (const moment of byMoment(entries)) {
      if (!isStarted && moment.timeMs > startedMs) isStarted = start(startedMs)
      book.take(
        moment.entries.map((entry) => ({ entry, fill: fillOf.get(entry), decisionId: reason?.decisionId ?? null })),
      )
      // What happened just now stands in the row of now.
      const hasOwnRow = moment.timeMs < nowMs && (isStarted || moment.timeMs !== startedMs)
      if (hasOwnRow && book.isPending()) book.add(moment.timeMs, null)
    }
    if (!isStarted) start(startedMs)
    book.add(nowMs, marginUsedPctOf(account))
    requireSame(account)
    lookedMs = nowMs
  }

  /** A decision that took its time has a row of its beginning. */
  function start(startedMs: number): true {
    book.add(startedMs, null)
    return true
  }

  function requireSame(account: AccountSnapshot): void {
    if (account.balanceCoin !== book.cashCoin()) {
      throw differs(currency, { balanceCoin: account.balanceCoin, bookedCoin: book.cashCoin() })
    }
    const sizes = book.sizes()
    for (const { symbol, sizeCoin } of account.positions) {
      const bookedCoin = sizes.get(symbol) ?? 0
      if (Math.abs(bookedCoin - sizeCoin) > 1e-9) throw differs(currency, { symbol, sizeCoin, bookedCoin })
    }
    if (account.positions.length !== sizes.size) {
      throw differs(currency, { positions: account.positions.length, booked: sizes.size })
    }
  }

  return {
    look,
    book: () => ({ currency, depositCoin: book.depositCoin(), rows: book.rows }),
  }
}

function marginUsedPctOf({ initialMarginCoin, marginBalanceCoin }: AccountSnapshot): number | null {
  return marginBalanceCoin > 0 ? (initialMarginCoin / marginBalanceCoin) * 100 : null
}

/** Reads a list that only grows, each row once. */
function createTail<T extends { timestampMs: number }>(
  read: (span: { fromMs: number; toMs: number }) => Promise<readonly T[]>,
) {
  let lastMs = 0
  let countAtLast = 0
  return {
    async next(nowMs: number): Promise<readonly T[]> {
      const fresh = (await read({ fromMs: lastMs, toMs: nowMs + 1 })).slice(countAtLast)
      const latest = fresh.at(-1)
      if (latest === undefined) return fresh
      const atLatest = fresh.filter(({ timestampMs }) => timestampMs === latest.timestampMs).length
      countAtLast = latest.timestampMs === lastMs ? countAtLast + atLatest : atLatest
      lastMs = latest.timestampMs
      return fresh
    },
  }
}

/** Rows of one time, oldest first. */
function byMoment(entries: readonly LedgerEntry[]): readonly { timeMs: number; entries: LedgerEntry[] }[] {
  const moments: { timeMs: number; entries: LedgerEntry[] }[] = []
  for (const entry of entries) {
    const last = moments.at(-1)
    if (last?.timeMs === entry.timestampMs) last.entries.push(entry)
    else moments.push({ timeMs: entry.timestampMs, entries: [entry] })
  }
  return moments
}
