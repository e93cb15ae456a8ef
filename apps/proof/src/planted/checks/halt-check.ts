import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { HaltSwitch } from '@cc/models'

/** What people, disks and other programs may leave under the name of the kill switch. */
const LEFT: readonly (readonly [what: string, leave: (path: string) => void])[] = [
  ['an empty file', (path) => writeFileSync(path, '')],
  ['a file of spaces', (path) => writeFileSync(path, ' \n\t\n')],
  ['a file of zeros', (path) => writeFileSync(path, Buffer.alloc(512))],
  ['bytes that are no text', (path) => writeFileSync(path, Buffer.from([0xff, 0xfe, 0x80, 0xc0]))],
  ['the word false', (path) => writeFileSync(path, 'false')],
  ['a folder', (path) => mkdirSync(path)],
  ['a link to nothing', (path) => symlinkSync('nothing', path)],
]

/** Whatever lies there halts, and nothing else does. What is wrong, if anything. */
export function haltComplaint(createHaltFile: (folder: string) => HaltSwitch): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'cc-halt-'))
  const path = join(folder, 'HALT')
  try {
    if (createHaltFile(folder).read().halted) return 'an empty folder halts'
    for (const [what, leave] of LEFT) {
      leave(path)
      if (!createHaltFile(folder).read().halted) return `${what} under the name HALT does not halt`
      rmSync(path, { recursive: true })
    }
    return undefined
  } finally {
    rmSync(folder, { recursive: true })
  }
}
