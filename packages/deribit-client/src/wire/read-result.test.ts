import { CcError } from '@cc/models'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { auth } from '../methods/platform.js'
import { orderMethods, privateMethods } from '../methods/private-methods.js'
import { publicMethods } from '../methods/public-methods.js'
import { createResultReader, type Drift } from './read-result.js'

const { getBookSummaryByCurrency, getOrderBook, getTime, getInstruments } = publicMethods
const row = {
  instrument_name: 'BTC-27MAR26-100000-C',
  bid_price: null,
  ask_price: 0.0002,
  mark_price: 1e-4,
  creation_timestamp: 1_772_098_865_543,
}

function refusalOf(read: () => unknown): CcError {
  try {
    read()
  } catch (error) {
    if (CcError.isInstance(error)) return error
    throw error
  }
  throw new Error('it was accepted')
}

describe('a reply', () => {
  const read = createResultReader({ strict: false })

  it('is handed out as it was parsed, other fields and all', () => {
    const result = [{ ...row, new_field: 1 }]
    expect(read(getBookSummaryByCurrency, result)).toBe(result)
    expect(read(getTime, 1_772_098_865_543)).toBe(1_772_098_865_543)
  })

  it.each([
    { broken: { mark_price: '0.1' }, path: 'result[1].mark_price', expected: 'a number', received: 'text' },
    {
      broken: { bid_price: [] },
      path: 'result[1].bid_price',
      expected: 'a number, null or nothing',
      received: 'a list',
    },
    { broken: { mark_price: undefined }, path: 'result[1].mark_price', expected: 'a number', received: 'nothing' },
    { broken: { mark_price: null }, path: 'result[1].mark_price', expected: 'a number', received: 'null' },
    {
      broken: { mark_price: JSON.parse('1e999') },
      path: 'result[1].mark_price',
      expected: 'a number',
      received: 'a number that is not finite',
    },
    {
      broken: { creation_timestamp: 2 ** 53 },
      path: 'result[1].creation_timestamp',
      expected: 'a whole number below 2^53',
      received: 'a number above 2^53',
    },
    {
      broken: { creation_timestamp: 0.5 },
      path: 'result[1].creation_timestamp',
      expected: 'a whole number below 2^53',
      received: 'a number',
    },
    {
      broken: { estimated_delivery_price: {} },
      path: 'result[1].estimated_delivery_price',
      expected: 'a number, text, null or nothing',
      received: 'an object',
    },
  ])('is refused where $path is $received', ({ broken, path, expected, received }) => {
    const error = refusalOf(() => read(getBookSummaryByCurrency, [row, { ...row, ...broken }]))
    expect(error).toMatchObject({
      code: 'deribit/unexpected-reply',
      recovery: 'skip',
      facts: { method: 'public/get_book_summary_by_currency', path, expected, received },
    })
    expect(error.message).toContain(`${received} at ${path} where ${expected} was expected`)
  })

  it('names rows inside rows', () => {
    const book = { ...row, timestamp: 1, bids: [[1, 2], [1]], asks: [] }
    expect(refusalOf(() => read(getOrderBook, book)).facts).toMatchObject({
      path: 'result.bids[1][1]',
      expected: 'a number',
      received: 'nothing',
    })
  })

  it('that is not what it should be at all is refused at its root', () => {
    for (const result of [undefined, null, '', 0, {}, '<html>']) {
      expect(refusalOf(() => read(getInstruments, result)).facts).toMatchObject({ path: 'result', expected: 'a list' })
    }
  })

  it('never shows its values: they may be secrets', () => {
    const error = refusalOf(() =>
      read(auth, { access_token: ['s3cret'], refresh_token: 's3cret', expires_in: 's3cret' }),
    )
    expect(JSON.stringify([error.message, error.facts, error.cause])).not.toContain('s3cret')
  })

  it('nested ten thousand deep is refused or accepted, and breaks nothing', () => {
    const deep = JSON.parse(`${'['.repeat(10_000)}${']'.repeat(10_000)}`)
    expect(refusalOf(() => read(getInstruments, deep)).code).toBe('deribit/unexpected-reply')
    expect(read(getBookSummaryByCurrency, [{ ...row, deep }])).toHaveLength(1)
  })

  it.each([...Object.entries({ ...publicMethods, ...privateMethods, ...orderMethods, auth })])(
    'of %s, whatever JSON it is, is read or is a CcError',
    (_, method) => {
      fc.assert(
        fc.property(fc.jsonValue(), (value) => {
          try {
            expect(read(method as typeof getTime, value)).toBe(value)
          } catch (error) {
            expect(CcError.isInstance(error)).toBe(true)
          }
        }),
        { numRuns: 50 },
      )
    },
  )
})

describe('drift', () => {
  it('is reported once per method and path', () => {
    const drifts: Drift[] = []
    const read = createResultReader({ strict: false, onDrift: (drift) => drifts.push(drift) })
    const rows = [row, { ...row, new_field: 1 }, { ...row, new_field: 2 }]
    read(getBookSummaryByCurrency, rows)
    read(getBookSummaryByCurrency, rows)
    read(publicMethods.getBookSummaryByInstrument, rows.slice(1, 2))
    expect(drifts).toEqual([
      { method: 'public/get_book_summary_by_currency', path: 'result[].new_field', kind: 'unknown-field' },
      { method: 'public/get_book_summary_by_instrument', path: 'result[].new_field', kind: 'unknown-field' },
    ])
  })

  it('of one reader is not known to another', () => {
    const drifts: Drift[] = []
    for (const name of ['first', 'second']) {
      const read = createResultReader({ strict: false, onDrift: (drift) => drifts.push(drift) })
      read(publicMethods.test, { version: '1', [name]: 1, both: 1 })
    }
    expect(drifts.map(({ path }) => path)).toEqual(['result.first', 'result.both', 'result.second', 'result.both'])
  })

  it('is no trouble where nobody listens', () => {
    expect(createResultReader({ strict: false })(publicMethods.test, { version: '1', x: 1 })).toEqual({
      version: '1',
      x: 1,
    })
  })

  it('is an error in strict mode, every time', () => {
    const read = createResultReader({ strict: true })
    for (let time = 0; time < 2; time++) {
      expect(refusalOf(() => read(publicMethods.test, { version: '1', x: 's3cret' })).facts).toEqual({
        method: 'public/test',
        path: 'result.x',
        expected: 'nothing',
        received: 'a new field',
      })
    }
    expect(read(publicMethods.test, { version: '1' })).toEqual({ version: '1' })
  })
})
