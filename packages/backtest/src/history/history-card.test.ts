import { describe, expect, it } from 'vitest'
import { checksumOf, gapsOf, snapshotTimes } from './history-card.js'

const HOUR_MS = 3_600_000

describe('gaps', () => {
  it('are longer than three times the median spacing', () => {
    const hours = [0, 1, 2, 3, 6, 10, 11, 12]
    expect(
      gapsOf(
        'BTC',
        hours.map((hour) => hour * HOUR_MS),
      ),
    ).toEqual([{ currency: 'BTC', fromMs: 6 * HOUR_MS, toMs: 10 * HOUR_MS }])
  })

  it('are longer than what the user says', () => {
    expect(gapsOf('ETH', [0, 10, 21], { maxGapMs: 10 })).toEqual([{ currency: 'ETH', fromMs: 10, toMs: 21 }])
  })

  it('are told at both ends of the span that was asked for', () => {
    expect(gapsOf('BTC', [10, 11, 12], { fromMs: 6, toMs: 15 })).toEqual([{ currency: 'BTC', fromMs: 6, toMs: 10 }])
    expect(gapsOf('BTC', [10, 11, 12], { fromMs: 7, toMs: 15.5 })).toEqual([
      { currency: 'BTC', fromMs: 12, toMs: 15.5 },
    ])
    expect(gapsOf('BTC', [10], { fromMs: 1, toMs: 30, maxGapMs: 15 })).toEqual([
      { currency: 'BTC', fromMs: 10, toMs: 30 },
    ])
    expect(gapsOf('BTC', [10], { fromMs: 1, toMs: 30 })).toEqual([])
  })

  it.each([[[]], [[5]], [[5, 6]]])('are none in %j', (times) => {
    expect(gapsOf('BTC', times)).toEqual([])
  })
})

describe('a checksum', () => {
  const files = [
    { name: 'b', bytes: Uint8Array.of(1, 2) },
    { name: 'a', bytes: Uint8Array.of(3) },
  ]

  it('does not depend on the order in which files were found', () => {
    expect(checksumOf(files, {})).toBe(checksumOf(files.toReversed(), {}))
    expect(checksumOf(files, {})).toMatch(/^[0-9a-f]{64}$/)
  })

  it.each([
    ['a byte', [{ name: 'b', bytes: Uint8Array.of(1, 3) }, files[1]], {}],
    ['a name', [{ name: 'c', bytes: Uint8Array.of(1, 2) }, files[1]], {}],
    [
      'a byte that moved to the next file',
      [
        { name: 'b', bytes: Uint8Array.of(1) },
        { name: 'a', bytes: Uint8Array.of(3, 2) },
      ],
      {},
    ],
    ['an option', files, { fromMs: 1 }],
  ] as [string, typeof files, Record<string, unknown>][])('changes with %s', (_, changed, options) => {
    expect(checksumOf(changed, options)).not.toBe(checksumOf(files, {}))
  })
})

it('the times of all coins are one list, each once', () => {
  const times = snapshotTimes([{ timeMs: Float64Array.of(9, 100) }, { timeMs: Float64Array.of(5, 9, 1000) }])
  expect([...times]).toEqual([5, 9, 100, 1000])
})
