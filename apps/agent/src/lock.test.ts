import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { tempFolder } from '../test/temp-folder.js'
import { takeLock } from './lock.js'

const hasProc = existsSync('/proc/self/stat')
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
  const folder = tempFolder({ 'agent.lock': lockText({ pid, startTime: '12345' }) })
  const release = takeLock(folder)
  expect(readFileSync(join(folder, 'agent.lock'), 'utf8')).toMatch(new RegExp(`^${process.pid} `))
  release()
  expect(readdirSync(folder)).toEqual([])
})

it.skipIf(!hasProc)('takes over from a process whose number another one has now', () => {
  const folder = tempFolder({ 'agent.lock': lockText({ startTime: '1' }) })
  expect(() => takeLock(folder)).not.toThrow()
})

it.skipIf(!hasProc)('takes over from an earlier boot, under whatever number', () => {
  const folder = tempFolder({ 'agent.lock': lockText({ bootId: '00000000-0000-4000-8000-000000000000' }) })
  expect(() => takeLock(folder)).not.toThrow()
})

it.skipIf(!hasProc)('never takes over from another container, whose processes it cannot see', () => {
  const { pid } = spawnSync(process.execPath, ['-e', ''])
  const text = lockText({ pid, startTime: '12345', pidNamespace: 'pid:[1]' })
  const folder = tempFolder({ 'agent.lock': text })
  expect(() => takeLock(folder)).toThrow(
    expect.objectContaining({
      code: 'agent/locked',
      message: expect.stringMatching(/of another container\) holds .*agent\.lock\. .*delete the file/),
    }),
  )
  expect(readFileSync(join(folder, 'agent.lock'), 'utf8')).toBe(text)
})

it('takes over from nobody where the system tells boots and namespaces only to one side', () => {
  const { pid } = spawnSync(process.execPath, ['-e', ''])
  for (const change of [{ bootId: hasProc ? '-' : 'b' }, { pidNamespace: hasProc ? '-' : 'n' }]) {
    const folder = tempFolder({ 'agent.lock': lockText({ pid, startTime: '12345', ...change }) })
    expect(() => takeLock(folder)).toThrow(held)
  }
})

it('keeps a lock that it cannot read, whoever wrote it', () => {
  for (const text of ['', 'garbage', '{"pid":1}', '1 1\n', '99999999999999 - - -\n']) {
    const folder = tempFolder({ 'agent.lock': text })
    expect(() => takeLock(folder), text).toThrow(held)
    expect(readFileSync(join(folder, 'agent.lock'), 'utf8')).toBe(text)
  }
})

it('refuses a lock that is a link to nowhere, instead of waiting for it', () => {
  const folder = tempFolder()
  symlinkSync('nowhere', join(folder, 'agent.lock'))
  expect(() => takeLock(folder)).toThrow(expect.objectContaining({ code: 'agent/log-folder' }))
  expect(readdirSync(folder)).toEqual(['agent.lock'])
})

it('does not give back a lock that is another’s by now', () => {
  const folder = tempFolder()
  const release = takeLock(folder)
  writeFileSync(join(folder, 'agent.lock'), '1 1\n')
  release()
  expect(existsSync(join(folder, 'agent.lock'))).toBe(true)
})

/** The lock of this process, changed. */
function lockText(change: Partial<Record<'pid' | 'startTime' | 'bootId' | 'pidNamespace', unknown>>): string {
  const folder = tempFolder()
  takeLock(folder)
  const [pid, startTime, bootId, pidNamespace] = readFileSync(join(folder, 'agent.lock'), 'utf8').trim().split(' ')
  return `${Object.values({ pid, startTime, bootId, pidNamespace, ...change }).join(' ')}\n`
}
