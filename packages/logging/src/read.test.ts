import { hash } from 'node:crypto'
import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DecisionRecord } from '@cc/models'
import { expect, it } from 'vitest'
import { chainedLog, dayFile, header, linkAt, writeFiles } from '../test/chained-log.js'
import { failedCycle, filled, intent } from '../test/records.js'
import { tempFolder } from '../test/temp-folder.js'
import { chainLine } from './chained-line.js'
import { labelsOf, listDecisionFiles, readDecisions, readLog } from './read.js'

const noon = Date.UTC(2026, 0, 2, 12)
const { kind, ...rest } = failedCycle(noon, 1)
const odd = { ...rest, policy: ',"seq":7,"hash":"é\u2028"}', kind }
const log = chainedLog('decisions', {
  [dayFile(2)]: [failedCycle(noon, 0), odd, 'life', failedCycle(noon, 2)],
  [dayFile(3)]: [failedCycle(noon, 3)],
})
const lines = [...log.values()].flat()
const intents = chainedLog('intents', { 'intents.jsonl': [intent('a'), filled('a'), intent('b')] })

function written(): string {
  const folder = tempFolder()
  writeFiles(folder, new Map([...log, ...intents]))
  return folder
}

async function all<T>(records: AsyncIterable<T>): Promise<T[]> {
  const read: T[] = []
  for await (const record of records) read.push(record)
  return read
}

it('reads the decisions as they were given, keys in their order', async () => {
  const read = await all(readDecisions(written()))
  const given = [failedCycle(noon, 0), odd, failedCycle(noon, 2), failedCycle(noon, 3)]
  expect(read.map((record) => JSON.stringify(record))).toEqual(given.map((record) => JSON.stringify(record)))
})

it('reads every line of a log with its place, headers too', async () => {
  const read = await all(readLog(written(), 'decisions'))
  expect(read.map(({ entry }) => entry.kind)).toEqual([
    'header',
    'decision',
    'decision',
    'header',
    'decision',
    'header',
    'decision',
  ])
  expect(read.map(({ seq, hash }) => ({ seq, hash }))).toEqual(lines.map(linkAt))
  expect(read.map(({ file, lineNumber }) => `${file}:${lineNumber}`)).toEqual([
    ...[1, 2, 3, 4, 5].map((n) => `${dayFile(2)}:${n}`),
    ...[1, 2].map((n) => `${dayFile(3)}:${n}`),
  ])
  const journal = await all(readLog(written(), 'intents'))
  expect(journal.map(({ entry }) => entry)).toEqual([header('intents', null), intent('a'), filled('a'), intent('b')])
})

it('reads nothing from a folder without logs, and no folder is an error', async () => {
  expect(await all(readDecisions(tempFolder()))).toEqual([])
  const nowhere = join(tempFolder(), 'nowhere')
  await expect(all(readDecisions(nowhere))).rejects.toMatchObject({ code: 'logging/folder-unusable' })
  await expect(listDecisionFiles(nowhere)).rejects.toMatchObject({ code: 'logging/folder-unusable' })
})

it('names decision files only, oldest first', async () => {
  const folder = written()
  for (const name of ['agent_decisions_20260101.jsonl', 'agent_decisions_2026011.jsonl', `${dayFile(2)}.torn-1`]) {
    writeFileSync(join(folder, name), '')
  }
  expect(await listDecisionFiles(folder)).toEqual([dayFile(1), dayFile(2), dayFile(3)])
})

it('makes no record out of a line that is still being written', async () => {
  const folder = written()
  appendFileSync(join(folder, dayFile(3)), '{"kind":"decision"')
  expect(await all(readDecisions(folder))).toHaveLength(4)
})

it('gives what is good, then names file, line and offset of what is not', async () => {
  const folder = written()
  const [first = '', second = ''] = lines
  const path = join(folder, dayFile(2))
  writeFileSync(path, `${first}${second}{"kind":"decision"}\n`)
  const read: DecisionRecord[] = []
  const reading = (async () => {
    for await (const record of readDecisions(folder)) read.push(record)
  })()
  await expect(reading).rejects.toMatchObject({
    code: 'logging/corrupt-line',
    recovery: 'halt',
    message: `${path}, line 3 does not end in its seq and hash.`,
    facts: { path, lineNumber: 3, offset: Buffer.byteLength(first + second) },
  })
  expect(read).toEqual([failedCycle(noon, 0)])
})

