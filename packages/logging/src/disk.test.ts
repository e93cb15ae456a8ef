import { chmodSync, chownSync, linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { tempFolder } from '../test/temp-folder.js'
import { type Disk, ensureFolder, openToAppend } from './disk.js'
import { openRecord } from './record.js'

it('refuses a folder that is a link, a file, or cannot be made', async () => {
  const folder = tempFolder()
  mkdirSync(join(folder, 'real'))
  symlinkSync(join(folder, 'real'), join(folder, 'link'))
  writeFileSync(join(folder, 'file'), '')
  for (const bad of [join(folder, 'link'), join(folder, 'file'), join(folder, 'file', 'logs'), '/proc/logs']) {
    await expect(openRecord({ folder: bad }), bad).rejects.toMatchObject({
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
      writeFileSync(`${path}.other`, '')
      linkSync(`${path}.other`, path)
    },
    folder: (path) => mkdirSync(path),
  }
  for (const [kind, place] of Object.entries(plant)) {
    const folder = tempFolder()
    place(join(folder, 'intents.jsonl'))
    await expect(openRecord({ folder }), kind).rejects.toMatchObject({ code: 'logging/file-unusable' })
  }
})

it('refuses a folder in which every user may write', async () => {
  const folder = join(tempFolder(), 'logs')
  mkdirSync(folder)
  chmodSync(folder, 0o777)
  await expect(openRecord({ folder })).rejects.toMatchObject({
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

it.skipIf(process.getuid?.() !== 0)('refuses another user’s folder in which a group may write', async () => {
  const folder = join(tempFolder(), 'logs')
  mkdirSync(folder)
  chmodSync(folder, 0o775)
  chownSync(folder, 65_534, 65_534)
  await expect(ensureFolder(folder)).rejects.toMatchObject({ message: expect.stringContaining('another user’s') })
})

it.each([
  [true, ['.']],
  [false, []],
])('has the name of a new file on disk where synced is %s', async (synced, names) => {
  const folder = tempFolder()
  const syncs: string[] = []
  const disk: Disk = {
    async open(path, ...rest) {
      const handle = await open(path, ...rest)
      const sync = handle.sync.bind(handle)
      handle.sync = async () => {
        syncs.push(String(path))
        await sync()
      }
      return handle
    },
  }
  const { handle } = await openToAppend(join(folder, 'a.jsonl'), { synced }, disk)
  await handle.close()
  expect(syncs).toEqual(names.map((name) => join(folder, name)))
})
