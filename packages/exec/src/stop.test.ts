import { CcError } from '@cc/models'
import { approveForTest } from '@cc/models/testing'
import { describe, expect, it } from 'vitest'
import { executeAction } from './execute-action.js'
import { closeLeg, createScriptedBroker, executeAt, openLeg, RUN_ID, START_MS } from './scripted-broker.fixture.js'

const live = { runId: RUN_ID, dryRun: false }
const roll = { legs: [closeLeg(), openLeg()] }
const diskFull = () => new CcError('The disk is full.', { code: 'logging/append-failed', recovery: 'halt' })

describe('a stop', () => {
  it.each(['abort', 'halt', 'a switch that only reads as halted'])(
    'by %s cancels the resting order and keeps its fills',
    async (how) => {
      const controller = new AbortController()
      const venue = createScriptedBroker({ script: [{ fillOnCancel: 0.2 }] })
      const isSilent = how.startsWith('a switch')
      const halt = { ...venue.halt, signal: isSilent ? new AbortController().signal : venue.halt.signal }
      const approved = approveForTest({ legs: [openLeg()] })
      const running = executeAction({ ...venue.ports, halt }, approved, { ...live, signal: controller.signal })
      await venue.clock.sleep(5_500)
      if (how === 'abort') controller.abort()
      else await venue.halt.latch('kill')
      const endedMs = START_MS + (isSilent ? 6_000 : 5_500)
      expect(await running).toMatchObject({ status: 'partial', legs: [{ filledCoin: 0.2 }], endedMs })
      expect(venue.sent).toHaveLength(1)
      expect(await venue.journal.unfinished()).toEqual([])
    },
  )

  it('before the send, of which the journal cannot write, is thrown: the intent stays for the next life', async () => {
    const { ports, sent, halt, journal } = createScriptedBroker()
    const append: typeof journal.append = async (entry) => {
      if (entry.kind === 'outcome') throw diskFull()
      await halt.latch('kill')
      await journal.append(entry)
    }
    const run = executeAction(
      { ...ports, journal: { ...ports.journal, append } },
      approveForTest({ legs: [openLeg()] }),
      live,
    )
    await expect(run).rejects.toMatchObject({ code: 'logging/append-failed' })
    expect(sent).toEqual([])
    expect(await journal.unfinished()).toHaveLength(1)
  })

  it('cancels a close that rests at once, and opens nothing', async () => {
    const venue = createScriptedBroker({ script: [{ fillOnCancel: 0.2 }, { fillNow: 1 }] })
    const running = executeAction(venue.ports, approveForTest(roll), live)
    await venue.clock.sleep(5_500)
    await venue.halt.latch('kill')
    expect(await running).toMatchObject({
      status: 'partial',
      legs: [{ filledCoin: 0.2 }, { orders: [] }],
      endedMs: START_MS + 5_500,
    })
    expect(venue.sent).toHaveLength(1)
  })

  it('between two pegs keeps the next one from leaving', async () => {
    const { sent, result, journal } = await executeAt([{ reject: 'post_only_reject' }, { fillNow: 1 }], {
      prepare: ({ ports, halt, sent }) => ({
        market: {
          quote: async (symbol) => {
            if (sent.length === 1) await halt.latch('kill')
            return ports.market.quote(symbol)
          },
        },
      }),
    })
    expect(sent).toHaveLength(1)
    expect(result).toMatchObject({ status: 'not-filled', failure: null })
    expect(await journal.unfinished()).toEqual([])
  })

  it('before the first send sends nothing', async () => {
    const { sent, calls } = await executeAt([{ fillNow: 1 }], { options: { signal: AbortSignal.abort() } })
    expect(sent).toEqual([])
    expect(calls).toEqual([])
  })

  it('while the venue cannot be reached tries the cancel three times within two seconds', async () => {
    const venue = createScriptedBroker({ script: [{}] })
    Object.assign(venue.failing, { cancel: 2, order: 5 })
    const running = executeAction(venue.ports, approveForTest({ legs: [openLeg()] }), live)
    await venue.clock.sleep(5_500)
    await venue.halt.latch('kill')
    expect(await running).toMatchObject({ status: 'not-filled', endedMs: START_MS + 7_500 })
    expect([...venue.orders.values()].map(({ state }) => state)).toEqual(['cancelled'])
  })

  it('that a sleep ends for another reason is an error', async () => {
    const { result } = await executeAt([{}], {
      prepare: ({ ports }) => ({
        clock: { ...ports.clock, sleep: async () => Promise.reject(new Error('no clock')) },
      }),
    })
    expect(result.failure).toMatchObject({ code: 'exec/unexpected', message: 'no clock' })
  })

  it('during the journal write keeps the order from leaving', async () => {
    const { result, sent, journal } = await executeAt([], {
      prepare: ({ ports, halt }) => ({
        journal: {
          ...ports.journal,
          append: async (entry) => {
            await halt.latch('kill')
            await ports.journal.append(entry)
          },
        },
      }),
    })
    expect(result).toMatchObject({ status: 'not-filled', legs: [{ orders: [] }] })
    expect(sent).toEqual([])
    expect(await journal.unfinished()).toEqual([])
  })
})
