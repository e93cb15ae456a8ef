import type { BookState, Currency, OptionInstrument } from '@cc/models'
import type { JoinedReads } from './joined-reads.js'
import { sinceSettlementMs, untilSettlementMs } from './settlement.js'

/** Reads what is listed in some currencies, with one request. */
type Read = (currencies: readonly Currency[]) => Promise<readonly OptionInstrument[]>

/** What is listed, kept for as long as it is certain to hold. */
export type KeptListing = {
  instruments(currency: Currency): Promise<readonly OptionInstrument[]>
  /** Forgets a listing that does not have all of these. */
  mustHave(currency: Currency, quoted: readonly { readonly symbol: string }[]): void
  /** Something in it is not so any more: a book that has closed, another grid. */
  forget(currency: Currency): void
}

/** A listing that hears what changes in it. */
export type FollowedListing = KeptListing & {
  /** What is kept now; `undefined` where it would be asked for. */
  known(currency: Currency): { readonly instruments: readonly OptionInstrument[]; readonly askedMs: number } | undefined
  /** An option was listed at that time. */
  add(instrument: OptionInstrument, atMs: number): void
  /**
   * The book of an option was in this state at that time. What is said of an earlier time than is known already is not
   * heard. Whether the option is in the listing that is kept.
   */
  setState(change: { currency: Currency; symbol: string; state: BookState; atMs: number }): boolean
}

/** Expiries end and begin at 08:00 UTC; the books are closed for a while after it. */
const SETTLED_AFTER_MS = 15 * 60_000
const KEPT_MS = 6 * 3_600_000

/**
 * Keeps the listing of each currency until the next 08:00 UTC, for at most six hours, and only if every book was open:
 * Deribit grants about one listing in ten seconds, and currencies that are wanted in one breath share one. Strikes that
 * are listed meanwhile show in the chain before, `mustHave`, and what else changes in a ticker or a refused order: `forget`.
 *
 * One that is followed, so that it is told every change, is kept until the next 08:00 UTC whatever its books do.
 */
export function createKeptListing(
  read: Read,
  { nowMs, join, isFollowed = () => false }: ListingParts,
): FollowedListing {
  const kept = new Map<Currency, Kept>()
  const wanted = new Set<Currency>()
  /** Counts what was told of each currency, so that an answer that may be older is not kept. */
  const changes = new Map<Currency, number>()
  const changesOf = (currency: Currency) => changes.get(currency) ?? 0
  const countChange = (currency: Currency) => void changes.set(currency, changesOf(currency) + 1)

  function keep(currency: Currency, instruments: readonly OptionInstrument[], followed: boolean): void {
    if (!followed && !instruments.every(({ state }) => state === 'open')) return
    const atMs = nowMs()
    kept.set(currency, {
      askedMs: atMs,
      untilMs: followed ? atMs + untilSettlementMs(atMs) : validUntilMs(atMs),
      instruments,
      bySymbol: new Map(instruments.map((instrument) => [instrument.symbol, { instrument, atMs }])),
    })
  }

  function known(currency: Currency): Kept | undefined {
    const before = kept.get(currency)
    if (before === undefined) return undefined
    if (nowMs() < before.untilMs) return before
    kept.delete(currency)
    return undefined
  }

  function put({ bySymbol, ...rest }: Kept, instrument: OptionInstrument, atMs: number): void {
    bySymbol.set(instrument.symbol, { instrument, atMs })
    const instruments = [...bySymbol.values()].map((each) => each.instrument)
    kept.set(instrument.currency, { ...rest, bySymbol, instruments })
  }

  return {
    async instruments(currency) {
      const before = known(currency)
      if (before !== undefined) return before.instruments
      wanted.add(currency)
      const { all, followed, changesBefore } = await join('instruments', async () => {
        const currencies = [...wanted]
        wanted.clear()
        const begun = { followed: new Set(currencies.filter(isFollowed)), changesBefore: new Map(changes) }
        return { all: await read(currencies), ...begun }
      })
      const instruments = all.filter((instrument) => instrument.currency === currency)
      const isOld = changesOf(currency) !== (changesBefore.get(currency) ?? 0)
      if (!isOld) keep(currency, instruments, followed.has(currency) && isFollowed(currency))
      return known(currency)?.instruments ?? instruments
    },
    known,
    mustHave(currency, quoted) {
      const symbols = kept.get(currency)?.bySymbol
      if (symbols !== undefined && !quoted.every(({ symbol }) => symbols.has(symbol))) kept.delete(currency)
    },
    forget(currency) {
      countChange(currency)
      kept.delete(currency)
    },
    add(instrument, atMs) {
      countChange(instrument.currency)
      const before = known(instrument.currency)
      const isOld = atMs < (before?.bySymbol.get(instrument.symbol)?.atMs ?? Number.NEGATIVE_INFINITY)
      if (before !== undefined && !isOld) put(before, instrument, atMs)
    },
    setState({ currency, symbol, state, atMs }) {
      const before = known(currency)
      const listed = before?.bySymbol.get(symbol)
      if (before === undefined || listed === undefined) return false
      if (atMs >= listed.atMs && listed.instrument.state !== state) {
        countChange(currency)
        put(before, { ...listed.instrument, state }, atMs)
      }
      return true
    },
  }
}

type ListingParts = {
  nowMs: () => number
  join: JoinedReads
  /** Whether every change of a currency's listing is told from now on, and `forget` when one may have been missed. */
  isFollowed?: (currency: Currency) => boolean
}

type Kept = {
  readonly askedMs: number
  readonly untilMs: number
  readonly instruments: readonly OptionInstrument[]
  readonly bySymbol: Map<string, { readonly instrument: OptionInstrument; readonly atMs: number }>
}

function validUntilMs(nowMs: number): number {
  if (sinceSettlementMs(nowMs) < SETTLED_AFTER_MS) return nowMs
  return nowMs + Math.min(KEPT_MS, untilSettlementMs(nowMs))
}
