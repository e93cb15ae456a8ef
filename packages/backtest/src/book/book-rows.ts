import { CcError, type Currency, type Fill, type LedgerEntry, type OptionQuote, parseSymbol } from '@cc/models'
import { payoutCoin } from '@cc/pricing'
import type { BookedFlow, BookRow, HeldOption } from './run-book.js'

/** What was booked so far, and the rows that tell it. */
type BookRows = {
  readonly rows: readonly BookRow[]
  /** Into the account, less what was taken out. */
  depositCoin(): number
  cashCoin(): number
  /** Signed, of all that is held. */
  sizes(): ReadonlyMap<string, number>
  /** Books what the exchange booked at one moment, in its order. Deliveries stand between two rows of their own. */
  take(entries: readonly BookedEntry[]): void
  /** Whether anything was booked that no row tells yet. */
  isPending(): boolean
  add(timeMs: number, marginUsedPct: number | null): void
}

/** A row of the ledger; of a trade with its fill and the decision that it comes from. */
type BookedEntry = { entry: LedgerEntry; fill?: Fill | undefined; decisionId?: string | null }

/** `quoteAt` answers with the market's own quote of a time, the index of which is used for rows that hold nothing too. */
export function createBookRows(
  currency: Currency,
  market: {
    quoteAt(symbol: string, atMs: number): OptionQuote | undefined
    indexAt(atMs: number): number
  },
): BookRows {
  const rows: BookRow[] = []
  const sizes = new Map<string, number>()
  let cashCoin = 0
  let depositCoin = 0
  let flows: BookedFlow[] = []

  function take(entries: readonly BookedEntry[]): void {
    const deliveries = entries.filter(({ entry }) => entry.kind === 'delivery')
    if (deliveries.length > 0) deliver(deliveries.map(({ entry }) => entry))
    for (const { entry, fill, decisionId = null } of entries) {
      if (entry.kind === 'delivery') continue
      if (entry.kind === 'transfer') depositCoin += entry.changeCoin
      if (entry.kind === 'trade') trade(entry, { fill, decisionId })
      cashCoin = entry.balanceCoin
    }
  }

  function trade(
    entry: LedgerEntry,
    { fill, decisionId }: { fill: Fill | undefined; decisionId: string | null },
  ): void {
    const { timestampMs, ...booked } = bookedOf(entry)
    const quote = quoteOf(booked.symbol, timestampMs)
    change(booked.symbol, booked.sizeCoin)
    flows.push({
      timeMs: timestampMs,
      kind: 'trade',
      ...booked,
      markCoin: quote.markPriceCoin,
      indexUsd: quote.indexUsd,
      delta: deltaOf(quote),
      bidCoin: quote.bidPriceCoin,
      askCoin: quote.askPriceCoin,
      iv: quote.markIv,
      decisionId,
      liquidity: fill?.liquidity ?? null,
    })
  }

  /** The options at their payouts, then the account without them. */
  function deliver(entries: readonly LedgerEntry[]): void {
    const [{ timestampMs: timeMs, deliveryPriceUsd } = { timestampMs: 0, deliveryPriceUsd: null }] = entries
    const indexUsd = deliveryPriceUsd ?? market.indexAt(timeMs)
    const ending = new Map(entries.map((entry) => [entry.symbol, payoutOf(entry.symbol ?? '', indexUsd)]))
    addRow(timeMs, { indexUsd, marginUsedPct: null, options: heldAt(timeMs, ending) })
    for (const entry of entries) {
      const { timestampMs, ...booked } = bookedOf(entry)
      const { markCoin, delta } = payoutOf(booked.symbol, indexUsd)
      change(booked.symbol, booked.sizeCoin)
      cashCoin = entry.balanceCoin
      const unquoted = { bidCoin: null, askCoin: null, iv: null, decisionId: null, liquidity: null }
      flows.push({ timeMs: timestampMs, kind: 'delivery', ...booked, markCoin, indexUsd, delta, ...unquoted })
    }
    addRow(timeMs, { indexUsd, marginUsedPct: null, options: heldAt(timeMs, ending) })
  }

  function change(symbol: string, changeCoin: number): void {
    const sizeCoin = exactCoin((sizes.get(symbol) ?? 0) + changeCoin)
    if (sizeCoin === 0) sizes.delete(symbol)
    else sizes.set(symbol, sizeCoin)
  }

  function heldAt(
    timeMs: number,
    ending: ReadonlyMap<string | null, { markCoin: number; delta: number }>,
  ): HeldOption[] {
    return [...sizes].map(([symbol, sizeCoin]) => {
      const end = ending.get(symbol)
      if (end !== undefined) return { symbol, sizeCoin, ...end }
      const quote = quoteOf(symbol, timeMs)
      return { symbol, sizeCoin, markCoin: quote.markPriceCoin, delta: deltaOf(quote) }
    })
  }

  function quoteOf(symbol: string, atMs: number): OptionQuote {
    const quote = market.quoteAt(symbol, atMs)
    if (quote !== undefined) return quote
    throw differs(currency, { symbol, atMs, expected: 'a quote of what is held' })
  }

  function addRow(timeMs: number, row: Pick<BookRow, 'indexUsd' | 'marginUsedPct' | 'options'>): void {
    const optionsCoin = row.options.reduce((sum, { sizeCoin, markCoin }) => sum + sizeCoin * markCoin, 0)
    rows.push({ timeMs, cashCoin, optionsCoin, ...row, flows })
    flows = []
  }

  return {
    rows,
    depositCoin: () => depositCoin,
    cashCoin: () => cashCoin,
    sizes: () => sizes,
    take,
    isPending: () => flows.length > 0,
    add: (timeMs, marginUsedPct) =>
      addRow(timeMs, { indexUsd: market.indexAt(timeMs), marginUsedPct, options: heldAt(timeMs, NOTHING_ENDS) }),
  }
}

const NOTHING_ENDS: ReadonlyMap<string | null, { markCoin: number; delta: number }> = new Map()

/** Of an account that is not what its ledger explains. */
export function differs(currency: Currency, facts: Record<string, string | number>): CcError {
  return new CcError(`The book of ${currency} is not what the exchange tells of the account.`, {
    code: 'backtest/book-differs',
    recovery: 'halt',
    facts: { currency, ...facts },
  })
}

/** Sizes are multiples of a tenth of a coin, and sums of floats are not. */
function exactCoin(sizeCoin: number): number {
  return Math.round(sizeCoin * 1e8) / 1e8
}

function bookedOf({ symbol, sizeCoin, priceCoin, feeCoin, changeCoin, currency, timestampMs, id }: LedgerEntry) {
  if (symbol === null || sizeCoin === null || priceCoin === null) {
    throw differs(currency, { entry: id, expected: 'symbol, size and price of a trade or a delivery' })
  }
  return { timestampMs, symbol, sizeCoin, priceCoin, feeCoin, cashCoin: changeCoin }
}

function deltaOf({ greeks }: OptionQuote): number {
  return greeks?.delta ?? Number.NaN
}

function payoutOf(symbol: string, deliveryUsd: number): { markCoin: number; delta: number } {
  const option = parseSymbol(symbol)
  if (option === undefined) return { markCoin: 0, delta: 0 }
  const { kind, strikeUsd } = option
  const markCoin = payoutCoin({ kind, strikeUsd, deliveryUsd })
  return { markCoin, delta: markCoin === 0 ? 0 : kind === 'call' ? 1 : -1 }
}
