import { lstatSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CcError, type HaltState, type HaltSwitch } from '@cc/models'
import { createFile, type Disk } from './durable-file.js'
import { systemCodeOf } from './failure.js'

const HALT_FILE = 'HALT'
const MAX_REASON_LENGTH = 500

/**
 * The kill switch of a log folder: halted while the file `HALT` is there, whatever is in it, and also where one
 * cannot tell. A person lifts it by deleting the file. Once `latch` resolves it also holds over a power cut.
 */
export function createHaltFile(folder: string, disk?: Disk): HaltSwitch {
  const path = join(folder, HALT_FILE)
  const controller = new AbortController()
  let latched: HaltState | undefined
  return {
    signal: controller.signal,
    read: () => latched ?? readHalt(path),
    async latch(reason) {
      // In this life it holds even if the disk refuses the file.
      latched ??= { halted: true, reason }
      controller.abort(new Error(reason))
      try {
        await createFile(path, `${reason}\n`, disk)
      } catch (error) {
        // The first reason stays.
        if (systemCodeOf(error) !== 'EEXIST') throw error
      }
    },
  }
}

/**
 * @throws CcError `agent/halted` with the reason and how to lift it.
 */
export function requireNoHalt(folder: string): void {
  const path = join(folder, HALT_FILE)
  const state = readHalt(path)
  if (!state.halted) return
  throw new CcError(`Halted: ${state.reason.replace(/[.\s]*$/, '.')} Delete ${path} to lift it.`, {
    code: 'agent/halted',
    recovery: 'halt',
    facts: { path },
  })
}

function readHalt(path: string): HaltState {
  try {
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return { halted: false }
    const text = readFileSync(path, 'utf8')
      .replace(/[\p{Cc}\s]+/gu, ' ')
      .trim()
      .slice(0, MAX_REASON_LENGTH)
    return { halted: true, reason: text === '' ? 'no reason was given' : text }
  } catch (error) {
    return { halted: true, reason: `${path} cannot be read (${systemCodeOf(error) ?? String(error)})` }
  }
}
