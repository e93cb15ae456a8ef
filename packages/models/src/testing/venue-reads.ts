import { describe, expect, it } from 'vitest'
import { accountSnapshotSchema } from '../account.js'
import { CcError } from '../errors.js'
import type { Currency } from '../instrument.js'
import { optionInstrumentSchema, parseSymbol } from '../instrument.js'
import { indexPriceSchema, optionChainSchema, optionQuoteSchema, venueStatusSchema } from '../market.js'
import { marginQuoteSchema } from '../order.js'
import type { Venue } from '../ports.js'
import { tradableCall } from './tradable-call.js'

const HOUR_MS = 3_600_000

/** The `MarketData` half of {@link describeVenue}. */
export function describeMarket(create: () => Promise<Venue>, currency: Currency): void {
  describe('market data', () => {
    it('says what it is and that it is no production venue', async () => {
      const status = venueStatusSchema.parse(await (await create()).market.status())
      expect(status.testnet).toBe(true)
      expect(status.source.description).not.toBe('')
      expect(status.clockErrorMs, 'how far its clock may be off').toBeLessThan(5_000)
    })

    it('tells the time that its clock tells', async () => {
      const { market, clock } = await create()
      expect(Math.abs((await market.serverTime()) - clock.now())).toBeLessThan(5_000)
    })

    it('lists options whose symbols say what they are, each once', async () => {
      const { market } = await create()
      const instruments = await market.instruments(currency)
      expect(instruments.length).toBeGreaterThan(10)
      expect(new Set(instruments.map((instrument) => instrument.symbol)).size).toBe(instruments.length)
      for (const instrument of instruments) {
        const { symbol, expiryMs, strikeUsd, kind } = optionInstrumentSchema.parse(instrument)
        expect(parseSymbol(symbol)).toEqual({ currency, expiryMs, strikeUsd, kind })
      }
    })

    it('shows a chain of listed options with bids below asks', async () => {
      const { market, clock } = await create()
      const listed = new Set((await market.instruments(currency)).map((instrument) => instrument.symbol))
      const chain = optionChainSchema.parse(await market.chain(currency))
      expect(chain.timestampMs).toBeLessThanOrEqual(clock.now() + 5_000)
      expect(chain.quotes.length).toBeGreaterThan(10)
      for (const quote of chain.quotes) {
        expect(listed.has(quote.symbol), quote.symbol).toBe(true)
        if (quote.bidPriceCoin !== null && quote.askPriceCoin !== null) {
          expect(quote.bidPriceCoin, quote.symbol).toBeLessThan(quote.askPriceCoin)
        }
      }
    })

    it('quotes one option in full, with the delta of a call', async () => {
      const venue = await create()
      const { quote } = await tradableCall(venue, currency)
      const parsed = optionQuoteSchema.parse(quote)
      expect(parsed.greeks?.delta).toBeGreaterThanOrEqual(0)
      expect(parsed.bidSizeCoin).toBeGreaterThan(0)
    })

    it.each(['BTC-1JAN20-5000-C', 'ETH-PERPETUAL', 'nonsense'])(
      'refuses to quote %s, which is not listed',
      async (symbol) => {
        const { market } = await create()
        await expect(market.quote(symbol)).rejects.toSatisfy(
          (error) => CcError.isInstance(error) && error.recovery === 'skip',
        )
      },
    )

    it('has an index price', async () => {
      const index = indexPriceSchema.parse(await (await create()).market.indexPrice(currency))
      expect(index.currency).toBe(currency)
    })

    it.each(['candles', 'dvol'] as const)('gives %s in columns, oldest first, closed bars only', async (kind) => {
      const { market, clock } = await create()
      const toMs = clock.now()
      const fromMs = toMs - 72 * HOUR_MS
      const history = await market.history(currency, { kind, fromMs, toMs, resolutionMs: HOUR_MS })
      const { openMs, open, high, low, close } = history
      for (const column of [open, high, low, close]) expect(column.length).toBe(openMs.length)
      openMs.forEach((startMs, i) => {
        expect(startMs).toBeGreaterThanOrEqual(fromMs)
        expect(startMs + HOUR_MS).toBeLessThanOrEqual(clock.now())
        if (i > 0) expect(startMs).toBeGreaterThan(openMs[i - 1] ?? Number.POSITIVE_INFINITY)
        expect(low[i]).toBeGreaterThan(0)
        expect(low[i]).toBeLessThanOrEqual(Math.min(open[i] ?? 0, close[i] ?? 0))
        expect(high[i]).toBeGreaterThanOrEqual(Math.max(open[i] ?? 0, close[i] ?? 0))
      })
    })

    it('knows no delivery price of an expiry to come', async () => {
      const { market, clock } = await create()
      const expiryMs = Math.max(...(await market.instruments(currency)).map((instrument) => instrument.expiryMs))
      expect(expiryMs).toBeGreaterThan(clock.now())
      expect(await market.deliveryPrice(currency, expiryMs)).toBeUndefined()
    })
  })
}

/** The account half of {@link describeVenue}, read only. */
export function describeAccount(create: () => Promise<Venue>, currency: Currency): void {
  describe('account', () => {
    it('adds up', async () => {
      const account = accountSnapshotSchema.parse(await (await create()).broker.account(currency))
      expect(account.currency).toBe(currency)
      expect(account.balanceCoin).toBeGreaterThan(0)
      expect(account.equityCoin).toBeCloseTo(
        account.balanceCoin + account.futuresSessionPnlCoin + account.optionsValueCoin,
        8,
      )
      expect(account.availableFundsCoin).toBeCloseTo(account.marginBalanceCoin - account.initialMarginCoin, 8)
    })

    it('quotes the margin of a sale, which grows with its size', async () => {
      const venue = await create()
      const { instrument, quote } = await tradableCall(venue, currency)
      const ask = { symbol: instrument.symbol, side: 'sell', priceCoin: quote.bidPriceCoin } as const
      const one = marginQuoteSchema.parse(await venue.broker.margins({ ...ask, sizeCoin: instrument.minSizeCoin }))
      const two = await venue.broker.margins({ ...ask, sizeCoin: 2 * instrument.minSizeCoin })
      expect(one.initialMarginCoin).toBeGreaterThan(0)
      expect(two.initialMarginCoin).toBeGreaterThan(one.initialMarginCoin)
    })

    it('has no fills and no ledger rows of a time to come', async () => {
      const { broker, clock } = await create()
      const span = { fromMs: clock.now() + 1_000_000, toMs: clock.now() + 2_000_000 }
      expect(await broker.fills(currency, span)).toEqual([])
      expect(await broker.ledger(currency, span)).toEqual([])
    })

    it('finds no order under a label that was never used', async () => {
      const { broker, market } = await create()
      const beforeMs = await market.serverTime()
      const found = await broker.findByLabel(currency, 'cc-test-never-used')
      expect(found.orders).toEqual([])
      expect(found.answeredAtMs).toBeGreaterThanOrEqual(beforeMs)
    })
  })
}
