import { PRESET_NAMES, presets } from '@cc/policy-rules'
import { riskLimitsSchema } from '@cc/risk'
import { stateOptionsSchema } from '@cc/state'
import { describe, expect, it } from 'vitest'
import { settingsOf } from './compose-rules.js'

const WORLD = { underlyings: ['BTC', 'ETH'] as const, depositsCoin: { BTC: 10, ETH: 100 } }

describe('the settings of a rules strategy', () => {
  it.each(PRESET_NAMES)('have the limits that belong to %s, for candidates and for sales', (preset) => {
    const { limits: given, rules, maxCandidates } = presets[preset]
    const { screening, limits, rules: inForce } = settingsOf({ preset }, WORLD)
    expect(screening).toMatchObject({
      ...{ deltaMin: given.deltaMin, deltaMax: given.deltaMax, dteMin: given.dteMin, dteMax: given.dteMax },
      ...{ moneynessMin: given.moneynessMin, premiumMinUsd: given.premiumMinUsd, maxCandidates },
      liquidity: { maxSpreadTicks: given.maxSpreadTicks, maxSpreadIv: given.maxSpreadIv },
    })
    expect(limits).toMatchObject({
      delta: { min: given.deltaMin, max: given.deltaMax },
      dte: { min: given.dteMin, max: given.dteMax },
      minMoneyness: given.moneynessMin,
      minNetPremiumUsd: given.premiumMinUsd,
      maxNetDeltaAbs: given.maxNetDeltaAbs,
      maxExpiryExposure: given.maxExpiryExposure,
      cooldownMs: given.cooldownMin * 60_000,
      crash: { dayChangePct: given.crashDayChangePct, dvolPoints: given.crashDvolPoints },
    })
    expect(limits.spread.ticks).toBeGreaterThanOrEqual(given.maxSpreadTicks)
    expect(inForce.target).toMatchObject(rules.target ?? {})
    expect(inForce.writeWhen).toMatchObject({ ...rules.writeWhen, cooldownMin: given.cooldownMin, calmHours: 24 })
  })

  it('sell the deposit at most, or what is named, and risk takes as much', () => {
    const own = settingsOf({}, WORLD)
    expect(own.rules.maxSizeCoin).toEqual({ BTC: 10, ETH: 100 })
    expect(own.limits.maxOrderCoin).toEqual({ BTC: 10, ETH: 100 })
    const named = settingsOf({ sizeCoin: { BTC: 1 } }, WORLD)
    expect(named.rules.maxSizeCoin).toEqual({ BTC: 1, ETH: 100 })
    expect(named.limits.maxOrderCoin.BTC).toBe(1)
  })

  it('are those of state and risk where nothing is said', () => {
    const { screening, limits } = settingsOf({}, { underlyings: ['BTC'], depositsCoin: { BTC: 5 } })
    const standard = riskLimitsSchema.parse({})
    expect(screening).toEqual(stateOptionsSchema.parse({ underlyings: ['BTC'] }))
    const { delta, dte, minNetPremiumUsd, maxOrderUsd, ...others } = standard
    expect(limits).toMatchObject(others)
    expect(limits.delta).toEqual({ min: screening.deltaMin, max: screening.deltaMax })
  })

  it('aim at the middle of the candidates where no preset and no target says otherwise', () => {
    const screening = { deltaMin: 0.2, deltaMax: 0.3, dteMin: 4, dteMax: 25 }
    expect(settingsOf({ screening }, WORLD).rules.target).toMatchObject({ delta: 0.25, dte: 10, choose: 'score' })
    const aimed = settingsOf({ screening, rules: { target: { delta: 0.22 } } }, WORLD)
    expect(aimed.rules.target).toMatchObject({ delta: 0.22, dte: 10 })
  })

  it('are those of the preset with what is given over them, group by group', () => {
    const { screening, limits, rules } = settingsOf(
      {
        preset: 'weekly-25-delta',
        objective: 'usd',
        rules: { target: { delta: 0.2 }, closeWhen: { pnl: 0.8 }, writeWhen: { red: false } },
        screening: { deltaMin: 0.1 },
        limits: { maxMarginUsedPct: 30, crash: { dayChangePct: 8 } },
      },
      WORLD,
    )
    expect(rules).toMatchObject({
      ...{ objective: 'usd', closeWhen: { pnl: 0.8 } },
      target: { delta: 0.2, expiry: 'friday', choose: 'nearest-delta', minDte: 5 },
      writeWhen: { red: false, green: true, cooldownMin: 30 },
    })
    expect(screening).toMatchObject({ deltaMin: 0.1, deltaMax: 0.31 })
    expect(limits).toMatchObject({ delta: { min: 0.1, max: 0.31 }, maxMarginUsedPct: 30, crash: { dayChangePct: 8 } })
  })

  it.each([
    ['a delta beyond 1', { screening: { deltaMax: 1.2 } }],
    ['a limit that is no rail', { limits: { maxStressPct: 100 } }],
    ['a rule that never sells', { rules: { writeWhen: { green: false, red: false } } }],
  ])('name %s', (_why, strategy) => {
    expect(() => settingsOf(strategy, WORLD)).toThrow(expect.objectContaining({ name: 'ZodError' }))
  })
})
