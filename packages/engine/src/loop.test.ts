import type { AgentState, Decision } from '@cc/models'
import { describe, expect, it } from 'vitest'
import {
  failing,
  HOUR_MS,
  NOTHING_LEFT,
  type Prepare,
  recovering,
  rejects,
  run,
  type World,
} from './engine-run.fixture.js'
import { execution, NOTHING, OPEN, row, START_MS, trace } from './engine-world.fixture.js'
import type { EngineOptionsInput } from './options.js'

describe('a run', () => {
  it('settles what was left, cycles at every tick, finishes when its time is up and sweeps', async () => {
    const { outcome, starts, log, events } = await run()
    expect(outcome).toEqual({ reason: 'finished', cycles: 4 })
    expect(starts).toEqual([0, 60, 120])
    expect(log.decisions.map((entry) => entry.cycle)).toEqual([0, 1, 2, 3])
    expect(events.slice(0, 2)).toEqual(['status', 'recover'])
    expect(events.at(-1)).toBe('cancelOwn')
  })

  it('does not drift, and skips the ticks that a slow cycle ran over', async () => {
    const missed: unknown[] = []
    const { starts } = await run({
      options: { runForMs: 8 * HOUR_MS, cycleDeadlineMs: 10 * HOUR_MS },
      prepare: ({ ports, clock, log }) => ({
        logger: { ...ports.logger, warn: (_message, facts) => void missed.push(facts) },
        observer: {
          async observe(memory) {
            await clock.sleep(log.entries.length === 1 ? 2.5 * HOUR_MS : 17_000)
            return ports.observer.observe(memory)
          },
        },
      }),
    })
    expect(starts).toEqual([0, 60, 240, 300, 360, 420])
    expect(missed).toEqual([{ missedTicks: 2 }])
  })

  it('cycles when a schedule says so, and ends when its time is up', async () => {
    const { outcome, starts } = await run({
      prepare: ({ clock }) => {
        const startMs = clock.now()
        const dueMs = [0, 7, 95].map((minute) => startMs + minute * 60_000)
        return { nextTickMs: (afterMs) => dueMs.find((timeMs) => timeMs > afterMs) ?? Infinity }
      },
    })
    expect(outcome).toEqual({ reason: 'finished', cycles: 4 })
    expect(starts).toEqual([0, 7, 95])
  })

  it('is stopped by its signal in the middle of a pause, and sweeps', async () => {
    const controller = new AbortController()
    const { outcome, clock, events } = await run(
      { prepare: ({ clock }) => void clock.sleep(90 * 60_000).then(() => controller.abort()) },
      controller.signal,
    )
    expect(outcome).toEqual({ reason: 'stopped', cycles: 2 })
    expect(clock.now()).toBe(START_MS + 90 * 60_000)
    expect(events.at(-1)).toBe('cancelOwn')
  })

  it('is stopped by its signal in the middle of a cycle, which is recorded', async () => {
    const controller = new AbortController()
    const { outcome, log } = await run(
      {
        prepare: ({ clock }) => {
          void clock.sleep(1_000).then(() => controller.abort())
          return { observer: { observe: () => new Promise(() => {}) } }
        },
      },
      controller.signal,
    )
    expect(outcome).toEqual({ reason: 'stopped', cycles: 1 })
    expect(log.entries).toMatchObject([{ failure: { code: 'engine/stopped' }, endedMs: START_MS + 1_000 }])
  })

  it('is halted by the switch, whose reason it tells: at the start without a cycle, later at once', async () => {
    const atStart = await run({ prepare: ({ halt }) => void halt.latch('kill') })
    expect(atStart.outcome).toEqual({ reason: 'halted', cycles: 0, haltReason: 'kill' })
    expect(atStart.events).toEqual(['cancelOwn'])
    const later = await run({ prepare: ({ halt, clock }) => void clock.sleep(60_000).then(() => halt.latch('kill')) })
    expect(later.outcome).toEqual({ reason: 'halted', cycles: 1, haltReason: 'kill' })
    expect(later.clock.now()).toBe(START_MS + 60_000)
  })

  it('is halted by a switch that was lifted after its signal fell: in this life it stays on', async () => {
    const { outcome } = await run({
      prepare: ({ halt }) => ({ halt: { ...halt, signal: AbortSignal.abort(new Error('lifted since')) } }),
    })
    expect(outcome).toEqual({ reason: 'halted', cycles: 0, haltReason: 'lifted since' })
  })
})

