import { describe, expect, it } from 'vitest'
import { listSpots, recordSpots, rootSpot } from './spot.js'

describe('spots', () => {
  it('carry the path of their value', () => {
    const spot = rootSpot({ coins: { BTC: [{ delta: 0.25 }] } })
      .at('coins')
      .at('BTC')
    const delta = listSpots(spot)[0]?.at('delta')
    expect(delta).toMatchObject({ path: 'coins.BTC.0.delta', value: 0.25 })
  })

  it('tell a dot in a key from one between keys', () => {
    const counts: Record<string, number> = { 'is 0.5 off\\on': 3 }
    const [entry] = recordSpots(rootSpot({ counts }).at('counts'))
    expect([entry?.[0], entry?.[1].path]).toEqual(['is 0.5 off\\on', 'counts.is 0\\.5 off\\\\on'])
  })

  it('leave out what a record does not hold', () => {
    expect(
      recordSpots(rootSpot<Record<string, number | undefined>>({ a: undefined, b: 0 })).map(([key]) => key),
    ).toEqual(['b'])
  })
})
