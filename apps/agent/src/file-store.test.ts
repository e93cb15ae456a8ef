import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { tempFolder } from '../test/temp-folder.js'
import { watchedDisk } from '../test/watched-disk.js'
import type { Disk } from './durable-file.js'
import { createFileStore } from './file-store.js'

it('remembers over restarts, key by key', async () => {
  const folder = tempFolder()
  const store = createFileStore(folder, { synced: true })
  expect(await store.load('memory')).toBeUndefined()
  await store.save('memory', { mode: 'normal' })
  await store.save('other', [1])
  await store.save('memory', { mode: 'reduce-only' })
  const later = createFileStore(folder, { synced: false })
  expect(await later.load('memory')).toEqual({ mode: 'reduce-only' })
  expect(await later.load('other')).toEqual([1])
  expect(readdirSync(folder)).toEqual(['memory.json'])
  expect(statSync(join(folder, 'memory.json')).mode & 0o777).toBe(0o600)
})

it.each(['', '{"memory":', '[]', 'null'])('does not take the damaged file %j for an empty one', async (text) => {
  const store = createFileStore(tempFolder({ 'memory.json': text }), { synced: false })
  await expect(store.load('memory')).rejects.toMatchObject({ code: 'agent/log-folder', recovery: 'halt' })
  await expect(store.save('memory', {})).rejects.toMatchObject({ code: 'agent/log-folder' })
})

it('says so when it cannot write', async () => {
  const folder = tempFolder()
  mkdirSync(join(folder, 'memory.json.new'))
  await expect(createFileStore(folder, { synced: true }).save('memory', {})).rejects.toMatchObject({
    code: 'agent/log-folder',
    recovery: 'halt',
  })
})

it('never writes through a link that somebody planted, nor reads through one', async () => {
  const elsewhere = tempFolder({ 'theirs.json': '{}' })
  const theirs = join(elsewhere, 'theirs.json')
  const folder = tempFolder()
  symlinkSync(theirs, join(folder, 'memory.json.new'))
  const store = createFileStore(folder, { synced: false })
  await store.save('memory', { mode: 'normal' })
  expect(readFileSync(theirs, 'utf8')).toBe('{}')
  expect(await store.load('memory')).toEqual({ mode: 'normal' })

  const linked = tempFolder()
  symlinkSync(theirs, join(linked, 'memory.json'))
  await expect(createFileStore(linked, { synced: false }).load('memory')).rejects.toMatchObject({
    code: 'agent/log-folder',
  })
})

it('writes through no link that is planted at the last moment', async () => {
  const theirs = join(tempFolder({ 'theirs.json': '{}' }), 'theirs.json')
  const disk: Disk = {
    async open(path, ...rest) {
      symlinkSync(theirs, path)
      return open(path, ...rest)
    },
    rename,
  }
  const store = createFileStore(tempFolder(), { synced: false, disk })
  await expect(store.save('memory', {})).rejects.toMatchObject({ code: 'agent/log-folder' })
  expect(readFileSync(theirs, 'utf8')).toBe('{}')
})

it('goes on over a draft that an earlier life left', async () => {
  const folder = tempFolder({ 'memory.json.new': '{"memo' })
  const store = createFileStore(folder, { synced: false })
  await store.save('memory', 1)
  expect(await store.load('memory')).toBe(1)
  expect(readdirSync(folder)).toEqual(['memory.json'])
})

it('loses none of the saves that come at once', async () => {
  const folder = tempFolder()
  const store = createFileStore(folder, { synced: false })
  const keys = Array.from({ length: 20 }, (_, index) => `key-${index}`)
  await Promise.all(keys.map((key) => store.save(key, key)))
  for (const key of keys) expect(await store.load(key)).toBe(key)
})

it('saves on after a save that failed', async () => {
  const store = createFileStore(tempFolder(), { synced: false })
  const [bad, good] = await Promise.allSettled([store.save('a', Number.NaN), store.save('b', 1)])
  expect([bad.status, good.status]).toEqual(['rejected', 'fulfilled'])
  expect(await store.load('b')).toBe(1)
})

it.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses %s instead of storing null', async (value) => {
  const store = createFileStore(tempFolder(), { synced: false })
  await store.save('memory', { highWaterCoin: 2 })
  await expect(store.save('memory', { highWaterCoin: value })).rejects.toMatchObject({
    code: 'agent/log-folder',
    message: expect.stringContaining(`"highWaterCoin" is ${value}`),
  })
  expect(await store.load('memory')).toEqual({ highWaterCoin: 2 })
})

it('knows no key that was never saved', async () => {
  const folder = tempFolder()
  writeFileSync(join(folder, 'memory.json'), '{}')
  const store = createFileStore(folder, { synced: false })
  for (const key of ['toString', 'constructor', '__proto__']) expect(await store.load(key)).toBeUndefined()
  await store.save('__proto__', { mode: 'normal' })
  expect(await store.load('__proto__')).toEqual({ mode: 'normal' })
})

it.each([
  [true, ['sync memory.json.new', 'rename', 'sync folder']],
  [false, ['rename']],
])('has file and name on disk, in this order, where synced is %s', async (synced, expected) => {
  const folder = join(tempFolder({ 'folder/none': '' }), 'folder')
  const { disk, steps } = watchedDisk()
  await createFileStore(folder, { synced, disk }).save('memory', {})
  expect(steps).toEqual(expected)
})
