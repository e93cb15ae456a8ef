import { join } from 'node:path'
import { CcError, RECORD_SCHEMA_VERSION } from '@cc/models'
import type { z } from 'zod'
import { type AppendFile, createAppendFile, refusedAppend } from './append-file.js'
import type { Ballast } from './ballast.js'
import { CHAIN_START, chainBytes, chainLine, type Link } from './chained-line.js'
import type { Disk } from './disk.js'
import { encodeLine } from './encode-line.js'
import { type FileRecord, fileRecordSchema, type HeaderRecord, type LogName } from './file-records.js'
import { gatherLines } from './gather-lines.js'
import { listLogFiles } from './log-files.js'
import { nodeDisk } from './node-disk.js'
import { closeQuietly, openToAppend } from './open-file.js'
import type { Redactor } from './redact.js'
import { setAside } from './set-aside.js'
import { readTail, type Tail } from './tail.js'

/** The one writer of one log. */
export type ChainWriter = {
  /**
   * Appends a record to a file of the log; to the newest there is where the named one is older. Returns when it is
   * written, and on disk where `synced`; where `gathered` it may wait in memory.
   */
  append(schema: z.ZodType, record: unknown, file: string): void
  /** Appends a line about the log itself to its newest file, to `file` where there is none. */
  note(record: FileRecord, file: string): void
  close(): void
}

/** How a log is written, and who writes. */
export type ChainSettings = {
  folder: string
  log: LogName
  synced: boolean
  /** Lines wait until there are many to write. Absent: none does. */
  gathered?: boolean
  header: Pick<HeaderRecord, 'runId' | 'codeVersion' | 'configuration'>
  redact: Redactor
  /** Room for the last line on a full disk; `null` where none is kept. */
  ballast: Ballast | null
  /** File that is there from the start on, though no line may follow. */
  firstFile?: string
}

/**
 * Opens a log where an earlier life left it. Its newest file is checked line by line and against the file before it. A
 * last line that was never finished is moved to `<file>.torn-<n>`, and a recovery record says so.
 *
 * Every file begins with a header, and so does what this life appends to one that is there already. When the disk is
 * full, the last line is a stop record.
 *
 * @throws CcError `logging/chain-broken`, `logging/newer-schema`, `logging/file-unusable`, `logging/file-changed`;
 * appends: `logging/invalid-record`, `logging/append-failed`, `logging/file-changed`, `logging/append-refused`
 */
export function openChain(settings: ChainSettings, disk: Disk = nodeDisk): ChainWriter {
  const { folder, log, header, redact, ballast, firstFile } = settings
  const left = findEnd(settings, disk)
  let link = left.link
  /** The newest file that holds a line. */
  let newest = left.newest
  let file = left.file
  let headerDue = true
  let refusal: string | undefined

  /** What is to be written, without secrets. A record that is none without them is refused. */
  function jsonOf(schema: z.ZodType, record: unknown): string {
    const json = encodeLine(schema, record)
    const safe = redact(json)
    if (safe === json) return json
    try {
      return encodeLine(schema, JSON.parse(safe))
    } catch (cause) {
      throw new CcError('A record was not written: without the secrets in it, it does not fit its schema.', {
        code: 'logging/invalid-record',
        recovery: 'halt',
        cause,
      })
    }
  }

  /** The named file, or the one that is open where that is newer. */
  function fileToAppend(name: string): OpenFile {
    if (file !== undefined && name <= file.name) return file
    const before = file
    file = { name, opened: openAt(join(folder, name), { ...settings, sizeBytes: 0 }, disk) }
    headerDue = true
    before?.opened.close()
    return file
  }

  function write(opened: AppendFile, json: string): void {
    const next = chainBytes(json, link)
    try {
      opened.append(next.bytes)
    } catch (error) {
      if (opened.full) writeStop(opened, error as CcError)
      throw error
    }
    link = next.link
  }

  function writeStop(opened: AppendFile, { code, message }: CcError): void {
    ballast?.release()
    const opening = headerDue ? chainLine(headerJson(), link) : { line: '', link }
    const stop = chainLine(jsonOf(fileRecordSchema, { kind: 'stop', code, message }), opening.link)
    opened.appendLast(Buffer.from(opening.line + stop.line))
  }

  function headerJson(): string {
    const previous = newest === undefined ? null : { file: newest, ...link }
    const record = { kind: 'header', schemaVersion: RECORD_SCHEMA_VERSION, log, ...header, previous }
    return jsonOf(fileRecordSchema, record)
  }

  function append(schema: z.ZodType, record: unknown, name: string): void {
    const json = jsonOf(schema, record)
    if (refusal !== undefined) throw refusedAppend(join(folder, file?.name ?? name), refusal)
    try {
      const current = fileToAppend(name)
      if (headerDue) {
        write(current.opened, headerJson())
        newest = current.name
        headerDue = false
      }
      write(current.opened, json)
    } catch (error) {
      refusal = 'an earlier append failed'
      throw error
    }
  }

  function close(): void {
    refusal ??= 'it is closed'
    file?.opened.close()
  }

  try {
    // Settings that no header can hold are found out before there is anything to lose.
    headerJson()
    if (left.recovery !== undefined) append(fileRecordSchema, left.recovery.record, left.recovery.file)
    else if (firstFile !== undefined) fileToAppend(firstFile)
  } catch (error) {
    close()
    throw error
  }
  return { append, note: (record, name) => append(fileRecordSchema, record, newest ?? name), close }
}

