import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, onTestFinished } from 'vitest'

/** A folder of its own for the running test, with these files in it. */
export function tempFolder(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'ccagent-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}

/** A folder of its own for all tests of the running file: to be called at the top of it. */
export function lastingFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ccagent-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
