import { type BookState, bookStateSchema, type Currency, type OptionInstrument, parseSymbol } from '@cc/models'
import type { WireInstrument } from '../wire/instrument.js'
import { unfitReply } from './unfit-reply.js'
import type { VenueClient } from './venue-client.js'

/** What is listed in some currencies, with one request: more than one has them all. @throws CcError as below */
export async function readListing(
  { public: api }: VenueClient,
  [currency, ...others]: readonly Currency[],
): Promise<readonly OptionInstrument[]> {
  const isAny = others.length > 0 || currency === undefined
  const { result } = await api.getInstruments({ currency: isAny ? 'any' : currency, kind: 'option' })
  return optionInstrumentsOf(result)
}

/**
 * The inverse BTC and ETH options among what is listed. What is listed twice counts once.
 *
 * @throws CcError `deribit/unfit-reply` for a row whose name and terms contradict each other
 */
export function optionInstrumentsOf(rows: readonly WireInstrument[]): readonly OptionInstrument[] {
  const options = new Map<string, OptionInstrument>()
  for (const row of rows) {
    const option = optionInstrumentOf(row)
    if (option !== undefined && !options.has(option.symbol)) options.set(option.symbol, option)
  }
  return [...options.values()]
}

/** One of them; `undefined` for what is no inverse BTC or ETH option. @throws CcError as above */
export function optionInstrumentOf(row: WireInstrument): OptionInstrument | undefined {
  const parts = row.kind === 'option' ? parseSymbol(row.instrument_name) : undefined
  if (parts === undefined) return undefined
  const { currency, kind, strikeUsd, expiryMs } = parts
  const contradicts = (field: 'option_type' | 'strike' | 'expiration_timestamp' | 'base_currency') =>
    unfitReply('public/get_instruments', `${row.instrument_name} has ${field} ${row[field]}`, { field })
  if (row.option_type !== kind) throw contradicts('option_type')
  if (row.strike !== strikeUsd) throw contradicts('strike')
  if (row.expiration_timestamp !== expiryMs) throw contradicts('expiration_timestamp')
  if (row.base_currency !== currency) throw contradicts('base_currency')
  return {
    symbol: row.instrument_name,
    currency,
    kind,
    strikeUsd,
    expiryMs,
    tickSizeCoin: row.tick_size,
    tickSteps: (row.tick_size_steps ?? [])
      .map((step) => ({ abovePriceCoin: step.above_price, tickSizeCoin: step.tick_size }))
      .sort((a, b) => a.abovePriceCoin - b.abovePriceCoin),
    minSizeCoin: row.min_trade_amount,
    sizeStepCoin: row.min_trade_amount,
    makerFeeRate: row.maker_commission,
    takerFeeRate: row.taker_commission,
    settlementPeriod: settlementPeriodOf(row.settlement_period),
    state: stateOf(row),
  }
}

/** Only dailies deliver without a fee: what is not known to be one pays. */
function settlementPeriodOf(period: string | null | undefined): OptionInstrument['settlementPeriod'] {
  return period === 'day' || period === 'week' ? period : 'month'
}

/** A state that is not known, or that `is_active` contradicts, does not trade. */
function stateOf({ state, is_active }: WireInstrument): BookState {
  const known = bookStateSchema.safeParse(state ?? (is_active ? 'open' : 'inactive'))
  if (!known.success) return 'inactive'
  return known.data === 'open' && !is_active ? 'inactive' : known.data
}
