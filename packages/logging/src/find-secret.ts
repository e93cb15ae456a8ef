import { join } from 'node:path'
import type { LogName } from './file-records.js'
import { damageOf } from './line-damage.js'
import { listLogFiles } from './log-files.js'
import { nodeDisk } from './node-disk.js'
import { readLines } from './read-lines.js'
import { createRedactor, createTextRedactor, type Secret } from './redact.js'

/**
 * Finds the first line of a log that holds one of these secrets, in any of the ways in which a record is cleared of them:
 * as it is, escaped, URL-encoded or in base64. `null` where none does. A log that was written with its secrets given has
 * none; one that was written before a key was known may.
 *
 * @throws CcError `logging/secret-unusable`, `logging/folder-unusable`, `logging/file-unusable`
 */
export function findSecret(
  folder: string,
  log: LogName,
  secrets: readonly Secret[],
): { file: string; lineNumber: number } | null {
  if (secrets.length === 0) return null
  const [redact, redactText] = [createRedactor(secrets), createTextRedactor(secrets)]
  for (const file of listLogFiles(folder, log, nodeDisk)) {
    for (const { bytes, lineNumber } of readLines(join(folder, file), nodeDisk)) {
      const text = bytes.toString('utf8')
      // Of a line that is damaged, no text is known to be one.
      if (redactText(text) !== text && (damageOf(bytes) !== null || redact(text) !== text)) return { file, lineNumber }
    }
  }
  return null
}