describe('the end of the time', () => {
  const booked = (world: World) => {
    const hours = [0.5, 2.5, 3]
    for (const hour of hours) world.ledger.push(row(`at ${hour} h`, START_MS + hour * HOUR_MS))
  }

  it.each([0, 1_000])(
    'is recorded with the ledger of the last moment, read %i ms late, and nothing more is traded',
    async (ledgerLagMs) => {
      const { log, outcome, clock, events } = await run({
        options: { ledgerLagMs },
        prepare: (world) => {
          booked(world)
          world.script.decisions = [OPEN, NOTHING]
        },
      })
      expect(log.decisions.map((entry) => entry.ledger.map(({ id }) => id))).toEqual([
        ...[[], [], ['at 0.5 h'], [], ['at 2.5 h', 'at 3 h']],
      ])
      expect(log.entries.at(-1)).toMatchObject({
        policy: 'closing',
        decision: { proposal: { action: 'DO_NOTHING', reasoning: 'The run ends here.' } },
        execution: { status: 'no-action' },
        state: { memory: { setAside: [] } },
        failure: null,
      })
      expect(events.filter((event) => event === 'decide')).toHaveLength(4)
      expect(outcome).toEqual({ reason: 'finished', cycles: 5 })
      expect(clock.now()).toBe(START_MS + 3 * HOUR_MS + ledgerLagMs + 1)
    },
  )

  it('is waited for where the last tick lies before it', async () => {
    const { starts, log } = await run({ options: { runForMs: 2.5 * HOUR_MS } })
    expect(starts).toEqual([0, 60, 120])
    expect(log.entries.at(-1)).toMatchObject({ policy: 'closing', startedMs: START_MS + 2.5 * HOUR_MS + 1 })
  })

  it('closes after a cycle that ran over it', async () => {
    const { log } = await run({
      options: { runForMs: 60_000, underlyings: ['BTC', 'ETH'] },
      prepare: ({ clock, ports, script }) => {
        Object.assign(script, { decisions: [OPEN], refuse: true })
        const observe: typeof ports.observer.observe = async (memory) => {
          await clock.sleep(90_000)
          return ports.observer.observe(memory)
        }
        return { observer: { observe } }
      },
    })
    expect(log.decisions.map(({ policy, state }) => [policy, state?.memory.setAside])).toEqual([
      ['scripted', []],
      ['closing', []],
    ])
  })

  it('is tried again a few times where it cannot be recorded well, and then told', async () => {
    const down: Prepare = ({ clock, ports }) => ({
      observer: {
        observe: (memory) => (clock.now() < START_MS + HOUR_MS ? ports.observer.observe(memory) : rejects('retry')()),
      },
    })
    const { log, outcome } = await run({ options: { runForMs: HOUR_MS, maxRetries: 2 }, prepare: down })
    expect(log.decisions.map(({ policy }) => policy)).toEqual(['scripted', 'closing', 'closing', 'closing'])
    expect(outcome).toMatchObject({ reason: 'finished', cycles: 4, lastFailure: { code: 'test/retry' } })
  })

  it('does not come for a run that is stopped', async () => {
    const { log } = await run({}, AbortSignal.abort())
    expect(log.entries).toEqual([])
  })
})

