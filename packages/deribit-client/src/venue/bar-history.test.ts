import { describe, expect, it } from 'vitest'
import { type HistoryRequest, readHistory } from './bar-history.js'
import type { VenueClient } from './venue-client.js'

const HOUR_MS = 3_600_000
const NOW_MS = Date.UTC(2026, 0, 5, 12, 30)
const hours = (fromMs: number, toMs: number) => {
  const first = Math.ceil(fromMs / HOUR_MS)
  return Array.from({ length: Math.max(0, Math.floor(toMs / HOUR_MS) - first + 1) }, (_, i) => (first + i) * HOUR_MS)
}

type Params = { start_timestamp: number; end_timestamp: number; instrument_name?: string; resolution: string }

/** A client whose exchange has a bar for every hour, the present one too, and answers at {@link NOW_MS}. */
function scripted(answers: Partial<Record<string, (params: Params) => unknown>> = {}) {
  const asked: Params[] = []
  const chart = ({ start_timestamp, end_timestamp }: Params) => {
    const ticks = hours(start_timestamp, Math.min(end_timestamp, NOW_MS))
    const column = ticks.map((tick) => 1 + tick / HOUR_MS)
    return { status: 'ok', ticks, open: column, high: column, low: column, close: column }
  }
  const dvol = ({ start_timestamp, end_timestamp }: Params) => {
    const ticks = hours(start_timestamp, Math.min(end_timestamp, NOW_MS))
    // Deribit pages from the end of the span backwards.
    const page = ticks.slice(-10)
    const continuation = page.length < ticks.length ? (page[0] ?? 0) - 1 : null
    return { data: page.map((tick) => [tick, 50, 52, 48, 51]), continuation }
  }
  const api = new Proxy(
    {},
    {
      get: (_target, name: string) => async (params: Params) => {
        asked.push(params)
        const answer = answers[name] ?? (name === 'getTradingviewChartData' ? chart : dvol)
        return { result: answer(params), answeredMs: NOW_MS, takenInMs: NOW_MS, testnet: true }
      },
    },
  )
  const read = (request: Partial<HistoryRequest> = {}) =>
    readHistory({ public: api } as unknown as VenueClient, 'BTC', {
      kind: 'candles',
      resolutionMs: HOUR_MS,
      fromMs: NOW_MS - 24 * HOUR_MS,
      toMs: NOW_MS,
      ...request,
    })
  return { asked, read }
}

describe('readHistory', () => {
  it('gives candles of the perpetual, without the bar that is still open', async () => {
    const { asked, read } = scripted()
    const { openMs, close } = await read()
    expect(asked[0]).toMatchObject({ instrument_name: 'BTC-PERPETUAL', resolution: '60' })
    expect(openMs.at(-1)).toBe(Date.UTC(2026, 0, 5, 11))
    expect(openMs[0]).toBe(Date.UTC(2026, 0, 4, 13))
    expect(close).toEqual(Array.from(openMs, (tick) => 1 + tick / HOUR_MS))
  })

  it('reads no more candles at once than Deribit gives, and none twice', async () => {
    const { asked, read } = scripted()
    const { openMs } = await read({ fromMs: NOW_MS - 12_000 * HOUR_MS })
    expect(asked).toHaveLength(3)
    expect(openMs).toHaveLength(11_999)
    expect(new Set(openMs).size).toBe(11_999)
  })

  it('follows the pages of DVOL, and makes ratios of percent', async () => {
    const { asked, read } = scripted()
    const { openMs, open, high, low, close } = await read({ kind: 'dvol', fromMs: NOW_MS - 48 * HOUR_MS })
    expect(asked.length).toBe(5)
    expect(openMs).toHaveLength(47)
    expect([...openMs]).toEqual([...openMs].sort((a, b) => a - b))
    expect([open[0], high[0], low[0], close[0]]).toEqual([0.5, 0.52, 0.48, 0.51])
  })

  it('takes no data for an empty history', async () => {
    const { read } = scripted({ getTradingviewChartData: () => ({ status: 'no_data' }) })
    expect((await read()).openMs).toEqual([])
  })

  it.each([
    ['columns of different lengths', 'getTradingviewChartData', { status: 'ok', ticks: [0, 1], open: [1] }],
    ['a price of 0', 'getTradingviewChartData', priceOf(0)],
    ['pages that do not go back', 'getVolatilityIndexData', { data: [], continuation: NOW_MS }],
  ])('refuses %s', async (_why, method, result) => {
    const { read } = scripted({ [method]: () => result })
    const kind = method === 'getVolatilityIndexData' ? 'dvol' : 'candles'
    await expect(read({ kind })).rejects.toMatchObject({ code: 'deribit/unfit-reply' })
  })

  it.each(['candles', 'dvol'] as const)('has no %s of seven minutes', async (kind) => {
    await expect(scripted().read({ kind, resolutionMs: 7 * 60_000 })).rejects.toMatchObject({
      code: 'deribit/unknown-resolution',
      facts: { field: 'resolutionMs', value: 420_000 },
    })
  })
})

function priceOf(price: number) {
  const tick = Date.UTC(2026, 0, 5, 11)
  return { status: 'ok', ticks: [tick], open: [price], high: [price], low: [price], close: [price] }
}
