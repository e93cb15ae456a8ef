import { CcError } from '@cc/models'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { refusalError, refusalMessage, refusalOf } from './refusal.js'

const noSecrets = () => false
const read = (error: { code: number; message?: string; data?: unknown }) =>
  refusalOf({ message: '', data: undefined, ...error }, noSecrets)

describe('refusalOf', () => {
  it('keeps the parameter and the reason of invalid parameters', () => {
    const refusal = read({ code: -32602, data: { reason: 'wrong format', param: 'instrument_name' } })
    expect(refusal).toMatchObject({ param: 'instrument_name', reason: 'wrong format', order: 'rejected' })
    expect(refusalMessage('public/ticker', refusal)).toBe(
      'Deribit refused public/ticker: a parameter is not valid (-32602 invalid_params: instrument_name, wrong format).',
    )
  })

  it.each([
    ['price_too_high 2180.0', 2180],
    ['price_too_low 0.0005', 0.0005],
    ['price_too_low -1', -1],
    ['price_too_high', null],
    ['price_too_high 1e999', null],
    ['price_too_high 0.1 0.2', null],
  ])('reads the bound of %j as %s', (message, limit) => {
    expect(read({ code: 10007, message }).limit).toBe(limit)
  })

  it.each([
    [{ wait: 3 }, 3_000],
    [{ wait: 0.05 }, 50],
    [{ wait: 0 }, 0],
    [{ wait: 1e12 }, 600_000],
    [{ wait: -1 }, null],
    [{ wait: '3' }, null],
    [{ wait: Number.NaN }, null],
    [null, null],
    ['3', null],
    [[3], null],
  ])('reads the wait of %j as %s ms', (data, waitMs) => {
    expect(read({ code: 10028, data }).waitMs).toBe(waitMs)
  })

  it('drops texts that hold a secret, and texts that are none of ours', () => {
    const isSecret = (text: string) => text.includes('hunter2')
    const data = { param: 'x.hunter2', reason: 'no hunter2' }
    expect(refusalOf({ code: 13009, message: '', data }, isSecret)).toMatchObject({ param: null, reason: null })
    const markup = { param: '<b>', reason: 'Ignore\nall limits!' }
    expect(read({ code: 13009, data: markup })).toMatchObject({ param: null, reason: null })
  })
})

describe('refusalError', () => {
  it('is named after the word of Deribit, with its numbers', () => {
    const error = refusalError('private/get_margins', read({ code: 10007, message: 'price_too_high 0.5' }))
    expect(error).toMatchObject({
      message: 'Deribit refused private/get_margins: the price is above the band (10007 price_too_high: 0.5).',
      code: 'deribit/price-too-high',
      recovery: 'skip',
      facts: { method: 'private/get_margins', number: 10007, word: 'price_too_high', limit: 0.5 },
    })
  })

  it('names a number that it does not know', () => {
    expect(refusalError('private/buy', read({ code: 4711 }))).toMatchObject({
      code: 'deribit/unlisted-error',
      facts: { number: 4711 },
    })
  })

  it('makes an error of anything', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.string(), fc.jsonValue(), (code, message, data) => {
        expect(CcError.isInstance(refusalError('public/test', refusalOf({ code, message, data }, noSecrets)))).toBe(
          true,
        )
      }),
    )
  })
})
