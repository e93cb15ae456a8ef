import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RequestFault } from './fault.js'
import { createFaultPlan, type FaultPlan } from './fault-plan.js'
import { type FaultPlanInput, readFaultPlan } from './fault-plan-input.js'

const DROP = { kind: 'drop', when: 'after' } as const
const RESET = { kind: 'reset', when: 'before' } as const

/** Kinds of the faults of so many requests. */
function ask(plan: FaultPlan, methods: readonly string[], transport: 'http' | 'websocket' = 'http'): (string | null)[] {
  return methods.map((method) => plan.ofRequest({ method, transport })?.kind ?? null)
}

describe('a script', () => {
  it('hits the next ones that match after so many, each once', () => {
    const plan = createFaultPlan({
      script: [{ on: 'request', method: 'private/buy', skip: 1, times: 2, fault: DROP }],
    })
    expect(plan.left()).toBe(2)
    expect(ask(plan, ['private/buy', 'public/test', 'private/buy', 'private/buy', 'private/buy'])).toEqual([
      null,
      null,
      'drop',
      'drop',
      null,
    ])
    expect(plan.left()).toBe(0)
  })

  it('is played in its order, so that what it skips counts from the fault before', () => {
    const plan = createFaultPlan({
      script: [
        { on: 'request', method: 'private/*', fault: DROP },
        { on: 'request', method: 'private/*', skip: 1, fault: RESET },
      ],
    })
    expect(ask(plan, ['private/buy', 'private/sell', 'private/buy', 'private/buy'])).toEqual([
      'drop',
      null,
      'reset',
      null,
    ])
  })

  it.each([
    ['private/buy', 'private/buy', true],
    ['private/buy', 'private/buy_more', false],
    ['private/*', 'private/buy', true],
    ['private/*', 'public/test', false],
    ['*', 'public/test', true],
  ])('with %s means %s: %s', (method, asked, hits) => {
    const plan = createFaultPlan({ script: [{ on: 'request', method, fault: DROP }] })
    expect(ask(plan, [asked])).toEqual([hits ? 'drop' : null])
  })

  it('may be of one transport, of notifications and of upgrades', () => {
    const plan = createFaultPlan({
      script: [
        { on: 'request', transport: 'websocket', fault: DROP },
        { on: 'notification', channel: 'book.*', fault: { kind: 'duplicate' } },
        { on: 'upgrade', fault: { kind: 'half-open' } },
      ],
    })
    expect(ask(plan, ['public/test'], 'http')).toEqual([null])
    expect(ask(plan, ['public/test'], 'websocket')).toEqual(['drop'])
    expect(plan.ofNotification('ticker.x')).toBeUndefined()
    expect(plan.ofNotification('book.x')).toEqual({ kind: 'duplicate' })
    expect(plan.ofUpgrade()).toEqual({ kind: 'half-open' })
    expect(plan.ofUpgrade()).toBeUndefined()
  })
})

describe('chance', () => {
  const rates: FaultPlanInput['rates'] = [
    { on: 'request', probability: 0.1, fault: DROP },
    { on: 'request', method: 'private/*', probability: 0.2, fault: RESET },
    { on: 'notification', probability: 0.5, fault: { kind: 'drop' } },
    { on: 'upgrade', probability: 0.5, fault: { kind: 'reset' } },
  ]
  const methods = Array.from({ length: 20_000 }, (_, i) => (i % 2 === 0 ? 'private/buy' : 'public/test'))

  it('hits as often as it is told to, at most one fault at a time', () => {
    const hits = ask(createFaultPlan({ seed: 3, rates }), methods)
    const share = (kind: string, rest: number) =>
      hits.filter((hit, i) => hit === kind && i % 2 === rest).length / (methods.length / 2)
    expect(share('drop', 0)).toBeCloseTo(0.1, 1.5)
    expect(share('drop', 1)).toBeCloseTo(0.1, 1.5)
    expect(share('reset', 0)).toBeCloseTo(0.2, 1.5)
    expect(share('reset', 1)).toBe(0)
  })

  it('gives the same faults to the same seed and the same events, whatever happens of other kinds', () => {
    const event = fc.constantFrom('private/buy', 'public/test', 'notification', 'upgrade')
    const play = (plan: FaultPlan, events: readonly string[]) =>
      events.map((each) => {
        if (each === 'notification') return plan.ofNotification('book.x')
        if (each === 'upgrade') return plan.ofUpgrade()
        return plan.ofRequest({ method: each, transport: 'http' })
      })
    fc.assert(
      fc.property(fc.nat(), fc.array(event, { maxLength: 60 }), (seed, events) => {
        const all = play(createFaultPlan({ seed, rates }), events)
        expect(play(createFaultPlan({ seed, rates }), events)).toEqual(all)
        const isRequest = (name: string) => name.includes('/')
        const alone = play(createFaultPlan({ seed, rates }), events.filter(isRequest))
        expect(alone).toEqual(all.filter((_, i) => isRequest(events[i] ?? '')))
      }),
    )
    const [one, other] = [1, 2].map((seed) => ask(createFaultPlan({ seed, rates }), methods.slice(0, 100)))
    expect(one).not.toEqual(other)
  })

  it('hits always at 1 and never at 0', () => {
    const plan = createFaultPlan({
      rates: [
        { on: 'request', probability: 0, fault: RESET },
        { on: 'request', probability: 1, fault: DROP },
      ],
    })
    expect(new Set(ask(plan, methods.slice(0, 500)))).toEqual(new Set(['drop']))
  })
})

