import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The bytes of a book summary of about 1,000 options, as the exchange would send them, but for the id of the reply. */
export type ChainReply = { currency: 'BTC' | 'ETH'; afterId: Buffer; instruments: readonly object[] }

type RecordedRow = Record<string, number | string | null>

const CHAINS = fileURLToPath(new URL('../../../shared/fixtures/chains', import.meta.url))
const FILES = { BTC: 'BTC_20260226T094105Z.json', ETH: 'ETH_20260226T094105Z.json' } as const
const AT_MS = Date.UTC(2026, 1, 26, 9, 41, 5)

/** Both chains of one recorded moment in wire rows; `undefined` where there are no recordings. */
export function chainReplies(): readonly ChainReply[] | undefined {
  if (!existsSync(CHAINS)) return undefined
  return (['BTC', 'ETH'] as const).map((currency) => {
    const { rows } = JSON.parse(readFileSync(`${CHAINS}/${FILES[currency]}`, 'utf8')) as { rows: RecordedRow[] }
    const result = rows.map((row) => wireRow(row, currency))
    const usIn = AT_MS * 1_000
    return {
      currency,
      instruments: rows.map((row) => instrumentOf(row, currency)),
      afterId: Buffer.from(
        JSON.stringify({ result, usIn, usOut: usIn + 400, usDiff: 400, testnet: true }).replace(/^\{/, ''),
      ),
    }
  })
}

function wireRow(row: RecordedRow, currency: string): Record<string, unknown> {
  return {
    volume: row.volume,
    interest_rate: 0,
    high: null,
    low: null,
    last: row.mark_price,
    ask_price: row.ask_price,
    bid_price: row.bid_price,
    mid_price: row.mid_price,
    mark_price: row.mark_price,
    price_change: null,
    mark_iv: Number((100 * Number(row.implied_volatility)).toFixed(2)),
    open_interest: row.open_interest,
    instrument_name: row.instrument_name,
    underlying_price: row.underlying,
    underlying_index: row.underlying_name,
    base_currency: currency,
    quote_currency: currency,
    estimated_delivery_price: row.index_price,
    creation_timestamp: AT_MS,
    volume_usd: row.volume_usd,
  }
}

function instrumentOf(row: RecordedRow, currency: string): Record<string, unknown> {
  return {
    kind: 'option',
    instrument_name: row.instrument_name,
    base_currency: currency,
    quote_currency: currency,
    counter_currency: 'USD',
    settlement_currency: currency,
    settlement_period: 'month',
    instrument_type: 'reversed',
    expiration_timestamp: Date.parse(String(row.expiry_datetime)),
    creation_timestamp: AT_MS,
    strike: row.strike,
    option_type: row.option_type,
    is_active: true,
    contract_size: 1,
    tick_size: 0.0001,
    min_trade_amount: currency === 'BTC' ? 0.1 : 1,
    maker_commission: 0.0003,
    taker_commission: 0.0003,
  }
}
