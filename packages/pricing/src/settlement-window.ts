import { requireFinite } from './validation.js'

/** How long before an expiry its delivery price is averaged. */
const SETTLEMENT_WINDOW_MS = 30 * 60_000

/**
 * Share of an expiry's delivery average that is still open: 1 up to 30 minutes before it, then falling to 0 at it.
 *
 * What has been averaged no longer moves, so Deribit counts delta and mark of an expiring option by this share, and with
 * them the net transaction delta: a delta of 1 at a mark of 0.3 is 0.5 and net 0.35 halfway through the window.
 *
 * Source: Deribit, support.deribit.com, article 25944751433757.
 *
 * @param untilExpiryMs milliseconds to the expiry; negative after it
 * @throws RangeError when it is not finite
 */
export function openSettlementShare(untilExpiryMs: number): number {
  requireFinite('openSettlementShare', 'untilExpiryMs', untilExpiryMs)
  return Math.min(1, Math.max(0, untilExpiryMs / SETTLEMENT_WINDOW_MS))
}