describe('a tick', () => {
  const BOTH = ['BTC', 'ETH'] as const
  const two: Partial<EngineOptionsInput> = { underlyings: BOTH, runForMs: HOUR_MS }
  const openIn = (currency: string): Decision => ({
    proposal: { ...OPEN.proposal, params: { symbol: `${currency}-30JAN26-100000-C`, size: 0.5 } } as never,
  })
  /** Proposes a sale in the first currency that is not set aside. */
  const eager = ({ memory }: AgentState): Decision => {
    const currency = BOTH.find((coin) => !memory.setAside.includes(coin))
    return currency === undefined ? NOTHING : openIn(currency)
  }
  const proposals = ({ log }: World) =>
    log.decisions
      .filter(({ policy }) => policy !== 'closing')
      .map(({ decision, state }) => {
        const { params } = decision?.proposal ?? {}
        const symbol = params && 'symbol' in params ? params.symbol.slice(0, 3) : 'none'
        return `${symbol} without ${state?.memory.setAside.join(', ') || 'nobody'}`
      })
  const withPolicy = (decide: (state: AgentState) => Decision, prepare?: (world: World) => void): Prepare => {
    return (world) => {
      prepare?.(world)
      return { policy: { name: 'eager', decide: async (state) => decide(state) } }
    }
  }

  it.each([
    { underlyings: ['BTC'] as const, cycles: 2 },
    { underlyings: ['BTC', 'ETH'] as const, cycles: 3 },
  ])('runs again at once after a trade, at most once for each of $underlyings', async ({ underlyings, cycles }) => {
    const { starts } = await run({
      options: { underlyings },
      prepare: ({ script }) => {
        script.decisions = [OPEN]
      },
    })
    const oneTick = Array.from({ length: cycles }, (_, i) => i / 60_000)
    expect(starts).toEqual([0, 60, 120].flatMap((tick) => oneTick.map((late) => expect.closeTo(tick + late, 9))))
  })

  it.each([0, 1_000, 2_500])('waits after a trade until its row can be read, %i ms late', async (ledgerLagMs) => {
    const { log } = await run({
      options: { ledgerLagMs, runForMs: HOUR_MS },
      prepare: ({ script, ports, clock, ledger }) => {
        script.decisions = [OPEN, NOTHING]
        const execute: typeof ports.executor.execute = async (approved) => {
          await clock.sleep(7_000)
          if (approved.bounds.legs.length > 0) ledger.push(row('ours', clock.now()))
          return ports.executor.execute(approved)
        }
        return { executor: { ...ports.executor, execute } }
      },
    })
    expect(log.decisions[1]).toMatchObject({ startedMs: START_MS + 7_000 + ledgerLagMs + 1, ledger: [{ id: 'ours' }] })
  })

  it.each<{ why: string; spoil: (world: World) => void }>([
    { why: 'refused', spoil: ({ script }) => Object.assign(script, { refuse: true }) },
    {
      why: 'not filled',
      spoil: ({ script }) => Object.assign(script, { executions: [execution('not-filled', [trace('cancelled')])] }),
    },
    {
      why: 'only a dry run',
      spoil: ({ script }) => Object.assign(script, { executions: [execution('dry-run', [trace('not-sent')])] }),
    },
  ])('gives the next currency its turn at once where a proposal was $why', async ({ spoil }) => {
    const world = await run({ options: { ...two, runForMs: 2 * HOUR_MS }, prepare: withPolicy(eager, spoil) })
    const once = ['BTC without nobody', 'ETH without BTC']
    expect(proposals(world)).toEqual([...once, ...once])
    expect(world.starts).toEqual([0, 0, 60, 60])
  })

  it('does not go on for a policy that proposes in a currency again that was set aside', async () => {
    const stubborn = () => openIn('BTC')
    const world = await run({
      options: two,
      prepare: withPolicy(stubborn, ({ script }) => void Object.assign(script, { refuse: true })),
    })
    expect(proposals(world)).toEqual(['BTC without nobody', 'BTC without BTC'])
  })

  it('sets nobody aside who proposed nothing, or whose cycle failed', async () => {
    const idle = await run({ options: two, prepare: withPolicy(() => NOTHING) })
    expect(proposals(idle)).toEqual(['none without nobody'])
    const failed = await run({ options: two, prepare: (world) => failing(world, 1, 'skip') })
    expect(failed.starts).toEqual([0])
  })

  it('goes on in both ways, with two cycles per underlying at most', async () => {
    const filled = execution('filled', [trace('filled', 0.5)])
    const unfilled = execution('not-filled', [trace('cancelled')])
    const world = await run({
      options: two,
      prepare: withPolicy(eager, ({ script }) => {
        script.executions = [filled, filled, unfilled, filled]
      }),
    })
    expect(proposals(world)).toEqual([
      'BTC without nobody',
      'BTC without nobody',
      'BTC without nobody',
      'ETH without BTC',
    ])
  })
})

