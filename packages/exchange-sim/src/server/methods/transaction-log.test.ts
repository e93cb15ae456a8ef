import { describe, expect, it } from 'vitest'
import { EXPIRY_MS, exchangeOver, optionOf, START_MS } from '../../exchange/exchange.fixture.js'
import { callerOf } from './method-call.fixture.js'

const SYMBOL = optionOf().symbol
const OTHER = optionOf({ strikeUsd: 90_000 }).symbol
const SELL = { instrument_name: SYMBOL, amount: 0.1, price: 0.02 }
const DAY_MS = 86_400_000

type LogRow = {
  id: number
  type: string
  change: number
  balance: number
  instrument_name: string | null
  side: string
  user_seq: number
}

function opened() {
  const exchange = exchangeOver({ options: [optionOf(), optionOf({ strikeUsd: 90_000 })], deliveryUsd: 100_000 })
  const caller = callerOf(exchange)
  return {
    exchange,
    ...caller,
    sell: (change: Record<string, unknown> = {}) => caller.call('private/sell', { ...SELL, ...change }),
    pass: (ms: number) => exchange.advanceTo(exchange.nowMs() + ms),
  }
}

describe('the transaction log', () => {
  const ALL = { currency: 'BTC', start_timestamp: 0, end_timestamp: START_MS + 30 * DAY_MS }

  it('tells of deposit, trade, settlements and two-step delivery, newest first', () => {
    const { call, sell, exchange } = opened()
    sell({ amount: 0.5, label: 'mine' })
    exchange.advanceTo(EXPIRY_MS + 1)
    const { logs, continuation } = call('private/get_transaction_log', ALL)
    expect(continuation).toBeNull()
    expect(logs.map(({ type }: LogRow) => type)).toEqual([
      'delivery',
      'delivery',
      ...Array(7).fill('options_settlement_summary'),
      'trade',
      'deposit',
    ])
    expect(logs.at(-1)).toMatchObject({
      id: 1,
      change: 2,
      balance: 2,
      side: '-',
      instrument_name: null,
      position: null,
      price: null,
    })
    expect(logs.at(-2)).toMatchObject({
      instrument_name: SYMBOL,
      side: 'open sell',
      amount: 0.5,
      price: 0.02,
      price_currency: 'BTC',
      position: -0.5,
      change: 0.00985,
      commission: 0.00015,
      trade_id: '1',
      order_id: '1',
      user_role: 'taker',
      mark_price: 0.0202,
      info: 'Source: api',
    })
    const [future, option] = logs.filter(({ type }: LogRow) => type === 'delivery')
    expect(option).toMatchObject({ instrument_name: SYMBOL, settlement_price: 100_000 })
    expect(future).toMatchObject({
      instrument_name: 'BTC-9JAN26',
      price_currency: 'USD',
      position: 0,
      amount: 40_000,
      contracts: 4_000,
    })
    expect(option.change + future.change).toBeCloseTo(-0.5 * 0.2 - 0.5 * 0.00015, 12)
  })

  it('adds up to the balance, row by row', () => {
    const { call, sell, exchange } = opened()
    for (let trade = 0; trade < 5; trade++) {
      sell({ amount: 0.3, instrument_name: trade % 2 ? SYMBOL : OTHER })
      exchange.advanceTo(exchange.nowMs() + DAY_MS / 3 + 10_000)
    }
    exchange.advanceTo(EXPIRY_MS + DAY_MS)
    const rows: LogRow[] = call('private/get_transaction_log', ALL).logs.toReversed()
    let sum = 0
    for (const [place, row] of rows.entries()) {
      sum += row.change
      expect(row.balance).toBeCloseTo(sum, 11)
      expect(row.user_seq).toBe(place + 1)
    }
    expect(call('private/get_account_summary', { currency: 'BTC' }).balance).toBeCloseTo(sum, 11)
  })

  it('comes in pages that join', () => {
    const { call, sell } = opened()
    for (let trade = 0; trade < 9; trade++) sell()
    const whole = call('private/get_transaction_log', ALL).logs
    const pages: LogRow[] = []
    let continuation: number | undefined
    do {
      const page = call('private/get_transaction_log', { ...ALL, count: 4, continuation })
      expect(page.logs.length).toBeLessThanOrEqual(4)
      pages.push(...page.logs)
      continuation = page.continuation ?? undefined
    } while (continuation !== undefined)
    expect(pages).toEqual(whole)
    expect(whole).toHaveLength(10)
  })

  it.each([
    ['deposit', 1],
    ['trade', 2],
    ['sell', 1],
    ['open', 1],
    ['close', 1],
    ['trade buy', 1],
    ['taker option', 2],
    ['future', 0],
    ['2N8prMvpZHr8aYqodX3S4yhz5wMxjY8La3p', 0],
  ])('asked for %j tells of %i rows', (query, count) => {
    const { call, sell } = opened()
    sell()
    call('private/buy', { ...SELL, price: 0.0205 })
    expect(call('private/get_transaction_log', { ...ALL, query }).logs).toHaveLength(count)
  })

  it('keeps its bounds', () => {
    const { call, failure } = opened()
    expect(failure('private/get_transaction_log', { ...ALL, count: 251 }).data).toMatchObject({ param: 'count' })
    expect(failure('private/get_transaction_log', { currency: 'BTC' }).data).toMatchObject({ param: 'start_timestamp' })
    expect(call('private/get_transaction_log', { ...ALL, currency: 'USDC' }).logs).toEqual([])
    expect(call('private/get_transaction_log', { ...ALL, end_timestamp: START_MS - 1 }).logs).toEqual([])
  })
})
