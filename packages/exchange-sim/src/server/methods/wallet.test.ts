import { expect, it } from 'vitest'
import { exchangeOver, START_MS } from '../../exchange/exchange.fixture.js'
import { callerOf } from './method-call.fixture.js'

const { call, failure } = callerOf(exchangeOver())

it('tells of the deposit that the account was opened with', () => {
  expect(call('private/get_deposits', { currency: 'ETH' })).toEqual({
    count: 1,
    data: [
      {
        address: 'simulated',
        amount: 20,
        currency: 'ETH',
        received_timestamp: START_MS,
        state: 'completed',
        transaction_id: null,
        updated_timestamp: START_MS,
      },
    ],
  })
  expect(call('private/get_deposits', { currency: 'ETH', offset: 1 })).toEqual({ count: 1, data: [] })
  expect(call('private/get_deposits', { currency: 'USDC' })).toEqual({ count: 0, data: [] })
})

it.each(['private/get_withdrawals', 'private/get_transfers'])('%s tells of nothing', (method) => {
  expect(call(method, { currency: 'BTC' })).toEqual({ count: 0, data: [] })
  expect(failure(method, { currency: 'BTC', count: 0 }).data).toMatchObject({ param: 'count' })
  expect(failure(method).data).toMatchObject({ param: 'currency' })
})
