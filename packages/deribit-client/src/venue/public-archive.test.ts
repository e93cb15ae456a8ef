import { describe, expect, it } from 'vitest'
import { createPublicArchive } from './public-archive.js'
import type { VenueClient } from './venue-client.js'

const AT_MS = Date.UTC(2026, 0, 5, 12)
const ROW = {
  instrument_name: 'BTC-30JAN26-100000-C',
  bid_price: 0.01,
  ask_price: null,
  mark_price: 0.0105,
  mark_iv: 44,
  underlying_price: 90_500,
  open_interest: 12,
  volume: null,
}

/** A client whose exchange quotes one call at that time. */
function scripted(creation_timestamp: number, index_price = 90_001) {
  const asked: string[] = []
  const answer = (method: string, result: unknown) => async () => {
    asked.push(method)
    return { result, answeredMs: creation_timestamp, takenInMs: creation_timestamp, testnet: false }
  }
  const api = {
    getBookSummaryByCurrency: answer('chain', [{ ...ROW, creation_timestamp, estimated_delivery_price: 90_000 }]),
    getIndexPrice: answer('index', { index_price }),
  }
  return { asked, archive: createPublicArchive({ public: api } as unknown as VenueClient) }
}

describe('snapshot', () => {
  it('gives a chain in the units of the domain, with the index that its rows tell', async () => {
    const { asked, archive } = scripted(AT_MS)
    expect(await archive.snapshot('BTC')).toEqual({
      currency: 'BTC',
      timestampMs: AT_MS,
      indexUsd: 90_000,
      quotes: [
        {
          symbol: 'BTC-30JAN26-100000-C',
          bidPriceCoin: 0.01,
          askPriceCoin: null,
          markPriceCoin: 0.0105,
          markIv: 0.44,
          forwardUsd: 90_500,
          openInterestCoin: 12,
          volumeCoin: null,
        },
      ],
    })
    expect(asked).toEqual(['chain'])
  })

  it('asks for the index while the rows tell the average of a delivery', async () => {
    const { asked, archive } = scripted(Date.UTC(2026, 0, 5, 7, 45))
    expect((await archive.snapshot('BTC')).indexUsd).toBe(90_001)
    expect(asked).toEqual(['chain', 'index'])
  })

  it('refuses an index of 0', async () => {
    const { archive } = scripted(Date.UTC(2026, 0, 5, 7, 45), 0)
    await expect(archive.snapshot('BTC')).rejects.toMatchObject({ code: 'deribit/unfit-reply' })
  })
})
