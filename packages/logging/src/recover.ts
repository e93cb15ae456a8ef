import { join } from 'node:path'
import { CcError } from '@cc/models'
import { openChain } from './chain-writer.js'
import type { Disk } from './disk.js'
import type { LogName, RecoveryRecord } from './file-records.js'
import { nodeDisk } from './node-disk.js'
import { type Aside, setAside } from './set-aside.js'
import { type LogVerification, verifyLog } from './verify.js'

/** What was moved out of a log. */
export type Recovery = {
  log: LogName
  what: RecoveryRecord['what']
  /** File that held the bytes. */
  file: string
  /** File that holds them now, beside it. */
  movedTo: string
  bytes: number
}

/**
 * Makes the logs of a folder fit to go on. A torn last line, which was never acknowledged, is moved to
 * `<file>.torn-<n>`. Anything else that is bad stays as it is and is an error, unless `quarantine` says otherwise: then
 * all from the first bad line on is moved to `<file>.quarantined-<n>`, later files whole, and the log ends at its last
 * good line. Nothing is deleted, and a recovery record in the log says what went where. Where nothing is broken, nothing
 * is done.
 *
 * Bad is what {@link verifyLog} says is: a line that does not fit its schema, too. One process at a time: whoever recovers
 * holds the folder's lock.
 *
 * @param options `quarantine`: default `false`. `codeVersion`: of the program that recovers, for the log's header.
 * @throws CcError `logging/chain-broken` with file, line and offset, before anything is moved; `logging/newer-schema`
 * for what a later version wrote, which is never quarantined; `logging/folder-unusable`, `logging/file-unusable`
 */
export async function recoverLog(
  folder: string,
  { quarantine = false, codeVersion }: { quarantine?: boolean; codeVersion: string },
  disk: Disk = nodeDisk,
): Promise<readonly Recovery[]> {
  const { logs } = await verifyLog(folder, {}, disk)
  for (const { firstBad } of logs) if (firstBad !== null) requireRepairable(folder, firstBad, quarantine)
  return logs.flatMap((log) => {
    const recoveries = moveBroken(folder, log, disk)
    if (recoveries.length > 0) noteDown({ folder, log: log.name, codeVersion }, recoveries, disk)
    return recoveries
  })
}

type BadPlace = NonNullable<LogVerification['firstBad']>

function requireRepairable(
  folder: string,
  { file, lineNumber, offset, problem, newerSchema }: BadPlace,
  agreed: boolean,
) {
  if (agreed && !newerSchema) return
  const path = join(folder, file)
  throw new CcError(`${path}, line ${lineNumber} ${problem}.`, {
    code: newerSchema ? 'logging/newer-schema' : 'logging/chain-broken',
    recovery: 'halt',
    facts: { path, lineNumber, offset },
  })
}

function moveBroken(folder: string, { name: log, files, firstBad, tornTail }: LogVerification, disk: Disk): Recovery[] {
  const move = (file: string, from: number): Aside =>
    setAside(join(folder, file), { from, why: firstBad === null ? 'torn' : 'quarantined' }, disk)
  if (tornTail !== null) {
    const { file, offset } = tornTail
    return [{ log, what: 'torn-tail', file, ...move(file, offset) }]
  }
  if (firstBad === null) return []
  // From the last file back: one that is interrupted leaves a log that is broken at the same line.
  const later = files.slice(files.indexOf(firstBad.file) + 1).reverse()
  const moved = [
    ...later.map((file) => ({ file, ...move(file, 0) })),
    { file: firstBad.file, ...move(firstBad.file, firstBad.offset) },
  ]
  return moved.reverse().map((aside) => ({ log, what: 'quarantine' as const, ...aside }))
}

function noteDown(
  { folder, log, codeVersion }: { folder: string; log: LogName; codeVersion: string },
  recoveries: readonly Recovery[],
  disk: Disk,
): void {
  const header = { runId: 'recovery', codeVersion, configuration: {} }
  const writer = openChain({ folder, log, synced: true, header, redact: (json) => json, ballast: null }, disk)
  try {
    for (const { what, file, movedTo, bytes } of recoveries) {
      if (bytes > 0) writer.note({ kind: 'recovery', what, movedTo, bytes }, file)
    }
  } finally {
    writer.close()
  }
}
