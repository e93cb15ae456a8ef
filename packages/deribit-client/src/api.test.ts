import { expect, it } from 'vitest'
import { createPrivateApi, createPublicApi } from './api.js'
import type { Call } from './method.js'
import { orderMethods, privateMethods } from './methods/private-methods.js'
import { publicMethods } from './methods/public-methods.js'

type Sent = { by: string; name: string; params: object; options: unknown }

function recorder(by: string, sent: Sent[]) {
  return async (method: { name: string }, params: object, options?: unknown) => {
    sent.push({ by, name: method.name, params, options })
    return { by } as never
  }
}

it('sends each public method under its own name, with its parameters and options', async () => {
  const sent: Sent[] = []
  const api = createPublicApi(recorder('call', sent) as Call)
  const options = { signal: new AbortController().signal }
  expect(await api.ticker({ instrument_name: 'BTC-PERPETUAL' }, options)).toEqual({ by: 'call' })
  await api.getTime()
  expect(sent).toEqual([
    { by: 'call', name: 'public/ticker', params: { instrument_name: 'BTC-PERPETUAL' }, options },
    { by: 'call', name: 'public/get_time', params: {}, options: undefined },
  ])
})

it('has a function for every method', async () => {
  const sent: Sent[] = []
  const call = recorder('call', sent) as Call
  const api = { ...createPublicApi(call), ...createPrivateApi(call, recorder('order', sent)) }
  for (const ask of Object.values(api) as ((params: object) => Promise<unknown>)[]) await ask({})
  const methods = Object.values({ ...publicMethods, ...privateMethods, ...orderMethods })
  expect(sent.map(({ name }) => name)).toEqual(methods.map(({ name }) => name))
})

it('sends orders, and nothing else, by the way for orders', async () => {
  const sent: Sent[] = []
  const api = createPrivateApi(recorder('call', sent) as Call, recorder('order', sent))
  for (const ask of Object.values(api) as ((params: object) => Promise<unknown>)[]) await ask({})
  expect(sent.filter(({ by }) => by === 'order').map(({ name }) => name)).toEqual([
    'private/buy',
    'private/sell',
    'private/edit',
    'private/edit_by_label',
    'private/close_position',
  ])
})

it('names functions as Deribit does, in camel case', () => {
  const odd = Object.entries({ ...publicMethods, ...privateMethods, ...orderMethods }).filter(
    ([name, method]) => method.name.split('/')[1]?.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase()) !== name,
  )
  expect(odd).toEqual([])
})
