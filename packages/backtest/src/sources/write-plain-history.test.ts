import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, inject, it } from 'vitest'
import { openRecordedHistory } from '../history/recorded-history.js'
import { CANDLES, CHAIN_HEADER, CHAIN_ROWS, DAY_MS, FRIDAY_MS, folderWith, HOUR_MS, text } from './plain.fixture.js'
import { openPlainHistory } from './plain-history.js'
import { writePlainHistory } from './write-plain-history.js'

const recordings = inject('recordings')

describe('writePlainHistory', () => {
  it('writes files that are read as the same history', async () => {
    const dvol = 'ts,currency,open,high,low,close\n2026-01-08,BTC,0.51,0.6,0.5,0.55\n'
    const files = { 'chains.csv': text([CHAIN_HEADER, ...CHAIN_ROWS]), 'candles.csv': text(CANDLES), 'dvol.csv': dvol }
    const history = await openPlainHistory({ folder: folderWith(files) })
    const folder = folderWith()
    expect(writePlainHistory(history, folder).toSorted()).toEqual(readdirSync(folder).toSorted())
    const again = await openPlainHistory({ folder })
    expect(again.chains).toEqual(history.chains)
    const span = { fromMs: 0, toMs: FRIDAY_MS + DAY_MS, nowMs: FRIDAY_MS + DAY_MS }
    for (const currency of ['BTC', 'ETH'] as const) {
      for (const request of [
        { kind: 'candles', resolutionMs: HOUR_MS, ...span },
        { kind: 'dvol', resolutionMs: DAY_MS, ...span },
      ] as const) {
        expect(again.market.history(currency, request)).toEqual(history.market.history(currency, request))
      }
      const expiryMs = FRIDAY_MS + 8 * HOUR_MS
      expect(again.market.deliveryUsd(currency, expiryMs, span.nowMs)).toBe(
        history.market.deliveryUsd(currency, expiryMs, span.nowMs),
      )
    }
  })

  it('writes what the history knows after its last snapshot, too', async () => {
    const chains = text([CHAIN_HEADER, ...CHAIN_ROWS.slice(0, 3)])
    const toMs = FRIDAY_MS + 9 * HOUR_MS
    const first = await openPlainHistory({
      folder: folderWith({ 'chains.csv': chains, 'candles.csv': text(CANDLES) }),
      toMs,
    })
    const folder = folderWith()
    writePlainHistory(first, folder)
    const { market, card } = await openPlainHistory({ folder, toMs })
    expect(market.deliveryUsd('BTC', FRIDAY_MS + 8 * HOUR_MS, toMs)).toBe(91_012)
    expect(readFileSync(join(folder, 'deliveries.csv'), 'utf8')).toBe('ts,currency,price\n')
    expect(card.assumptions).toEqual(first.card.assumptions)
    const asked = { kind: 'candles', resolutionMs: HOUR_MS, fromMs: 0, toMs, nowMs: toMs } as const
    expect(market.history('BTC', asked)).toEqual(first.market.history('BTC', asked))
    expect(market.history('BTC', asked).openMs.at(-1)).toBe(FRIDAY_MS + 8 * HOUR_MS)
  })

  it('writes delivery prices that are stated, and those that no candle tells', async () => {
    const files = {
      'chains.csv': text([CHAIN_HEADER, ...CHAIN_ROWS]),
      'deliveries.csv': 'ts,currency,price\n2026-01-09T08:00:00Z,BTC,91111.5\n',
    }
    for (const candles of [text(CANDLES), text(CANDLES.slice(0, 3))]) {
      const folder = folderWith()
      writePlainHistory(await openPlainHistory({ folder: folderWith({ ...files, 'candles.csv': candles }) }), folder)
      expect(readFileSync(join(folder, 'deliveries.csv'), 'utf8')).toBe(files['deliveries.csv'])
    }
  })

  it.each(['chains-2025-12.csv', 'chains-2026-01.csv.gz', 'dvol.csv.gz'])(
    'leaves a folder alone that has %s, which would be read with it',
    async (name) => {
      const history = await openPlainHistory({
        folder: folderWith({ 'chains.csv': text([CHAIN_HEADER, ...CHAIN_ROWS]) }),
      })
      const folder = folderWith({ [name]: 'of another history' })
      expect(() => writePlainHistory(history, folder)).toThrowError(
        expect.objectContaining({ code: 'backtest/other-history', facts: { folder, file: name } }),
      )
      expect(readdirSync(folder)).toEqual([name])
    },
  )

  it.skipIf(recordings === null)('writes recorded chains of the exchange that are read as the same', async () => {
    const span = { fromMs: Date.UTC(2026, 2, 26), toMs: Date.UTC(2026, 2, 29) }
    const recorded = await openRecordedHistory({ folder: `${recordings}/data`, ...span })
    const folder = folderWith()
    writePlainHistory(recorded, folder)
    const again = await openPlainHistory({ folder })
    expect(again.chains).toEqual(recorded.chains)
    expect(again.timesMs).toEqual(recorded.timesMs)
    expect(again.card.coins).toEqual(recorded.card.coins)
    const asked = { resolutionMs: HOUR_MS, fromMs: 0, toMs: span.toMs, nowMs: recorded.card.toMs }
    for (const request of [
      { kind: 'candles', ...asked },
      { kind: 'dvol', ...asked },
    ] as const) {
      expect(again.market.history('BTC', request)).toEqual(recorded.market.history('BTC', request))
    }
    const expiryMs = Date.UTC(2026, 2, 27, 8)
    const [price, recordedPrice] = [again, recorded].map((one) => one.market.deliveryUsd('ETH', expiryMs, span.toMs))
    expect(price).toBeGreaterThan(0)
    expect(price).toBe(recordedPrice)
  })

  it('loses no bit of any number, over any chain', async () => {
    const price = fc.option(fc.double({ min: 1e-8, max: 1, noNaN: true }), { nil: '' })
    const amount = fc.option(fc.double({ min: 1e-3, max: 1e9, noNaN: true }), { nil: '' })
    const quote = fc
      .record({
        currency: fc.constantFrom('BTC', 'ETH'),
        snapshot: fc.integer({ min: 0, max: 2 }),
        day: fc.integer({ min: 1, max: 3 }),
        strike: fc.integer({ min: 1, max: 1_000_000 }),
        cp: fc.constantFrom('C', 'P'),
        prices: fc.tuple(price, price, price),
        iv: fc.option(fc.double({ min: 0.05, max: 10, noNaN: true }), { nil: '' }),
        forward: fc.double({ min: 50_000, max: 150_000, noNaN: true }),
        amounts: fc.tuple(amount, amount, amount, amount),
      })
      .map((of) => {
        const ts = new Date(FRIDAY_MS + of.snapshot * 20 * DAY_MS + of.snapshot * 1_234).toISOString()
        const expiry = new Date(FRIDAY_MS + (of.snapshot * 20 + of.day) * DAY_MS).toISOString().slice(0, 10)
        const key = [ts, of.currency, expiry, of.strike, of.cp].join(',')
        return { key, line: [key, ...of.prices, of.iv, of.forward, 100_000, ...of.amounts].join(',') }
      })
    const quotes = fc.uniqueArray(quote, { selector: ({ key }) => key, minLength: 1, maxLength: 30 })
    await fc.assert(
      fc.asyncProperty(quotes, async (rows) => {
        const sorted = rows.map(({ line }) => line).toSorted()
        const first = await openPlainHistory({ folder: folderWith({ 'chains.csv': text([CHAIN_HEADER, ...sorted]) }) })
        const folder = folderWith()
        writePlainHistory(first, folder)
        expect((await openPlainHistory({ folder })).chains).toEqual(first.chains)
      }),
      { numRuns: 40 },
    )
  })

  it('has nothing to write of a modelled history', async () => {
    const folder = folderWith({ 'chains.csv': text([CHAIN_HEADER, ...CHAIN_ROWS]) })
    const history = await openPlainHistory({ folder })
    const modelled = { ...history, card: { ...history.card, kind: 'synthetic' as const }, chains: new Map() }
    expect(() => writePlainHistory(modelled, folder)).toThrowError(
      expect.objectContaining({ code: 'backtest/no-quotes', facts: { kind: 'synthetic' } }),
    )
  })
})
