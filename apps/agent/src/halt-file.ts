import { closeSync, constants, lstatSync, openSync, readdirSync, readSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { CcError, type HaltState, type HaltSwitch } from '@cc/models'
import { createFile, type Disk } from './durable-file.js'
import { logFolderError, systemCodeOf } from './failure.js'
import { HALT_FILE } from './write-halt.js'

/** How often a run looks whether somebody made the file, in ms of real time. */
const LOOK_MS = 250
const MAX_REASON_LENGTH = 500
const LIFTED = /^HALT\.lifted-(\d+)$/

/** The kill switch of a log folder, with an eye on it. */
export type HaltFile = HaltSwitch & {
  /** Looks now and every 250 ms of real time, whatever the agent is at. Returns what ends it. */
  watch(): () => void
}

/**
 * The kill switch of a log folder: halted while the file `HALT` is there, whatever is in it, and also where one
 * cannot tell. Once seen, it holds for this life: its signal falls, with the reason as a `CcError` `agent/halted`. Once
 * `latch` resolves it also holds over a power cut. A person lifts it with `resume`, or by deleting the file.
 */
export function createHaltFile(folder: string, disk?: Disk): HaltFile {
  const path = join(folder, HALT_FILE)
  const controller = new AbortController()
  let latched: HaltState | undefined

  function hold(state: HaltState & { halted: true }): HaltState {
    if (latched !== undefined) return latched
    latched = state
    controller.abort(haltedError(state.reason, path))
    return state
  }

  function look(): HaltState {
    if (latched !== undefined) return latched
    const state = readHalt(path)
    return state.halted ? hold(state) : state
  }

  return {
    signal: controller.signal,
    read: look,
    watch() {
      look()
      // Where nothing else is left to do, nobody has to be stopped.
      const timer = setInterval(look, LOOK_MS).unref()
      return () => clearInterval(timer)
    },
    async latch(reason) {
      // In this life it holds even if the disk refuses the file.
      hold({ halted: true, reason })
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
  throw haltedError(`Halted: ${state.reason.replace(/[.\s]*$/, '.')} ${liftWords(folder)}`, path)
}

/** What a person can do about a halt. */
export function liftWords(folder: string): string {
  return `"ccagent resume --log-dir ${folder} --reason …" lifts it.`
}

/**
 * Lifts the halt of a log folder, whatever the file is: it is put aside as `HALT.lifted-<n>`, with what it said. Returns
 * that name and the reason; `undefined` where there was none.
 *
 * @throws CcError `agent/log-folder`: it still holds
 */
export function liftHalt(folder: string): { reason: string; movedTo: string } | undefined {
  const path = join(folder, HALT_FILE)
  const state = readHalt(path)
  if (!state.halted) return undefined
  try {
    const numbers = readdirSync(folder).map((name) => Number(LIFTED.exec(name)?.[1] ?? 0))
    const movedTo = `${HALT_FILE}.lifted-${Math.max(0, ...numbers) + 1}`
    renameSync(path, join(folder, movedTo))
    return { reason: state.reason, movedTo }
  } catch (error) {
    throw logFolderError(`The halt was not lifted: ${path}: ${(error as Error).message}.`, folder, error)
  }
}

function haltedError(message: string, path: string): CcError {
  return new CcError(message, { code: 'agent/halted', recovery: 'halt', facts: { path } })
}

function readHalt(path: string): HaltState {
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false })
    if (stats === undefined) return { halted: false }
    // A pipe would be waited for, and a link may lead to one.
    if (!stats.isFile()) return { halted: true, reason: `${path} is there, and is no file` }
    const text = beginningOf(path)
      .replace(/[\p{Cc}\s]+/gu, ' ')
      .trim()
      .slice(0, MAX_REASON_LENGTH)
    return { halted: true, reason: text === '' ? 'no reason was given' : text }
  } catch (error) {
    return { halted: true, reason: `${path} cannot be read (${systemCodeOf(error) ?? String(error)})` }
  }
}

const READ_AT_ONCE = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

/** Whatever somebody put there, it is not read in full. */
function beginningOf(path: string): string {
  const file = openSync(path, READ_AT_ONCE)
  try {
    const bytes = Buffer.alloc(4 * MAX_REASON_LENGTH)
    return bytes.toString('utf8', 0, readSync(file, bytes))
  } finally {
    closeSync(file)
  }
}
