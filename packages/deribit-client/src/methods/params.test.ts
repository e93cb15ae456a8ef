import { expect, it } from 'vitest'
import { getTransactionLog } from './account.js'
import { cancelAllByKindOrType } from './cancels.js'
import { getDeliveryPrices, getTradingviewChartData } from './history.js'
import { problems } from './params.fixture.js'
import { auth } from './platform.js'
import { getOrderBook } from './prices.js'
import { getUserTradesByCurrencyAndTime } from './user-trades.js'

const span = { start_timestamp: 1_772_000_000_000, end_timestamp: 1_772_000_000_000 }

it.each([
  { count: 1000, expected: [] },
  { count: 0, expected: ['count: expected a whole number from 1 to 1000'] },
  { count: 1001, expected: ['count: expected a whole number from 1 to 1000'] },
  { count: 1.5, expected: ['count: expected a whole number from 1 to 1000'] },
  { count: '10', expected: ['count: expected a whole number from 1 to 1000'] },
])('asks for at most 1,000 things at once: $count', ({ count, expected }) => {
  expect(problems(getDeliveryPrices, { index_name: 'btc_usd', count })).toEqual(expected)
  expect(problems(getUserTradesByCurrencyAndTime, { currency: 'BTC', ...span, count })).toEqual(expected)
})

it('asks for at most 250 rows of the transaction log', () => {
  expect(problems(getTransactionLog, { currency: 'BTC', ...span, count: 250 })).toEqual([])
  expect(problems(getTransactionLog, { currency: 'BTC', ...span, count: 251 })).toEqual([
    'count: expected a whole number from 1 to 250',
  ])
})

it('refuses a span that ends before it starts: its empty answer would look like an answer', () => {
  const reversed = { ...span, end_timestamp: span.start_timestamp - 1 }
  const expected = ['end_timestamp: expected a time at or after start_timestamp']
  expect(problems(getUserTradesByCurrencyAndTime, { currency: 'BTC', ...reversed })).toEqual(expected)
  expect(problems(getTransactionLog, { currency: 'BTC', ...reversed })).toEqual(expected)
  expect(problems(getTradingviewChartData, { instrument_name: 'x', resolution: '60', ...reversed })).toEqual(expected)
})

it.each([
  { params: { currency: 'BTC', ...span, start_timestamp: -1 }, field: 'start_timestamp' },
  { params: { currency: 'BTC', ...span, end_timestamp: 1.5e12 + 0.5 }, field: 'end_timestamp' },
  { params: { currency: 'BTC', start_timestamp: 1 }, field: 'end_timestamp' },
])('refuses a time that is none: $field', ({ params, field }) => {
  expect(problems(getUserTradesByCurrencyAndTime, params)).toContain(`${field}: expected UTC epoch milliseconds`)
})

it('names what it takes', () => {
  expect(problems(getOrderBook, { instrument_name: 'x', depth: 7 })).toEqual([
    'depth: expected 1, 5, 10, 20, 50, 100, 1000 or 10000',
  ])
  expect(problems(getDeliveryPrices, { index_name: 'BTC' })).toEqual([
    'index_name: expected the name of an index, such as btc_usd',
  ])
  expect(problems(getOrderBook, { instrument_name: '' })).toEqual([
    'instrument_name: expected the name of an instrument',
  ])
})

it('cancels in one currency, several or any', () => {
  for (const currency of ['BTC', 'any', ['BTC', 'ETH']])
    expect(problems(cancelAllByKindOrType, { currency })).toEqual([])
  for (const currency of [[], 'btc', ['any'], undefined]) {
    expect(problems(cancelAllByKindOrType, { currency })).not.toEqual([])
  }
})

it('signs in by three grants, each with what it needs', () => {
  const signature = { grant_type: 'client_signature', client_id: 'a', timestamp: 1_772_000_000_000, signature: 'ff' }
  expect(problems(auth, { grant_type: 'client_credentials', client_id: 'a', client_secret: 'b' })).toEqual([])
  expect(problems(auth, { ...signature, nonce: 'n', data: '', scope: 'trade:read_write' })).toEqual([])
  expect(problems(auth, { grant_type: 'refresh_token', refresh_token: 'c' })).toEqual([])
  expect(problems(auth, { grant_type: 'client_credentials', client_id: 'a' })).toHaveLength(1)
  expect(problems(auth, { ...signature, client_secret: 'b' })).toHaveLength(1)
  expect(problems(auth, { grant_type: 'password', username: 'a', password: 'b' })).toHaveLength(1)
})
