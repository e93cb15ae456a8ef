import { describe, expect, expectTypeOf, it } from 'vitest'
import type { WireOrder } from '../wire/order.js'
import { shapeOf } from '../wire/shape.js'
import type { Channel } from './channel.js'
import { channels } from './channels.js'

const symbol = 'BTC-27MAR26-100000-C'
const options = { kind: 'option', currency: 'BTC' } as const

/** https://docs.deribit.com/articles/notifications */
const examples: [Channel<never>, string, string][] = (
  [
    [channels.ticker(symbol), `ticker.${symbol}.100ms`, 'newest'],
    [channels.ticker(symbol, 'raw'), `ticker.${symbol}.raw`, 'newest'],
    [channels.incrementalTicker(symbol), `incremental_ticker.${symbol}`, 'whole'],
    [channels.book(symbol), `book.${symbol}.100ms`, 'whole'],
    [channels.groupedBook(symbol), `book.${symbol}.none.10.100ms`, 'newest'],
    [
      channels.groupedBook('BTC-PERPETUAL', { group: '5', depth: 20, interval: 'agg2' }),
      'book.BTC-PERPETUAL.5.20.agg2',
      'newest',
    ],
    [channels.quote('BTC_USDC'), 'quote.BTC_USDC', 'newest'],
    [channels.markPrices('btc_usd'), 'markprice.options.btc_usd', 'newest'],
    [channels.priceIndex('btc_usd'), 'deribit_price_index.btc_usd', 'newest'],
    [channels.volatilityIndex('eth_usd'), 'deribit_volatility_index.eth_usd', 'newest'],
    [channels.estimatedExpirationPrice('btc_usd'), 'estimated_expiration_price.btc_usd', 'newest'],
    [channels.instrumentState(options), 'instrument.state.option.BTC', 'every'],
    [channels.instrumentCreation({ kind: 'any', currency: 'any' }), 'instrument.creation.any.any', 'every'],
    [channels.platformState(), 'platform_state', 'every'],
    [channels.publicMethodsState(), 'platform_state.public_methods_state', 'every'],
    [channels.trades(options), 'trades.option.BTC.100ms', 'every'],
    [channels.trades('MATIC_USDC-9MAR24-1d02-C', 'agg2'), 'trades.MATIC_USDC-9MAR24-1d02-C.agg2', 'every'],
    [channels.chartTrades('BTC-PERPETUAL', '1D'), 'chart.trades.BTC-PERPETUAL.1D', 'every'],
    [channels.userOrders(options), 'user.orders.option.BTC.raw', 'every'],
    [channels.userOrders(symbol, '100ms'), `user.orders.${symbol}.100ms`, 'every'],
    [channels.userTrades(options, 'raw'), 'user.trades.option.BTC.raw', 'every'],
    [channels.userChanges({ kind: 'any', currency: 'any' }, 'agg2'), 'user.changes.any.any.agg2', 'every'],
    [channels.userPortfolio('BTC'), 'user.portfolio.BTC', 'newest'],
    [channels.userPortfolio('any'), 'user.portfolio.any', 'every'],
    [channels.userComboTrades(options), 'user.combo_trades.option.BTC.raw', 'every'],
    [channels.userMmpTrigger('btc_usd'), 'user.mmp_trigger.btc_usd', 'every'],
    [channels.userAccessLog(), 'user.access_log', 'every'],
    [channels.userLock(), 'user.lock', 'every'],
  ] as const
).map(([channel, name, delivery]) => [channel as unknown as Channel<never>, name, delivery])

describe('the channels', () => {
  it.each(examples)('are named as Deribit names them: %#', (channel, name, delivery) => {
    expect(channel.name).toBe(name)
    expect(channel.isPrivate).toBe(name.startsWith('user.'))
    expect(channel.startsWhole ? 'whole' : channel.delivery).toBe(delivery)
    expect(channel.delivery).toBe(delivery === 'newest' ? 'newest' : 'every')
    expect(channel.kind).toMatch(/^[a-z_.*]+$/)
  })

  it('are all among these examples', () => {
    const tried = new Set(examples.map(([{ kind }]) => kind?.replace(/\.raw$/, '')))
    expect(tried.size).toBe(Object.keys(channels).length)
  })

  it.each(examples)('have one description each that can be guarded: %#', ({ data, kind }) => {
    expect(() => shapeOf(data)).not.toThrow()
    expect(new Set(examples.filter(([one]) => one.kind === kind).map(([one]) => one.data)).size).toBe(1)
  })

  it('of orders send one order where they are raw, and lists otherwise', () => {
    expectTypeOf(channels.userOrders(options)).toEqualTypeOf<Channel<WireOrder>>()
    expectTypeOf(channels.userOrders(options, 'raw')).toEqualTypeOf<Channel<WireOrder>>()
    expectTypeOf(channels.userOrders(options, 'agg2')).toEqualTypeOf<Channel<WireOrder[]>>()
    expect(shapeOf(channels.userOrders(options).data).kind).toBe('object')
    expect(shapeOf(channels.userOrders(options, '100ms').data).kind).toBe('list')
  })

  const bad = (value: unknown) => value as never
  it.each<[string, () => unknown]>([
    ['a symbol with a dot', () => channels.ticker('BTC.100ms')],
    ['a symbol with a space', () => channels.book('BTC PERPETUAL')],
    ['a symbol with a line break', () => channels.quote('BTC-PERPETUAL\n')],
    ['no symbol', () => channels.userOrders('')],
    ['nothing', () => channels.trades(bad(undefined))],
    ['null', () => channels.trades(bad(null))],
    ['an interval that is none', () => channels.ticker(symbol, bad('10ms'))],
    ['an index in capitals', () => channels.priceIndex('BTC_USD')],
    ['an index that is none', () => channels.markPrices('btc')],
    ['a kind that is none', () => channels.instrumentState({ kind: bad('options'), currency: 'BTC' })],
    ['a currency that is none', () => channels.userTrades({ kind: 'option', currency: bad('btc') })],
    ['a group that is none', () => channels.groupedBook(symbol, { group: bad('3') })],
    ['a depth that is none', () => channels.groupedBook(symbol, { depth: bad(5) })],
    ['a resolution that is none', () => channels.chartTrades(symbol, bad('2'))],
    ['an account currency that is none', () => channels.userPortfolio(bad('DOGE'))],
  ])('are not named with %s', (_, make) => {
    expect(make).toThrowError(expect.objectContaining({ code: 'deribit/invalid-params', recovery: 'skip' }))
  })
})
