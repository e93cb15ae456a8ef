import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { tempFolder } from '../test/temp-folder.js'
import { requireNoHalt } from './halt-file.js'
import { writeHalt } from './write-halt.js'

it('makes a file that its user alone may read, with the reason', () => {
  const folder = tempFolder()
  expect(writeHalt(folder, 'odd fills')).toEqual({ latched: true, wasThere: false })
  expect(readFileSync(join(folder, 'HALT'), 'utf8')).toBe('odd fills\n')
  expect(statSync(join(folder, 'HALT')).mode & 0o777).toBe(0o600)
})

it('makes the folder too, so that whoever starts there is halted', () => {
  const folder = join(tempFolder(), 'a', 'b')
  expect(writeHalt(folder, 'x')).toEqual({ latched: true, wasThere: false })
  expect(() => requireNoHalt(folder)).toThrow(expect.objectContaining({ code: 'agent/halted' }))
})

it.each<[string, (path: string) => void]>([
  ['a file', (path) => writeFileSync(path, 'lunch')],
  ['a folder', (path) => mkdirSync(path)],
  ['a link to nowhere', (path) => symlinkSync('/none', path)],
])('leaves what is there as it is: %s', (_, plant) => {
  const folder = tempFolder()
  plant(join(folder, 'HALT'))
  expect(writeHalt(folder, 'x')).toEqual({ latched: true, wasThere: true })
})

it('says why it could not, and throws nothing', () => {
  const folder = join(tempFolder({ 'not-a-folder': '' }), 'not-a-folder')
  expect(writeHalt(folder, 'x')).toEqual({ latched: false, problem: expect.stringContaining('ENOTDIR') })
})
