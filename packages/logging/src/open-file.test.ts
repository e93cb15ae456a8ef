import { chmodSync, linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { diskWith, systemError } from '../test/failing-disk.js'
import { memoryDisk } from '../test/memory-disk.js'
import { ownRun } from '../test/own-run.js'
import { tempFolder } from '../test/temp-folder.js'
import type { Disk } from './disk.js'
import { ensureFolder, nodeDisk } from './node-disk.js'
import { openToAppend } from './open-file.js'
import { openRecord } from './open-record.js'

it('refuses a folder that is a link, a file, or cannot be made', async () => {
  const folder = tempFolder()
  mkdirSync(join(folder, 'real'))
  symlinkSync(join(folder, 'real'), join(folder, 'link'))
  writeFileSync(join(folder, 'file'), '')
  for (const bad of [join(folder, 'link'), join(folder, 'file'), join(folder, 'file', 'logs'), '/proc/logs']) {
    await expect(openRecord({ folder: bad, ...ownRun }), bad).rejects.toMatchObject({
      code: 'logging/folder-unusable',
      recovery: 'halt',
      facts: { path: bad },
    })
  }
})

it('refuses files that somebody else chose: links, hard links, folders', async () => {
  const plant: Record<string, (path: string) => void> = {
    link: (path) => symlinkSync('/dev/null', path),
    hardLink: (path) => {
      writeFileSync(`${path}.other`, '', { mode: 0o600 })
      linkSync(`${path}.other`, path)
    },
    folder: (path) => mkdirSync(path),
  }
  for (const [kind, place] of Object.entries(plant)) {
    const folder = tempFolder()
    place(join(folder, 'intents.jsonl'))
    await expect(openRecord({ folder, ...ownRun }), kind).rejects.toMatchObject({ code: 'logging/file-unusable' })
  }
})

it('refuses a folder in which every user may write', async () => {
  const folder = join(tempFolder(), 'logs')
  mkdirSync(folder)
  chmodSync(folder, 0o777)
  await expect(openRecord({ folder, ...ownRun })).rejects.toMatchObject({
    code: 'logging/folder-unusable',
    message: expect.stringContaining('every user of this machine may write in it'),
  })
})

it('takes its own folder with its group, as many systems make it', async () => {
  const folder = join(tempFolder(), 'logs')
  mkdirSync(folder)
  chmodSync(folder, 0o775)
  await expect(ensureFolder(folder)).resolves.toBeUndefined()
})

it('refuses another user’s folder in which a group may write', async () => {
  const folder = join(tempFolder(), 'logs')
  mkdirSync(folder)
  chmodSync(folder, 0o775)
  asUser(65_534)
  await expect(ensureFolder(folder)).rejects.toMatchObject({ message: expect.stringContaining('another user’s') })
})

it.each([
  ['its group may read', 0o640],
  ['every user may read', 0o644],
  ['every user may write', 0o602],
])('refuses a file that %s, and says what to do', async (_, mode) => {
  const folder = tempFolder()
  const path = join(folder, 'intents.jsonl')
  writeFileSync(path, '')
  chmodSync(path, mode)
  await expect(openRecord({ folder, ...ownRun })).rejects.toMatchObject({
    code: 'logging/file-unusable',
    recovery: 'halt',
    message: expect.stringContaining('chmod 600'),
  })
})

it('refuses another user’s file', () => {
  const path = join(tempFolder(), 'a.jsonl')
  writeFileSync(path, '', { mode: 0o600 })
  asUser(65_534)
  expect(() => openToAppend(path, { synced: false })).toThrow(
    expect.objectContaining({
      code: 'logging/file-unusable',
      message: expect.stringContaining('it is another user’s'),
    }),
  )
})

it.each([
  [true, 1],
  [false, 0],
])('has the name of a new file on disk where synced is %s', (synced, count) => {
  const folder = tempFolder()
  const syncs: string[] = []
  const disk: Disk = { ...nodeDisk, syncFolder: (path) => void syncs.push(path) }
  openToAppend(join(folder, 'a.jsonl'), { synced }, disk).handle.close()
  expect(syncs).toEqual(Array(count).fill(folder))
})

it.each([
  [true, 1],
  [false, 0],
])('has on disk what an earlier life left unsynced where synced is %s', (synced, count) => {
  const path = join(tempFolder(), 'a.jsonl')
  const syncsOf = () => {
    let syncs = 0
    const disk = diskWith((call) => {
      if (call === 'datasync') syncs += 1
      return undefined
    })
    openToAppend(path, { synced }, disk).handle.close()
    return syncs
  }
  expect(syncsOf()).toBe(0)
  writeFileSync(path, 'a\n')
  expect(syncsOf()).toBe(count)
})

it('does not append through a link', () => {
  const folder = tempFolder()
  const target = join(folder, 'target')
  writeFileSync(target, '', { mode: 0o600 })
  symlinkSync(target, join(folder, 'a.jsonl'))
  expect(() => openToAppend(join(folder, 'a.jsonl'), { synced: false })).toThrow(
    expect.objectContaining({ code: 'logging/file-unusable', facts: expect.objectContaining({ systemCode: 'ELOOP' }) }),
  )
})

it('opens a new file for its owner only, to append', () => {
  const path = join(tempFolder(), 'a.jsonl')
  const { handle, look } = openToAppend(path, { synced: true })
  expect(look).toMatchObject({ sizeBytes: 0, nlink: 1, isFile: true })
  expect(look.mode & 0o777).toBe(0o600)
  handle.write(Buffer.from('..ab..'), 2, 2)
  expect(nodeDisk.look(path)).toEqual({ ...look, sizeBytes: 2 })
  handle.truncate(0)
  handle.write(Buffer.from('c'), 0, 1)
  handle.close()
  expect(readFileSync(path, 'utf8')).toBe('c')
  expect(nodeDisk.look(`${path}.other`)).toBeUndefined()
})

it('says what went wrong first, where closing fails too', () => {
  const disk = diskWith((call) => (call === 'stat' || call === 'close' ? systemError(`E${call}`) : undefined))
  expect(() => openToAppend(join(tempFolder(), 'a.jsonl'), { synced: true }, disk)).toThrow(
    expect.objectContaining({ facts: expect.objectContaining({ systemCode: 'Estat' }) }),
  )
})

it('asks nothing of owners and modes where the system has none', async () => {
  asUser(undefined)
  const folder = join(tempFolder(), 'logs')
  mkdirSync(folder)
  chmodSync(folder, 0o777)
  await expect(ensureFolder(folder)).resolves.toBeUndefined()
  const path = join(folder, 'a.jsonl')
  writeFileSync(path, '')
  chmodSync(path, 0o666)
  openToAppend(path, { synced: false }).handle.close()
})

it('appends to nothing that a disk says is no file', () => {
  const { disk } = memoryDisk()
  const open: Disk['open'] = (path) => {
    const handle = disk.open(path)
    return { ...handle, stat: () => ({ ...handle.stat(), isFile: false }) }
  }
  expect(() => openToAppend('/logs/a.jsonl', { synced: true }, { ...disk, open })).toThrow(/it is not a regular file/)
})

/** Who runs the test, as far as it can be told from here; `undefined`: the system has no users. */
function asUser(id: number | undefined): void {
  const { getuid } = process
  onTestFinished(() => void Object.assign(process, { getuid }))
  Object.assign(process, { getuid: id === undefined ? undefined : () => id })
}
