import { createHash } from 'node:crypto'
import { decisionSchema } from '@cc/models'
import { createVirtualClock } from '@cc/models/clock'
import { stateForTest, underlyingForTest } from '@cc/models/testing'
import { describe, expect, it } from 'vitest'
import { chooseActionWithLlm, createLlmPolicy } from './choose-action.js'
import { chooses, EXIT, HELD, mindOf, RULES, refuses, SALE, STATE, saysText } from './mind.fixture.js'
import { PROMPT_HASH } from './prompt.js'

describe('a choice of the model', () => {
  it.each([
    { word: 'OPEN', action: 'OPEN_COVERED_CALL', params: { symbol: SALE, size: 1 } },
    { word: 'ROLL', action: 'ROLL_COVERED_CALL', params: { fromSymbol: HELD, toSymbol: SALE, size: 1 } },
    { word: 'CLOSE', action: 'CLOSE_COVERED_CALL', params: { symbol: HELD, size: 1 } },
    { word: 'HOLD', action: 'DO_NOTHING', params: {} },
  ])('is followed: $word', async ({ word, action, params }) => {
    const { policy, seen } = mindOf({ model: chooses(word) })
    const decision = decisionSchema.parse(await policy.decide(STATE))
    expect(decision.proposal).toMatchObject({ action, params })
    expect(decision.modelCall).toMatchObject({ fallback: null, choice: seen[0]?.idOf(word), attempts: 1 })
    expect(decision.others).toEqual([{ policy: 'rules', proposal: RULES.proposal }])
  })

  it('is told in words of ours with the numbers, then in quotes in its own', async () => {
    const { policy, seen } = mindOf({ model: chooses('OPEN', 'Rich “volatility”.') })
    const { proposal } = await policy.decide(STATE)
    expect(proposal.reasoning).toBe(
      `Sell 1 ${SALE} at 0.01 BTC (873 USD for 1 after the fee, 20-delta, 28 days, sold at IV 44 %): ` +
        `the model chose it among ${seen[0]?.ids.length} (confidence high). It says: “Rich "volatility".”`,
    )
  })

  it('stands in the record with its menu, its hashes, its tokens and what it cost', async () => {
    const { policy, seen, texts } = mindOf()
    const { modelCall, rules } = await policy.decide(STATE)
    expect(modelCall).toMatchObject({
      ...{ provider: 'openai', model: 'gpt-6-luna-2026-09-22', mode: 'act', promptHash: PROMPT_HASH },
      ...{ confidence: 'high', reasonCodes: ['edge-positive'] },
      ...{ inputTokens: 1_000, cachedTokens: 400, outputTokens: 100 },
    })
    expect(modelCall?.costUsd).toBeCloseTo(0.000114, 9)
    expect(modelCall?.menu.map(({ id }) => id)).toEqual(seen[0]?.ids)
    expect(modelCall?.menu.find(({ id }) => id === seen[0]?.idOf('ROLL'))).toEqual({
      ...{ id: seen[0]?.idOf('ROLL'), action: 'ROLL_COVERED_CALL', symbol: HELD, toSymbol: SALE, sizeCoin: 1 },
    })
    for (const [hash, text] of texts) expect(createHash('sha256').update(text).digest('hex')).toBe(hash)
    expect([...texts.keys()].sort()).toEqual(
      [PROMPT_HASH, modelCall?.inputHash ?? '', modelCall?.answerHash ?? ''].sort(),
    )
    const ours = rules?.filter(({ rule }) => rule.startsWith('llm-')).map(({ rule, fired }) => [rule, fired])
    expect(rules?.[0]).toEqual(RULES.rules?.[0])
    expect(ours).toEqual([
      ['llm-menu', true],
      ['llm-answer', true],
      ['llm-stale', false],
    ])
  })
})

describe('a mandatory exit', () => {
  it.each(['act', 'shadow'] as const)('is returned as it is while all else is down, in mode %s', async (mode) => {
    const broken = () => {
      throw new Error('down')
    }
    const down = { load: broken, save: broken }
    const deps = {
      mandatoryExit: () => EXIT,
      rules: broken,
      isLegal: broken,
      quote: broken,
      store: down,
      fetch: broken,
    }
    const { policy } = mindOf({ options: { mode }, deps: { ...deps, provider: null } })
    expect(await policy.decide(STATE)).toBe(EXIT)
  })

  it('asks nobody', async () => {
    const { policy, seen } = mindOf({ deps: { mandatoryExit: () => EXIT } })
    expect((await policy.decide(STATE)).modelCall).toBeUndefined()
    expect(seen).toEqual([])
  })

  it('does not wait for a model that another decision waits for', async () => {
    let exits = 0
    const { policy } = mindOf({
      model: () => new Promise<Response>(() => {}),
      options: { deadlineMs: 300 },
      deps: { mandatoryExit: () => (exits++ === 0 ? undefined : EXIT) },
    })
    const order: string[] = []
    await Promise.all([
      policy.decide(STATE).then(({ modelCall }) => order.push(String(modelCall?.fallback))),
      policy.decide(STATE).then(({ proposal }) => order.push(proposal.action)),
    ])
    expect(order).toEqual(['CLOSE_COVERED_CALL', 'deadline'])
  })
})

