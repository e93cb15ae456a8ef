import { join } from 'node:path'
import { type IntentJournal, intentRecordSchema, type SendIntent } from '@cc/models'
import { encodeLine } from './line.js'
import { openAppendFile } from './open-append-file.js'
import type { RecordOptions } from './options.js'
import { readLines } from './read-lines.js'

/** Opens `intents.jsonl`: what is about to be sent, and what became of it. */
export async function openIntentJournal({ folder, synced }: RecordOptions) {
  const path = join(folder, 'intents.jsonl')
  const file = await openAppendFile(path, { synced })

  return {
    journal: {
      append: async (entry) => file.append(encodeLine(intentRecordSchema, entry)),
      async unfinished() {
        const open = new Map<string, SendIntent>()
        for await (const entry of readLines(path, intentRecordSchema)) {
          if (entry.kind === 'intent') open.set(entry.terms.label, entry)
          else open.delete(entry.label)
        }
        return [...open.values()]
      },
    } satisfies IntentJournal,
    close: () => file.close(),
  }
}
