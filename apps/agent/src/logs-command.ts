import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { type LogVerification, type Recovery, recoverLog, verifyLog } from '@cc/logging'
import { CcError } from '@cc/models'
import manifest from '../package.json' with { type: 'json' }
import { EXIT, type ExitCode, logFolderError, usageError } from './failure.js'
import type { Io } from './io.js'
import { takeLock } from './lock.js'

export type LogsFlags = { json?: true; quarantine?: boolean }

/** `ccagent logs verify DIR`: whether the logs are what was written, and if not, the first line that is not. Changes nothing. */
export async function verifyLogs(folder: string, flags: LogsFlags, io: Io): Promise<ExitCode> {
  const path = folderOf(folder, io)
  const { logs } = await verifyLog(path)
  if (flags.json) io.stdout.write(`${JSON.stringify({ schemaVersion: 1, folder: path, logs }, null, 2)}\n`)
  else io.stdout.write(`${logs.map(verifiedLine).join('\n')}\n`)
  return logs.every(({ firstBad }) => firstBad === null) ? EXIT.done : EXIT.record
}

/**
 * `ccagent logs recover DIR`: puts aside what a crash left unfinished, and with `--quarantine` all from the first bad
 * line on. Takes the folder's lock: no agent may write meanwhile.
 */
export async function recoverLogs(folder: string, { json, quarantine = false }: LogsFlags, io: Io): Promise<ExitCode> {
  const path = folderOf(folder, io)
  const leave = takeLock(path)
  try {
    const recoveries = await recoverLog(path, { quarantine, codeVersion: manifest.version })
    if (json) io.stdout.write(`${JSON.stringify({ schemaVersion: 1, folder: path, recoveries }, null, 2)}\n`)
    else io.stdout.write(`${recoveredLines(recoveries).join('\n')}\n`)
    return EXIT.done
  } catch (error) {
    if (CcError.isInstance(error) && error.code === 'logging/chain-broken') {
      throw logFolderError(`${error.message} --quarantine puts it aside, with all that follows.`, path, error)
    }
    throw error
  } finally {
    leave()
  }
}

function folderOf(folder: string, io: Io): string {
  const path = resolve(io.folder, folder)
  if (!existsSync(path) || !statSync(path).isDirectory()) throw usageError(`${folder} is no folder.`)
  return path
}

function verifiedLine({ name, files, lines, last, firstBad, tornTail }: LogVerification): string {
  const extent = `${counted(lines, 'line')} in ${counted(files.length, 'file')}`
  if (firstBad !== null) {
    const { file, lineNumber, offset, problem } = firstBad
    return `${name}: ${extent}, then broken: ${file}, line ${lineNumber} (byte ${offset}) ${problem}.`
  }
  const torn =
    tornTail === null
      ? ''
      : `; ${tornTail.file} ends in ${counted(tornTail.bytes, 'byte')} of a line that was never done`
  return last === null
    ? `${name}: empty${torn}`
    : `${name}: ${extent}, whole, up to seq ${last.seq} ${last.hash.slice(0, 16)}${torn}`
}

function recoveredLines(recoveries: readonly Recovery[]): string[] {
  if (recoveries.length === 0) return ['Nothing was broken.']
  return recoveries.map(({ what, file, movedTo, bytes }) => {
    const words = what === 'torn-tail' ? 'an unfinished last line' : 'all from the first bad line on'
    return `${file}: ${words}, ${counted(bytes, 'byte')}, is in ${movedTo} now.`
  })
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
