import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { tempFolder } from '../test/temp-folder.js'
import { watchedDisk } from '../test/watched-disk.js'
import { createHaltFile, liftHalt, requireNoHalt } from './halt-file.js'

it('holds over restarts until a person deletes the file', async () => {
  const folder = tempFolder()
  const halt = createHaltFile(folder)
  expect(halt.read()).toEqual({ halted: false })
  await halt.latch('The journal cannot be written.')
  expect(halt.signal.aborted).toBe(true)
  expect(halt.read()).toEqual({ halted: true, reason: 'The journal cannot be written.' })
  expect(() => requireNoHalt(folder)).toThrow(
    /^Halted: The journal cannot be written\. "ccagent resume --log-dir \S+ --reason …" lifts it\.$/,
  )
  rmSync(join(folder, 'HALT'))
  expect(createHaltFile(folder).read()).toEqual({ halted: false })
})

it('keeps the first reason', async () => {
  const folder = tempFolder()
  await createHaltFile(folder).latch('first')
  const halt = createHaltFile(folder)
  await halt.latch('second')
  expect(readFileSync(join(folder, 'HALT'), 'utf8')).toBe('first\n')
})

it('sees a file that a person makes while it runs, and holds in this life even where it is deleted again', () => {
  const folder = tempFolder()
  const halt = createHaltFile(folder)
  writeFileSync(join(folder, 'HALT'), 'lunch')
  expect(halt.read()).toEqual({ halted: true, reason: 'lunch' })
  expect(halt.signal.reason).toMatchObject({ code: 'agent/halted', recovery: 'halt', message: 'lunch' })
  rmSync(join(folder, 'HALT'))
  expect(halt.read()).toEqual({ halted: true, reason: 'lunch' })
})

it('looks every 250 ms while it watches, and no more afterwards', () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const [folder, other] = [tempFolder(), tempFolder()]
  const [halt, unwatched] = [createHaltFile(folder), createHaltFile(other)]
  onTestFinished(halt.watch())
  unwatched.watch()()
  for (const each of [folder, other]) writeFileSync(join(each, 'HALT'), 'lunch')
  expect(halt.signal.aborted).toBe(false)
  vi.advanceTimersByTime(250)
  expect(halt.signal.reason).toMatchObject({ message: 'lunch' })
  vi.advanceTimersByTime(10_000)
  expect(unwatched.signal.aborted).toBe(false)
})

it('looks at once when it begins to watch', () => {
  const folder = tempFolder({ HALT: 'early' })
  const halt = createHaltFile(folder)
  halt.watch()()
  expect(halt.signal.reason).toMatchObject({ message: 'early' })
})

it('is lifted by putting aside whatever it is, each under a name of its own', () => {
  const folder = tempFolder()
  expect(liftHalt(folder)).toBeUndefined()
  writeFileSync(join(folder, 'HALT'), 'first')
  expect(liftHalt(folder)).toEqual({ reason: 'first', movedTo: 'HALT.lifted-1' })
  mkdirSync(join(folder, 'HALT'))
  expect(liftHalt(folder)).toMatchObject({ movedTo: 'HALT.lifted-2' })
  symlinkSync('/none', join(folder, 'HALT'))
  expect(liftHalt(folder)).toMatchObject({ movedTo: 'HALT.lifted-3' })
  expect(readFileSync(join(folder, 'HALT.lifted-1'), 'utf8')).toBe('first')
  requireNoHalt(folder)
})

it('takes whatever is there for a halt', () => {
  const plants: ((path: string) => void)[] = [
    (path) => writeFileSync(path, ''),
    (path) => writeFileSync(path, '\0\x1b[31m\n'),
    (path) => mkdirSync(path),
    (path) => symlinkSync('/none', path),
    (path) => symlinkSync('/dev/zero', path),
    (path) => void execFileSync('mkfifo', [path]),
    (path) => truncateSync(createdAt(path), 2 ** 40),
  ]
  for (const plant of plants) {
    const folder = tempFolder()
    plant(join(folder, 'HALT'))
    const state = createHaltFile(folder).read()
    expect(state.halted).toBe(true)
    expect(state.halted && state.reason).not.toMatch(/\p{Cc}/u)
    expect(() => requireNoHalt(folder)).toThrow(expect.objectContaining({ code: 'agent/halted' }))
  }
})

it('holds in this life even where the disk refuses the file', async () => {
  const folder = tempFolder()
  const halt = createHaltFile(folder)
  rmSync(folder, { recursive: true })
  await expect(halt.latch('no disk')).rejects.toThrow('ENOENT')
  expect(halt.read()).toEqual({ halted: true, reason: 'no disk' })
  expect(halt.signal.aborted).toBe(true)
})

it('is on the disk, under its name, before it is latched', async () => {
  const folder = join(tempFolder({ 'folder/none': '' }), 'folder')
  const { disk, steps } = watchedDisk()
  await createHaltFile(folder, disk).latch('enough')
  expect(steps).toEqual(['sync HALT', 'sync folder'])
})

function createdAt(path: string): string {
  writeFileSync(path, '')
  return path
}
