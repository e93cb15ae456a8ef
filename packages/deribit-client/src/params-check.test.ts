import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { ApiMethod } from './method.js'
import { checkParams } from './params-check.js'

const method: ApiMethod<Record<string, unknown>, unknown> = {
  name: 'private/example',
  pool: 'non-matching',
  effect: 'read',
  params: z.strictObject({
    currency: z.enum(['BTC', 'ETH']),
    amount: z.number().positive('expected an amount above 0').optional(),
    legs: z.array(z.strictObject({ ratio: z.int() })).optional(),
    access_token: z.string().optional(),
    depth: z.int().default(5),
  }),
  result: z.unknown(),
}
const check = (params: Record<string, unknown>) => () => checkParams(method, params)

describe('checkParams', () => {
  it('hands on what will be sent, defaults included', () => {
    expect(check({ currency: 'BTC' })()).toEqual({ currency: 'BTC', depth: 5 })
  })

  it.each([
    [{}, 'currency: expected one of "BTC"|"ETH", got nothing.'],
    [{ currency: 'DOGE' }, 'currency: expected one of "BTC"|"ETH", got DOGE.'],
    [{ currency: 'BTC', amount: -1 }, 'amount: expected an amount above 0, got -1.'],
    [{ currency: 'BTC', amount: '1' }, 'amount: expected number, got 1.'],
    [{ currency: 'BTC', amount: Number.NaN }, 'amount: expected number, got NaN.'],
    [{ currency: 'BTC', legs: [{ ratio: 0.5 }] }, 'legs.0.ratio: expected int, got 0.5.'],
    [{ currency: 'BTC', legs: {} }, 'legs: expected array, got object.'],
    [{ currency: 'x'.repeat(100) }, 'currency: expected one of "BTC"|"ETH", got a text of 100 characters.'],
    [{ currency: 'BTC', amonut: 1 }, 'amonut: expected no such parameter, got one.'],
  ])('says of %j what is wrong', (params, message) => {
    expect(check(params)).toThrow(`private/example: ${message}`)
    expect(check(params)).toThrow(expect.objectContaining({ code: 'deribit/invalid-params', recovery: 'skip' }))
  })

  it('does not repeat what may be a secret', () => {
    expect(check({ currency: 'BTC', access_token: 12_345 })).toThrow('access_token: expected string, got hidden.')
  })
})