describe('a menu with nothing on it but HOLD', () => {
  const nothing = stateForTest({ underlyings: [underlyingForTest({ candidates: [] })] })

  it.each([
    ['act', 'DO_NOTHING', 'rules'],
    ['shadow', 'OPEN_COVERED_CALL', 'llm'],
  ] as const)('is not asked about in mode %s', async (mode, action, other) => {
    const { policy, seen } = mindOf({ options: { mode } })
    const decision = decisionSchema.parse(await policy.decide(nothing))
    expect(decision.proposal.action).toBe(action)
    expect(decision.others?.map(({ policy }) => policy)).toEqual([other])
    expect(decision.modelCall).toBeUndefined()
    expect(seen).toEqual([])
  })

  it('is said to be so', async () => {
    const { proposal } = await mindOf().policy.decide(nothing)
    expect(proposal.reasoning).toContain('risk allows no trade now')
  })
})

describe('in shadow', () => {
  it('the rules decide to the byte, and what the model chose stands beside them', async () => {
    const { policy } = mindOf({ options: { mode: 'shadow' }, model: chooses('CLOSE') })
    const decision = decisionSchema.parse(await policy.decide(STATE))
    expect(decision.proposal).toEqual(RULES.proposal)
    expect(decision.others).toMatchObject([{ policy: 'llm', proposal: { action: 'CLOSE_COVERED_CALL' } }])
    expect(decision.modelCall).toMatchObject({ mode: 'shadow', fallback: null })
  })

  it('a model that fails would have done nothing', async () => {
    const { policy } = mindOf({ options: { mode: 'shadow' }, model: refuses(500) })
    const decision = await policy.decide(STATE)
    expect(decision.proposal).toEqual(RULES.proposal)
    expect(decision.others).toMatchObject([{ policy: 'llm', proposal: { action: 'DO_NOTHING' } }])
    expect(decision.modelCall?.fallback).toBe('server')
  })
})

describe('with the rules to fall back on', () => {
  it('a failure does what they say, whatever that is', async () => {
    const { policy } = mindOf({ options: { fallback: 'rules' }, model: refuses(500), deps: { rules: () => EXIT } })
    const decision = await policy.decide(STATE)
    expect(decision.proposal).toEqual(EXIT.proposal)
    expect(decision.modelCall?.fallback).toBe('server')
  })

  it('a choice to hold is no failure', async () => {
    const { policy } = mindOf({ options: { fallback: 'rules' }, model: chooses('HOLD') })
    expect((await policy.decide(STATE)).proposal.action).toBe('DO_NOTHING')
  })
})

