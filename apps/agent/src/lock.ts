import { linkSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CcError } from '@cc/models'
import { logFolderError, systemCodeOf } from './failure.js'

const LOCK_FILE = 'agent.lock'

/**
 * Takes the lock of a log folder: one agent at a time. The lock of a process that is gone is taken over. A
 * process is told from a later one under the same number by its start time, where the system has `/proc`.
 * Returns what gives the lock back.
 *
 * @throws CcError `agent/locked` while another process holds it, `agent/log-folder` where it cannot be written.
 */
export function takeLock(folder: string): () => void {
  const path = join(folder, LOCK_FILE)
  const own = describe(process.pid)
  while (!claim(path, own, folder)) {
    const holder = read(path)
    if (holder === undefined) continue
    if (isAlive(holder)) throw locked(path, holder)
    removeStale(path, holder)
  }
  return () => {
    if (read(path) === own) unlinkSync(path)
  }
}

// Written aside and linked in, so that nobody ever reads half a lock.
function claim(path: string, own: string, folder: string): boolean {
  const draft = `${path}.${process.pid}`
  try {
    writeFileSync(draft, own, { mode: 0o600 })
    linkSync(draft, path)
    return true
  } catch (error) {
    if (systemCodeOf(error) === 'EEXIST') return false
    throw logFolderError(`The lock ${path} cannot be written: ${(error as Error).message}.`, folder, error)
  } finally {
    remove(draft)
  }
}

// Of two that find the same stale lock, the rename lets one win; a fresh lock that it caught goes back.
function removeStale(path: string, holder: string): void {
  const aside = `${path}.stale-${process.pid}`
  try {
    renameSync(path, aside)
    if (readFileSync(aside, 'utf8') !== holder) linkSync(aside, path)
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT' && systemCodeOf(error) !== 'EEXIST') throw error
  } finally {
    remove(aside)
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined
    throw logFolderError(`The lock ${path} cannot be read: ${(error as Error).message}.`, path, error)
  }
}

function remove(path: string): void {
  try {
    unlinkSync(path)
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT') throw error
  }
}

/** `<process> <start time>`, the latter `-` where the system does not say. */
function describe(pid: number): string {
  return `${pid} ${startTimeOf(pid) ?? '-'}\n`
}

function isAlive(holder: string): boolean {
  const match = /^(\d{1,10}) (\d+|-)\n$/.exec(holder)
  // What is not ours to read might still be somebody's lock.
  if (match === null) return true
  const pid = Number(match[1])
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (systemCodeOf(error) === 'ESRCH') return false
  }
  const startTime = startTimeOf(pid)
  return startTime === undefined || match[2] === '-' || startTime === match[2]
}

// Field 22 of stat; the name in field 2 may hold spaces and brackets.
function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}

function locked(path: string, holder: string): CcError {
  const pid = /^\d+/.exec(holder)?.[0]
  const who = pid === undefined ? `Another agent holds ${path}` : `Another agent (process ${pid}) holds ${path}`
  return new CcError(`${who}. Stop it, use another --log-dir, or delete the file if no agent runs.`, {
    code: 'agent/locked',
    recovery: 'halt',
    facts: { path, holder: pid ?? null },
  })
}
