import { chainQuoteSchema } from '@cc/models'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { WireBookSummary } from '../wire/book-summary.js'
import { chainQuotesOf } from './chain-quotes.js'

const nowMs = Date.UTC(2026, 1, 26)
const row: WireBookSummary = {
  instrument_name: 'BTC-27MAR26-100000-C',
  bid_price: 0.002,
  ask_price: 0.0025,
  mark_price: 0.0022,
  mark_iv: 52,
  underlying_price: 68_390.08,
  open_interest: 534.4,
  volume: 12.5,
  creation_timestamp: nowMs,
}

it('turns percent into a ratio and keeps coin as coin', () => {
  expect(chainQuotesOf([row], nowMs)).toEqual([
    {
      symbol: 'BTC-27MAR26-100000-C',
      bidPriceCoin: 0.002,
      askPriceCoin: 0.0025,
      markPriceCoin: 0.0022,
      markIv: 0.52,
      forwardUsd: 68_390.08,
      openInterestCoin: 534.4,
      volumeCoin: 12.5,
    },
  ])
})

it.each([null, undefined, 0])('says null of a quote, a volatility or an amount that is %s', (nothing) => {
  const [quote] = chainQuotesOf([{ ...row, bid_price: nothing, ask_price: nothing, mark_iv: nothing }], nowMs)
  expect(quote).toMatchObject({ bidPriceCoin: null, askPriceCoin: null, markIv: null })
})

it.each([
  { amount: null, coin: null },
  { amount: undefined, coin: null },
  { amount: -1, coin: null },
  { amount: 0, coin: 0 },
])('says $coin of an open interest and a volume of $amount', ({ amount, coin }) => {
  expect(chainQuotesOf([{ ...row, open_interest: amount, volume: amount }], nowMs)[0]).toMatchObject({
    openInterestCoin: coin,
    volumeCoin: coin,
  })
})

it.each([
  { change: { instrument_name: 'BTC-PERPETUAL' }, why: 'a future' },
  { change: { instrument_name: 'BTC_USDC-27MAR26-100000-C' }, why: 'a linear option' },
  { change: { instrument_name: 'BTC-CS-27MAR26-70000_75000' }, why: 'a combo' },
  { change: { instrument_name: 'BTC-31FEB26-100000-C' }, why: 'a date that is not in the calendar' },
  { change: { instrument_name: 'btc-27MAR26-100000-C' }, why: 'another spelling' },
  { change: { instrument_name: 'BTC-25FEB26-100000-C' }, why: 'one that has expired' },
  { change: { underlying_price: null }, why: 'no forward' },
  { change: { underlying_price: 0 }, why: 'no forward' },
  { change: { mark_price: -0.1 }, why: 'a mark below 0' },
])('leaves out what it cannot quote: $why', ({ change }) => {
  expect(chainQuotesOf([row, { ...row, ...change }, row], nowMs)).toHaveLength(2)
})

it('leaves an option out from its expiry on, 08:00 UTC', () => {
  const expiryMs = Date.UTC(2026, 2, 27, 8)
  expect(chainQuotesOf([row], expiryMs - 1)).toHaveLength(1)
  expect(chainQuotesOf([row], expiryMs)).toHaveLength(0)
})

it('says the same of a name that it has met before', () => {
  const rows = [row, { ...row, instrument_name: 'BTC-PERPETUAL' }, row, { ...row, instrument_name: 'BTC-PERPETUAL' }]
  expect(chainQuotesOf(rows, nowMs)).toEqual(chainQuotesOf([row, row], nowMs))
})

it('only makes what the models call a quote', () => {
  const amount = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(null, undefined, 0, -0))
  fc.assert(
    fc.property(fc.array(amount, { minLength: 8, maxLength: 8 }), ([bid, ask, mark, iv, forward, interest, volume]) => {
      const quotes = chainQuotesOf(
        [
          {
            ...row,
            bid_price: bid,
            ask_price: ask,
            mark_price: mark ?? 0,
            mark_iv: iv,
            underlying_price: forward,
            open_interest: interest,
            volume,
          },
        ],
        nowMs,
      )
      for (const quote of quotes) expect(chainQuoteSchema.safeParse(quote).success).toBe(true)
    }),
  )
})