const lastLink = linkAt(lines.at(-1))

it.each([
  ['of a later version', { ...failedCycle(noon), schemaVersion: 99 }, 'logging/newer-schema'],
  ['behind a header of a later version', { kind: 'header', schemaVersion: 99 }, 'logging/newer-schema'],
  ['that no schema knows', { kind: 'guess' }, 'logging/corrupt-line'],
])('refuses a well chained record %s', async (_, record, code) => {
  const folder = written()
  appendFileSync(join(folder, dayFile(3)), chainLine(JSON.stringify(record), lastLink).line)
  await expect(all(readLog(folder, 'decisions'))).rejects.toMatchObject({ code })
})

it.each([
  ['is not UTF-8', Buffer.from('{"kind":"\xff","seq":7}', 'latin1')],
  ['is not JSON', Buffer.from('{kind:1,"seq":7}')],
])('refuses a well chained line that %s', async (problem, covered) => {
  const folder = written()
  const proof = hash('sha256', Buffer.concat([Buffer.from(lastLink.hash), covered]), 'hex')
  const line = Buffer.concat([covered.subarray(0, -1), Buffer.from(`,"hash":"${proof}"}\n`)])
  appendFileSync(join(folder, dayFile(3)), line)
  await expect(all(readLog(folder, 'decisions'))).rejects.toMatchObject({
    code: 'logging/corrupt-line',
    message: expect.stringContaining(problem),
  })
})

/** A cycle whose one order was sent, or would have been. */
function traded(cycle: number, outcome: 'filled' | 'not-sent' = 'filled'): DecisionRecord {
  const { terms } = intent(labelAt(cycle))
  const order = { terms, outcome, orderId: null, filledCoin: 0, averagePriceCoin: null, detail: null }
  const leg = { leg: 'open', symbol: terms.symbol, side: 'sell', requestedCoin: 0.5, filledCoin: 0 } as const
  const legs = [{ ...leg, averagePriceCoin: null, feeCoin: 0, orders: [order], fills: [] }]
  const execution = { status: 'filled', legs, failure: null, startedMs: noon, endedMs: noon } as const
  return { ...failedCycle(noon, cycle), decisionId: `${cycle}`.repeat(64), execution, failure: null }
}

const labelAt = (cycle: number) => `cc-01234567-${`${cycle}`.repeat(8)}-o-1`

it('names what a log lost at its end, from the labels that the exchange still knows', async () => {
  const cycles = [1, 2, 3, 4]
  const decided = chainedLog('decisions', { [dayFile(2)]: cycles.map((cycle) => traded(cycle)) }).get(dayFile(2)) ?? []
  const journal = chainedLog('intents', { 'intents.jsonl': cycles.map((cycle) => intent(labelAt(cycle))) })
  const intended = journal.get('intents.jsonl') ?? []
  const folder = tempFolder()
  for (const kept of cycles) {
    // Every order of the exchange whose label, or whose decision, is not in the log.
    const missing = async (files: Record<string, readonly string[]>) => {
      writeFiles(folder, new Map(Object.entries(files)))
      const { decisions, labels } = await labelsOf(folder)
      return {
        decisions: cycles.filter((cycle) => !decisions.has(labelAt(cycle).slice(12, 20))),
        labels: cycles.filter((cycle) => !labels.has(labelAt(cycle))),
      }
    }
    const lost = cycles.filter((cycle) => cycle > kept)
    expect(await missing({ [dayFile(2)]: decided.slice(0, 1 + kept), 'intents.jsonl': intended })).toEqual({
      decisions: lost,
      labels: [],
    })
    expect(await missing({ 'intents.jsonl': intended.slice(0, 1 + kept) })).toEqual({ decisions: cycles, labels: lost })
    expect(await missing({ [dayFile(2)]: decided.slice(0, 1 + kept) })).toEqual({ decisions: lost, labels: lost })
  }
})

it('counts no order of a dry run among the labels', async () => {
  const folder = tempFolder()
  writeFiles(folder, chainedLog('decisions', { [dayFile(2)]: [traded(1, 'not-sent'), failedCycle(noon, 2)] }))
  expect(await labelsOf(folder)).toEqual({ decisions: new Set(['11111111']), labels: new Set() })
})
