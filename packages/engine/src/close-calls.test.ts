import { CcError } from '@cc/models'
import { positionForTest } from '@cc/models/testing'
import { describe, expect, it } from 'vitest'
import { CLOSE, operated, PAUSE, running } from './commands.fixture.js'
import { HOUR_MS } from './engine-run.fixture.js'
import { createWorld, execution, START_MS, trace, unresolved } from './engine-world.fixture.js'
import type { EnginePorts } from './ports.js'

describe('a close', () => {
  const CALLS = ['BTC-30JAN26-100000-C', 'BTC-27FEB26-120000-C'] as const

  /** An account that is short; each buy-back fills the next of `fills`, and is refused where that is `refused`. */
  function shortWorld(fills: readonly (number | 'refused')[], sizes = [0.5, 0.3]) {
    const world = createWorld()
    const held = new Map<string, number>(CALLS.map((symbol, i) => [symbol, sizes[i] ?? 0]))
    const left = [...fills]
    const show = () => {
      world.script.positions = [...held]
        .filter(([, coin]) => coin > 0)
        .map(([symbol, coin]) => positionForTest(symbol, { sizeCoin: -coin }))
    }
    show()
    let wanted = ''
    const proposed: string[] = []
    const gate: EnginePorts['gate'] = {
      ...world.ports.gate,
      review: (request) => {
        const { action, params } = request.proposal
        if (action === 'CLOSE_COVERED_CALL') {
          wanted = params.symbol
          proposed.push(`${params.symbol} ${params.size}`)
          world.script.refuse = left[0] === 'refused'
          if (world.script.refuse) left.shift()
        }
        const verdict = world.ports.gate.review(request)
        world.script.refuse = false
        return verdict
      },
    }
    const execute: EnginePorts['executor']['execute'] = async (approved, signal) => {
      if (approved.bounds.legs.length === 0) return world.ports.executor.execute(approved, signal)
      const coin = held.get(wanted) ?? 0
      const filledCoin = Math.min(coin, Number(left.shift() ?? coin))
      held.set(wanted, Math.round((coin - filledCoin) * 10) / 10)
      show()
      const [leg] = execution('filled', [trace('filled', filledCoin)]).legs
      const status = filledCoin === 0 ? 'not-filled' : filledCoin === coin ? 'filled' : 'partial'
      const startedMs = world.clock.now()
      const closed = leg && { ...leg, leg: 'close' as const, symbol: wanted, side: 'buy' as const }
      return { ...execution(status, []), legs: closed ? [closed] : [], startedMs, endedMs: startedMs }
    }
    const change = { gate, executor: { ...world.ports.executor, execute } }
    return { world, change, proposed }
  }

  it('pauses, buys back every short call in cycles like any other, and tells what came of it', async () => {
    const { world, change, proposed } = shortWorld([])
    const { at, outcome } = running(world, { change })
    const { answer } = await at(600_000, CLOSE)
    expect(answer).toEqual({
      mode: 'reduce-only',
      closed: [
        { symbol: CALLS[0], filledCoin: 0.5, leftCoin: 0 },
        { symbol: CALLS[1], filledCoin: 0.3, leftCoin: 0 },
      ],
    })
    expect(proposed).toEqual([`${CALLS[0]} 0.5`, `${CALLS[1]} 0.3`])
    expect(operated(world)).toMatchObject([{ command: 'close', symbol: 'all', reason: 'enough' }])
    const closing = world.log.decisions.filter(({ policy }) => policy === 'operator-close')
    expect(closing.map(({ decision, execution }) => [decision?.proposal.action, execution?.status])).toEqual([
      ['CLOSE_COVERED_CALL', 'filled'],
      ['CLOSE_COVERED_CALL', 'filled'],
      ['DO_NOTHING', 'no-action'],
    ])
    expect(closing.map(({ state }) => state?.memory.mode)).toEqual(['reduce-only', 'reduce-only', 'reduce-only'])
    expect(await outcome).toEqual({ reason: 'finished', cycles: 7 })
    expect(world.log.decisions.map(({ cycle }) => cycle)).toEqual([0, 1, 2, 3, 4, 5, 6])
  })

  it('buys back the one call that is named', async () => {
    const { world, change, proposed } = shortWorld([])
    const { at, outcome } = running(world, { change })
    const { answer } = await at(1_000, { ...CLOSE, symbol: CALLS[1] })
    expect(answer.closed).toEqual([{ symbol: CALLS[1], filledCoin: 0.3, leftCoin: 0 }])
    expect(proposed).toEqual([`${CALLS[1]} 0.3`])
    await outcome
  })

  it('goes round again while anything trades, and then says what is left', async () => {
    const { world, change, proposed } = shortWorld([0.2, 'refused', 0, 0.1, 0, 0, 0])
    const { at, outcome } = running(world, { change })
    const { answer, atMs } = await at(1_000, CLOSE)
    expect(proposed).toEqual([
      ...[`${CALLS[0]} 0.5`, `${CALLS[1]} 0.3`, `${CALLS[0]} 0.3`, `${CALLS[1]} 0.3`],
      ...[`${CALLS[0]} 0.3`, `${CALLS[1]} 0.2`],
    ])
    expect(answer.closed).toEqual([
      { symbol: CALLS[0], filledCoin: 0.2, leftCoin: 0.3 },
      { symbol: CALLS[1], filledCoin: 0.1, leftCoin: 0.2 },
    ])
    // Two more rounds, and after each trade until its row can be read.
    expect(atMs).toBe(1_000 + 2 * 6_000 + 2)
    await outcome
  })

  it('takes a call that is gone meanwhile for closed, whoever closed it', async () => {
    const { world, change } = shortWorld([0, 0.3, 0])
    const { at, outcome } = running(world, { change })
    void world.clock.sleep(3_000).then(() => Object.assign(world.script, { positions: [] }))
    expect((await at(1_000, CLOSE)).answer.closed).toEqual([
      { symbol: CALLS[0], filledCoin: 0, leftCoin: 0 },
      { symbol: CALLS[1], filledCoin: 0.3, leftCoin: 0 },
    ])
    await outcome
  })

  it('is refused where the run ends before it saw anything', async () => {
    const { world, change } = shortWorld([])
    const observe: EnginePorts['observer']['observe'] = async (memory) => {
      if (world.log.decisions.length === 0) return world.ports.observer.observe(memory)
      await world.halt.latch('kill')
      return new Promise(() => {})
    }
    const { at, outcome } = running(world, { change: { ...change, observer: { observe } } })
    const asked = expect(at(1_000, CLOSE)).rejects.toMatchObject({ code: 'engine/not-running' })
    expect(await outcome).toMatchObject({ reason: 'halted' })
    await asked
  })

  it('ends after a few rounds, however little trades', async () => {
    const { world, change, proposed } = shortWorld(
      Array.from({ length: 99 }, () => 0.1),
      [2, 0],
    )
    const { at, outcome } = running(world, { change })
    expect((await at(1_000, CLOSE)).answer.closed).toEqual([{ symbol: CALLS[0], filledCoin: 0.5, leftCoin: 1.5 }])
    expect(proposed).toHaveLength(5)
    await outcome
  })

  it('says where nothing is short, and stays paused', async () => {
    for (const command of [{ ...CLOSE, symbol: 'BTC-30JAN26-90000-C' }, CLOSE]) {
      const { world, change } = shortWorld([], command === CLOSE ? [0, 0] : [0.5, 0.3])
      const { at, outcome, agent } = running(world, { change })
      await expect(at(1_000, command)).rejects.toMatchObject({
        ...{ code: 'engine/nothing-to-close', recovery: 'skip', facts: { symbol: command.symbol } },
      })
      expect(agent.status().mode).toBe('reduce-only')
      expect(operated(world)).toHaveLength(1)
      expect(await outcome).toMatchObject({ reason: 'finished' })
    }
  })

  it('tries again where it could not see, and says so where it never could', async () => {
    const { world, change } = shortWorld([])
    let blind = 1
    const observe: EnginePorts['observer']['observe'] = (memory) =>
      world.log.decisions.length > 0 && blind-- > 0
        ? Promise.reject(new CcError('Down.', { code: 'test/down', recovery: 'skip' }))
        : world.ports.observer.observe(memory)
    const { at, outcome } = running(world, { change: { ...change, observer: { observe } } })
    expect((await at(1_000, CLOSE)).answer.closed.map(({ leftCoin }) => leftCoin)).toEqual([0, 0])
    blind = 99
    await expect(at(1_000, CLOSE)).rejects.toMatchObject({ code: 'engine/not-closed', recovery: 'retry' })
    expect(await outcome).toMatchObject({ reason: 'finished' })
  })

  it('settles first what an execution left open, and goes on after it', async () => {
    const { world, change } = shortWorld([])
    let failures = 1
    const { executor } = change
    const execute: EnginePorts['executor']['execute'] = (approved, signal) =>
      approved.bounds.legs.length > 0 && failures-- > 0
        ? Promise.reject(new CcError('Gone.', { code: 'test/gone', recovery: 'retry' }))
        : executor.execute(approved, signal)
    const { at, outcome } = running(world, { change: { ...change, executor: { ...executor, execute } } })
    const { answer } = await at(1_000, CLOSE)
    expect(answer.closed.map(({ leftCoin }) => leftCoin)).toEqual([0, 0])
    expect(world.events.filter((event) => event === 'recover')).toHaveLength(2)
    await outcome
  })

  it('that leaves a send of unknown outcome has it settled soon, and not at the next tick', async () => {
    const { world, change } = shortWorld([], [0.5, 0])
    const { executor } = change
    const atSec: number[] = []
    const recover: EnginePorts['executor']['recover'] = async () => {
      atSec.push((world.clock.now() - START_MS) / 1_000)
      const isOver = atSec.length === 1 || atSec.length > 12
      return { settled: [], unresolved: isOver ? [] : [unresolved()], cancelledOrders: 0 }
    }
    const execute: EnginePorts['executor']['execute'] = async (approved, signal) =>
      approved.bounds.legs.length === 0
        ? executor.execute(approved, signal)
        : { ...execution('unknown', [trace('unknown')]), startedMs: world.clock.now(), endedMs: world.clock.now() }
    const { at, outcome } = running(world, { change: { ...change, executor: { ...executor, execute, recover } } })
    expect((await at(60_000, CLOSE)).answer.closed).toEqual([{ symbol: CALLS[0], filledCoin: 0, leftCoin: 0.5 }])
    expect(await outcome).toMatchObject({ reason: 'finished' })
    expect(atSec.at(-1)).toBeLessThan(180)
    expect(world.log.decisions.map(({ startedMs }) => (startedMs - START_MS) / HOUR_MS).slice(-3)).toEqual([
      ...[1, 2, expect.closeTo(3, 5)],
    ])
  })

  it.each(['goes on failing', 'says to halt', 'is stopped'])(
    'ends where what is open cannot be settled: it %s',
    async (how) => {
      const { world, change, proposed } = shortWorld([])
      const { executor } = change
      let recoveries = 0
      let stop = () => {}
      const recover: EnginePorts['executor']['recover'] = async () => {
        recoveries += 1
        if (recoveries === 1) return { settled: [], unresolved: [], cancelledOrders: 0 }
        if (how === 'is stopped') stop()
        throw new CcError('No.', { code: 'test/no', recovery: how === 'says to halt' ? 'halt' : 'retry' })
      }
      const execute: EnginePorts['executor']['execute'] = (approved, signal) =>
        approved.bounds.legs.length > 0
          ? Promise.reject(new CcError('Gone.', { code: 'test/gone', recovery: 'retry' }))
          : executor.execute(approved, signal)
      const under = running(world, { change: { ...change, executor: { ...executor, execute, recover } } })
      stop = under.stop
      const { answer } = await under.at(1_000, CLOSE)
      expect(answer.closed).toEqual([
        { symbol: CALLS[0], filledCoin: 0, leftCoin: 0.5 },
        { symbol: CALLS[1], filledCoin: 0, leftCoin: 0.3 },
      ])
      expect(proposed).toHaveLength(1)
      // A round that cannot begin is tried again like one that cannot see.
      expect(recoveries).toBeGreaterThanOrEqual(how === 'goes on failing' ? 5 : 2)
      expect((await under.outcome).reason).toBe('failed')
    },
  )

  it.each(['halt', 'stop', 'bug'])('ends at once with the run, and tells what it had done (%s)', async (how) => {
    const { world, change, proposed } = shortWorld([])
    const { executor } = change
    let stop = () => {}
    const execute: EnginePorts['executor']['execute'] = async (approved, signal) => {
      const result = await executor.execute(approved, signal)
      if (approved.bounds.legs.length > 0) {
        if (how === 'halt') await world.halt.latch('kill')
        if (how === 'stop') stop()
        if (how === 'bug') throw new TypeError('x is undefined')
      }
      return result
    }
    const under = running(world, { change: { ...change, executor: { ...executor, execute } } })
    stop = under.stop
    const { answer } = await under.at(1_000, CLOSE)
    expect(answer.mode).toBe(how === 'stop' ? 'reduce-only' : 'halted')
    expect(answer.closed).toEqual([
      // What a bug did nobody knows; what is left is what was seen last.
      { symbol: CALLS[0], filledCoin: how === 'bug' ? 0 : 0.5, leftCoin: how === 'bug' ? 0.5 : 0 },
      { symbol: CALLS[1], filledCoin: 0, leftCoin: 0.3 },
    ])
    expect(proposed).toHaveLength(1)
    expect((await under.outcome).reason).toBe(how === 'stop' ? 'stopped' : how === 'halt' ? 'halted' : 'failed')
  })

  it('is not cut short by a pause that comes meanwhile', async () => {
    const { world, change } = shortWorld([])
    const observe: EnginePorts['observer']['observe'] = async (memory) => {
      await world.clock.sleep(5_000)
      return world.ports.observer.observe(memory)
    }
    const { at, outcome, agent } = running(world, { change: { ...change, observer: { observe } } })
    const closing = at(10_000, CLOSE)
    await world.clock.sleep(12_000)
    expect((await agent.command(PAUSE)).mode).toBe('reduce-only')
    expect((await closing).answer.closed.map(({ leftCoin }) => leftCoin)).toEqual([0, 0])
    expect(world.log.decisions.every(({ failure }) => failure === null)).toBe(true)
    await outcome
  })
})
