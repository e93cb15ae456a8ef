import type { Currency, OptionInstrument } from '@cc/models'
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

/** Expiries end and begin at 08:00 UTC; the books are closed for a while after it. */
const SETTLED_AFTER_MS = 15 * 60_000
const KEPT_MS = 6 * 3_600_000

/**
 * Keeps the listing of each currency until the next 08:00 UTC, for at most six hours, and only if every book was open:
 * Deribit grants about one listing in ten seconds, and currencies that are wanted in one breath share one. Strikes that
 * are listed meanwhile show in the chain before, `mustHave`, and what else changes in a ticker or a refused order: `forget`.
 */
export function createKeptListing(
  read: Read,
  { nowMs, join }: { nowMs: () => number; join: JoinedReads },
): KeptListing {
  const kept = new Map<Currency, { untilMs: number; instruments: readonly OptionInstrument[]; symbols: Set<string> }>()
  const wanted = new Set<Currency>()

  function keep(currency: Currency, instruments: readonly OptionInstrument[]): void {
    if (!instruments.every(({ state }) => state === 'open')) return
    const symbols = new Set(instruments.map(({ symbol }) => symbol))
    kept.set(currency, { untilMs: validUntilMs(nowMs()), instruments, symbols })
  }

  return {
    async instruments(currency) {
      const before = kept.get(currency)
      if (before !== undefined && nowMs() < before.untilMs) return before.instruments
      kept.delete(currency)
      wanted.add(currency)
      const all = await join('instruments', () => {
        const currencies = [...wanted]
        wanted.clear()
        return read(currencies)
      })
      const instruments = all.filter((instrument) => instrument.currency === currency)
      keep(currency, instruments)
      return instruments
    },
    mustHave(currency, quoted) {
      const symbols = kept.get(currency)?.symbols
      if (symbols !== undefined && !quoted.every(({ symbol }) => symbols.has(symbol))) kept.delete(currency)
    },
    forget: (currency) => void kept.delete(currency),
  }
}

function validUntilMs(nowMs: number): number {
  if (sinceSettlementMs(nowMs) < SETTLED_AFTER_MS) return nowMs
  return nowMs + Math.min(KEPT_MS, untilSettlementMs(nowMs))
}
