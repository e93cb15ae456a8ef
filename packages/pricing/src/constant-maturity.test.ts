import { describe, expect, it } from 'vitest'
import { constantMaturityIv, constantMaturityReading } from './constant-maturity.js'
import type { SmileReading } from './smile-reading.js'

const days = (count: number) => count / 365

describe('the volatility at a time between two expiries', () => {
  it('is linear in total variance', () => {
    const expiries = [
      { expiryYears: days(51), iv: 0.52 },
      { expiryYears: days(23), iv: 0.58 },
    ]
    expect(constantMaturityIv(days(30), expiries)).toBeCloseTo(0.5552927156014205, 14)
  })

  it('comes from the nearest two of many, in any order', () => {
    const two = [
      { expiryYears: days(23), iv: 0.58 },
      { expiryYears: days(51), iv: 0.52 },
    ]
    const many = [{ expiryYears: days(180), iv: 0.6 }, ...two, { expiryYears: days(2), iv: 0.9 }]
    expect(constantMaturityIv(days(30), many)).toBe(constantMaturityIv(days(30), two))
  })

  it('is that of an expiry at that very time', () => {
    expect(constantMaturityIv(0.1, [{ expiryYears: 0.1, iv: 0.55 }])).toBe(0.55)
  })

  it('is missing before the first and after the last', () => {
    const expiries = [
      { expiryYears: 0.1, iv: 0.5 },
      { expiryYears: 0.2, iv: 0.6 },
    ]
    expect(constantMaturityIv(0.05, expiries)).toBeNull()
    expect(constantMaturityIv(0.3, expiries)).toBeNull()
    expect(constantMaturityIv(0.1, [])).toBeNull()
  })

  it.each([
    [[{ expiryYears: 0, iv: 0.5 }], 'row 0: expiryYears'],
    [
      [
        { expiryYears: 0.1, iv: 0.5 },
        { expiryYears: 0.2, iv: 0 },
      ],
      'row 1: iv',
    ],
    [[{ expiryYears: 0.1, iv: Number.NaN }], 'row 0: iv'],
    [
      [
        { expiryYears: 0.1, iv: 0.5 },
        { expiryYears: 0.1, iv: 0.5 },
      ],
      'row 1: expiryYears must differ from that of row 0',
    ],
  ])('is refused for %o', (expiries, named) => {
    expect(() => constantMaturityIv(0.1, expiries)).toThrow(named)
  })

  it('needs a target', () => {
    expect(() => constantMaturityIv(0, [])).toThrow('targetYears')
  })
})

describe('the reading at a time between two expiries', () => {
  const reading = (expiryYears: number, atmIv: number | null, riskReversal25: number | null) => ({
    ...({ call25Iv: null, put25Iv: null, call10Iv: null, put10Iv: null } satisfies Partial<SmileReading>),
    ...{ expiryYears, atmIv, riskReversal25, butterfly25: 0.01, riskReversal10: null, butterfly10: 0.04 },
  })

  it('has the money by total variance and the rest by the root of time', () => {
    const read = constantMaturityReading(0.09, [reading(0.16, 0.5, -0.02), reading(0.04, 0.6, -0.05)])
    expect(read.atmIv).toBe(
      constantMaturityIv(0.09, [
        { expiryYears: 0.04, iv: 0.6 },
        { expiryYears: 0.16, iv: 0.5 },
      ]),
    )
    expect(read.riskReversal25).toBeCloseTo(-0.035, 14)
    expect(read).toMatchObject({ butterfly25: 0.01, riskReversal10: null, butterfly10: 0.04 })
  })

  it('lacks what one of the two lacks', () => {
    const read = constantMaturityReading(0.09, [
      reading(0.01, 0.7, -0.1),
      reading(0.04, null, -0.05),
      reading(0.16, 0.5, null),
    ])
    expect(read).toMatchObject({ atmIv: null, riskReversal25: null, butterfly25: 0.01 })
  })

  it('refuses a number that is not finite, by row', () => {
    expect(() => constantMaturityReading(0.09, [reading(0.04, 0.6, Number.NaN)])).toThrow('row 0: riskReversal25')
  })
})
