import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EXPIRY_MS, exchangeOver, optionOf, START_MS } from '../../exchange/exchange.fixture.js'
import { createExchange } from '../../exchange/exchange.js'
import { createSyntheticMarket } from '../../synthetic/synthetic-market.js'
import { callerOf } from './method-call.fixture.js'

const SYMBOL = optionOf().symbol
const SELL = { instrument_name: SYMBOL, amount: 0.5, price: 0.02 }

const opened = () => {
  const exchange = exchangeOver({ options: [optionOf(), optionOf({ currency: 'ETH', strikeUsd: 3_000 })] })
  return { exchange, ...callerOf(exchange) }
}

describe('an account summary', () => {
  it('shows the money of a covered call', () => {
    const { call } = opened()
    call('private/sell', SELL)
    call('private/sell', { ...SELL, price: 0.025 })
    expect(call('private/get_account_summary', { currency: 'BTC' })).toMatchObject({
      currency: 'BTC',
      balance: 2.00985,
      equity: 1.99975,
      options_value: -0.0101,
      margin_balance: 2.00985,
      initial_margin: 0.1702,
      maintenance_margin: 0.0476,
      available_funds: 1.83965,
      available_withdrawal_funds: 1.83965,
      session_rpl: 0,
      session_upl: -0.0001,
      total_pl: -0.0001,
      delta_total: -0.1899,
      delta_total_map: { btc_usd: -0.1899 },
      options_delta: -0.2,
      margin_model: 'segregated_sm',
      portfolio_margining_enabled: false,
      cross_collateral_enabled: false,
      limits: {
        limits_per_currency: false,
        non_matching_engine: { rate: 20, burst: 100 },
        matching_engine: { trading: { total: { rate: 5, burst: 20 } } },
      },
    })
  })

  it('says whose it is only when asked for more', () => {
    const { call } = opened()
    expect(call('private/get_account_summary', { currency: 'BTC' })).not.toHaveProperty('email')
    expect(call('private/get_account_summary', { currency: 'BTC', extended: true })).toMatchObject({
      id: 7,
      type: 'main',
      username: 'simulated',
      email: 'simulated@localhost',
      creation_timestamp: START_MS,
      fees: { btc_usd: { option: { default: { type: 'relative', maker: 1, taker: 1 } } } },
    })
  })

  it('comes for all currencies at once, owner and money apart', () => {
    const { call } = opened()
    const { summaries, ...owner } = call('private/get_account_summaries', { extended: true })
    expect(owner).toMatchObject({ id: 7, system_name: 'simulated' })
    expect(summaries).toMatchObject([
      { currency: 'BTC', balance: 2, equity: 2, available_funds: 2, maintenance_margin: 0 },
      { currency: 'ETH', balance: 20 },
    ])
    expect(Object.keys(call('private/get_account_summaries', {}))).toEqual(['summaries'])
  })

  it('is empty in a currency that the exchange has not, and refused in one that nobody has', () => {
    const { call, failure } = opened()
    expect(call('private/get_account_summary', { currency: 'USDC' })).toMatchObject({
      currency: 'USDC',
      balance: 0,
      equity: 0,
    })
    expect(failure('private/get_account_summary', { currency: 'DOGE' }).data).toEqual({
      reason: 'invalid currency',
      param: 'currency',
    })
    expect(failure('private/get_account_summary', {}).data).toEqual({ reason: 'value is required', param: 'currency' })
    expect(failure('private/get_account_summary', { currency: 'BTC', extended: 'maybe' }).data).toMatchObject({
      param: 'extended',
    })
  })

  it('is listed as the only account', () => {
    const { call } = opened()
    expect(call('private/get_subaccounts', {})).toMatchObject([{ id: 7, type: 'main', margin_model: 'segregated_sm' }])
    expect(call('private/get_subaccounts', {})[0]).not.toHaveProperty('portfolio')
    expect(call('private/get_subaccounts', { with_portfolio: true })[0].portfolio).toMatchObject({
      btc: { balance: 2 },
      eth: { equity: 20 },
    })
    expect(call('private/get_currencies')).toEqual([{ currency: 'BTC' }, { currency: 'ETH' }])
  })
})

