import { mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { tempFolder } from '../test/temp-folder.js'
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
