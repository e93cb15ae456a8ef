import type { IntentRecord, JournalledSend, SendIntent } from '@cc/models'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { filled, intent } from '../test/records.js'
import { createSendIndex } from './send-index.js'

const at = (label: string, timeMs: number): SendIntent => ({ ...intent(label), timeMs })

/** A journal that counts how often it is read, and may be slow at it. */
function journal(before: readonly IntentRecord[] = [], turns = 0) {
  const written = [...before]
  let readings = 0
  const index = createSendIndex(async function* () {
    readings += 1
    for (const entry of [...written]) {
      for (let turn = 0; turn < turns; turn += 1) await undefined
      yield { entry }
    }
  })
  return {
    index,
    readings: () => readings,
    append(entry: IntentRecord) {
      written.push(entry)
      index.add(entry)
    },
  }
}

it('reads the journal once, and follows what is appended', async () => {
  const { index, append, readings } = journal([at('a', 1), filled('a'), at('b', 2)])
  append(at('c', 3))
  expect(readings()).toBe(0)
  expect(await index.unfinished()).toEqual([at('b', 2), at('c', 3)])
  append(filled('b'))
  append(at('d', 4))
  expect(await index.unfinished()).toEqual([at('c', 3), at('d', 4)])
  expect(await index.since(2)).toEqual([
    { intent: at('b', 2), outcome: filled('b') },
    { intent: at('c', 3), outcome: null },
    { intent: at('d', 4), outcome: null },
  ])
  expect(readings()).toBe(1)
})

it('lets go of what is over and older than what was last asked for, and reads again for an earlier time', async () => {
  const { index, append, readings } = journal([at('open', 1), at('a', 2), filled('a'), at('b', 3), filled('b')])
  expect(await index.since(3)).toEqual([{ intent: at('b', 3), outcome: filled('b') }])
  expect(await index.unfinished()).toEqual([at('open', 1)])
  expect(readings()).toBe(1)
  append(filled('open'))
  expect(await index.since(1)).toEqual([
    { intent: at('open', 1), outcome: filled('open') },
    { intent: at('a', 2), outcome: filled('a') },
    { intent: at('b', 3), outcome: filled('b') },
  ])
  expect(readings()).toBe(2)
  expect(await index.since(1)).toHaveLength(3)
  expect(await index.since(Number.POSITIVE_INFINITY)).toEqual([])
  expect(readings()).toBe(2)
})

it('shares one reading between questions that come at once, and gives each its own answer', async () => {
  const { index, readings } = journal([at('a', 1), filled('a'), at('b', 2), filled('b')], 3)
  const answers = await Promise.all([index.since(2), index.since(1), index.unfinished()])
  expect(answers.map(({ length }) => length)).toEqual([1, 2, 0])
  expect(readings()).toBeLessThanOrEqual(2)
  const later = await Promise.all([index.since(3), index.since(2), index.since(1)])
  expect(later.map(({ length }) => length)).toEqual([0, 1, 2])
})

it('reads again after a reading that failed', async () => {
  let works = false
  const index = createSendIndex(async function* () {
    if (!works) throw new Error('no disk')
    yield { entry: at('a', 1) }
  })
  await expect(index.unfinished()).rejects.toThrow('no disk')
  works = true
  expect(await index.unfinished()).toEqual([at('a', 1)])
})

it('knows no send of an outcome alone, and takes a label that is sent again for a new send', async () => {
  const { index, append } = journal([filled('x'), at('a', 1), filled('a')])
  append(at('a', 5))
  expect(await index.unfinished()).toEqual([at('a', 5)])
  expect(await index.since(0)).toEqual([{ intent: at('a', 5), outcome: null }])
})

it('takes NaN for no time', async () => {
  await expect(journal([at('a', 1)]).index.since(Number.NaN)).rejects.toThrow(RangeError)
})

it('answers as the whole journal would, whenever it is asked', async () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('send' as const), label: fc.integer({ min: 0, max: 8 }) }),
    fc.record({ kind: fc.constant('outcome' as const), label: fc.integer({ min: 0, max: 8 }) }),
    fc.record({ kind: fc.constant('since' as const), fromMs: fc.integer({ min: 0, max: 30 }) }),
    fc.record({ kind: fc.constant('unfinished' as const) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), fc.integer({ min: 0, max: 4 }), async (steps, turns) => {
      const { index, append } = journal([], turns)
      const written: IntentRecord[] = []
      const write = (entry: IntentRecord) => {
        written.push(entry)
        append(entry)
      }
      const asked: Promise<void>[] = []
      for (const [timeMs, next] of steps.entries()) {
        if (next.kind === 'send') write(at(`cc-${timeMs}-${next.label}`, timeMs))
        else if (next.kind === 'outcome') {
          const sent = written.filter((entry) => entry.kind === 'intent')[next.label]
          if (sent?.kind === 'intent') write(filled(sent.terms.label))
        } else if (next.kind === 'since') {
          const answer = await index.since(next.fromMs)
          expect(answer).toEqual(sends(written).filter(({ intent }) => intent.timeMs >= next.fromMs))
          // Nobody waits for this one: it may be answered among the next steps, by a journal that is longer then.
          asked.push(index.since(0).then((all) => expect(all.length).toBeGreaterThanOrEqual(answer.length)))
        } else {
          const open = sends(written).filter(({ outcome }) => outcome === null)
          expect(await index.unfinished()).toEqual(open.map(({ intent }) => intent))
        }
      }
      await Promise.all(asked)
    }),
    { numRuns: 300 },
  )
})

function sends(written: readonly IntentRecord[]): JournalledSend[] {
  const ended = new Map(written.flatMap((entry) => (entry.kind === 'outcome' ? [[entry.label, entry] as const] : [])))
  return written
    .filter((entry): entry is SendIntent => entry.kind === 'intent')
    .map((intent) => ({ intent, outcome: ended.get(intent.terms.label) ?? null }))
}