describe('positions', () => {
  it('are signed, with greeks of the whole', () => {
    const { call } = opened()
    call('private/sell', SELL)
    expect(call('private/get_positions', { currency: 'BTC' })).toEqual([
      {
        instrument_name: SYMBOL,
        kind: 'option',
        direction: 'sell',
        size: -0.5,
        average_price: 0.02,
        average_price_usd: 1_600,
        mark_price: 0.0202,
        index_price: 80_000,
        settlement_price: 0,
        delta: -0.2,
        gamma: 0,
        vega: 0,
        theta: 0,
        initial_margin: 0.0851,
        maintenance_margin: 0.0476,
        open_orders_margin: 0,
        floating_profit_loss: -0.0001,
        floating_profit_loss_usd: -8,
        realized_profit_loss: 0,
        total_profit_loss: -0.0001,
      },
    ])
    expect(call('private/get_position', { instrument_name: SYMBOL })).toEqual(call('private/get_positions', {})[0])
  })

  it.each<[Record<string, unknown>, number]>([
    [{}, 2],
    [{ currency: 'any' }, 2],
    [{ currency: 'ETH' }, 1],
    [{ currency: 'USDC' }, 0],
    [{ kind: 'option' }, 2],
    [{ kind: 'future' }, 0],
  ])('asked for with %j are %i', (params, count) => {
    const { call } = opened()
    call('private/sell', SELL)
    call('private/sell', { ...SELL, instrument_name: 'ETH-9JAN26-3000-C', amount: 1 })
    expect(call('private/get_positions', params)).toHaveLength(count)
  })

  it('are zeros where there is none', () => {
    const { call } = opened()
    call('private/sell', { ...SELL, price: 0.025 })
    expect(call('private/get_positions', {})).toEqual([])
    expect(call('private/get_position', { instrument_name: SYMBOL })).toMatchObject({
      direction: 'zero',
      size: 0,
      average_price: 0,
      mark_price: 0.0202,
      open_orders_margin: 0.0851,
    })
    expect(call('private/get_position', { instrument_name: 'BTC-PERPETUAL' })).toMatchObject({
      kind: 'future',
      direction: 'zero',
      mark_price: 80_000,
    })
  })
})

describe('the margin of an order to come', () => {
  it('is told for both sides, with fees and band', () => {
    expect(opened().call('private/get_margins', { instrument_name: SYMBOL, amount: 0.5, price: 0.02 })).toEqual({
      buy: expect.any(Number),
      sell: 0.0851,
      min_price: 0.0001,
      max_price: 0.5,
      buy_maker_fee: 0.00015,
      buy_taker_fee: 0.00015,
      sell_maker_fee: 0.00015,
      sell_taker_fee: 0.00015,
    })
    const cheap = opened().call('private/get_margins', { instrument_name: SYMBOL, amount: 1, price: 0.0001 })
    expect(cheap.sell_taker_fee).toBe(0.0000125)
  })

  it('is what available funds lose to the order', () => {
    const { call } = opened()
    const { sell } = call('private/get_margins', { instrument_name: SYMBOL, amount: 0.5, price: 0.025 })
    const before = call('private/get_account_summary', { currency: 'BTC' }).available_funds
    const { order } = call('private/sell', { ...SELL, price: 0.025 })
    const after = call('private/get_account_summary', { currency: 'BTC' }).available_funds
    expect(before - after).toBeCloseTo(sell, 11)
    expect(call('private/get_order_margin_by_ids', { ids: [order.order_id] })[0].initial_margin).toBeCloseTo(sell, 11)
  })

  it('is refused for what cannot be ordered', () => {
    const { exchange, failure } = opened()
    const ask = { instrument_name: SYMBOL, amount: 1, price: 0.02 }
    expect(failure('private/get_margins', { ...ask, instrument_name: 'BTC-PERPETUAL' })).toMatchObject({ code: 10020 })
    expect(failure('private/get_margins', { ...ask, amount: -1 })).toMatchObject({ code: 10021 })
    expect(failure('private/get_margins', { ...ask, price: 0 })).toMatchObject({ code: 10023 })
    exchange.advanceTo(EXPIRY_MS + 60_000)
    expect(failure('private/get_margins', ask)).toMatchObject({ code: 13019 })
  })
})