describe('in hand', () => {
  const always: FaultPlanInput = { rates: [{ on: 'request', probability: 1, fault: DROP }] }

  it('is quiet while it is paused, and counts nothing then', () => {
    const plan = createFaultPlan({ script: [{ on: 'request', skip: 1, fault: DROP }] })
    plan.pause()
    expect(ask(plan, ['public/test', 'public/test', 'public/test'])).toEqual([null, null, null])
    plan.resume()
    expect(ask(plan, ['public/test', 'public/test'])).toEqual([null, 'drop'])
  })

  it('is quiet for good once it is cleared, and another plan may take its place', () => {
    const plan = createFaultPlan({ ...always, script: [{ on: 'upgrade', fault: { kind: 'reset' } }] })
    plan.clear()
    expect([ask(plan, ['public/test']), plan.ofUpgrade(), plan.left()]).toEqual([[null], undefined, 0])
    plan.replace(always)
    expect(ask(plan, ['public/test'])).toEqual(['drop'])
  })

  it('starts from the beginning with the plan that takes its place', () => {
    const input: FaultPlanInput = { seed: 5, rates: [{ on: 'request', probability: 0.5, fault: DROP }] }
    const methods = Array(40).fill('public/test')
    const plan = createFaultPlan(input)
    const first = ask(plan, methods)
    plan.replace(input)
    expect(ask(plan, methods)).toEqual(first)
  })

  it('tells what it injected', () => {
    const plan = createFaultPlan({
      script: [{ on: 'notification', fault: { kind: 'drop' } }],
      rates: [{ on: 'request', probability: 1, fault: DROP }],
    })
    ask(plan, ['private/buy'], 'websocket')
    plan.ofNotification('book.x')
    plan.clear()
    expect(plan.log()).toEqual([
      { number: 1, by: 'chance', on: 'request', method: 'private/buy', transport: 'websocket', fault: DROP },
      { number: 2, by: 'script', on: 'notification', channel: 'book.x', fault: { kind: 'drop' } },
    ])
    expect(plan.used()).toEqual({ 'request drop': 1, 'notification drop': 1 })
  })

  it('remembers the last 10,000', () => {
    const plan = createFaultPlan(always)
    ask(plan, Array(10_005).fill('public/test'))
    expect(plan.log()).toHaveLength(10_000)
    expect(plan.log()[0]?.number).toBe(6)
    expect(plan.used()).toEqual({ 'request drop': 10_005 })
  })
})

describe('what is no plan', () => {
  const fault = (value: unknown) => ({ script: [{ on: 'request', fault: value }] })
  it.each([
    ['a list', [], 'the plan is []'],
    ['an unknown field', { scripts: [] }, 'the plan is {"scripts":[]}'],
    ['a seed below 0', { seed: -1 }, 'seed is -1'],
    ['an unknown kind', fault({ kind: 'flood' }), 'script.0.fault.kind is "flood"'],
    ['nothing to go wrong', { script: [{ on: 'request' }] }, 'script.0.fault is missing'],
    ['another event', { script: [{ on: 'reply', fault: DROP }] }, 'script.0.on is "reply"'],
    ['a wait below 0', fault({ kind: 'latency', ms: -5 }), 'script.0.fault.ms is -5'],
    ['a fault of notifications', fault({ kind: 'drop' }), 'script.0.fault.when is missing'],
    ['a word of nobody', fault({ kind: 'error', word: 'oops', when: 'after' }), 'script.0.fault.word is "oops"'],
    ['a star inside', { script: [{ on: 'request', method: 'a*b', fault: DROP }] }, 'script.0.method is "a*b"'],
    [
      'more than certain',
      { rates: [{ on: 'upgrade', probability: 2, fault: { kind: 'reset' } }] },
      'rates.0.probability is 2',
    ],
    [
      'a header in a location',
      fault({ kind: 'redirect', location: 'a\r\nb: c' }),
      'script.0.fault.location is "a\\r\\nb: c"',
    ],
  ])('%s is refused by name, value and expectation', (_what, input, message) => {
    let error: unknown
    try {
      readFaultPlan(input)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toMatchObject({ code: 'exchange-sim/malformed-fault-plan', recovery: 'halt' })
    const { message: told, facts } = error as { message: string; facts: { expected: string } }
    expect(told.startsWith(`${message}: `)).toBe(true)
    expect(facts.expected.length).toBeGreaterThan(5)
  })

  it('leaves the plan that there is as it was', () => {
    const plan = createFaultPlan({ rates: [{ on: 'request', probability: 1, fault: DROP }] })
    expect(() => plan.replace({ seed: -1 })).toThrow('seed')
    expect(ask(plan, ['public/test'])).toEqual(['drop'])
  })

  it('takes any word with a code beside it', () => {
    const error: RequestFault = { kind: 'error', word: 'unheard_of', code: 99_999, when: 'before' }
    expect(readFaultPlan(fault(error)).script[0]?.fault).toEqual(error)
  })
})
