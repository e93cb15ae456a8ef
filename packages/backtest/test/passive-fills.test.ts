import { join } from 'node:path'
import { createSimVenue } from '@cc/exchange-sim'
import { type Currency, type OptionQuote, parseSymbol } from '@cc/models'
import { createVirtualClock } from '@cc/models/clock'
import { orderForTest } from '@cc/models/testing'
import { nextPriceDown, roundPriceUp } from '@cc/pricing'
import { describe, expect, inject, it } from 'vitest'
import type { History } from '../src/history/history.js'
import { openRecordedHistory } from '../src/history/recorded-history.js'

const recordings = inject('recordings')

/**
 * What rests at the middle is filled when the market has moved against it: measured on the recorded chains, a third is
 * filled by the next snapshot, and has seen the forward rise by a per cent.
 */
describe.skipIf(recordings === null)('orders that rest at the middle of recorded books', () => {
  it.each([
    ['BTC', 0.0065],
    ['ETH', 0.009],
  ] as const)('fill against themselves: %s', async (currency, leastRise) => {
    const history = openRecordedHistory({
      folder: join(recordings ?? '', 'data'),
      currencies: [currency],
      fromMs: Date.UTC(2026, 0, 1),
      toMs: Date.UTC(2026, 5, 1),
    })
    const { share, filled, unfilled, orders } = await restThrough(history, currency)
    expect(orders).toBeGreaterThan(1_000)
    expect(share).toBeGreaterThan(0.2)
    expect(share).toBeLessThan(0.45)
    expect(filled).toBeGreaterThan(leastRise)
    expect(unfilled).toBeLessThan(0)
  })
})

/** Rests sales of the calls that strategies sell from every eighth snapshot to the next, on accounts of their own. */
async function restThrough({ market, timesMs }: History, currency: Currency) {
  const moves = { filled: [] as number[], unfilled: [] as number[] }
  for (let i = 0; i + 1 < timesMs.length; i += 8) {
    const [startMs, nextMs] = [timesMs[i] as number, timesMs[i + 1] as number]
    const clock = createVirtualClock({ startMs })
    const { broker } = createSimVenue(
      { currencies: [currency], depositsCoin: { [currency]: 1_000_000 } },
      { clock, market },
    )
    const resting = new Map<string, OptionQuote>()
    for (const instrument of market.instruments(currency, startMs)) {
      const quote = market.quote(instrument.symbol, startMs)
      const limitCoin = quote && middleOf(quote, instrument, startMs)
      if (quote === undefined || limitCoin === undefined) continue
      const order = orderForTest(instrument, {
        ...{ side: 'sell', sizeCoin: instrument.minSizeCoin, priceCoin: limitCoin, label: instrument.symbol },
        ...{ postOnly: true, reduceOnly: false, timeInForce: 'good-til-cancelled', validUntilMs: startMs + 1_000 },
      })
      const placed = await broker.place(order)
      if (placed.outcome === 'accepted') resting.set(placed.order.orderId, quote)
    }
    await clock.sleep(nextMs - startMs)
    for (const [orderId, before] of resting) {
      const after = market.quote(before.symbol, nextMs)
      if (after === undefined) continue
      const { state } = await broker.order(orderId)
      moves[state === 'filled' ? 'filled' : 'unfilled'].push(after.forwardUsd / before.forwardUsd - 1)
    }
  }
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const orders = moves.filled.length + moves.unfilled.length
  return { orders, share: moves.filled.length / orders, filled: mean(moves.filled), unfilled: mean(moves.unfilled) }
}

/** The limit of such an order; `undefined` for what no strategy sells, and where the middle is the ask itself. */
function middleOf(
  { symbol, bidPriceCoin, askPriceCoin, greeks }: OptionQuote,
  rule: Parameters<typeof roundPriceUp>[1],
  atMs: number,
): number | undefined {
  const option = parseSymbol(symbol)
  if (option?.kind !== 'call' || bidPriceCoin === null || askPriceCoin === null || greeks === null) return undefined
  const days = (option.expiryMs - atMs) / 86_400_000
  if (days < 4 || days > 45 || greeks.delta < 0.08 || greeks.delta > 0.4) return undefined
  const limitCoin = roundPriceUp((bidPriceCoin + askPriceCoin) / 2, rule)
  return limitCoin <= nextPriceDown(askPriceCoin, rule) && limitCoin > bidPriceCoin ? limitCoin : undefined
}
