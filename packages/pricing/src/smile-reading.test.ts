import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { black76 } from './black76.js'
import { readSmile, readSmileNodes } from './smile-reading.js'

const FORWARD = 60_000
const YEARS = 30 / 365
const smile = (strikeUsd: number) => {
  const k = Math.log(strikeUsd / FORWARD)
  return 0.5 - 0.1 * k + 0.8 * k * k
}
const strikes = Array.from({ length: 81 }, (_, i) => 40_000 + 500 * i)
const nodes = strikes.map((strikeUsd) => ({ strikeUsd, iv: smile(strikeUsd) }))

describe('a smile', () => {
  const reading = readSmile({ forwardUsd: FORWARD, expiryYears: YEARS, ivAt: smile })

  it('is read where its own volatility has the delta', () => {
    const search = (delta: number, kind: 'call' | 'put', from: number, to: number) => {
      let [low, high] = [from, to]
      for (let i = 0; i < 100; i++) {
        const strikeUsd = (low + high) / 2
        const value = black76({ forwardUsd: FORWARD, strikeUsd, expiryYears: YEARS, iv: smile(strikeUsd), kind })
        if (value.delta > delta) low = strikeUsd
        else high = strikeUsd
      }
      return smile(low)
    }
    expect(reading.atmIv).toBe(0.5)
    expect(reading.call25Iv).toBeCloseTo(search(0.25, 'call', 50_000, 90_000), 9)
    expect(reading.put25Iv).toBeCloseTo(search(-0.25, 'put', 40_000, 70_000), 9)
    expect(reading.call10Iv).toBeCloseTo(search(0.1, 'call', 50_000, 90_000), 9)
  })

  it('has a risk reversal of call − put and a butterfly over the money', () => {
    const [call, put] = [reading.call25Iv as number, reading.put25Iv as number]
    expect(call).toBeLessThan(put)
    expect(reading.riskReversal25).toBe(call - put)
    expect(reading.butterfly25).toBe((call + put) / 2 - 0.5)
  })

  it('that is flat has neither', () => {
    const flat = readSmile({ forwardUsd: FORWARD, expiryYears: YEARS, ivAt: () => 0.6 })
    expect(flat).toMatchObject({ atmIv: 0.6, riskReversal25: 0, butterfly25: 0, riskReversal10: 0, butterfly10: 0 })
  })

  it('that is not finite is refused', () => {
    expect(() => readSmile({ forwardUsd: FORWARD, expiryYears: YEARS, ivAt: () => Number.NaN })).toThrow(RangeError)
    expect(() => readSmile({ forwardUsd: 0, expiryYears: YEARS, ivAt: smile })).toThrow('forwardUsd')
  })
})

