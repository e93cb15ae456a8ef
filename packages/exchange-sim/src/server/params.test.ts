import { describe, expect, it } from 'vitest'
import { absentParams, type Params, readParams, readQuery } from './params.js'
import { RpcError } from './rpc-error.js'

function errorOf(read: () => unknown): unknown {
  try {
    read()
  } catch (error) {
    if (error instanceof RpcError) return { code: error.code, message: error.message, ...error.data }
    throw error
  }
  throw new Error('nothing was thrown')
}

const invalid = (param: string, reason: string) => ({ code: -32602, message: 'Invalid params', reason, param })

const both: readonly (readonly [string, Params])[] = [
  [
    'JSON-RPC',
    readParams({
      name: 'BTC-PERPETUAL',
      price: 0.1,
      count: 10,
      yes: true,
      no: false,
      kind: 'option',
      ids: ['a', 'b'],
      legs: [{ amount: 1 }],
      nothing: null,
    }),
  ],
  [
    'a query',
    readQuery(
      'name=BTC-PERPETUAL&price=0.1&count=10&yes=true&no=false&kind=option&ids=%5B%22a%22%2C%22b%22%5D&legs=%5B%7B%22amount%22%3A1%7D%5D',
    ),
  ],
]

describe.each(both)('parameters of %s', (_name, params) => {
  it('gives what was sent in the type that is asked for', () => {
    expect(params.text('name')).toBe('BTC-PERPETUAL')
    expect(params.number('price')).toBe(0.1)
    expect(params.integer('count')).toBe(10)
    expect(params.truth('yes', false)).toBe(true)
    expect(params.truth('no', true)).toBe(false)
    expect(params.oneOf('kind', ['future', 'option'])).toBe('option')
    expect(params.texts('ids')).toEqual(['a', 'b'])
    expect(params.json('legs')).toEqual([{ amount: 1 }])
  })

  it('has nothing where nothing was sent, nor what every object has', () => {
    for (const name of ['other', 'nothing', 'constructor', '__proto__', 'toString']) {
      expect(params.has(name)).toBe(false)
      expect(params.optionalText(name)).toBeUndefined()
      expect(params.optionalNumber(name)).toBeUndefined()
      expect(params.optionalInteger(name)).toBeUndefined()
      expect(params.optionalTruth(name)).toBeUndefined()
      expect(params.optionalOneOf(name, ['a'])).toBeUndefined()
      expect(params.truth(name, true)).toBe(true)
    }
    expect(params.names).toEqual(['name', 'price', 'count', 'yes', 'no', 'kind', 'ids', 'legs'])
  })

  it('names what is missing', () => {
    const reads = [
      () => params.text('other'),
      () => params.number('other'),
      () => params.integer('other'),
      () => params.oneOf('other', ['a']),
      () => params.texts('other'),
      () => params.json('other'),
    ]
    for (const read of reads) expect(errorOf(read)).toEqual(invalid('other', 'value is required'))
  })

  it('names what is wrong, and how', () => {
    expect(errorOf(() => params.number('name'))).toEqual(invalid('name', 'value must be a number'))
    expect(errorOf(() => params.integer('price'))).toEqual(invalid('price', 'value must be an integer'))
    expect(errorOf(() => params.integer('count', { min: 11 }))).toEqual(invalid('count', 'value must be >= 11'))
    expect(errorOf(() => params.integer('count', { max: 9 }))).toEqual(invalid('count', 'value must be <= 9'))
    expect(params.integer('count', { min: 10, max: 10 })).toBe(10)
    expect(errorOf(() => params.truth('name', true))).toEqual(invalid('name', 'value must be a boolean'))
    expect(errorOf(() => params.oneOf('kind', ['future']))).toEqual(invalid('kind', 'invalid kind'))
    expect(errorOf(() => params.texts('legs'))).toEqual(invalid('legs', 'value must be a list'))
    expect(errorOf(() => params.texts('name'))).toEqual(invalid('name', 'value must be a list'))
  })
})

describe('readParams', () => {
  it('keeps the token to itself', () => {
    expect(readParams({ access_token: 'x', currency: 'BTC' }).names).toEqual(['currency'])
  })

  it.each([
    ['true', 'value must be a number'],
    ['1,5', 'value must be a number'],
    ['', 'value must be a number'],
    [' 1', 'value must be a number'],
    ['0x10', 'value must be a number'],
    ['NaN', 'value must be a number'],
    ['1e999', 'value must be a number'],
    [Number.POSITIVE_INFINITY, 'value must be a number'],
    [[1], 'value must be a number'],
  ])('takes %j for no number', (value, reason) => {
    expect(errorOf(() => readParams({ price: value }).number('price'))).toEqual(invalid('price', reason))
  })

  it.each([
    ['-2.5e-4', -0.00025],
    ['.5', 0.5],
    ['5.', 5],
    ['0012', 12],
  ])('takes the text %j for a number', (value, number) => {
    expect(readParams({ price: value }).number('price')).toBe(number)
  })

  it('takes no integer that a double cannot hold', () => {
    expect(() => readQuery('id=9007199254740993').integer('id')).toThrow('Invalid params')
  })

  it('takes only text for text', () => {
    expect(errorOf(() => readParams({ label: 5 }).text('label'))).toEqual(invalid('label', 'value must be a string'))
  })

  it('leaves a text as it came where JSON is asked for', () => {
    expect(readParams({ currency: '["BTC"]' }).json('currency')).toBe('["BTC"]')
  })
})

describe('readQuery', () => {
  it('decodes, and lets the last of two equal names count', () => {
    expect(readQuery('label=a%20b+c&label=d%2Be').text('label')).toBe('d+e')
  })

  it('reads lists that are sent with brackets, encoded or not', () => {
    expect(readQuery('ids[]=a&ids%5B%5D=b').texts('ids')).toEqual(['a', 'b'])
    expect(readQuery('ids[]=a').texts('ids')).toEqual(['a'])
    expect(readQuery('ids[0]=a&ids%5B1%5D=b').texts('ids')).toEqual(['a', 'b'])
  })

  it('takes text that is no JSON for itself, and broken JSON for broken', () => {
    expect(readQuery('currency=BTC').json('currency')).toBe('BTC')
    expect(errorOf(() => readQuery('currency=[BTC').json('currency'))).toEqual(invalid('currency', 'wrong format'))
  })

  it('is not led astray by names that objects have', () => {
    const params = readQuery('__proto__=x&constructor=y&__proto__[]=z')
    expect(params.names).toEqual(['__proto__', 'constructor'])
    expect({}).not.toHaveProperty('x')
  })
})

it('says that all parameters are missing where a request has none and the method needs one', () => {
  expect(errorOf(() => absentParams().text('currency'))).toEqual({ code: -32000, message: 'Missing params' })
  expect(absentParams().optionalText('currency')).toBeUndefined()
})
