import { CcError, ledgerEntrySchema, type OrderTerms } from '@cc/models'
import { orderForTest } from '@cc/models/testing'
import { describe, expect, it } from 'vitest'
import { createScriptedMarket, EXPIRY_MS, optionOf, START_MS, STEP_MS } from './exchange/exchange.fixture.js'
import { ALL_TIME, accepted, termsOf } from './venue.fixture.js'
import { createSimVenue } from './venue.js'

const OPTION = optionOf()

function venueOver(market: Parameters<typeof createScriptedMarket>[0] = {}) {
  const { broker, clock } = createSimVenue({}, { market: createScriptedMarket(market) })
  const send = (changes: Partial<OrderTerms> = {}) => broker.place(orderForTest(OPTION, termsOf(changes)))
  return { broker, clock, send }
}

describe('the ledger of the port', () => {
  it('has one delivery per position, with the cash and the delivery price; the future of the second step is other', async () => {
    const { broker, clock, send } = venueOver()
    accepted(await send())
    await clock.sleep(EXPIRY_MS - START_MS)
    const rows = await broker.ledger('BTC', { fromMs: EXPIRY_MS, toMs: EXPIRY_MS + 1 })
    for (const row of rows) ledgerEntrySchema.parse(row)
    expect(rows).toMatchObject([
      {
        kind: 'delivery',
        venueKind: 'delivery',
        symbol: OPTION.symbol,
        sizeCoin: 0.5,
        deliveryPriceUsd: 100_000,
      },
      {
        kind: 'other',
        venueKind: 'delivery',
        symbol: 'BTC-9JAN26',
        sizeCoin: null,
        priceCoin: null,
        deliveryPriceUsd: null,
        changeCoin: 0,
        feeCoin: 0,
      },
    ])
    expect(rows[0]?.priceCoin).toBeCloseTo(0.2, 14)
    expect(rows[0]?.changeCoin).toBeCloseTo(-0.100075, 14)
    expect(rows[1]?.balanceCoin).toBe(rows[0]?.balanceCoin)
  })

  it('has a settlement without cash for every 08:00 that a position was open through', async () => {
    const { broker, clock, send } = venueOver()
    accepted(await send())
    await clock.sleep(3 * 86_400_000)
    const rows = await broker.ledger('BTC', ALL_TIME)
    expect(rows.map(({ kind }) => kind)).toEqual(['transfer', 'trade', 'settlement', 'settlement', 'settlement'])
    expect(rows.map(({ id }) => id)).toEqual(['BTC-1', 'BTC-2', 'BTC-3', 'BTC-4', 'BTC-5'])
    expect(rows[1]).toMatchObject({ venueKind: 'trade', symbol: OPTION.symbol, sizeCoin: -0.5, priceCoin: 0.02 })
    expect(rows[2]).toMatchObject({ venueKind: 'options_settlement_summary', symbol: null, changeCoin: 0 })
  })

  it('and the fills are of the span that is asked for, its end left out', async () => {
    const { broker, clock, send } = venueOver()
    accepted(await send({ sizeCoin: 0.1 }))
    await clock.sleep(STEP_MS)
    accepted(await send({ sizeCoin: 0.1, label: 'second' }))
    const nowMs = clock.now()
    const labels = async (fromMs: number, toMs: number) =>
      (await broker.fills('BTC', { fromMs, toMs })).map(({ label }) => label)
    expect(await labels(START_MS, nowMs)).toEqual(['test'])
    expect(await labels(START_MS + 1, nowMs + 1)).toEqual(['second'])
    expect(await labels(nowMs + 1, nowMs + 2)).toEqual([])
    expect(await broker.ledger('BTC', { fromMs: nowMs, toMs: nowMs + 1 })).toHaveLength(1)
  })
})

describe('orders of the port', () => {
  it('are rejected, not moved, where a post-only one would trade', async () => {
    const { send } = venueOver()
    expect(await send({ postOnly: true })).toMatchObject({ outcome: 'rejected', code: 'post_only_reject' })
  })

  it('never rest where they are immediate-or-cancel', async () => {
    const { send } = venueOver()
    expect(accepted(await send({ sizeCoin: 1.5, timeInForce: 'immediate-or-cancel' })).order).toMatchObject({
      state: 'cancelled',
      filledCoin: 1,
      cancelReason: null,
    })
  })

  it('are reported again when they are cancelled twice, or after they filled', async () => {
    const { broker, send } = venueOver()
    const { orderId } = accepted(await send({ priceCoin: 0.025 })).order
    const report = await broker.cancel(orderId)
    expect(report).toMatchObject({ state: 'cancelled', cancelReason: 'user_request' })
    expect(await broker.cancel(orderId)).toEqual(report)
    const filled = accepted(await send()).order
    expect(await broker.cancel(filled.orderId)).toEqual(filled)
  })

  it('are unknown where they were never placed', async () => {
    const { broker } = venueOver()
    for (const ask of [() => broker.order('7'), () => broker.cancel('7')]) {
      await expect(ask()).rejects.toSatisfy(
        (error) =>
          CcError.isInstance(error) && error.code === 'exchange-sim/unknown-order' && error.recovery === 'reconcile',
      )
    }
  })

  it('trade on the dot of 08:00 as at any other time', async () => {
    const { clock, send } = venueOver()
    await clock.sleep(8 * 3_600_000)
    accepted(await send())
  })
})
