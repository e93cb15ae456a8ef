import type { VenueHistory } from '@cc/models'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { HistoryRequest } from './bar-history.js'
import { createKeptHistory } from './kept-history.js'

const HOUR_MS = 3_600_000

/** An exchange with a bar for each hour from 0 on, whose values are its number. */
async function barsOf(request: HistoryRequest, nowMs: number): Promise<VenueHistory> {
  const hours: number[] = []
  for (let hour = Math.max(0, Math.ceil(request.fromMs / HOUR_MS)); hour * HOUR_MS < request.toMs; hour++) {
    if ((hour + 1) * HOUR_MS <= nowMs) hours.push(hour)
  }
  const openMs = hours.map((hour) => hour * HOUR_MS)
  return {
    kind: request.kind,
    currency: 'BTC',
    resolutionMs: HOUR_MS,
    openMs,
    open: hours,
    high: hours,
    low: hours,
    close: hours,
  }
}

function scripted() {
  const world = { nowMs: 100 * HOUR_MS, asked: [] as HistoryRequest[] }
  const history = createKeptHistory(
    (_currency, request) => {
      world.asked.push(request)
      return barsOf(request, world.nowMs)
    },
    () => world.nowMs,
  )
  const ask = (hours: number) =>
    history('BTC', { kind: 'candles', resolutionMs: HOUR_MS, fromMs: world.nowMs - hours * HOUR_MS, toMs: world.nowMs })
  return { world, ask }
}

describe('createKeptHistory', () => {
  it('asks once while no further bar can have closed', async () => {
    const { world, ask } = scripted()
    expect((await ask(10)).openMs).toHaveLength(10)
    world.nowMs += HOUR_MS - 1
    expect((await ask(10)).openMs).toHaveLength(9)
    expect(world.asked).toHaveLength(1)
  })

  it('asks for the bars that closed since', async () => {
    const { world, ask } = scripted()
    await ask(10)
    world.nowMs += 3 * HOUR_MS
    const { openMs, close } = await ask(10)
    expect(openMs).toEqual([...Array(10)].map((_, i) => (93 + i) * HOUR_MS))
    expect(close.at(-1)).toBe(102)
    expect(world.asked[1]?.fromMs).toBe(100 * HOUR_MS)
  })

  it('asks anew for an earlier begin', async () => {
    const { world, ask } = scripted()
    await ask(10)
    expect((await ask(20)).openMs).toHaveLength(20)
    expect(world.asked).toHaveLength(2)
  })

  it('keeps nothing of an empty answer', async () => {
    const { world, ask } = scripted()
    world.nowMs = 0
    expect((await ask(1)).openMs).toEqual([])
    await ask(1)
    expect(world.asked).toHaveLength(2)
  })

  it('always answers what the exchange would', async () => {
    const step = fc.record({ passMs: fc.nat(5 * HOUR_MS), hours: fc.integer({ min: 1, max: 30 }) })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        const { world, ask } = scripted()
        for (const { passMs, hours } of steps) {
          world.nowMs += passMs
          const request = { fromMs: world.nowMs - hours * HOUR_MS, toMs: world.nowMs }
          const expected = await barsOf({ kind: 'candles', resolutionMs: HOUR_MS, ...request }, world.nowMs)
          expect(await ask(hours)).toEqual(expected)
        }
      }),
    )
  })
})
