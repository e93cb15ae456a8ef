import { listOption, usualSpreads } from '@cc/exchange-sim'
import { black76, isOnTick } from '@cc/pricing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { quoteOption, quoteRow } from './option-rows.js'

const stepMs = Date.UTC(2026, 0, 9, 9)
const expiryMs = Date.UTC(2026, 0, 16, 8)
const call = listOption({ currency: 'BTC', kind: 'call', strikeUsd: 95_000, expiryMs })

describe('a modelled quote', () => {
  const forwardUsd = 90_000
  const expiryYears = (expiryMs - stepMs) / (365 * 86_400_000)
  const slice = {
    stepMs,
    indexUsd: 89_900,
    forwardUsd,
    expiryYears,
    usualSpread: usualSpreads('BTC', expiryYears * 365),
  }
  const fairOf = (iv: number, strikeUsd: number) => black76({ forwardUsd, strikeUsd, expiryYears, iv, kind: 'call' })

  it('has a bid below its ask, both on ticks, a tick apart at least', () => {
    fc.assert(
      fc.property(fc.integer({ min: 60, max: 160 }), fc.double({ min: 0.2, max: 1.5, noNaN: true }), (strike, iv) => {
        const strikeUsd = strike * 1_000
        const option = listOption({ currency: 'BTC', kind: 'call', strikeUsd, expiryMs })
        const { bidPriceCoin, askPriceCoin } = quoteRow(option, { ...fairOf(iv, strikeUsd), iv }, slice)
        expect(isOnTick(askPriceCoin ?? Number.NaN, option)).toBe(true)
        if (bidPriceCoin === null) return
        expect(isOnTick(bidPriceCoin, option)).toBe(true)
        expect(bidPriceCoin).toBeLessThan(askPriceCoin as number)
      }),
    )
  })

  it('costs the seller of a weekly 25-delta call two vol points and a lean, no more than four', () => {
    const fair = fairOf(0.45, 95_000)
    const { bidPriceCoin } = quoteRow(call, { ...fair, iv: 0.45 }, slice)
    const pointCoin = fair.vega / forwardUsd
    const below = (fair.priceCoin - (bidPriceCoin as number)) / pointCoin
    expect(below).toBeGreaterThan(0.5)
    expect(below).toBeLessThan(4)
  })

  it('says the same in a ticker as in a chain', () => {
    const fair = fairOf(0.45, 95_000)
    const ticker = quoteOption(call, { fair, iv: 0.45, slice })
    expect(ticker).toMatchObject(quoteRow(call, { ...fair, iv: 0.45 }, slice))
    expect(ticker).toMatchObject({
      timestampMs: stepMs,
      indexUsd: 89_900,
      askSizeCoin: 1_000,
      greeks: { delta: fair.delta },
    })
  })
})
