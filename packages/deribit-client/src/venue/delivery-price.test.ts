import { describe, expect, it } from 'vitest'
import { readDeliveryPrice, readDeliveryPrices } from './delivery-price.js'
import type { VenueClient } from './venue-client.js'

const DAY_MS = 86_400_000
const NOW_MS = Date.UTC(2026, 5, 5, 12)
const dayOf = (timeMs: number) => new Date(timeMs).toISOString().slice(0, 10)

/** A client whose exchange has delivered on each of the last 250 days but one. */
function scripted(priceUsd = 80_000) {
  const asked: { offset: number; count: number; index_name: string }[] = []
  const days = Array.from({ length: 250 }, (_, i) => dayOf(NOW_MS - i * DAY_MS)).filter((day) => day !== '2026-05-01')
  const client = {
    clock: { now: () => NOW_MS },
    public: {
      async getDeliveryPrices(params: (typeof asked)[number]) {
        asked.push(params)
        const page = days.slice(params.offset, params.offset + params.count)
        return { result: { data: page.map((date) => ({ date, delivery_price: priceUsd })), records_total: 249 } }
      },
    },
  }
  const venueClient = client as unknown as VenueClient
  return {
    asked,
    read: (expiryMs: number) => readDeliveryPrice(venueClient, 'ETH', expiryMs),
    readSpan: (fromMs: number, toMs: number) => readDeliveryPrices(venueClient, 'ETH', { fromMs, toMs }),
  }
}

describe('readDeliveryPrice', () => {
  it('finds the day of an expiry, page after page', async () => {
    const { asked, read } = scripted()
    expect(await read(NOW_MS - 220 * DAY_MS)).toBe(80_000)
    expect(asked.map(({ offset }) => offset)).toEqual([0, 100, 200])
    expect(asked[0]?.index_name).toBe('eth_usd')
  })

  it('asks nothing about the future', async () => {
    const { asked, read } = scripted()
    expect(await read(NOW_MS + 1)).toBeUndefined()
    expect(asked).toEqual([])
  })

  it('does not know a day that is not listed, and does not search beyond its place', async () => {
    const { asked, read } = scripted()
    expect(await read(Date.UTC(2026, 4, 1, 8))).toBeUndefined()
    expect(asked).toHaveLength(1)
    expect(await read(NOW_MS - 400 * DAY_MS)).toBeUndefined()
  })

  it('refuses a price of 0', async () => {
    await expect(scripted(0).read(NOW_MS - DAY_MS)).rejects.toMatchObject({ code: 'deribit/unfit-reply' })
  })
})

describe('readDeliveryPrices', () => {
  it('lists the expiries of a span, oldest first, its end excluded, and none for a day that is not listed', async () => {
    const { readSpan } = scripted()
    const prices = await readSpan(Date.UTC(2026, 3, 29, 8), Date.UTC(2026, 4, 3, 8))
    expect(prices).toEqual(
      [Date.UTC(2026, 3, 29, 8), Date.UTC(2026, 3, 30, 8), Date.UTC(2026, 4, 2, 8)].map((expiryMs) => ({
        expiryMs,
        priceUsd: 80_000,
      })),
    )
  })

  it('reads all pages, in the largest that Deribit gives', async () => {
    const days = Array.from({ length: 2_300 }, (_, i) => dayOf(NOW_MS - i * DAY_MS))
    const asked: number[] = []
    const getDeliveryPrices = async ({ offset, count }: { offset: number; count: number }) => {
      asked.push(offset)
      const data = days.slice(offset, offset + count).map((date) => ({ date, delivery_price: 1 }))
      return { result: { data, records_total: days.length } }
    }
    const client = { public: { getDeliveryPrices } } as unknown as VenueClient
    expect(await readDeliveryPrices(client, 'BTC', { fromMs: 0, toMs: NOW_MS })).toHaveLength(2_300)
    expect(asked).toEqual([0, 1_000, 2_000])
    asked.length = 0
    expect(await readDeliveryPrices(client, 'BTC', { fromMs: NOW_MS - 5 * DAY_MS, toMs: NOW_MS })).toHaveLength(5)
    expect(asked).toEqual([0])
  })

  it('refuses a price of 0', async () => {
    await expect(scripted(0).readSpan(NOW_MS - 9 * DAY_MS, NOW_MS)).rejects.toMatchObject({
      code: 'deribit/unfit-reply',
    })
  })
})
