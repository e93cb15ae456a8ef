import { describe, expect, it } from 'vitest'
import type { NumbersEnv } from '../src/env/break-env.fixture.js'
import { BREAKAGES } from '../src/env/broken-envs.fixture.js'
import { SPACE_BREAKAGES } from '../src/env/broken-spaces.fixture.js'
import { VECTOR_BREAKAGES } from '../src/env/broken-vector-envs.fixture.js'
import { assertEnv, checkEnv } from '../src/env/check-env.js'
import { createFindings, ENV_FINDING_CODES } from '../src/env/check-env-findings.js'
import { checkSpace } from '../src/env/check-env-spaces.js'
import { assertVectorEnv, checkVectorEnv } from '../src/env/check-env-vector.js'
import { CoveredCallEnv } from '../src/env/covered-call-env.js'
import type { Env } from '../src/env/env.js'
import { createPartsEnv, type PartsObservation } from '../src/env/parts-env.fixture.js'
import { createSyntheticWorld } from '../src/env/synthetic-world.js'
import { createToyEnv } from '../src/env/toy-env.fixture.js'
import { createToyVectorEnv } from '../src/env/toy-vector-env.fixture.js'
import { createVectorEnv } from '../src/env/vector-env.js'

const MODES = ['next-step', 'same-step', 'disabled'] as const
/** Each begins another episode from one seed. */
const STARTS = [{ start: 0.5 }, { start: 0.6 }]
const EPISODES = [{ depositCoin: 2 }, { depositCoin: 3 }, { startMs: Date.UTC(2026, 0, 20) }]

const WORLD = createSyntheticWorld({ seed: 3, days: 60 })
const STEPS = 30
const FORMS = [
  {
    form: 'menu',
    scalar: () => new CoveredCallEnv(WORLD, { steps: STEPS }),
    vector: (autoresetMode: (typeof MODES)[number]) =>
      createVectorEnv(WORLD, { numEnvs: 4, steps: STEPS, autoresetMode }),
    warnings: [] as string[],
  },
  {
    form: 'specification',
    scalar: () => new CoveredCallEnv<'specification'>(WORLD, { steps: STEPS, actions: 'specification' }),
    vector: (autoresetMode: (typeof MODES)[number]) =>
      createVectorEnv(WORLD, { numEnvs: 4, steps: STEPS, autoresetMode, actions: 'specification' }),
    /** Parameters are told in their own units. */
    warnings: ['action-not-normalised'],
  },
] as const

const codesOf = (findings: ReturnType<typeof checkEnv>) => findings.map(({ code }) => code)
const brokenFor = (code: string) =>
  expect.objectContaining({ code: 'backtest/broken-env', facts: { findings: expect.arrayContaining([code]) } })

describe('a sound environment', () => {
  it('has no findings', () => {
    expect(checkEnv(createToyEnv, { resetOptions: STARTS })).toEqual([])
    expect(() => assertEnv(createToyEnv, { resetOptions: STARTS })).not.toThrow()
  })

  it('has none where observations have parts and actions are lists', () => {
    expect(checkEnv(createPartsEnv, { resetOptions: STARTS })).toEqual([])
  })

  it.each(MODES)('has none as one of many with autoreset %s', (mode) => {
    expect(checkVectorEnv(() => createToyVectorEnv(3, mode), { scalar: createToyEnv })).toEqual([])
    expect(() => assertVectorEnv(() => createToyVectorEnv(1, mode))).not.toThrow()
  })
})

describe.each(FORMS)('CoveredCallEnv with actions of the $form', ({ scalar, vector, warnings }) => {
  it('keeps the contract', () => {
    const create = scalar as () => Env<readonly number[], unknown>
    expect(codesOf(checkEnv(create, { resetOptions: EPISODES }))).toEqual(warnings)
    expect(() => assertEnv(create, { resetOptions: EPISODES })).not.toThrow()
  })

  it.each(MODES)('keeps it as one of many with autoreset %s, and equals one alone', (mode) => {
    const create = () => vector(mode) as ReturnType<typeof createVectorEnv>
    const findings = checkVectorEnv(create, { scalar: scalar as () => Env<readonly number[], number> })
    expect(codesOf(findings)).toEqual(warnings)
  })
})

