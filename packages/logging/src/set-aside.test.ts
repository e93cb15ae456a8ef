import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { diskWith, systemError } from '../test/failing-disk.js'
import { tempFolder } from '../test/temp-folder.js'
import { nodeDisk } from './node-disk.js'
import { setAside } from './set-aside.js'

it('has the bytes on disk under their new name before the file is cut, and the cut too', () => {
  const path = join(tempFolder(), 'intents.jsonl')
  writeFileSync(path, 'whole\ntorn', { mode: 0o600 })
  const calls: string[] = []
  const disk = diskWith((call) => {
    calls.push(call)
    if (call === 'truncate') expect(readFileSync(`${path}.torn-1`, 'utf8')).toBe('torn')
    return undefined
  })
  expect(setAside(path, { from: 6, why: 'torn' }, disk)).toEqual({ movedTo: 'intents.jsonl.torn-1', bytes: 4 })
  expect(readFileSync(path, 'utf8')).toBe('whole\n')
  const written = calls.indexOf('write')
  const [copied, named, cut] = [
    calls.indexOf('datasync', written),
    calls.lastIndexOf('syncFolder'),
    calls.indexOf('truncate'),
  ]
  expect(copied).toBeGreaterThan(written)
  expect(named).toBeGreaterThan(copied)
  expect(cut).toBeGreaterThan(named)
  expect(calls.lastIndexOf('datasync')).toBeGreaterThan(cut)
})

it('cuts nothing from a file that grew meanwhile', () => {
  const path = join(tempFolder(), 'intents.jsonl')
  writeFileSync(path, 'whole\ntorn', { mode: 0o600 })
  let synced = 0
  const disk = diskWith((call) => {
    if (call === 'syncFolder') synced += 1
    if (call === 'syncFolder' && synced === 2) writeFileSync(path, ' and more\n', { flag: 'a' })
    return undefined
  })
  expect(() => setAside(path, { from: 6, why: 'torn' }, disk)).toThrow(/another writer appended/)
  expect(readFileSync(path, 'utf8')).toBe('whole\ntorn and more\n')
})

it('takes the next free name, and gives up where there is none for another reason', () => {
  const path = join(tempFolder(), 'intents.jsonl')
  for (const n of [1, 2]) {
    writeFileSync(path, 'whole\ntorn', { mode: 0o600 })
    expect(setAside(path, { from: 6, why: 'torn' })).toEqual({ movedTo: `intents.jsonl.torn-${n}`, bytes: 4 })
  }
  const create = () => {
    throw systemError('ENOSPC')
  }
  expect(() => setAside(path, { from: 3, why: 'torn' }, { ...nodeDisk, create })).toThrow(
    expect.objectContaining({ code: 'logging/file-unusable', facts: { path, systemCode: 'ENOSPC' } }),
  )
  expect(readFileSync(path, 'utf8')).toBe('whole\n')
})
