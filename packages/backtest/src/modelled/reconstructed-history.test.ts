import { createSimVenue, type Market } from '@cc/exchange-sim'
import { describe, expect, it } from 'vitest'
import { cutSeries, DAY_MS, FIRST_MS, HOUR_MS, wanderingSeries } from './modelled.fixture.js'
import { openReconstructedHistory } from './reconstructed-history.js'
import { RECORDED_SURFACE } from './recorded-surface.js'

const series = [wanderingSeries('BTC'), wanderingSeries('ETH')]
const fromMs = FIRST_MS + 100 * DAY_MS
const toMs = FIRST_MS + 130 * DAY_MS
const history = openReconstructedHistory({ fromMs, toMs }, { series })
const { market } = history

describe('a reconstructed history', () => {
  it('says that it is one, of what, and with which errors', () => {
    const { card } = history
    expect(card).toMatchObject({ kind: 'reconstructed', currencies: ['BTC', 'ETH'], fromMs, toMs, gaps: [] })
    expect(card.description).toMatch(/^RECONSTRUCTED: .* no quote in it is real$/)
    expect(card.coins).toEqual([
      { currency: 'BTC', snapshots: 721, rows: null },
      { currency: 'ETH', snapshots: 721, rows: null },
    ])
    const text = card.assumptions.join('\n')
    expect(text).toContain('785 recorded chains of 2021-06-01 to 2026-05-31')
    expect(text).toContain('4.9 at 4-10 d')
    expect(text).toContain('1.11 at 25 delta')
    expect(market.source).toMatchObject({ kind: 'reconstructed' })
  })

  it('quotes some hundred options of each coin each hour, as many calls as puts', () => {
    for (const currency of ['BTC', 'ETH'] as const) {
      const chain = market.chain(currency, fromMs + 9 * HOUR_MS)
      expect(chain.length).toBeGreaterThan(200)
      expect(chain.length).toBeLessThan(700)
      expect(chain.filter(({ symbol }) => symbol.endsWith('C')).length).toBe(chain.length / 2)
      expect(market.instruments(currency, fromMs + 9 * HOUR_MS).map(({ symbol }) => symbol)).toEqual(
        chain.map(({ symbol }) => symbol),
      )
    }
  })

  it('has one answer for an option, in the chain, as a row of it, and alone', () => {
    const atMs = fromMs + 50 * HOUR_MS
    const rows = market.chainRows?.('BTC', atMs) ?? []
    const chain = market.chain('BTC', atMs)
    expect(rows.length).toBe(chain.length)
    chain.forEach((quote, row) => {
      expect(market.quote(quote.symbol, atMs)).toEqual(quote)
      expect(quote).toMatchObject(rows[row] ?? {})
    })
  })

  it('quotes the same through an exchange, whether rows are had cheaper or not', async () => {
    const { chainRows: _, ...plain } = market
    const chainOf = async (of: Market) => createSimVenue({}, { market: of }).market.chain('BTC')
    expect(await chainOf(market)).toEqual(await chainOf(plain))
  })

  it('hangs on nothing that comes after a snapshot', () => {
    for (const atMs of [fromMs, fromMs + 8 * HOUR_MS, fromMs + 403 * HOUR_MS]) {
      const cut = openReconstructedHistory(
        { fromMs, toMs: Math.max(atMs, fromMs + 1) },
        { series: series.map((each) => cutSeries(each, atMs)) },
      )
      expect(cut.market.chain('ETH', atMs)).toEqual(market.chain('ETH', atMs))
      expect(cut.market.instruments('ETH', atMs)).toEqual(market.instruments('ETH', atMs))
      const bars = { kind: 'candles', resolutionMs: HOUR_MS, fromMs: 0, toMs: atMs, nowMs: atMs } as const
      expect(cut.market.history('ETH', bars)).toEqual(market.history('ETH', bars))
    }
  })

  it.each([0.3, 0.6, 1.3])(
    'lists weekly calls of 10 and 25 delta under a volatility index of %d, and some hundred options',
    (v) => {
      const [series] = [wanderingSeries('BTC')]
      const calm = series.dvol?.close.map(() => v) as Float64Array
      const dvol = series.dvol && { ...series.dvol, open: calm, high: calm, low: calm, close: calm }
      const { market: of } = openReconstructedHistory({ fromMs, toMs }, { series: [{ ...series, dvol }] })
      for (const atMs of [fromMs + 9 * HOUR_MS, fromMs + 20 * DAY_MS]) {
        const chain = of.chain('BTC', atMs)
        const expiryOf = new Map(of.instruments('BTC', atMs).map(({ symbol, expiryMs }) => [symbol, expiryMs]))
        const deltas = chain.flatMap(({ symbol, greeks }) => {
          const days = ((expiryOf.get(symbol) ?? 0) - atMs) / DAY_MS
          return symbol.endsWith('C') && days > 5 && days < 13 ? [greeks?.delta ?? 0] : []
        })
        for (const target of [0.1, 0.25, 0.5]) {
          expect(Math.min(...deltas.map((delta) => Math.abs(delta - target)))).toBeLessThan(0.06)
        }
        expect(chain.length).toBeLessThan(900)
      }
    },
  )

  it('keeps an option listed until its expiry, once it is', () => {
    const expiryMs = Date.UTC(2025, 8, 26, 8)
    const symbolsAt = (atMs: number) =>
      market.instruments('BTC', atMs).flatMap((option) => (option.expiryMs === expiryMs ? [option.symbol] : []))
    const early = symbolsAt(fromMs)
    const late = new Set(symbolsAt(expiryMs - 1))
    expect(early.length).toBeGreaterThan(20)
    expect(early.every((symbol) => late.has(symbol))).toBe(true)
    expect(symbolsAt(expiryMs)).toEqual([])
  })

  it('delivers at the open of the hour, where no other price is known, and not before', () => {
    const expiryMs = fromMs + 8 * HOUR_MS
    const [btc] = series
    const row = btc?.candles.openMs.indexOf(expiryMs) ?? -1
    expect(market.deliveryUsd('BTC', expiryMs, expiryMs - 1)).toBeUndefined()
    expect(market.deliveryUsd('BTC', expiryMs, expiryMs)).toBe(btc?.candles.open[row])
    const stated = openReconstructedHistory(
      { fromMs, toMs },
      { series: [{ ...wanderingSeries(), deliveryUsd: new Map([[expiryMs, 91_234.5]]) }] },
    )
    expect(stated.market.deliveryUsd('BTC', expiryMs, expiryMs)).toBe(91_234.5)
  })

  it('has no snapshot through an outage, and says so', () => {
    const outageMs = fromMs + 5 * DAY_MS
    const holed = wanderingSeries('BTC', { missing: (openMs) => openMs >= outageMs && openMs < outageMs + DAY_MS })
    const { card, timesMs } = openReconstructedHistory({ fromMs, toMs }, { series: [holed] })
    expect(card.gaps).toEqual([{ currency: 'BTC', fromMs: outageMs + 3 * HOUR_MS, toMs: outageMs + DAY_MS + HOUR_MS }])
    expect(timesMs.some((atMs) => atMs > outageMs + 3 * HOUR_MS && atMs <= outageMs + DAY_MS)).toBe(false)
  })

  it('lowers weekly premiums by what it is told, within a hundredth, and no longer ones', () => {
    const premiumFactors = { delta10: 0.8, delta25: 0.9, delta50: 0.95 }
    const corrected = openReconstructedHistory({ fromMs, toMs, premiumFactors }, { series })
    const atMs = fromMs + 57 * HOUR_MS
    let weekly = 0
    for (const { symbol, expiryMs, kind } of market.instruments('BTC', atMs)) {
      const [plain, lower] = [market.quote(symbol, atMs), corrected.market.quote(symbol, atMs)]
      const days = (expiryMs - atMs) / DAY_MS
      if (days > 10) expect(lower).toEqual(plain)
      const delta = plain?.greeks?.delta ?? 0
      if (days > 10 || days < 4 || kind === 'put' || Math.abs(delta - 0.25) > 0.05) continue
      weekly += 1
      const factor = 0.8 + (0.1 / 0.15) * (Math.min(delta, 0.25) - 0.1) + 0.2 * Math.max(0, delta - 0.25)
      expect((lower?.markPriceCoin ?? 0) / (plain?.markPriceCoin ?? 1)).toBeCloseTo(factor, 1.7)
    }
    expect(weekly).toBeGreaterThan(0)
  })

  it.each([
    ['snapshots before the series reach', { fromMs: FIRST_MS + DAY_MS, toMs }, 'backtest/before-history'],
    ['a coin without a surface', { fromMs, toMs }, 'backtest/unknown-currency'],
  ])('refuses %s', (_, span, code) => {
    const surfaces = code === 'backtest/unknown-currency' ? { ETH: RECORDED_SURFACE.ETH } : RECORDED_SURFACE
    expect(() => openReconstructedHistory(span, { series: [wanderingSeries()], surfaces })).toThrow(
      expect.objectContaining({ code }),
    )
  })

  it('refuses steps that are no whole hours, and a span that ends before it begins', () => {
    expect(() => openReconstructedHistory({ fromMs, toMs, everyMs: 1_800_000 }, { series })).toThrow(/everyMs/)
    expect(() => openReconstructedHistory({ fromMs: toMs, toMs: fromMs }, { series })).toThrow(/toMs/)
  })

  it('has another checksum for another bar, another option or another surface, and for nothing else', () => {
    const checksum = (...args: Parameters<typeof openReconstructedHistory>) =>
      openReconstructedHistory(...args).card.checksum
    const same = { series: [wanderingSeries('BTC'), wanderingSeries('ETH')] }
    expect(checksum({ fromMs, toMs }, same)).toBe(history.card.checksum)
    const other = wanderingSeries('ETH')
    other.candles.close[3] = 2_999
    expect(checksum({ fromMs, toMs }, { series: [wanderingSeries('BTC'), other] })).not.toBe(history.card.checksum)
    expect(checksum({ fromMs, toMs, everyMs: 2 * HOUR_MS }, same)).not.toBe(history.card.checksum)
    const surfaces = { BTC: RECORDED_SURFACE.BTC, ETH: RECORDED_SURFACE.BTC }
    expect(checksum({ fromMs, toMs }, { ...same, surfaces })).not.toBe(history.card.checksum)
  })
})
