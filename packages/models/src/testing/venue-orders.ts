import { describe, expect, it } from 'vitest'
import { CcError } from '../errors.js'
import type { Currency, OptionInstrument } from '../instrument.js'
import type { OrderTerms } from '../order.js'
import type { ApprovedOrder, Venue } from '../ports.js'
import { orderForTest } from './doubles.js'
import { farAbove, tradableCall } from './tradable-call.js'

const VALID_FOR_MS = 3_000
let labels = 0

/** The order half of {@link describeVenue}. */
export function describeOrders(create: () => Promise<Venue>, currency: Currency): void {
  async function begin() {
    const venue = await create()
    const { instrument, quote } = await tradableCall(venue, currency)
    const terms: Omit<OrderTerms, 'symbol'> = {
      label: `cc-test-${labels++}-${await venue.market.serverTime()}`,
      side: 'sell',
      sizeCoin: instrument.minSizeCoin,
      priceCoin: quote.bidPriceCoin,
      postOnly: false,
      reduceOnly: false,
      timeInForce: 'good-til-cancelled',
      validUntilMs: (await venue.market.serverTime()) + VALID_FOR_MS,
    }
    const send = (changes: Partial<OrderTerms> = {}, on: OptionInstrument = instrument) =>
      venue.broker.place(orderForTest(on, { ...terms, ...changes }))
    return { venue, broker: venue.broker, instrument, quote, terms, send }
  }

  describe('orders', () => {
    it('refuses an order that was not cut from an approval, and one that was sent before', async () => {
      const { broker, instrument, terms } = await begin()
      const real = orderForTest(instrument, { ...terms, priceCoin: 2 * terms.priceCoin })
      const forged = [
        { ...real },
        { terms: real.terms },
        Object.create(Object.getPrototypeOf(real)),
        new Proxy(real, {}),
        JSON.parse(JSON.stringify(real.terms)),
        null,
      ]
      for (const fake of forged as ApprovedOrder[]) {
        await expect(broker.place(fake)).rejects.toSatisfy(
          (error) => CcError.isInstance(error) && error.code === 'models/forged-order',
        )
      }
      await broker.place(real)
      await expect(broker.place(real)).rejects.toSatisfy(
        (error) => CcError.isInstance(error) && error.code === 'models/order-already-sent',
      )
    })

    it('fills a sale at the bid, pays its premium less the fee and books it', async () => {
      const { venue, broker, instrument, terms, send } = await begin()
      const startedMs = venue.clock.now()
      const before = await broker.account(currency)
      const outcome = await send()
      if (outcome.outcome !== 'accepted') throw new Error(JSON.stringify(outcome))
      expect(outcome.order).toMatchObject({
        state: 'filled',
        filledCoin: terms.sizeCoin,
        label: terms.label,
        symbol: instrument.symbol,
      })
      expect(outcome.order.averagePriceCoin).toBeGreaterThanOrEqual(terms.priceCoin)
      expect(outcome.fills.length).toBeGreaterThan(0)

      const premium = outcome.fills.reduce((sum, fill) => sum + fill.sizeCoin * fill.priceCoin - fill.feeCoin, 0)
      const after = await broker.account(currency)
      expect(after.balanceCoin - before.balanceCoin).toBeCloseTo(premium, 10)
      expect(after.positions.find((position) => position.symbol === instrument.symbol)?.sizeCoin).toBeCloseTo(
        -terms.sizeCoin,
        10,
      )
      expect(after.initialMarginCoin).toBeGreaterThan(before.initialMarginCoin)

      const span = { fromMs: startedMs, toMs: venue.clock.now() + 1_000 }
      expect((await broker.fills(currency, span)).map((fill) => fill.label)).toContain(terms.label)
      const booked = (await broker.ledger(currency, span)).filter((row) => row.symbol === instrument.symbol)
      expect(booked.reduce((sum, row) => sum + row.changeCoin, 0)).toBeCloseTo(premium, 10)
      expect((await broker.order(outcome.order.orderId)).state).toBe('filled')
    })

    it('rests a sale above the ask, finds it by label and cancels it once', async () => {
      const { broker, instrument, quote, terms, send } = await begin()
      const outcome = await send({ priceCoin: farAbove(quote.askPriceCoin, instrument), postOnly: true })
      if (outcome.outcome !== 'accepted') throw new Error(JSON.stringify(outcome))
      expect(outcome.order).toMatchObject({ state: 'open', filledCoin: 0, averagePriceCoin: null })
      const { orderId } = outcome.order
      expect((await broker.account(currency)).openOrders.map((order) => order.orderId)).toContain(orderId)
      expect((await broker.findByLabel(currency, terms.label)).orders.map((order) => order.orderId)).toEqual([orderId])
      expect((await broker.cancel(orderId)).state).toBe('cancelled')
      expect((await broker.cancel(orderId)).state).toBe('cancelled')
      expect((await broker.account(currency)).openOrders.map((order) => order.orderId)).not.toContain(orderId)
      expect((await broker.findByLabel(currency, terms.label)).orders.map((order) => order.state)).toEqual([
        'cancelled',
      ])
    })

    it('rejects a post-only order that would trade', async () => {
      const { send } = await begin()
      expect(await send({ postOnly: true })).toMatchObject({ outcome: 'rejected' })
    })

    it('never rests what an immediate-or-cancel order leaves', async () => {
      const { broker, instrument, quote, send } = await begin()
      const outcome = await send({
        priceCoin: farAbove(quote.askPriceCoin, instrument),
        timeInForce: 'immediate-or-cancel',
      })
      expect(outcome).toMatchObject({ outcome: 'accepted', order: { state: 'cancelled', filledCoin: 0 } })
      expect((await broker.account(currency)).openOrders).toEqual([])
    })

    it('rejects a price between ticks and sizes that are too small or off the step', async () => {
      const { instrument, quote, terms, send } = await begin()
      const tick = instrument.tickSizeCoin
      const { minSizeCoin } = instrument
      expect(await send({ priceCoin: quote.bidPriceCoin + tick / 3 })).toMatchObject({ outcome: 'rejected' })
      expect(await send({ label: `${terms.label}-b`, sizeCoin: minSizeCoin / 2 })).toMatchObject({
        outcome: 'rejected',
      })
      expect(await send({ label: `${terms.label}-c`, sizeCoin: 1.5 * minSizeCoin })).toMatchObject({
        outcome: 'rejected',
      })
    })

    it('does not begin an order after its validUntil', async () => {
      const { venue, broker, terms, send } = await begin()
      const outcome = await send({ validUntilMs: (await venue.market.serverTime()) - 1_000 })
      expect(outcome.outcome).not.toBe('accepted')
      expect((await broker.findByLabel(currency, terms.label)).orders).toEqual([])
    })

    it('lets a reduce-only order open nothing', async () => {
      const { broker, quote, send } = await begin()
      const outcome = await send({ side: 'buy', reduceOnly: true, priceCoin: quote.askPriceCoin })
      if (outcome.outcome === 'accepted') expect(outcome.order.filledCoin).toBe(0)
      expect((await broker.account(currency)).positions.filter((position) => position.sizeCoin > 0)).toEqual([])
    })

    it('buys back a short call', async () => {
      const { broker, instrument, quote, terms, send } = await begin()
      expect(await send()).toMatchObject({ outcome: 'accepted', order: { state: 'filled' } })
      const outcome = await send({
        label: `${terms.label}-b`,
        side: 'buy',
        reduceOnly: true,
        priceCoin: quote.askPriceCoin,
      })
      expect(outcome).toMatchObject({ outcome: 'accepted', order: { state: 'filled' } })
      const left = (await broker.account(currency)).positions.find((position) => position.symbol === instrument.symbol)
      expect(left?.sizeCoin ?? 0).toBe(0)
    })

    it('rejects a sale whose margin the account cannot carry', async () => {
      const { broker, instrument, quote, send } = await begin()
      const { marginBalanceCoin } = await broker.account(currency)
      const sizeCoin = Math.ceil((marginBalanceCoin * 20) / instrument.sizeStepCoin) * instrument.sizeStepCoin
      expect(
        await send({ sizeCoin, priceCoin: farAbove(quote.askPriceCoin, instrument), postOnly: true }),
      ).toMatchObject({
        outcome: 'rejected',
      })
    })
  })
}
