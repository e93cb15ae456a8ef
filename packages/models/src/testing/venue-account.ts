import { describe, expect, it } from 'vitest'
import { accountSnapshotSchema } from '../account.js'
import type { Currency } from '../instrument.js'
import { marginQuoteSchema } from '../order.js'
import type { Venue } from '../ports.js'
import { tradableCall } from './tradable-call.js'

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
