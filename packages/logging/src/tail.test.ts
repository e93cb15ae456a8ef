import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { chainedLog, dayFile, writeFiles } from '../test/chained-log.js'
import { failedCycle } from '../test/records.js'
import { tempFolder } from '../test/temp-folder.js'
import { linkOf } from './chain-check.js'
import { readTail } from './tail.js'

const noon = Date.UTC(2026, 0, 2, 12)
const log = chainedLog('decisions', {
  [dayFile(2)]: [failedCycle(noon, 0), failedCycle(noon, 1)],
  [dayFile(3)]: [failedCycle(noon, 2), 'life', failedCycle(noon, 3)],
})
const last = log.get(dayFile(3)) ?? []
const lastLink = linkOf(Buffer.from(last.at(-1) ?? '').subarray(0, -1))

function written(): string {
  const folder = tempFolder()
  writeFiles(folder, log)
  return join(folder, dayFile(3))
}

it('gives the last line, and what came before the file', () => {
  const path = written()
  const size = readFileSync(path).length
  const before = log.get(dayFile(2))?.at(-1) ?? ''
  expect(readTail(path)).toEqual({
    previous: { file: dayFile(2), ...linkOf(Buffer.from(before).subarray(0, -1)) },
    link: lastLink,
    wholeBytes: size,
    tornBytes: 0,
    problem: null,
    newerSchema: false,
  })
})

it('says how much stands behind the last newline, whatever it is', () => {
  for (const tail of ['{', '{"kind":"decision"}', '\0'.repeat(5000)]) {
    const path = written()
    const wholeBytes = readFileSync(path).length
    appendFileSync(path, tail)
    const found = readTail(path)
    expect(found).toMatchObject({ link: lastLink, wholeBytes, tornBytes: tail.length, problem: null })
  }
})

it('finds a changed line before the last one', () => {
  const path = written()
  writeFileSync(path, readFileSync(path, 'utf8').replace('"cycle":2', '"cycle":7'))
  expect(readTail(path)).toMatchObject({
    link: { seq: 3 },
    wholeBytes: last[0]?.length,
    problem: 'line 2 does not fit its hash: it was changed, or written behind another line',
  })
})

it('finds no line in an empty file, and none in one that was torn at its first', () => {
  const path = join(tempFolder(), dayFile(2))
  writeFileSync(path, '')
  expect(readTail(path)).toMatchObject({ previous: null, link: null, wholeBytes: 0, tornBytes: 0, problem: null })
  writeFileSync(path, '{"kind"')
  expect(readTail(path)).toMatchObject({ link: null, wholeBytes: 0, tornBytes: 7 })
})
