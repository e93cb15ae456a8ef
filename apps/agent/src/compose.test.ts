import fc from 'fast-check'
import { expect, it } from 'vitest'
import { rulesTargets } from './compose.js'
import { readSettings } from './config.js'

const { values } = readSettings({
  flags: {},
  environment: {},
  folder: '/none',
  configFile: undefined,
  allowLoopback: false,
})

it('aims for the middle of the default ranges', () => {
  expect(rulesTargets(values).deltaTarget).toBeCloseTo(0.225, 12)
  expect(rulesTargets(values).dteTarget).toBeCloseTo(15, 12)
})

it('aims inside every range, for some time before expiry', () => {
  const decimal = (max: number) => fc.double({ min: 0, max, noNaN: true })
  fc.assert(
    fc.property(decimal(1), decimal(1), decimal(1_000), decimal(1_000), (deltaA, deltaB, daysA, daysB) => {
      const [DELTA_MIN = 0, DELTA_MAX = 0] = [deltaA, deltaB].sort((a, b) => a - b)
      const [DTE_MIN = 0, DTE_MAX = 0] = [daysA, daysB].sort((a, b) => a - b)
      fc.pre(DTE_MAX > 1e-9)
      const { deltaTarget, dteTarget } = rulesTargets({ ...values, DELTA_MIN, DELTA_MAX, DTE_MIN, DTE_MAX })
      expect(deltaTarget).toBeGreaterThanOrEqual(DELTA_MIN)
      expect(deltaTarget).toBeLessThanOrEqual(DELTA_MAX)
      expect(dteTarget).toBeGreaterThan(0)
      expect(dteTarget).toBeGreaterThanOrEqual(DTE_MIN * (1 - 1e-12))
      expect(dteTarget).toBeLessThanOrEqual(DTE_MAX * (1 + 1e-12))
    }),
  )
})
