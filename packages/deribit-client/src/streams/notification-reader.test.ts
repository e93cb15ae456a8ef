import { expect, it } from 'vitest'
import type { Drift } from '../wire/read-result.js'
import { channels } from './channels.js'
import { createNotificationReader } from './notification-reader.js'

const quote = {
  instrument_name: 'BTC-PERPETUAL',
  timestamp: 1_790_755_217_219,
  best_bid_price: 0,
  best_ask_price: null,
}

it('hands out what was parsed, an empty side being 0, null or nothing', () => {
  const read = createNotificationReader({ strict: true })(channels.quote('BTC-PERPETUAL'))
  expect(read(quote)).toBe(quote)
})

it('reports a new field once for all channels of a kind, and never by a name that is a secret', () => {
  const drifts: Drift[] = []
  const readerOf = createNotificationReader({
    strict: false,
    onDrift: (drift) => drifts.push(drift),
    isSecret: (text) => text.includes('hunter2'),
  })
  for (const symbol of ['BTC-PERPETUAL', 'ETH-PERPETUAL']) {
    readerOf(channels.quote(symbol))({ ...quote, fresh: 1, hunter2: 1 })
  }
  expect(drifts.map(({ method, path }) => `${method} ${path}`)).toEqual(['quote.* data.fresh', 'quote.* data.?'])
})

it('says where a notification is not as expected, and not what it holds', () => {
  const readerOf = createNotificationReader({ strict: false })
  const read = readerOf(channels.book('BTC-PERPETUAL'))
  const book = {
    type: 'change',
    instrument_name: 'BTC-PERPETUAL',
    timestamp: 1,
    change_id: 2,
    prev_change_id: 1,
    asks: [],
  }
  expect(() =>
    read({
      ...book,
      bids: [
        ['new', 1, 2],
        ['new', 'hunter2', 2],
      ],
    }),
  ).toThrowError(
    expect.objectContaining({
      message: 'A notification of book.* has text at data.bids[1][1] where a number was expected.',
      code: 'deribit/unexpected-notification',
      recovery: 'reconcile',
      facts: { channel: 'book.*', path: 'data.bids[1][1]', expected: 'a number', received: 'text' },
    }),
  )
  expect(() => read({ ...book, bids: [['moved', 1, 2]] })).toThrowError(/data.bids\[0\]\[0\]/)
})