describe('a broken environment', () => {
  it.each(BREAKAGES)('is named for $name: $code', ({ code, breaks }) => {
    const create = () => breaks(createToyEnv())
    const codes = codesOf(checkEnv(create, { resetOptions: STARTS }))
    expect(codes).toContain(code)
    // One trouble may show in two or three ways, not in ten.
    expect(codes.length).toBeLessThanOrEqual(3)
    expect(() => assertEnv(create, { resetOptions: STARTS })).toThrow(brokenFor(code))
  })

  it.each(BREAKAGES)('is named though it is a CoveredCallEnv with $name: $code', ({ code, breaks }) => {
    const create = () => breaks(opened(new CoveredCallEnv(WORLD, { steps: 5 })))
    expect(codesOf(checkEnv(create, { resetOptions: EPISODES, steps: 60 }))).toContain(code)
  })

  it.each(VECTOR_BREAKAGES)('is named as one of many for $name: $code', ({ code, mode, breaks }) => {
    const create = () => breaks(createToyVectorEnv(3, mode))
    expect(codesOf(checkVectorEnv(create, { scalar: createToyEnv }))).toContain(code)
    expect(() => assertVectorEnv(create, { scalar: createToyEnv })).toThrow(brokenFor(code))
  })
})

describe('a broken environment of parts', () => {
  const writes = (action: number[]) => {
    const [push = 0] = action
    action[0] = 0
    return push
  }
  const showing = (change: (obs: PartsObservation) => unknown) => () => {
    const env = createPartsEnv()
    return { ...env, reset: (request?: object) => ({ ...env.reset(request), obs: change(env.reset(request).obs) }) }
  }

  it.each([
    { name: 'writing into its actions', code: 'action-written', create: () => createPartsEnv(writes as never) },
    { name: 'a part too many', code: 'observation-shape', create: showing((obs) => ({ ...obs, more: 1 })) },
    { name: 'a part too few', code: 'observation-shape', create: showing(({ position }) => ({ position })) },
    {
      name: 'a part of another kind',
      code: 'observation-type',
      create: showing((obs) => ({ ...obs, step: [obs.step] })),
    },
    {
      name: 'a part outside its bounds',
      code: 'observation-outside-space',
      create: showing((obs) => ({ ...obs, position: [2] })),
    },
  ])('is named for $name: $code', ({ code, create }) => {
    expect(codesOf(checkEnv(create as typeof createPartsEnv))).toContain(code)
  })
})

describe('a space', () => {
  it.each(SPACE_BREAKAGES)('is named for being $name: $code', ({ code, level, space }) => {
    const findings = createFindings()
    checkSpace(findings, space, 'action')
    expect(findings.list()).toContainEqual(expect.objectContaining({ code, level }))
  })

  it.each(SPACE_BREAKAGES)('makes an environment to act in $level: $code', ({ code, level, space }) => {
    const create = () => ({ ...createToyEnv(), actionSpace: space as ReturnType<typeof createToyEnv>['actionSpace'] })
    expect(codesOf(checkEnv(create))).toContain(code)
    if (level === 'error') expect(() => assertEnv(create)).toThrow(brokenFor(code))
  })
})

describe('the checker', () => {
  it('warns of a method that is a thing of the past, and lets it pass', () => {
    const create = () => ({ ...createToyEnv(), seed() {} })
    expect(checkEnv(create)).toEqual([expect.objectContaining({ code: 'seed-method', level: 'warning' })])
    expect(() => assertEnv(create)).not.toThrow()
  })

  it('can be made to find everything that it looks for', () => {
    const all = [...BREAKAGES, ...VECTOR_BREAKAGES, ...SPACE_BREAKAGES].map(({ code }) => code)
    expect(new Set([...all, 'seed-method', 'action-written'])).toEqual(new Set(ENV_FINDING_CODES))
  })
})

/** Members of an instance as those of a plain object, which can be spread. */
function opened(env: CoveredCallEnv): NumbersEnv<number> {
  return {
    observationSpace: env.observationSpace,
    actionSpace: env.actionSpace,
    metadata: env.metadata,
    random: { state: () => env.random.state() },
    reset: (request) => env.reset(request),
    step: (action) => env.step(action),
    close: () => env.close(),
  }
}
