import { describe, expect, it } from 'vitest'
import { rulesOptionsSchema } from './options.js'
import { PRESET_NAMES } from './preset.js'
import { presets } from './presets.js'

it('has a preset of each name, under its own name, in the order of the names', () => {
  expect(Object.keys(presets)).toEqual([...PRESET_NAMES])
  expect(Object.values(presets).map(({ name }) => name)).toEqual([...PRESET_NAMES])
})

describe.each(Object.values(presets))('$name', ({ rules, limits, description, source, maxCandidates }) => {
  const { target, rollWhen, closeWhen, maxSizeCoin } = rulesOptionsSchema.parse(rules)

  it('says what it does and who published it', () => {
    expect(description).toMatch(/^Sells .+ until it settles\.$/)
    expect(source).toMatch(/https:\/\/\S+$/)
  })

  it('aims inside its own limits', () => {
    expect(target.delta).toBeGreaterThan(limits.deltaMin)
    expect(target.delta).toBeLessThan(limits.deltaMax)
    expect([target.minDte, target.maxDte]).toEqual([limits.dteMin, limits.dteMax])
  })

  it('holds every call to its settlement, on all coins', () => {
    expect([rollWhen.dte, rollWhen.pnl, rollWhen.delta, rollWhen.alwaysWhenItm]).toEqual([null, null, null, false])
    expect([closeWhen.pnl, closeWhen.delta]).toEqual([null, null])
    expect([target.maximumNewContractsPercent, maxSizeCoin]).toEqual([100, {}])
  })

  it('may have a rung of all coins on one expiry, and hardly more', () => {
    const rung = 1 / target.rungs
    expect(limits.maxExpiryExposure).toBeGreaterThanOrEqual(rung)
    expect(limits.maxExpiryExposure).toBeLessThanOrEqual(rung + 0.001)
  })

  it('keeps within what risk takes as a limit', () => {
    for (const share of [limits.deltaMin, limits.deltaMax, limits.maxNetDeltaAbs, limits.maxExpiryExposure]) {
      expect(share).toBeGreaterThan(0)
      expect(share).toBeLessThanOrEqual(1)
    }
    expect(limits.deltaMax).toBeLessThanOrEqual(limits.maxNetDeltaAbs)
    expect(limits.moneynessMin).toBeGreaterThanOrEqual(-0.05)
    expect(limits.moneynessMin).toBeLessThanOrEqual(0)
    expect(limits.dteMax).toBeLessThanOrEqual(400)
    expect(limits.cooldownMin).toBeGreaterThanOrEqual(1)
    expect(limits.maxSpreadTicks).toBeGreaterThanOrEqual(1)
    expect(limits.maxSpreadTicks).toBeLessThanOrEqual(100)
    expect(limits.premiumMinUsd).toBeGreaterThanOrEqual(1)
    expect(maxCandidates).toBeGreaterThanOrEqual(30)
  })
})

it.each(['bxmd', 'weekly-10-delta', 'weekly-25-delta', 'monthly-50-delta'] as const)(
  '%s allows 6 points of delta on either side of its target',
  (name) => {
    const { rules, limits } = presets[name]
    const { delta } = rulesOptionsSchema.parse(rules).target
    expect([limits.deltaMin, limits.deltaMax]).toEqual([
      expect.closeTo(delta - 0.06, 9),
      expect.closeTo(delta + 0.06, 9),
    ])
  },
)

it.each([
  { name: 'bxm', why: 'a strike at the index lies below a forward above it' },
  { name: 'bxy', why: 'so does one at 1.02 of it, where the forward is 2 % above' },
  { name: 'bxmw', why: 'a strike at the index lies below a forward above it' },
  { name: 'monthly-50-delta', why: 'the strike of 50 delta is the one nearest the forward, on either side' },
  { name: 'always-atm', why: 'the strike of 50 delta is the one nearest the forward, on either side' },
] as const)('$name may sell a call that is 3 % in the money: $why', ({ name }) => {
  expect(presets[name].limits.moneynessMin).toBe(-0.03)
})
