import type { BookState, Currency, OptionInstrument } from '@cc/models'
import { DAY_MS } from '../../contract-terms.js'
import { listedFromMs } from '../../synthetic/option-listing.js'

/** Name of the index that everything of a currency is priced and settled on: `btc_usd`. */
export function indexNameOf(currency: Currency): string {
  return `${currency.toLowerCase()}_usd`
}

/**
 * An option as `get_instruments` lists it: https://docs.deribit.com/api-reference/market-data/public-get_instruments
 * It counts as created when its expiry is listed first.
 */
export function wireOption(option: OptionInstrument) {
  const { currency, expiryMs, strikeUsd, kind } = option
  return {
    state: option.state,
    price_index: indexNameOf(currency),
    kind: 'option',
    instrument_name: option.symbol,
    maker_commission: option.makerFeeRate,
    taker_commission: option.takerFeeRate,
    instrument_type: 'reversed',
    underlying_type: 'crypto',
    expiration_timestamp: expiryMs,
    instrument_id: instrumentId(currency, expiryMs, strikeUsd * 2 + (kind === 'call' ? 0 : 1)),
    product_group: currency,
    creation_timestamp: listedFromMs(expiryMs),
    is_active: isActive(option.state),
    contract_size: 1,
    tick_size: option.tickSizeCoin,
    strike: strikeUsd,
    counter_currency: 'USD',
    option_type: kind,
    min_trade_amount: option.minSizeCoin,
    block_trade_commission: option.takerFeeRate,
    block_trade_min_trade_amount: BLOCK_SIZE_COIN[currency],
    block_trade_tick_size: option.tickSizeCoin,
    settlement_currency: currency,
    settlement_period: option.settlementPeriod,
    base_currency: currency,
    quote_currency: currency,
    tick_size_steps: option.tickSteps.map(({ tickSizeCoin, abovePriceCoin }) => ({
      tick_size: tickSizeCoin,
      above_price: abovePriceCoin,
    })),
    lot_size: 1,
  }
}

/** A number that no two books share. `rest` tells books of one expiry apart. */
export function instrumentId(currency: Currency, expiryMs: number, rest: number): number {
  const day = Math.floor(expiryMs / DAY_MS)
  return 2 * (day * BOOKS_PER_EXPIRY + rest + 1) + (currency === 'BTC' ? 0 : 1)
}

/** Whether a book is still to be traded in. */
export function isActive(state: BookState): boolean {
  return state !== 'delivered' && state !== 'archivized' && state !== 'inactive'
}

const BOOKS_PER_EXPIRY = 100_000_000
const BLOCK_SIZE_COIN: Readonly<Record<Currency, number>> = { BTC: 25, ETH: 250 }
