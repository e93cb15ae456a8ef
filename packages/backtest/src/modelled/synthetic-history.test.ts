import { expect, it } from 'vitest'
import { openSyntheticHistory } from './synthetic-history.js'

const HOUR_MS = 3_600_000
const fromMs = Date.UTC(2026, 0, 2, 8, 30)
const span = { fromMs, toMs: fromMs + 10 * HOUR_MS }

it('is the synthetic market, looked at every hour on the hour', () => {
  const { card, timesMs, market, chains } = openSyntheticHistory({ ...span, seed: 7 })
  expect([...timesMs]).toEqual(Array.from({ length: 10 }, (_, hour) => Date.UTC(2026, 0, 2, 9 + hour)))
  expect(card).toMatchObject({
    kind: 'synthetic',
    fromMs: timesMs[0],
    toMs: timesMs.at(-1),
    currencies: ['BTC', 'ETH'],
  })
  expect(card.description).toContain('seed 7')
  expect(market.source.kind).toBe('synthetic')
  expect(chains.size).toBe(0)
})

it('is the same world for the same seed, another for another, and says so in its checksum', () => {
  const world = (seed: number) => openSyntheticHistory({ ...span, seed })
  expect(world(3).market.indexUsd('BTC', span.toMs)).toBe(world(3).market.indexUsd('BTC', span.toMs))
  expect(world(3).market.indexUsd('BTC', span.toMs)).not.toBe(world(4).market.indexUsd('BTC', span.toMs))
  expect(world(3).card.checksum).toBe(world(3).card.checksum)
  expect(world(3).card.checksum).not.toBe(world(4).card.checksum)
})

it.each([
  ['a span that ends before it begins', { ...span, toMs: fromMs - 1 }, /toMs must be after fromMs/],
  ['steps below a minute', { ...span, everyMs: 1_000 }, /everyMs/],
  ['a coin that there is none of', { ...span, currencies: [] }, /currencies/],
])('refuses %s', (_, options, message) => {
  expect(() => openSyntheticHistory(options)).toThrow(message)
})
