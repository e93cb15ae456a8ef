import { describe, expect, it } from 'vitest'
import { EXPIRY_MS, exchangeOver, optionOf } from '../../exchange/exchange.fixture.js'
import { findListed } from './listing.js'
import { callerOf } from './method-call.fixture.js'

const MONTHLY = optionOf({ expiryMs: Date.UTC(2026, 0, 30, 8), kind: 'put', settlementPeriod: 'month' })
const exchange = exchangeOver({ options: [optionOf(), MONTHLY, optionOf({ currency: 'ETH', strikeUsd: 3_000 })] })
const { call, failure } = callerOf(exchange)

describe('what is listed', () => {
  it('is the options, a future of each of their expiries, and the perpetual', () => {
    const names = call('public/get_instruments', { currency: 'BTC' }).map(
      (each: { instrument_name: string }) => each.instrument_name,
    )
    expect(names).toEqual(['BTC-PERPETUAL', 'BTC-9JAN26', 'BTC-30JAN26', optionOf().symbol, MONTHLY.symbol])
  })

  it.each<[Record<string, unknown>, number, string]>([
    [{}, 8, 'absent means any'],
    [{ currency: 'any' }, 8, 'all'],
    [{ currency: 'ETH', kind: 'option' }, 1, 'one currency and kind'],
    [{ kind: 'future' }, 5, 'futures'],
    [{ currency: 'USDC' }, 0, 'what Deribit has and this exchange has not'],
    [{ kind: 'option_combo' }, 0, 'combos'],
    [{ expired: true }, 0, 'nothing has expired'],
  ])('%j lists %i: %s', (params, count) => {
    expect(call('public/get_instruments', params)).toHaveLength(count)
  })

  it('gives no two books one number', () => {
    const ids = call('public/get_instruments', {}).map((each: { instrument_id: number }) => each.instrument_id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.every(Number.isSafeInteger)).toBe(true)
  })

  it('moves to the expired ones with its expiry', () => {
    const later = exchangeOver({ options: [optionOf(), MONTHLY] })
    later.advanceTo(EXPIRY_MS + 60_000)
    const expired = callerOf(later).call('public/get_instruments', { expired: true })
    expect(expired).toMatchObject([
      { instrument_name: 'BTC-9JAN26', kind: 'future', state: 'delivered', is_active: false },
      { instrument_name: optionOf().symbol, kind: 'option', state: 'delivered', is_active: false },
    ])
    expect(findListed(later, 'BTC-9JAN26')).toMatchObject({ kind: 'future', future: { state: 'delivered' } })
  })
})

it.each([
  ['public/ticker', 'BTC-9JAN26-81000-C', -32602, { reason: 'instrument not found', param: 'instrument_name' }],
  ['public/get_order_book', 'XRP_USDC-PERPETUAL', -32602, { reason: 'instrument not found', param: 'instrument_name' }],
  ['public/get_instrument', 'BTC-9JAN26-81000-C', 13020, undefined],
  ['public/ticker', 'btc-perpetual', -32602, { reason: 'wrong format', param: 'instrument_name' }],
  ['public/get_instrument', 'nonsense', -32602, { reason: 'wrong format', param: 'instrument_name' }],
  ['private/get_position', 'BTC_USDC', 13020, undefined],
  ['private/buy', 'BTC-PERPETUAL', 10020, { reason: 'BTC-PERPETUAL is not traded here' }],
  ['private/sell', 'BTC_USDC', 10020, { reason: 'BTC_USDC is not traded here' }],
  ['private/buy', 'BTC-CS-9JAN26-80000_82000', 10020, { reason: 'BTC-CS-9JAN26-80000_82000 is not traded here' }],
  ['private/buy', 'BTC', -32602, { reason: 'wrong format', param: 'instrument_name' }],
])('%s of %s fails with %i', (method, name, code, data) => {
  expect(failure(method, { instrument_name: name })).toMatchObject({ code, data })
})

describe('expirations', () => {
  it.each([
    [{ currency: 'BTC', kind: 'option' }, { btc: { option: ['9JAN26', '30JAN26'] } }],
    [
      { currency: 'any', kind: 'any' },
      { future: ['9JAN26', '30JAN26', 'PERPETUAL'], option: ['9JAN26', '30JAN26'] },
    ],
    [
      { currency: 'grouped', kind: 'option' },
      { btc: { option: ['9JAN26', '30JAN26'] }, eth: { option: ['9JAN26'] } },
    ],
    [{ currency: 'USDC', kind: 'future' }, { usdc: { future: [] } }],
    [{ currency: 'any', kind: 'option', currency_pair: 'eth_usd' }, { option: ['9JAN26'] }],
  ])('of %j', (params, expected) => {
    expect(call('public/get_expirations', params)).toEqual(expected)
  })

  it('must be asked for with currency and kind', () => {
    expect(failure('public/get_expirations', { currency: 'BTC' }).data).toMatchObject({ param: 'kind' })
    expect(failure('public/get_expirations', { currency: 'NOPE', kind: 'any' }).data).toMatchObject({
      param: 'currency',
    })
  })
})