describe('over several decisions', () => {
  it('calls are made one at a time', async () => {
    let under = 0
    let most = 0
    const { policy } = mindOf({
      model: async (seen, signal) => {
        under += 1
        most = Math.max(most, under)
        await new Promise((resolve) => setTimeout(resolve, 5))
        under -= 1
        return chooses('HOLD')(seen, signal)
      },
    })
    await Promise.all([1, 2, 3, 4].map(() => policy.decide(STATE)))
    expect(most).toBe(1)
  })

  it('calls on one store keep to its budget, whoever makes them', async () => {
    const { ports, settings, seen } = mindOf({ options: { budget: { callsPerHour: 3 } } })
    const decisions = await Promise.all([1, 2, 3, 4, 5, 6].map(() => chooseActionWithLlm(STATE, settings, ports)))
    expect(seen).toHaveLength(3)
    expect(decisions.filter(({ modelCall }) => modelCall?.fallback === 'budget')).toHaveLength(3)
  })

  it('however many wait for a model that hangs, each is over within twice its deadline', async () => {
    const deadlineMs = 150
    const model = () => new Promise<Response>(() => {})
    const clock = createVirtualClock({ startMs: STATE.timeMs })
    const { policy } = mindOf({ model, options: { deadlineMs }, deps: { guards: false, clock } })
    const decisions = await Promise.all(Array.from({ length: 10 }, () => policy.decide(STATE)))
    expect(clock.now() - STATE.timeMs).toBeLessThanOrEqual(2 * deadlineMs)
    expect(decisions.map(({ modelCall }) => modelCall?.fallback)).toEqual(Array(10).fill('deadline'))
  })

  it('one that waits is stopped at once, and those behind it are not', async () => {
    let answer = () => {}
    const answered = new Promise<void>((resolve) => {
      answer = resolve
    })
    const { policy, seen } = mindOf({
      model: async (request, signal) => {
        await answered
        return chooses('OPEN')(request, signal)
      },
    })
    const controller = new AbortController()
    const [first, second, third] = [policy.decide(STATE), policy.decide(STATE, controller.signal), policy.decide(STATE)]
    controller.abort(new Error('pause'))
    expect((await second).modelCall).toMatchObject({ fallback: 'stopped', attempts: 0 })
    expect(seen.length).toBeLessThanOrEqual(1)
    answer()
    expect([(await first).modelCall?.fallback, (await third).modelCall?.fallback]).toEqual([null, null])
    expect(seen).toHaveLength(2)
  })

  it('the breaker opens, asks no more, and is remembered by the next life', async () => {
    const { policy, ports, settings, seen, told } = mindOf({ model: refuses(500) })
    const reasons: unknown[] = []
    for (let count = 0; count < 4; count += 1) reasons.push((await policy.decide(STATE)).modelCall?.fallback)
    const restarted = await createLlmPolicy(settings, ports).decide(STATE)
    reasons.push(restarted.modelCall?.fallback)
    expect(reasons).toEqual(['server', 'server', 'server', 'breaker-open', 'breaker-open'])
    expect(restarted.modelCall).toMatchObject({ attempts: 0, inputHash: null, costUsd: 0 })
    expect(restarted.rules?.find(({ rule }) => rule === 'llm-breaker')).toEqual({
      ...{ rule: 'llm-breaker', subject: 'BTC', fired: true, facts: { failuresInARow: 3, openings: 1 } },
    })
    expect(seen).toHaveLength(3)
    expect(told.filter(({ level }) => level === 'warn').map(({ message }) => message)).toEqual([
      expect.stringContaining('The model is not asked for a while'),
    ])
  })

  it('an answer that is none counts as a failure of the provider, a stale market does not', async () => {
    const bad = mindOf({ model: () => saysText('Sure! I would sell.') })
    for (let count = 0; count < 3; count += 1) await bad.policy.decide(STATE)
    expect((await bad.policy.decide(STATE)).modelCall?.fallback).toBe('breaker-open')
    const stale = mindOf({ deps: { venueClock: { now: () => STATE.timeMs + 3_600_000 } } })
    for (let count = 0; count < 12; count += 1) {
      expect((await stale.policy.decide(STATE)).modelCall?.fallback).toBe('stale')
    }
  })

  it('a run of equal reasons is told once, and so is its end', async () => {
    const { policy, world, told } = mindOf({ deps: { guards: false }, model: refuses(500) })
    const infos = () => told.filter(({ level }) => level === 'info').map(({ facts }) => facts)
    for (let count = 0; count < 3; count += 1) await policy.decide(STATE)
    world.model = refuses(429)
    for (let count = 0; count < 3; count += 1) await policy.decide(STATE)
    world.model = chooses('HOLD')
    for (let count = 0; count < 3; count += 1) await policy.decide(STATE)
    expect(infos()).toMatchObject([{ reason: 'server' }, { reason: 'rate-limited' }, undefined])
  })

  it('a missing key is told once', async () => {
    const { policy, told } = mindOf({ deps: { provider: null } })
    for (let count = 0; count < 5; count += 1) await policy.decide(STATE)
    expect(told).toMatchObject([
      {
        level: 'info',
        message: 'The model has no say: no provider is set up.',
        facts: { reason: 'disabled', instead: 'nothing' },
      },
    ])
  })

  it('nothing is judged or kept without guards', async () => {
    const { policy, ports, seen } = mindOf({ deps: { guards: false }, model: refuses(401) })
    for (let count = 0; count < 5; count += 1) await policy.decide(STATE)
    expect(seen).toHaveLength(5)
    expect(await ports.store.load('llm-guard')).toBeUndefined()
  })

  it('the same state and answers give the same bytes', async () => {
    const run = async () => {
      const { policy } = mindOf({ deps: { guards: false } })
      return JSON.stringify([await policy.decide(STATE), await policy.decide(STATE)])
    }
    expect(await run()).toBe(await run())
  })
})

it('decides once without a policy to keep', async () => {
  const { ports, settings } = mindOf({ model: chooses('CLOSE') })
  expect((await chooseActionWithLlm(STATE, settings, ports)).proposal.action).toBe('CLOSE_COVERED_CALL')
  const stopped = await chooseActionWithLlm(STATE, settings, { ...ports, signal: AbortSignal.abort() })
  expect(stopped).toMatchObject({ proposal: { action: 'DO_NOTHING' }, modelCall: { fallback: 'stopped', attempts: 0 } })
})

it('refuses an option that it does not know', async () => {
  const { ports } = mindOf()
  const options = { mode: 'act' as const, modle: 'gpt-6-luna' }
  expect(() => createLlmPolicy(options, ports)).toThrow('modle')
  await expect(chooseActionWithLlm(STATE, options, ports)).rejects.toThrow('modle')
})

it('tells the key to nobody', async () => {
  const { policy, told, ports, key, texts } = mindOf({ model: refuses(401) })
  const decision = await policy.decide(STATE)
  const kept = await ports.store.load('llm-guard')
  expect(JSON.stringify([decision, told, kept, [...texts]])).not.toContain(key)
})
