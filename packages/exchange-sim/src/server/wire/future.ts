import { type BookState, type Currency, formatSymbol } from '@cc/models'
import { settlementPeriodOf } from '../../contract-terms.js'
import { listedFromMs } from '../../synthetic/option-listing.js'
import { indexNameOf, instrumentId, isActive } from './instrument.js'

/** An inverse future. It is listed as public data: nothing of it can be traded here. */
export type Future = {
  readonly name: string
  readonly currency: Currency
  /** `null`: the perpetual. */
  readonly expiryMs: number | null
  readonly state: BookState
}

/** Writes the name of the future of an expiry: `BTC-27MAR26`. */
export function futureName(currency: Currency, expiryMs: number): string {
  return `${currency}-${expiryLabel(expiryMs)}`
}

/** Writes an expiry as names do: `27MAR26`. */
export function expiryLabel(expiryMs: number): string {
  const [, label = ''] = formatSymbol({ currency: 'BTC', expiryMs, strikeUsd: 1, kind: 'call' }).split('-')
  return label
}

/** Step of a future's prices, and the size of one contract, in USD. */
export function futureTermsOf({ currency, expiryMs }: Pick<Future, 'currency' | 'expiryMs'>): {
  tickUsd: number
  contractUsd: number
} {
  const { contractUsd, perpetualTickUsd, datedTickUsd } = TERMS[currency]
  return { contractUsd, tickUsd: expiryMs === null ? perpetualTickUsd : datedTickUsd }
}

/** A future as `get_instruments` lists it. A dated one counts as created when its expiry is listed first. */
export function wireFuture(future: Future) {
  const { name, currency, expiryMs, state } = future
  const { tickUsd, contractUsd } = futureTermsOf(future)
  return {
    state,
    price_index: indexNameOf(currency),
    kind: 'future',
    instrument_name: name,
    max_leverage: 50,
    maker_commission: 0.00015,
    taker_commission: 0.00035,
    instrument_type: 'reversed',
    future_type: 'reversed',
    underlying_type: 'crypto',
    expiration_timestamp: expiryMs ?? NEVER_MS,
    instrument_id: instrumentId(currency, expiryMs ?? 0, 0),
    product_group: currency,
    creation_timestamp: expiryMs === null ? TERMS[currency].perpetualSinceMs : listedFromMs(expiryMs),
    is_active: isActive(state),
    contract_size: contractUsd,
    tick_size: tickUsd,
    min_trade_amount: contractUsd,
    max_liquidation_commission: 0.0075,
    block_trade_commission: 0.00025,
    block_trade_min_trade_amount: 200_000,
    block_trade_tick_size: 0.01,
    settlement_currency: currency,
    settlement_period: expiryMs === null ? 'perpetual' : settlementPeriodOf(expiryMs),
    base_currency: currency,
    counter_currency: 'USD',
    quote_currency: 'USD',
    tick_size_steps: [],
    lot_size: 1,
  }
}

type Terms = { contractUsd: number; perpetualTickUsd: number; datedTickUsd: number; perpetualSinceMs: number }

/** What Deribit lists as the expiry of what never expires. */
const NEVER_MS = 32_503_708_800_000
/** As Deribit listed them in 2025 and 2026. */
const TERMS: Readonly<Record<Currency, Terms>> = {
  BTC: { contractUsd: 10, perpetualTickUsd: 0.5, datedTickUsd: 2.5, perpetualSinceMs: 1_534_167_754_000 },
  ETH: { contractUsd: 1, perpetualTickUsd: 0.05, datedTickUsd: 0.25, perpetualSinceMs: 1_552_568_454_000 },
}
