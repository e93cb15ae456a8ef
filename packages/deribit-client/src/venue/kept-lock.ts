import { CURRENCIES, type Currency } from '@cc/models'
import { isLocked } from '../wire/platform.js'
import type { WirePlatformState } from '../wire/state-notifications.js'
import type { VenueClient } from './venue-client.js'

/** In which currencies trading is locked, and whether the exchange calls itself a testnet. */
type Locks = { readonly locked: readonly Currency[]; readonly testnet: boolean }

/** What was asked of the locks, kept right by what is told of them. */
export type KeptLocks = {
  read(): Promise<Locks>
  /** Venue time at which it was asked; `undefined` where it will be asked anew. */
  askedMs(): number | undefined
  hear(notification: WirePlatformState): void
  /** Changes may have been missed. */
  forget(): void
}

/**
 * Keeps the answer to `public/status` for as long as every change is heard of, which `isLive` says. A lock that is told
 * counts at once. What would end one only makes it ask again: of what is locked the exchange has several words, and it is
 * to say itself that nothing is.
 */
export function createKeptLocks({ public: api }: Pick<VenueClient, 'public'>, isLive: () => boolean): KeptLocks {
  let kept: (Locks & { askedMs: number }) | undefined
  /** Counts what was told, so that an answer that may be older is not kept. */
  let changes = 0
  /** The change by which each lock was told last. */
  const toldAt = new Map<Currency, number>()

  function forget(): void {
    changes += 1
    kept = undefined
  }

  return {
    async read() {
      if (kept !== undefined && isLive()) return kept
      const [before, wasLive] = [changes, isLive()]
      const { result, testnet, answeredMs } = await api.status()
      const isTold = (currency: Currency) => (toldAt.get(currency) ?? 0) > before
      const locked = CURRENCIES.filter((currency) => isLocked(result, currency) || isTold(currency))
      const read = { locked, testnet }
      if (wasLive && isLive() && changes === before) kept = { ...read, askedMs: Math.floor(answeredMs) }
      return read
    },
    askedMs: () => (isLive() ? kept?.askedMs : undefined),
    hear({ price_index, locked, maintenance }) {
      if (maintenance != null) return forget()
      const currency = CURRENCIES.find((each) => price_index?.split('_')[0]?.toUpperCase() === each)
      if (currency === undefined) return
      const isTold = locked !== false && locked !== 'false'
      if (isTold) {
        changes += 1
        toldAt.set(currency, changes)
      }
      if (kept === undefined || kept.locked.includes(currency) === isTold) return
      if (isTold)
        kept = { ...kept, locked: CURRENCIES.filter((each) => each === currency || kept?.locked.includes(each)) }
      else forget()
    },
    forget,
  }
}
