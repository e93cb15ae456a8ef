import fc from 'fast-check'
import { expect, it } from 'vitest'
import { VENUE_MS } from '../replies.fixture.js'
import { createFakeStreamClient, INDEX, symbolOf, TICKER } from './stream-client.fixture.js'
import { createStreamVenue } from './stream-venue.js'

const SYMBOLS = [100_000, 110_000].map((strikeUsd) => symbolOf('BTC', strikeUsd))
const [A = '', B = ''] = SYMBOLS
/** A ticker of `agg2` comes within so many ms of a change. */
const AGGREGATED_MS = 2_000

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 1_500 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('index' as const), by: fc.integer({ min: -2, max: 2 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('mark' as const),
      symbol: fc.constantFrom(...SYMBOLS),
      ticks: fc.integer({ min: 1, max: 40 }),
    }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('read' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('lose', 'reconnect', 'deaf', 'behind', 'late') }) },
)

it('never claims a time of which what it shows was not true, or that is later than what was told last', async () => {
  let fromCache = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 80, size: 'max' }), async (steps) => {
      const fake = createFakeStreamClient(SYMBOLS)
      const venue = createStreamVenue(fake.client)
      const warming = venue.warm()
      await new Promise((resolve) => setImmediate(resolve))
      fake.tellAll()
      await warming

      /** What was true, from each time on. */
      const history = new Map(SYMBOLS.map((symbol) => [symbol, [{ fromMs: fake.clock.now(), mark: 0.011 }]]))
      /** Changes that were not told yet, by symbol, with the time by which they must be. */
      const owed = new Map<string, number>()
      let toldMs = fake.clock.now()
      let isConnected = true
      let isBehind = false
      let indexDueMs = fake.clock.now() + 1_000

      const owe = (symbol: string) => {
        if (!owed.has(symbol)) owed.set(symbol, fake.clock.now() + AGGREGATED_MS)
      }
      const tell = (symbol: string) => {
        owed.delete(symbol)
        if (!isConnected) return
        fake.tellTicker(symbol)
        toldMs = fake.clock.now()
      }
      /** Time passes in small parts: what is due is told, the index once a second. */
      const pass = (ms: number) => {
        for (let left = ms; left > 0; left -= 100) {
          fake.clock.advance(Math.min(100, left))
          for (const [symbol, dueMs] of [...owed]) {
            if (fake.clock.now() >= dueMs && !(isBehind && symbol === B)) tell(symbol)
          }
          if (fake.clock.now() < indexDueMs) continue
          indexDueMs = fake.clock.now() + 1_000
          if (!isConnected) continue
          fake.tellIndex('BTC')
          toldMs = fake.clock.now()
        }
      }
      const wasTrue = (symbol: string, mark: number, fromMs: number) =>
        (history.get(symbol) ?? []).some(
          ({ fromMs: begunMs, mark: then }, place, all) =>
            then === mark &&
            (all[place + 1]?.fromMs ?? Number.POSITIVE_INFINITY) >= fromMs &&
            begunMs <= fake.clock.now(),
        )

      for (const each of steps) {
        switch (each.kind) {
          case 'pass':
            pass((each as { ms: number }).ms)
            break
          case 'index':
            fake.indices.BTC += (each as { by: number }).by
            if ((each as { by: number }).by !== 0) for (const symbol of SYMBOLS) owe(symbol)
            break
          case 'mark': {
            const { symbol, ticks } = each as { symbol: string; ticks: number }
            // Of the one that is served late no change goes unseen but with the index.
            if (isBehind && symbol === B) break
            const mark = ticks / 1_000
            fake.marks.set(symbol, mark)
            history.get(symbol)?.push({ fromMs: fake.clock.now(), mark })
            owe(symbol)
            break
          }
          case 'lose':
            if (isConnected) fake.lose()
            isConnected = false
            break
          case 'reconnect':
            if (isConnected) break
            fake.reconnect()
            isConnected = true
            isBehind = false
            for (const symbol of SYMBOLS) tell(symbol)
            break
          case 'deaf':
            fake.unreadable(TICKER(A))
            fake.unreadable(INDEX('BTC'))
            break
          case 'behind':
            // Its channel stalls, and the market moves on, never to come back.
            isBehind = true
            fake.indices.BTC += 1_000
            for (const symbol of SYMBOLS) owe(symbol)
            fake.marks.set(B, 0.5)
            history.get(B)?.push({ fromMs: fake.clock.now(), mark: 0.5 })
            break
          case 'late':
            if (isConnected) fake.tellTicker(A, { timestamp: VENUE_MS - 1, mark_price: 0.7 })
            break
          default: {
            fake.asked.length = 0
            const chain = await venue.market.chain('BTC')
            if (fake.asked.includes('getBookSummaryByCurrency')) break
            fromCache += 1
            expect(chain.timestampMs).toBeLessThanOrEqual(toldMs)
            expect(fake.clock.now() - chain.timestampMs).toBeLessThanOrEqual(10_000)
            expect(chain.quotes).toHaveLength(2)
            for (const { symbol, markPriceCoin } of chain.quotes) {
              expect(wasTrue(symbol, markPriceCoin, chain.timestampMs), `${symbol} ${markPriceCoin}`).toBe(true)
            }
            const quote = await venue.market.quote(A)
            if (fake.asked.includes('ticker')) break
            expect(quote.timestampMs).toBeLessThanOrEqual(toldMs)
            expect(wasTrue(A, quote.markPriceCoin, quote.timestampMs)).toBe(true)
          }
        }
      }
      venue.close()
    }),
    { numRuns: 300 },
  )
  expect(fromCache).toBeGreaterThan(300)
})
