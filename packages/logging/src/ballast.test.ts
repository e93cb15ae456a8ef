import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { systemError } from '../test/failing-disk.js'
import { memoryDisk } from '../test/memory-disk.js'
import { tempFolder } from '../test/temp-folder.js'
import { BALLAST_BYTES, keepBallast } from './ballast.js'

it('keeps 4 MB that no file system packs tighter, for its owner only, until they are needed', () => {
  const folder = tempFolder()
  const path = join(folder, '.ballast')
  const ballast = keepBallast(folder)
  expect(statSync(path)).toMatchObject({ size: BALLAST_BYTES, mode: 0o100600 })
  expect(gzipSync(readFileSync(path)).length).toBeGreaterThan(BALLAST_BYTES)
  ballast.release()
  expect(existsSync(path)).toBe(false)
  ballast.release()
})

it('takes the ballast of an earlier life, and fills up one that was not finished', () => {
  const folder = tempFolder()
  const path = join(folder, '.ballast')
  writeFileSync(path, 'x')
  keepBallast(folder)
  expect(statSync(path).size).toBe(BALLAST_BYTES)
  const { ino, mtimeMs } = statSync(path)
  keepBallast(folder)
  expect(statSync(path)).toMatchObject({ ino, mtimeMs })
})

it('puts nothing where a link points to, and deletes nothing that is no ballast', () => {
  const folder = tempFolder()
  const other = join(folder, 'other')
  writeFileSync(other, 'mine')
  symlinkSync(other, join(folder, '.ballast'))
  keepBallast(folder).release()
  expect(readFileSync(other, 'utf8')).toBe('mine')
})

it('goes without where none can be made', () => {
  const folder = tempFolder()
  mkdirSync(join(folder, '.ballast', 'full'), { recursive: true })
  keepBallast(folder).release()
  expect(existsSync(join(folder, '.ballast', 'full'))).toBe(true)
  expect(() => keepBallast('/nowhere').release()).not.toThrow()
})

it('leaves nothing of one that could not be finished', () => {
  const { disk, files } = memoryDisk({ freeBytes: 2 * BALLAST_BYTES })
  const create = (path: string) => {
    disk.create(path, new Uint8Array(7))
    throw systemError('ENOSPC')
  }
  keepBallast('/logs', { ...disk, create }).release()
  expect([...files.keys()]).toEqual([])
})
