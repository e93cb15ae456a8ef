/** A request as the exchange sees it. */
export type SeenRequest = {
  id: number
  method: string
  params: Record<string, unknown>
  token: string | undefined
}

/** Venue time of fixtures, unless they run a clock of their own. */
export const VENUE_MS = Date.UTC(2026, 0, 5, 12)

export type ReplyOptions = { testnet?: boolean | null; atMs?: number; id?: unknown }

/** The bytes of a good reply. */
export function resultReply({ id }: Pick<SeenRequest, 'id'>, result: unknown, options: ReplyOptions = {}): string {
  return JSON.stringify({ jsonrpc: '2.0', id, result, ...envelopeOf(options) })
}

/** The bytes of an error. */
export function errorReply(
  { id }: Pick<SeenRequest, 'id'>,
  error: { code: unknown; message?: unknown; data?: unknown },
  options: ReplyOptions = {},
): string {
  return JSON.stringify({ jsonrpc: '2.0', id, error: { message: 'error', ...error }, ...envelopeOf(options) })
}

function envelopeOf({ testnet = true, atMs = VENUE_MS, id }: ReplyOptions): object {
  return {
    usIn: atMs * 1_000,
    usOut: atMs * 1_000 + 80,
    usDiff: 80,
    ...(testnet !== null && { testnet }),
    ...(id !== undefined && { id }),
  }
}

/** What a sign-in is granted. */
export function tokenResult(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    access_token: 'access-1',
    refresh_token: 'refresh-1',
    expires_in: 900,
    scope: 'account:read trade:read_write session:test mainaccount',
    token_type: 'bearer',
    enabled_features: [],
    ...overrides,
  }
}

/** An option on the coarse and the fine grid of Deribit's BTC options. */
export const INSTRUMENT = {
  instrument_name: 'BTC-30JAN26-100000-C',
  kind: 'option',
  base_currency: 'BTC',
  quote_currency: 'BTC',
  counter_currency: 'USD',
  settlement_currency: 'BTC',
  instrument_type: 'reversed',
  option_type: 'call',
  strike: 100_000,
  creation_timestamp: 1_760_000_000_000,
  expiration_timestamp: 1_769_760_000_000,
  settlement_period: 'month',
  is_active: true,
  state: 'open',
  contract_size: 1,
  min_trade_amount: 0.1,
  tick_size: 0.0001,
  tick_size_steps: [{ above_price: 0.005, tick_size: 0.0005 }],
  maker_commission: 0.0003,
  taker_commission: 0.0003,
  price_index: 'btc_usd',
}

/** A sell order that a test sends. */
export const SELL = {
  instrument_name: INSTRUMENT.instrument_name,
  type: 'limit' as const,
  amount: 0.3,
  price: 0.012,
  label: 'cc-00000000-00000001-o-1',
  time_in_force: 'good_til_cancelled' as const,
  post_only: true,
  reject_post_only: true,
  reduce_only: false,
  valid_until: VENUE_MS + 3_000,
}

/** What Deribit answers to {@link SELL}. */
export function placedResult(
  sent: Record<string, unknown> = SELL,
  overrides: Record<string, unknown> = {},
): { order: Record<string, unknown>; trades: unknown[] } {
  const { type, valid_until: _, ...order } = sent
  return {
    order: {
      ...order,
      order_id: '146062',
      order_state: 'open',
      order_type: type,
      direction: 'sell',
      filled_amount: 0,
      average_price: 0,
      creation_timestamp: VENUE_MS,
      last_update_timestamp: VENUE_MS,
      ...overrides,
    },
    trades: [],
  }
}
