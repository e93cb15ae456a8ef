import type { WireOrder } from '@cc/deribit-client'
import { describe, expect, it, vi } from 'vitest'
import { onEditingProxy, type Reply } from './editing-proxy.ts'
import { wish } from './faulty-exchange.ts'
import { guardLeaks } from './leak-guard.ts'
import { found, read, sell, wordsOf } from './told.ts'

vi.setConfig({ maxConcurrency: 12 })
guardLeaks()

const SELL = 'private/sell'

describe.concurrent('a reply that is not about the order that was sent', () => {
  const withOrder = (change: Partial<WireOrder>) => (reply: Reply) => {
    const { order, trades } = reply.result as { order: WireOrder; trades: unknown[] }
    return { ...reply, result: { trades, order: { ...order, ...change } } }
  }

  it.concurrent.each<[string, Partial<WireOrder>, string]>([
    ['A14 another instrument', { instrument_name: 'BTC-30JAN26-90000-C' }, 'instrument_name'],
    ['A14 another side', { direction: 'buy' }, 'direction'],
    ['A14 another label', { label: 'foreign' }, 'label'],
    ['A14 another price', { price: 0.031 }, 'price'],
    ['A14 another kind', { order_type: 'market' }, 'order_type'],
    ['A16 not post-only any more', { post_only: false }, 'post_only'],
    ['A16 to be moved rather than rejected', { reject_post_only: false }, 'reject_post_only'],
    ['A25 another amount', { amount: 1 }, 'amount'],
  ])('%s: unknown, by the field that differs, and the order is found', (_, change, field) =>
    onEditingProxy({}, async (exchange, proxy) => {
      proxy.editNext(SELL, withOrder(change))
      expect(await sell(exchange, 'hit')).toBe(`unknown deribit/reply-mismatch (${field})`)
      expect((await found(exchange, 'hit')).states).toEqual(['open'])
      expect(proxy.seen.filter((method) => method === SELL)).toHaveLength(1)
    }),
  )

  it.concurrent.each<[string, (reply: Reply) => unknown]>([
    ['A13 without an order', (reply) => ({ ...reply, result: { trades: [] } })],
    ['A13 with both result and error', (reply) => ({ ...reply, error: { code: 10_009, message: 'x' } })],
    ['A13 to another request', (reply) => ({ ...reply, id: -1 })],
    ['A13 as a list', (reply) => [reply]],
    ['A12 an error without a number', ({ result: _, ...reply }) => ({ ...reply, error: { message: 'no' } })],
    ['A12 an error that is none', ({ result: _, ...reply }) => ({ ...reply, error: null })],
  ])('%s: unknown, and the order is found', (_, edit) =>
    onEditingProxy({}, async (exchange, proxy) => {
      proxy.editNext(SELL, edit)
      expect(await sell(exchange, 'hit')).toMatch(/^unknown deribit\/(malformed|unexpected)-reply/)
      expect((await found(exchange, 'hit')).states).toEqual(['open'])
      expect(proxy.seen.filter((method) => method === SELL)).toHaveLength(1)
    }),
  )

  it.concurrent('I4 from production: unknown, and nothing private is sent any more', () =>
    onEditingProxy({}, async (exchange, proxy) => {
      proxy.editNext(SELL, (reply) => ({ ...reply, testnet: false }))
      expect(await sell(exchange, 'hit')).toMatch(/^unknown deribit\/wrong-network/)
      const seen = proxy.seen.length
      expect(wordsOf(await found(exchange, 'hit').catch((error: unknown) => error))).toMatch(
        /^deribit\/wrong-network halt/,
      )
      expect(await exchange.client.private.sell(wish(exchange, 'next'))).toMatchObject({ word: 'not_sent' })
      expect(proxy.seen).toHaveLength(seen)
      expect(await read(exchange)).toBe('value')
    }))
})