type OpenFile = { name: string; opened: AppendFile }

/** Where a log was left. */
type End = {
  link: Link
  newest?: string
  file?: OpenFile
  recovery?: { file: string; record: FileRecord }
}

/** Goes back from the newest file to the first that holds a line. An empty one is what a life that ended early left. */
function findEnd(settings: ChainSettings, disk: Disk): End {
  const { folder, log } = settings
  const names = listLogFiles(folder, log, disk)
  let recovery: End['recovery']
  for (const [index, name] of [...names.entries()].reverse()) {
    const path = join(folder, name)
    const tail = readTail(path, disk)
    requireGood(tail, path)
    if (tail.tornBytes > 0) {
      if (recovery !== undefined) throw broken(path, 'its last line has no newline, though another file follows')
      const aside = setAside(path, { from: tail.wholeBytes, why: 'torn' }, disk)
      recovery = { file: name, record: { kind: 'recovery', what: 'torn-tail', ...aside } }
    }
    if (tail.link === null) continue
    requireFollows(tail, { folder, olderNames: names.slice(0, index), path }, disk)
    const opened = openAt(path, { ...settings, sizeBytes: tail.wholeBytes }, disk)
    return { link: tail.link, newest: name, file: { name, opened }, ...(recovery && { recovery }) }
  }
  return { link: CHAIN_START, ...(recovery && { recovery }) }
}

/** Opens a file that is as long as it was left: 0 bytes where it is to be a new one. */
function openAt(
  path: string,
  left: Pick<ChainSettings, 'synced' | 'gathered'> & { sizeBytes: number },
  disk: Disk,
): AppendFile {
  const { handle, look } = openToAppend(path, left, disk)
  if (look.sizeBytes === left.sizeBytes) {
    const file = createAppendFile(handle, { path, look, synced: left.synced }, disk)
    return left.gathered === true ? gatherLines(file) : file
  }
  closeQuietly(handle)
  throw new CcError(`Nothing is appended to ${path}: another writer appended to it.`, {
    code: 'logging/file-changed',
    recovery: 'halt',
    facts: { path, leftBytes: left.sizeBytes },
  })
}

function requireGood({ problem, newerSchema }: Tail, path: string): void {
  if (problem === null) return
  if (!newerSchema) throw broken(path, problem)
  throw new CcError(`Nothing is appended to ${path}: ${problem}.`, {
    code: 'logging/newer-schema',
    recovery: 'halt',
    facts: { path },
  })
}

/** A file's first header says where the log stood before it. That line must be the last before it. */
function requireFollows(
  { previous }: Tail,
  { folder, olderNames, path }: { folder: string; olderNames: readonly string[]; path: string },
  disk: Disk,
): void {
  for (const name of [...olderNames].reverse()) {
    const { link, problem, tornBytes } = readTail(join(folder, name), disk)
    const isWhole = problem === null && tornBytes === 0
    if (link === null && isWhole) continue
    if (isWhole && previous?.file === name && previous.seq === link?.seq && previous.hash === link.hash) return
    throw broken(path, `it does not go on where ${name} ends`)
  }
  if (previous !== null) throw broken(path, `${previous.file}, which it goes on from, is not there`)
}

function broken(path: string, problem: string): CcError {
  return new CcError(`Nothing is appended to ${path}: ${problem}.`, {
    code: 'logging/chain-broken',
    recovery: 'halt',
    facts: { path },
  })
}