describe('whatever is traded', () => {
  const market = createSyntheticMarket({ seed: 2, startMs: START_MS })
  const action = fc.record({
    what: fc.constantFrom('sell', 'sell', 'buy', 'cancel', 'wait', 'wait'),
    option: fc.nat(1_000),
    tenths: fc.integer({ min: 1, max: 8 }),
    isPassive: fc.boolean(),
    hours: fc.integer({ min: 1, max: 16 }),
  })

  it('the figures of the wire agree with each other', { timeout: 30_000 }, () => {
    fc.assert(
      fc.property(fc.array(action, { minLength: 5, maxLength: 25 }), (actions) => {
        const exchange = createExchange({ market, currencies: ['BTC', 'ETH'], depositsCoin: { BTC: 2, ETH: 20 } })
        const { call } = callerOf(exchange)
        for (const { what, option, tenths, isPassive, hours } of actions) {
          if (what === 'wait') exchange.advanceTo(exchange.nowMs() + hours * 3_600_000 + 10_000)
          else if (what === 'cancel') call('private/cancel_all', {})
          else attempt(exchange, { what, option, amount: tenths / 10, isPassive })
        }
        for (const currency of ['BTC', 'ETH']) checkAccount(call, currency)
        expect(call('private/get_open_orders', {})).toHaveLength(exchange.openOrders().length)
      }),
      { numRuns: 20 },
    )
  })

  type Call = ReturnType<typeof callerOf>['call']

  /** An order at or beyond the quote of one of the nearer options; whatever the exchange says to it is fine. */
  function attempt(
    exchange: Parameters<typeof callerOf>[0],
    order: { what: string; option: number; amount: number; isPassive: boolean },
  ): void {
    const quoted = exchange.chain('BTC').filter((quote) => quote.bidPriceCoin !== null && quote.markPriceCoin < 0.05)
    const quote = quoted[order.option % quoted.length]
    if (quote === undefined) return
    const atOnce = (order.what === 'sell') !== order.isPassive
    const price = atOnce ? quote.bidPriceCoin : quote.askPriceCoin
    try {
      callerOf(exchange).call(`private/${order.what}`, { instrument_name: quote.symbol, amount: order.amount, price })
    } catch (error) {
      expect(error).toMatchObject({ code: expect.any(Number) })
    }
  }

  function checkAccount(call: Call, currency: string): void {
    const summary = call('private/get_account_summary', { currency })
    const positions = call('private/get_positions', { currency })
    const { logs } = call('private/get_transaction_log', {
      currency,
      start_timestamp: 0,
      end_timestamp: 9e12,
      count: 250,
    })
    const sum = (rows: Record<string, number>[], field: string) =>
      rows.reduce((total, row) => total + (row[field] ?? 0), 0)

    expect(summary.equity).toBeCloseTo(summary.balance + summary.options_value, 10)
    expect(summary.margin_balance).toBeCloseTo(summary.equity - summary.options_value, 10)
    expect(summary.available_funds).toBeCloseTo(summary.margin_balance - summary.initial_margin, 10)
    expect(summary.total_pl).toBeCloseTo(summary.options_pl + summary.futures_pl, 10)
    expect(summary.session_upl).toBeCloseTo(summary.options_session_upl, 10)
    expect(summary.balance).toBeCloseTo(sum(logs, 'change'), 9)
    expect(summary.options_value).toBeCloseTo(
      positions.reduce(
        (total: number, { size, mark_price }: { size: number; mark_price: number }) => total + size * mark_price,
        0,
      ),
      7,
    )
    expect(summary.options_delta).toBeCloseTo(sum(positions, 'delta'), 3)
    expect(summary.initial_margin).toBeCloseTo(
      sum(positions, 'initial_margin') + ordersMargin(call, currency, positions),
      8,
    )
    expect(summary.maintenance_margin).toBeCloseTo(sum(positions, 'maintenance_margin'), 8)
    expect(summary.session_upl).toBeCloseTo(sum(positions, 'floating_profit_loss'), 8)
    const trades = [false, true].flatMap(
      (historical) => call('private/get_user_trades_by_currency', { currency, historical, count: 1_000 }).trades,
    )
    for (const { instrument_name, size } of positions) {
      const own = trades.filter((trade) => trade.instrument_name === instrument_name)
      const signed = own.map(({ direction, amount }) => (direction === 'buy' ? amount : -amount))
      expect(size).toBeCloseTo(
        signed.reduce((total, amount) => total + amount, 0),
        9,
      )
    }
    for (const value of Object.values({ ...summary, ...positions })) expect(value).not.toBeNaN()
  }

  /** Of options with resting orders, each counted once. */
  function ordersMargin(
    call: Call,
    currency: string,
    positions: { instrument_name: string; open_orders_margin: number }[],
  ): number {
    const names = new Set<string>(
      call('private/get_open_orders_by_currency', { currency }).map(
        (order: { instrument_name: string }) => order.instrument_name,
      ),
    )
    const held = positions.filter(({ instrument_name }) => names.delete(instrument_name))
    const flat = [...names].map((instrument_name) => call('private/get_position', { instrument_name }))
    return [...held, ...flat].reduce((total, { open_orders_margin }) => total + open_orders_margin, 0)
  }
})
