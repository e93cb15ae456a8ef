import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { tempFolder } from '../test/temp-folder.js'
import { takeLock } from './lock.js'

const held = expect.objectContaining({ code: 'agent/locked' })

it('lets one in at a time, and the next after it is given back', () => {
  const folder = tempFolder()
  const release = takeLock(folder)
  expect(() => takeLock(folder)).toThrow(held)
  release()
  expect(readdirSync(folder)).toEqual([])
  takeLock(folder)()
})

it('names the process that holds it', () => {
  const folder = tempFolder()
  takeLock(folder)
  expect(() => takeLock(folder)).toThrow(`process ${process.pid}`)
})

it('takes over from a process that is gone', () => {
  const { pid } = spawnSync(process.execPath, ['-e', ''])
  const folder = tempFolder({ 'agent.lock': `${pid} 12345\n` })
  const release = takeLock(folder)
  expect(readFileSync(join(folder, 'agent.lock'), 'utf8')).toMatch(new RegExp(`^${process.pid} `))
  release()
  expect(readdirSync(folder)).toEqual([])
})

it.skipIf(!existsSync('/proc/self/stat'))('takes over from a process whose number another one has now', () => {
  const folder = tempFolder({ 'agent.lock': `${process.pid} 1\n` })
  expect(() => takeLock(folder)).not.toThrow()
})

it('keeps a lock that it cannot read, whoever wrote it', () => {
  for (const text of ['', 'garbage', '{"pid":1}', '99999999999999 -\n']) {
    const folder = tempFolder({ 'agent.lock': text })
    expect(() => takeLock(folder), text).toThrow(held)
    expect(readFileSync(join(folder, 'agent.lock'), 'utf8')).toBe(text)
  }
})

it('does not give back a lock that is another’s by now', () => {
  const folder = tempFolder()
  const release = takeLock(folder)
  writeFileSync(join(folder, 'agent.lock'), '1 1\n')
  release()
  expect(existsSync(join(folder, 'agent.lock'))).toBe(true)
})