describe('a failed cycle', () => {
  it('is skipped where it says so', async () => {
    const { outcome, starts } = await run({ prepare: (world) => failing(world, 1, 'skip') })
    expect(starts).toEqual([0, 60, 120])
    expect(outcome).toMatchObject({ reason: 'finished', lastFailure: { code: 'test/skip' } })
  })

  it('is tried again soon, a few times in a row, and then at the next tick', async () => {
    const minutes = (retryMs: number, times: number) => Array.from({ length: times }, (_, i) => (i * retryMs) / 60_000)
    const options = { retryMs: 6_000, maxRetries: 3 }
    const twice = await run({ options, prepare: (world) => failing(world, 2, 'retry') })
    expect(twice.starts).toEqual([...minutes(6_000, 3), 60, 120])
    const always = await run({ options, prepare: (world) => failing(world, 99, 'retry') })
    expect(always.starts).toEqual([0, 60, 120].flatMap((tick) => minutes(6_000, 4).map((late) => tick + late)))
    expect(always.outcome).toMatchObject({ reason: 'finished', cycles: 16 })
  })

  it('is tried again only once what may be out is settled', async () => {
    const { events, starts } = await run({
      options: { retryMs: 6_000 },
      prepare: (world) => failing(world, 1, 'reconcile'),
    })
    expect(events.slice(0, 5)).toEqual(['status', 'recover', 'recover', 'observe', 'decide'])
    expect(starts).toEqual([0, 0.1, 60, 120])
  })

  it('is not tried again while what may be out cannot be settled', async () => {
    const { starts } = await run({
      options: { retryMs: 6_000, maxRetries: 1 },
      prepare: (world) => ({
        ...failing(world, 1, 'reconcile'),
        executor: recovering(world, (n) => (n === 1 || n === 2 ? rejects('retry')() : NOTHING_LEFT)).executor,
      }),
    })
    expect(starts).toEqual([0, 0.3, 60, 120])
  })

  it('leaves nothing open until the next tick where it fails for the last time in a row', async () => {
    let atSec: number[] = []
    await run({
      options: { retryMs: 6_000, maxRetries: 1, runForMs: HOUR_MS },
      prepare: (world) => {
        const recovery = recovering(world, () => NOTHING_LEFT)
        atSec = recovery.atSec
        return { ...failing(world, 2, 'reconcile'), executor: recovery.executor }
      },
    })
    expect(atSec).toEqual([0, 6, 12])
  })

  it('that halts latches the switch and sweeps', async () => {
    const { outcome, halt, events } = await run({ prepare: (world) => failing(world, 1, 'halt') })
    expect(outcome).toEqual({
      reason: 'halted',
      cycles: 1,
      haltReason: 'test/halt: No answer.',
      lastFailure: { code: 'test/halt', recovery: 'halt', message: 'No answer.', facts: {} },
    })
    expect(halt.read()).toEqual({ halted: true, reason: 'test/halt: No answer.' })
    expect(events.at(-1)).toBe('cancelOwn')
  })

  it('that nobody foresaw is a bug: it latches the switch and fails the run', async () => {
    const { outcome, halt } = await run({
      prepare: () => ({ observer: { observe: () => Promise.reject(new TypeError('x is undefined')) } }),
    })
    expect(outcome).toMatchObject({ reason: 'failed', cycles: 1, lastFailure: { code: 'engine/unexpected' } })
    expect(halt.read().halted).toBe(true)
  })

  it('that cannot be recorded halts, tells why, and nothing more is sent', async () => {
    const told: unknown[] = []
    const { outcome, halt, events } = await run({
      prepare: ({ script, ports }) => {
        script.decisions = [OPEN]
        return {
          log: { record: () => Promise.reject(new Error('disk full')) },
          logger: { ...ports.logger, error: (_message, facts) => void told.push(facts) },
        }
      },
    })
    expect(outcome).toMatchObject({ reason: 'halted', lastFailure: { code: 'engine/not-recorded' } })
    expect(halt.read().halted).toBe(true)
    expect(told[0]).toMatchObject({ code: 'engine/not-recorded', causes: [expect.stringContaining('disk full')] })
    expect(events.filter((event) => event === 'execute')).toHaveLength(1)
    expect(events.at(-1)).toBe('cancelOwn')
  })
})
