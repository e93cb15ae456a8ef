import { describe, expect, it } from 'vitest'
import { exchangeOver, optionOf, START_MS } from '../exchange/exchange.fixture.js'
import { resultText } from './rpc/envelope.js'
import { writtenOnce, writtenText } from './written-json.js'

const MINUTE_MS = 60_000
const SALE = {
  symbol: optionOf().symbol,
  side: 'sell',
  sizeCoin: 0.5,
  kind: 'limit',
  priceCoin: 0.02,
  label: '',
  timeInForce: 'good_til_cancelled',
  postOnly: false,
  rejectPostOnly: false,
  reduceOnly: false,
  validUntilMs: null,
} as const

describe('writtenOnce', () => {
  function counted(market = {}) {
    const exchange = exchangeOver(market)
    let writes = 0
    const ask = (name = 'a') => writtenOnce(exchange, name, () => ++writes).toJSON()
    return { exchange, ask }
  }

  it('writes once while nothing changes, for each name', () => {
    const { ask } = counted()
    expect([ask(), ask(), ask('b'), ask()]).toEqual([1, 1, 2, 1])
  })

  it.each([
    ['an order rests', { priceCoin: 0.03 }],
    ['an order takes from the market', {}],
  ])('writes anew once %s', (_why, changes) => {
    const { exchange, ask } = counted()
    ask()
    expect(exchange.place({ ...SALE, ...changes })).toHaveProperty('order')
    expect(ask()).toBe(2)
  })

  it('writes anew once an order is edited, and once it is cancelled', () => {
    const { exchange, ask } = counted()
    const placed = exchange.place({ ...SALE, priceCoin: 0.03 })
    const { orderId } = (placed as { order: { orderId: string } }).order
    ask()
    exchange.edit(orderId, { sizeCoin: 0.4 })
    expect(ask()).toBe(2)
    exchange.cancel(orderId)
    expect(ask()).toBe(3)
  })

  it.each([true, false])('writes anew with the next minute, in a market that is frozen: %s', (frozen) => {
    const { exchange, ask } = counted({ frozen })
    ask()
    exchange.advanceTo(START_MS + MINUTE_MS - 1)
    expect(ask()).toBe(1)
    exchange.advanceTo(START_MS + MINUTE_MS)
    expect(ask()).toBe(2)
  })
})

describe('what is written', () => {
  it('goes into an envelope as it is, and is its value everywhere else', () => {
    const written = writtenOnce(exchangeOver(), 'a', () => [{ a: null }])
    expect(writtenText(written)).toBe('[{"a":null}]')
    expect(JSON.parse(resultText(1, written, { usIn: 1, usOut: 2 }))).toMatchObject({ id: 1, result: [{ a: null }] })
    expect(JSON.stringify({ written })).toBe('{"written":[{"a":null}]}')
  })

  it.each([undefined, null, 'text', 7, [], {}])('is nothing else: %j', (value) => {
    expect(writtenText(value)).toBeUndefined()
  })
})
