import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { tempFolder } from '../test/temp-folder.js'
import { watchedDisk } from '../test/watched-disk.js'
import { createHaltFile, requireNoHalt } from './halt-file.js'

it('holds over restarts until a person deletes the file', async () => {
  const folder = tempFolder()
  const halt = createHaltFile(folder)
  expect(halt.read()).toEqual({ halted: false })
  await halt.latch('The journal cannot be written.')
  expect(halt.signal.aborted).toBe(true)
  expect(halt.read()).toEqual({ halted: true, reason: 'The journal cannot be written.' })
  expect(() => requireNoHalt(folder)).toThrow(/The journal cannot be written\. Delete .*HALT to lift it/)
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

it('sees a file that a person makes while it runs', () => {
  const folder = tempFolder()
  const halt = createHaltFile(folder)
  writeFileSync(join(folder, 'HALT'), 'lunch')
  expect(halt.read()).toEqual({ halted: true, reason: 'lunch' })
})

it('takes whatever is there for a halt', () => {
  const plants: ((path: string) => void)[] = [
    (path) => writeFileSync(path, ''),
    (path) => writeFileSync(path, '\0\x1b[31m\n'),
    (path) => mkdirSync(path),
    (path) => symlinkSync('/none', path),
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
