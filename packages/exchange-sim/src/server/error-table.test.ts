import { describe, expect, it } from 'vitest'
import { namedError, rejectionError } from './error-table.js'

describe('what the exchange turns away', () => {
  it.each([
    [{ code: 'price_too_high', limit: 0.0935 }, 10007, 'price_too_high 0.0935'],
    [{ code: 'price_too_low', limit: 0 }, 10005, 'price_too_low 0'],
    [{ code: 'not_enough_funds' }, 10009, 'not_enough_funds'],
    [{ code: 'post_only_reject' }, 11054, 'post_only_reject'],
    [{ code: 'order_not_found' }, 10004, 'order_not_found'],
    [{ code: 'timed_out' }, 13888, 'timed_out'],
  ])('%j is %i %s on the wire, with its sentence beside it', (rejection, code, message) => {
    const error = rejectionError({ ...rejection, message: 'Because.' })
    expect(error).toMatchObject({ code, message, data: { reason: 'Because.' } })
  })

  it.each(['because', 'toString', ''])('with the word %j is a bug: Deribit has no such word', (code) => {
    expect(() => rejectionError({ code, message: 'Because.' })).toThrow('a word that Deribit does not have')
  })
})

it('gives a word its number, and data only where there are some', () => {
  expect(namedError('too_many_requests', { wait: 1 })).toMatchObject({ code: 10028, data: { wait: 1 } })
  expect(namedError('unauthorized').data).toBeUndefined()
})
