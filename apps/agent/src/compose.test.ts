import { createVirtualClock } from '@cc/models/clock'
import fc from 'fast-check'
import { expect, it, onTestFinished } from 'vitest'
import { composeAgent, openVenue, rulesTargets } from './compose.js'
import { readSettings } from './config.js'
import { createStderrLogger } from './io.js'
import { openWorld } from './market-source.js'
import { planRun } from './run-plan.js'
import { openPassingSession } from './session.js'

const settings = readSettings({
  flags: {},
  environment: {},
  folder: '/none',
  configFile: undefined,
  allowLoopback: false,
})
const { values } = settings

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

it('lets a bug end the run, and tells where it is', async () => {
  const plan = planRun({}, settings, openWorld({}, settings, '/none'))
  const venue = openVenue(plan, createVirtualClock({ startMs: plan.world.market.startMs }))
  const broken = () => Promise.reject(new TypeError('x is undefined', { cause: new Error('y was') }))
  const said: string[] = []
  const session = await openPassingSession()
  onTestFinished(() => session.close())
  const agent = composeAgent(plan, {
    venue: { ...venue, market: { ...venue.market, chain: broken } },
    session,
    logger: createStderrLogger({ write: (text) => said.push(text) }, { verbose: false }),
  })
  const { reason, lastFailure } = await agent.run(new AbortController().signal)
  expect({ reason, code: lastFailure?.code }).toEqual({ reason: 'failed', code: 'engine/unexpected' })
  expect(said.join('')).toMatch(/stack: TypeError: x is undefined\n +at .*compose\.test\.ts/)
  expect(said.join('')).toMatch(/causes: Error: y was\n +at .*compose\.test\.ts/)
})
