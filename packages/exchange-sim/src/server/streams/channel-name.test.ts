import { describe, expect, it } from 'vitest'
import { isRaw, parseChannelName, scopeOfChannel } from './channel-name.js'

const OPTION = 'BTC-9JAN26-80000-C'

describe('parseChannelName', () => {
  it.each([
    [`ticker.${OPTION}.100ms`, { kind: 'ticker', instrumentName: OPTION, interval: '100ms' }],
    [`incremental_ticker.${OPTION}`, { kind: 'incremental-ticker', instrumentName: OPTION }],
    [`book.${OPTION}.raw`, { kind: 'book', instrumentName: OPTION, interval: 'raw' }],
    [
      `book.${OPTION}.none.10.agg2`,
      { kind: 'book-window', instrumentName: OPTION, group: null, depth: 10, interval: 'agg2' },
    ],
    [
      'book.BTC-PERPETUAL.250.1.100ms',
      { kind: 'book-window', instrumentName: 'BTC-PERPETUAL', group: 250, depth: 1, interval: '100ms' },
    ],
    [`quote.${OPTION}`, { kind: 'quote', instrumentName: OPTION }],
    ['markprice.options.btc_usd', { kind: 'mark-prices', indexName: 'btc_usd' }],
    ['deribit_price_index.btc_usd', { kind: 'index', indexName: 'btc_usd' }],
    ['deribit_volatility_index.eth_usd', { kind: 'volatility-index', indexName: 'eth_usd' }],
    ['estimated_expiration_price.btc_usd', { kind: 'expiration-price', indexName: 'btc_usd' }],
    ['instrument.state.option.BTC', { kind: 'instrument-state', of: { kind: 'option', currency: 'BTC' } }],
    ['instrument.creation.any.any', { kind: 'instrument-creation', of: { kind: 'any', currency: 'any' } }],
    ['platform_state', { kind: 'platform-state' }],
    ['platform_state.public_methods_state', { kind: 'public-methods-state' }],
    ['announcements', { kind: 'announcements' }],
    [`trades.${OPTION}.agg2`, { kind: 'trades', of: { instrumentName: OPTION }, interval: 'agg2' }],
    ['trades.option.any.raw', { kind: 'trades', of: { kind: 'option', currency: 'any' }, interval: 'raw' }],
    [`chart.trades.${OPTION}.1D`, { kind: 'chart', instrumentName: OPTION, resolutionMs: 86_400_000 }],
    ['perpetual.BTC-PERPETUAL.raw', { kind: 'perpetual', instrumentName: 'BTC-PERPETUAL', interval: 'raw' }],
    [`user.orders.${OPTION}.raw`, { kind: 'user-orders', of: { instrumentName: OPTION }, interval: 'raw' }],
    ['user.trades.any.any.100ms', { kind: 'user-trades', of: { kind: 'any', currency: 'any' }, interval: '100ms' }],
    ['user.changes.combo.ETH.agg2', { kind: 'user-changes', of: { kind: 'combo', currency: 'ETH' }, interval: 'agg2' }],
    ['user.portfolio.btc', { kind: 'user-portfolio', currency: 'BTC' }],
    ['user.portfolio.any', { kind: 'user-portfolio', currency: 'any' }],
    ['user.mmp_trigger.btc_usd', { kind: 'user-silent', scope: 'trade:read', indexName: 'btc_usd' }],
    ['user.lock', { kind: 'user-silent', scope: 'account:read' }],
    ['user.access_log', { kind: 'user-silent', scope: 'account:read' }],
    [
      'user.combo_trades.option.BTC.raw',
      { kind: 'user-silent', scope: 'trade:read', of: { kind: 'option', currency: 'BTC' } },
    ],
  ])('reads %s', (name, channel) => {
    expect(parseChannelName(name)).toEqual(channel)
  })

  it.each([
    '',
    'ticker',
    `ticker.${OPTION}`,
    `ticker.${OPTION}.1s`,
    `ticker.${OPTION}.raw.more`,
    `incremental_ticker.${OPTION}.raw`,
    `book.${OPTION}.none.7.100ms`,
    `book.${OPTION}.3.10.100ms`,
    `book.${OPTION}.none.10.100ms.more`,
    `book.${OPTION}.none.10`,
    'markprice.futures.btc_usd',
    'trades.option.DOGE.raw',
    'trades.bond.BTC.raw',
    `chart.trades.${OPTION}.7`,
    `chart.marks.${OPTION}.1`,
    'instrument.state.option.BTC.raw',
    'instrument.gossip.option.BTC',
    'platform_state.gossip',
    'announcements.en',
    'user',
    'user.orders.option.BTC',
    'user.portfolio',
    'user.portfolio.DOGE',
    'user.lock.BTC',
    'user.gossip',
    'constructor.prototype',
  ])('knows no channel %j', (name) => {
    expect(parseChannelName(name)).toBeUndefined()
  })
})

it.each([
  ['user.orders.any.any.raw', 'trade:read', true],
  ['user.trades.any.any.agg2', 'trade:read', false],
  ['user.changes.any.any.100ms', 'trade:read', false],
  ['user.portfolio.BTC', 'account:read', false],
  ['user.lock', 'account:read', false],
  [`book.${OPTION}.none.1.raw`, null, true],
  ['platform_state', null, false],
])('%s asks for the scope %s, raw: %s', (name, scope, raw) => {
  const channel = parseChannelName(name)
  if (channel === undefined) throw new Error(`${name} is none.`)
  expect([scopeOfChannel(channel), isRaw(channel)]).toEqual([scope, raw])
})
