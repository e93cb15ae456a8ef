import { randomUUID } from 'node:crypto'
import { linkSync, lstatSync, readFileSync, readlinkSync, renameSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CcError } from '@cc/models'
import { logFolderError, systemCodeOf } from './failure.js'

const LOCK_FILE = 'agent.lock'

/**
 * Takes the lock of a log folder: one agent at a time. It is taken over from a holder that is known to be gone: one of
 * an earlier boot of the machine, or one of this boot and pid namespace under whose number no such process runs. The
 * process of another container cannot be looked up, and keeps its lock until a person deletes it. A log folder belongs
 * to one machine.
 *
 * Returns what gives the lock back.
 *
 * @throws CcError `agent/locked` while another process holds it, `agent/log-folder` where it cannot be written.
 */
export function takeLock(folder: string): () => void {
  const path = join(folder, LOCK_FILE)
  const own = thisProcess()
  const ownText = textOf(own)
  while (!claim(path, ownText, folder)) {
    const text = read(path)
    if (text === undefined) {
      // Given back just now, and free to take; or there without being a file, and never to be.
      if (lstatSync(path, { throwIfNoEntry: false }) === undefined) continue
      throw logFolderError(`The lock ${path} is no file that can be read: delete it.`, folder)
    }
    const holder = parseHolder(text)
    if (holder === undefined || !isGone(holder, own)) throw locked(path, holder, own)
    removeStale(path, text)
  }
  return () => {
    if (read(path) === ownText) unlinkSync(path)
  }
}

/**
 * Who holds a lock, as its one line says. The start time tells a process from a later one under the same number.
 * `-` stands for what the system does not say.
 */
type Holder = { pid: number; startTime: string; bootId: string; pidNamespace: string }

const UNKNOWN = '-'

function thisProcess(): Holder {
  return {
    pid: process.pid,
    startTime: startTimeOf(process.pid),
    bootId: said(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    pidNamespace: said(() => readlinkSync('/proc/self/ns/pid')),
  }
}

function textOf({ pid, startTime, bootId, pidNamespace }: Holder): string {
  return `${pid} ${startTime} ${bootId} ${pidNamespace}\n`
}

/** `undefined` for what is not ours to read: it might still be somebody's lock. */
function parseHolder(text: string): Holder | undefined {
  const match = /^(\d{1,10}) (\d+|-) (\S+) (\S+)\n$/.exec(text)
  if (match === null) return undefined
  const [, pid = '', startTime = '', bootId = '', pidNamespace = ''] = match
  return { pid: Number(pid), startTime, bootId, pidNamespace }
}

function isGone(holder: Holder, own: Holder): boolean {
  if (holder.bootId !== own.bootId) return holder.bootId !== UNKNOWN && own.bootId !== UNKNOWN
  return holder.pidNamespace === own.pidNamespace && !runs(holder)
}

function runs({ pid, startTime }: Holder): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (systemCodeOf(error) === 'ESRCH') return false
  }
  const now = startTimeOf(pid)
  return now === UNKNOWN || startTime === UNKNOWN || now === startTime
}

// Field 22 of stat; the name in field 2 may hold spaces and brackets.
function startTimeOf(pid: number): string {
  return said(() => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  })
}

/** Only Linux has `/proc`. */
function said(read: () => string | undefined): string {
  try {
    return read() || UNKNOWN
  } catch {
    return UNKNOWN
  }
}

// Written aside and linked in, so that nobody ever reads half a lock. Two containers may have a process 1 each.
function claim(path: string, own: string, folder: string): boolean {
  const draft = `${path}.${randomUUID()}`
  try {
    writeFileSync(draft, own, { mode: 0o600, flag: 'wx' })
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
function removeStale(path: string, text: string): void {
  const aside = `${path}.${randomUUID()}`
  try {
    renameSync(path, aside)
    if (readFileSync(aside, 'utf8') !== text) linkSync(aside, path)
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

function locked(path: string, holder: Holder | undefined, own: Holder): CcError {
  const elsewhere = holder !== undefined && holder.pidNamespace !== own.pidNamespace ? ' of another container' : ''
  const who = holder === undefined ? 'Another agent' : `Another agent (process ${holder.pid}${elsewhere})`
  return new CcError(
    `${who} holds ${path}. Stop it, use another --log-dir, or delete the file if no agent runs there.`,
    { code: 'agent/locked', recovery: 'halt', facts: { path, holder: holder?.pid ?? null } },
  )
}
