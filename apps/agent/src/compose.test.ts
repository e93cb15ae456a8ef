import fc from 'fast-check'
import { expect, it, onTestFinished } from 'vitest'
import { composeAgent } from './compose.js'
import { readSettings } from './config.js'
import { createStderrLogger } from './io.js'
import { headingOf } from './log-heading.js'
import { openVenue } from './open-venue.js'
import { rulesTargets } from './part-options.js'
import { planRun } from './run-plan.js'
import { enterPassingFolder, openSimulatedSession } from './session.js'

const settings = readSettings({
  flags: {},
  environment: {},
  folder: '/none',
  configFile: undefined,
  allowLoopback: false,
})
const { values } = settings

it('aims for the middle of the default ranges', () => {
  expect(rulesTargets(values).delta).toBeCloseTo(0.225, 12)
  expect(rulesTargets(values).dte).toBeCloseTo(15, 12)
})

it('aims inside every range, for some time before expiry', () => {
  const decimal = (max: number) => fc.double({ min: 0, max, noNaN: true })
  fc.assert(
    fc.property(decimal(1), decimal(1), decimal(1_000), decimal(1_000), (deltaA, deltaB, daysA, daysB) => {
      const [DELTA_MIN = 0, DELTA_MAX = 0] = [deltaA, deltaB].sort((a, b) => a - b)
      const [DTE_MIN = 0, DTE_MAX = 0] = [daysA, daysB].sort((a, b) => a - b)
      fc.pre(DTE_MAX > 1e-9)
      const { delta: deltaTarget, dte: dteTarget } = rulesTargets({ ...values, DELTA_MIN, DELTA_MAX, DTE_MIN, DTE_MAX })
      expect(deltaTarget).toBeGreaterThanOrEqual(DELTA_MIN)
      expect(deltaTarget).toBeLessThanOrEqual(DELTA_MAX)
      expect(dteTarget).toBeGreaterThan(0)
      expect(dteTarget).toBeGreaterThanOrEqual(DTE_MIN * (1 - 1e-12))
      expect(dteTarget).toBeLessThanOrEqual(DTE_MAX * (1 + 1e-12))
    }),
  )
})

it('lets a bug end the run, and tells where it is', async () => {
  const said: string[] = []
  const logger = createStderrLogger({ write: (text) => said.push(text) }, { verbose: false })
  const plan = planRun({ for: 3_600_000 }, settings, { env: {}, folder: '/none' })
  const open = await openVenue(plan, { logger, stop: new AbortController().signal })
  const folder = await enterPassingFolder()
  const session = await openSimulatedSession(folder, headingOf(plan, open.runId), { fresh: false })
  onTestFinished(async () => {
    await session.close()
    folder.leave()
  })
  const broken = () => Promise.reject(new TypeError('x is undefined', { cause: new Error('y was') }))
  const venue = { ...open.venue, market: { ...open.venue.market, chain: broken } }
  const { agent } = composeAgent(plan, { exchange: { ...open, venue }, session, logger })
  const { reason, lastFailure } = await agent.run(new AbortController().signal)
  expect({ reason, code: lastFailure?.code }).toEqual({ reason: 'failed', code: 'engine/unexpected' })
  expect(said.join('')).toMatch(/stack: TypeError: x is undefined\n +at .*compose\.test\.ts/)
  expect(said.join('')).toMatch(/causes: Error: y was\n +at .*compose\.test\.ts/)
})
