import { expectTypeOf, it } from 'vitest'
import type { PrivateApi, PublicApi } from './api.js'
import type { Answer } from './method.js'
import type { WireInstrument } from './wire/instrument.js'
import type { WireOrder } from './wire/order.js'
import type { WireUserTrade } from './wire/trade.js'

declare const api: PublicApi & PrivateApi

it('answers what the schema of the method says', () => {
  expectTypeOf(api.getInstruments).returns.resolves.toEqualTypeOf<Answer<WireInstrument[]>>()
  expectTypeOf(api.getTime).returns.resolves.toEqualTypeOf<Answer<number>>()
  expectTypeOf(api.cancelAll).returns.resolves.toEqualTypeOf<Answer<number>>()
})

it('demands parameters where Deribit does', () => {
  expectTypeOf(api.getTime).toBeCallableWith()
  expectTypeOf(api.getPositions).toBeCallableWith()
  // @ts-expect-error: of which instrument?
  api.ticker()
  // @ts-expect-error: Deribit's own names
  api.ticker({ instrumentName: 'BTC-PERPETUAL' })
})

it('cannot say a market order, nor leave post_only to chance', () => {
  type Sale = Parameters<PrivateApi['sell']>[0]
  expectTypeOf<Sale['type']>().toEqualTypeOf<'limit'>()
  expectTypeOf<Sale['post_only']>().toEqualTypeOf<boolean>()
  expectTypeOf<Sale['valid_until']>().toEqualTypeOf<number>()
  expectTypeOf<Sale['label']>().toEqualTypeOf<string>()
  expectTypeOf<Parameters<PrivateApi['closePosition']>[0]['type']>().toEqualTypeOf<'limit'>()
})

it('gives an order only to whom looks at the outcome', async () => {
  const answer = await api.sell({} as Parameters<PrivateApi['sell']>[0])
  // @ts-expect-error: it may have been rejected
  answer.order
  if (answer.outcome === 'accepted') {
    expectTypeOf(answer.order).toEqualTypeOf<WireOrder>()
    expectTypeOf(answer.trades).toEqualTypeOf<WireUserTrade[]>()
  }
})