describe('nodes', () => {
  it('dense enough read as their smile does', () => {
    const reading = readSmile({ forwardUsd: FORWARD, expiryYears: YEARS, ivAt: smile })
    const read = readSmileNodes({ forwardUsd: FORWARD, expiryYears: YEARS, nodes })
    for (const name of [
      'atmIv',
      'call25Iv',
      'put25Iv',
      'call10Iv',
      'put10Iv',
      'riskReversal25',
      'butterfly10',
    ] as const) {
      expect(Math.abs((read[name] as number) - (reading[name] as number))).toBeLessThan(1e-4)
    }
    expect(read).toMatchObject({ nodes: 81, excluded: { duplicate: 0, 'volatility-out-of-range': 0 } })
  })

  it('interpolate linearly in log-strike at the money', () => {
    const read = readSmileNodes({
      forwardUsd: 88_911.04,
      expiryYears: YEARS,
      nodes: [
        { strikeUsd: 90_000, iv: 0.3941 },
        { strikeUsd: 88_000, iv: 0.3996 },
      ],
    })
    const share = Math.log(88_911.04 / 88_000) / Math.log(90_000 / 88_000)
    expect(read.atmIv).toBeCloseTo(0.3996 - 0.0055 * share, 14)
  })

  it('are all read, however many there are', () => {
    for (const count of [3_001, 101]) {
      const many = Array.from({ length: count }, (_, i) => ({ strikeUsd: FORWARD - count + 1 + i, iv: 0.5 + i / 1e5 }))
      const reading = readSmileNodes({ forwardUsd: FORWARD, expiryYears: YEARS, nodes: many })
      expect(reading).toMatchObject({ nodes: count, atmIv: many.at(-1)?.iv })
    }
  })

  it('read the same in any order', () => {
    const read = readSmileNodes({ forwardUsd: FORWARD, expiryYears: YEARS, nodes })
    fc.assert(
      fc.property(fc.shuffledSubarray(nodes, { minLength: nodes.length }), (shuffled) => {
        expect(readSmileNodes({ forwardUsd: FORWARD, expiryYears: YEARS, nodes: shuffled })).toEqual(read)
      }),
    )
  })

  it('say nothing of what lies beyond them', () => {
    const near = nodes.filter(({ strikeUsd }) => strikeUsd > 55_000 && strikeUsd < 68_000)
    const read = readSmileNodes({ forwardUsd: FORWARD, expiryYears: YEARS, nodes: near })
    expect(read).toMatchObject({
      call10Iv: null,
      put25Iv: null,
      put10Iv: null,
      riskReversal25: null,
      butterfly10: null,
    })
    expect(read.call25Iv).not.toBeNull()
    const above = nodes.filter(({ strikeUsd }) => strikeUsd > 61_000)
    expect(readSmileNodes({ forwardUsd: FORWARD, expiryYears: YEARS, nodes: above }).atmIv).toBeNull()
    expect(readSmileNodes({ forwardUsd: FORWARD, expiryYears: YEARS, nodes: [] }).atmIv).toBeNull()
  })

  it('are read next to the money where a delta comes more than once', () => {
    const wild = [
      { strikeUsd: 30_000, iv: 0.5 },
      { strikeUsd: 40_000, iv: 2.5 },
      { strikeUsd: 50_000, iv: 0.5 },
      { strikeUsd: 59_000, iv: 0.5 },
      { strikeUsd: 61_000, iv: 0.5 },
      { strikeUsd: 74_000, iv: 0.5 },
      { strikeUsd: 85_000, iv: 2.5 },
      { strikeUsd: 100_000, iv: 0.5 },
    ]
    const read = readSmileNodes({ forwardUsd: FORWARD, expiryYears: YEARS, nodes: wild })
    expect(read).toMatchObject({ call25Iv: 0.5, put25Iv: 0.5, call10Iv: 0.5, put10Iv: 0.5 })
  })

  it('that come twice or lie out of range are counted and change nothing', () => {
    const read = readSmileNodes({ forwardUsd: FORWARD, expiryYears: YEARS, nodes })
    const bad = [
      { strikeUsd: 40_000, iv: 0.9 },
      { strikeUsd: 60_100, iv: 0 },
      { strikeUsd: 60_200, iv: 50 },
    ]
    expect(readSmileNodes({ forwardUsd: FORWARD, expiryYears: YEARS, nodes: [...nodes, ...bad] })).toEqual({
      ...read,
      excluded: { duplicate: 1, 'volatility-out-of-range': 2 },
    })
  })

  it.each([
    [{ strikeUsd: 60_000, iv: Number.NaN }, 'nodes[1]: iv'],
    [{ strikeUsd: 60_000, iv: -0.1 }, 'nodes[1]: iv'],
    [{ strikeUsd: 0, iv: 0.5 }, 'nodes[1]: strikeUsd'],
  ])('of %o are refused by row', (bad, named) => {
    const few = [{ strikeUsd: 50_000, iv: 0.5 }, bad]
    expect(() => readSmileNodes({ forwardUsd: FORWARD, expiryYears: YEARS, nodes: few })).toThrow(named)
  })
})
