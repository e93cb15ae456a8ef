import { join } from 'node:path'
import { type DecisionLog, type LogEntry, logEntrySchema } from '@cc/models'
import type { AppendFile } from './append-file.js'
import { decisionFileName, listDecisionFiles } from './decision-files.js'
import { refusedAppend } from './failure.js'
import { createTurns } from './in-turn.js'
import { encodeLine } from './line.js'
import { openAppendFile } from './open-append-file.js'
import type { RecordOptions } from './options.js'

/**
 * Opens the decision log of a folder. The file of a record is that of the UTC date of its start, but never
 * an older one than the last written, so that records are in order over all files.
 */
export async function openDecisionLog({ folder, synced }: RecordOptions) {
  const inTurn = createTurns()
  const newest = (await listDecisionFiles(folder)).at(-1)
  let file: AppendFile | undefined
  let name = newest ?? ''
  // The newest file may end in a line that was never finished.
  if (newest !== undefined) file = await openAppendFile(join(folder, newest), { synced })
  let closed = false

  async function fileOf(startedMs: number): Promise<AppendFile> {
    const ofItsDate = decisionFileName(startedMs)
    if (file !== undefined && (file.refusing || ofItsDate <= name)) return file
    if (closed) throw refusedAppend(folder, 'it is closed')
    await file?.close()
    file = await openAppendFile(join(folder, ofItsDate), { synced })
    name = ofItsDate
    return file
  }

  async function record(entry: LogEntry): Promise<void> {
    const line = encodeLine(logEntrySchema, entry)
    await (await fileOf(entry.startedMs)).append(line)
  }

  return {
    log: { record: (entry) => inTurn(() => record(entry)) } satisfies DecisionLog,
    close: () =>
      inTurn(async () => {
        closed = true
        await file?.close()
      }),
  }
}
