import { describe, expect, it } from 'vitest'
import { createAgent } from './agent.js'
import { HOUR_MS, NOTHING_LEFT, type Prepare, rejects, run } from './engine-run.fixture.js'
import { createWorld, RUN_ID, START_MS, unresolved, VENUE } from './engine-world.fixture.js'

describe('the start-up', () => {
  it('fails the run where it keeps failing: no cycle, no latch', async () => {
    const { outcome, halt, clock, log } = await run({
      options: { retryMs: 6_000, maxRetries: 2 },
      prepare: ({ ports }) => ({ executor: { ...ports.executor, recover: rejects('retry') } }),
    })
    expect(outcome).toMatchObject({ reason: 'failed', cycles: 0, lastFailure: { code: 'test/retry' } })
    expect(clock.now()).toBe(START_MS + 12_000)
    expect(halt.read().halted).toBe(false)
    expect(log.entries).toEqual([])
  })

  it('does not start where a send of an earlier life stays unresolved, and starts once it is settled', async () => {
    const open = { ...NOTHING_LEFT, unresolved: [unresolved()] }
    const options = { retryMs: 6_000, maxRetries: 2 }
    const never = await run({ options, prepare: ({ script }) => void Object.assign(script, { recoveries: [open] }) })
    expect(never.outcome).toMatchObject({
      ...{ reason: 'failed', cycles: 0 },
      lastFailure: { code: 'engine/unresolved', recovery: 'reconcile', facts: { labels: [unresolved().label] } },
    })
    expect(never.halt.read().halted).toBe(false)
    expect(never.store.values.get('memory')).toMatchObject({ unresolved: [unresolved()] })
    const late = await run({
      options,
      prepare: ({ script }) => void Object.assign(script, { recoveries: [open, open, NOTHING_LEFT] }),
    })
    expect(late.outcome).toMatchObject({ reason: 'finished', cycles: 4 })
    expect(late.log.decisions[0]).toMatchObject({
      startedMs: START_MS + 12_000,
      state: { memory: { unresolved: [] } },
    })
  })

  it('marks the ledger before anything is traded, so that a crash in the first cycle loses no row of it', async () => {
    const { store } = await run({
      prepare: ({ clock }) => ({
        log: { record: rejects('halt') },
        observer: { observe: () => clock.sleep(60_000).then(rejects('skip')) },
      }),
    })
    expect(store.values.get('memory')).toMatchObject({ ledgerReadMs: START_MS })
  })

  it('that hangs ends at its deadline, and at once when the run is stopped', async () => {
    const hangs: Prepare = ({ ports }) => ({ executor: { ...ports.executor, recover: () => new Promise(() => {}) } })
    const late = await run({ options: { settleMs: 30_000, retryMs: 6_000, maxRetries: 1 }, prepare: hangs })
    expect(late.outcome).toMatchObject({ reason: 'failed', cycles: 0, lastFailure: { code: 'models/deadline-passed' } })
    expect(late.clock.now()).toBe(START_MS + 66_000)
    const controller = new AbortController()
    const stopped = await run(
      {
        prepare: (world) => {
          void world.clock.sleep(1_000).then(() => controller.abort())
          return hangs(world)
        },
      },
      controller.signal,
    )
    expect(stopped.outcome).toEqual({ reason: 'stopped', cycles: 0 })
    expect(stopped.clock.now()).toBe(START_MS + 1_000)
  })

  it('asks a venue that is no testnet for nothing more: it halts, and not even a cancel is sent', async () => {
    const prepare: Prepare = ({ script }) => void Object.assign(script, { venue: { ...VENUE, testnet: false } })
    const { outcome, halt, events } = await run({ prepare })
    expect(outcome).toMatchObject({ reason: 'halted', cycles: 0, lastFailure: { code: 'engine/not-testnet' } })
    expect(halt.read()).toMatchObject({ halted: true, reason: expect.stringContaining('engine/not-testnet') })
    expect(events).toEqual(['status'])
    const once = createWorld()
    prepare(once)
    await expect(createAgent(once.ports, { runId: RUN_ID }).once()).rejects.toMatchObject({
      code: 'engine/not-testnet',
    })
    expect(once.halt.read().halted).toBe(true)
    expect(once.events).toEqual(['status'])
  })

  it('waits while the venue is locked, which is no failure, and decides nothing meanwhile', async () => {
    const { outcome, starts, events } = await run({
      options: { retryMs: 60_000, maxRetries: 1 },
      prepare: ({ script, clock }) => {
        script.venue = { ...VENUE, locked: ['BTC'] }
        void clock.sleep(30 * 60_000 - 1).then(() => void Object.assign(script, { venue: VENUE }))
      },
    })
    expect(outcome).toEqual({ reason: 'finished', cycles: 4 })
    expect(starts).toEqual([30, 60, 120])
    expect(events.slice(0, 31)).toEqual(Array.from({ length: 31 }, () => 'status'))
    expect(events[31]).toBe('recover')
  })

  it('does not wait for a lock beyond its time, nor in one cycle beyond what settling may take', async () => {
    const locked: Prepare = ({ script }) => void Object.assign(script, { venue: { ...VENUE, locked: ['BTC', 'ETH'] } })
    const { outcome, clock } = await run({ options: { retryMs: 60_000 }, prepare: locked })
    expect(outcome).toMatchObject({ reason: 'failed', cycles: 0, lastFailure: { code: 'engine/venue-locked' } })
    expect(clock.now()).toBe(START_MS + 3 * HOUR_MS)
    const once = createWorld()
    locked(once)
    const agent = createAgent(once.ports, { runId: RUN_ID, settleMs: 60_000, retryMs: 6_000 })
    await expect(agent.once()).rejects.toMatchObject({ code: 'engine/venue-locked', facts: { locked: ['BTC', 'ETH'] } })
    expect(once.clock.now()).toBe(START_MS + 60_000)
    // Every 15 s, however soon it would ask again after a failure.
    expect(once.events.filter((event) => event === 'status')).toHaveLength(5)
  })

  it('goes ahead where only some of its currencies are locked: risk keeps those closed', async () => {
    const prepare: Prepare = ({ script }) => void Object.assign(script, { venue: { ...VENUE, locked: ['ETH'] } })
    expect((await run({ options: { underlyings: ['BTC', 'ETH'] }, prepare })).outcome.reason).toBe('finished')
    expect((await run({ options: { underlyings: ['ETH'] }, prepare })).outcome.reason).toBe('failed')
  })

  it.each([
    { aheadMs: 1_000, tripMs: 0, fails: false },
    { aheadMs: 1_001, tripMs: 0, fails: true },
    { aheadMs: -1_000, tripMs: 0, fails: false },
    { aheadMs: -1_001, tripMs: 0, fails: true },
    { aheadMs: 1_200, tripMs: 400, fails: false },
    { aheadMs: 1_201, tripMs: 400, fails: true },
    { aheadMs: Number.NaN, tripMs: 0, fails: true },
  ])('holds the clock to the venue’s: $aheadMs ms ahead after a trip of $tripMs ms fails: $fails', async (how) => {
    const { outcome, events } = await run({
      options: { retryMs: 6_000, maxRetries: 2 },
      prepare: ({ ports, clock, script }) => {
        script.aheadMs = how.aheadMs
        const serverTime = async () => {
          await clock.sleep(how.tripMs / 2)
          const serverMs = await ports.market.serverTime()
          await clock.sleep(how.tripMs / 2)
          return serverMs
        }
        return { market: { ...ports.market, serverTime } }
      },
    })
    if (how.fails) {
      expect(outcome).toMatchObject({ reason: 'failed', cycles: 0, lastFailure: { code: 'engine/clock-off' } })
      expect(events).toEqual(['status', 'status', 'status', 'cancelOwn'])
    } else {
      expect(outcome).toEqual({ reason: 'finished', cycles: 4 })
    }
  })

  it('is not hurt by a clock that was off for a while', async () => {
    const { outcome, starts } = await run({
      options: { retryMs: 6_000, maxRetries: 2 },
      prepare: ({ script, clock }) => {
        script.aheadMs = 5_000
        void clock.sleep(7_000).then(() => void Object.assign(script, { aheadMs: 0 }))
      },
    })
    expect(outcome).toEqual({ reason: 'finished', cycles: 4 })
    expect(starts).toEqual([0.2, 60, 120])
  })
})
