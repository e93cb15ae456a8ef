import { openRecord } from '@cc/logging'
import type { DecisionLog, HaltSwitch, IntentJournal, Store } from '@cc/models'
import { createFileStore } from './file-store.js'
import { createHaltFile } from './halt-file.js'
import { takeLogFolder } from './log-folder.js'

/** Where a run writes down what it does, and what may stop it. */
export type Session = {
  decisions: DecisionLog
  intents: IntentJournal
  store: Store
  halt: HaltSwitch
  close(): Promise<void>
}

/**
 * Opens the log folder for one run of a simulated world. Writes are not synced to the disk one by one: what a
 * power cut would lose is played again from the seed.
 *
 * @throws CcError `agent/log-folder`, `agent/locked`, `agent/halted`, `logging/…`
 */
export async function openSession(folder: string, { fresh }: { fresh: boolean }): Promise<Session> {
  const release = await takeLogFolder(folder, { fresh })
  try {
    const record = await openRecord({ folder, synced: false })
    return {
      decisions: record.decisions,
      intents: record.intents,
      store: createFileStore(folder, { synced: false }),
      halt: createHaltFile(folder),
      async close() {
        await record.close()
        release()
      },
    }
  } catch (error) {
    release()
    throw error
  }
}

/** A session that leaves nothing behind: for one look at a simulated world. */
export function unrecordedSession(): Session {
  const values = new Map<string, unknown>()
  const stop = new AbortController()
  return {
    decisions: { record: async () => {} },
    intents: { append: async () => {}, unfinished: async () => [] },
    store: { load: async (key) => values.get(key), save: async (key, value) => void values.set(key, value) },
    halt: {
      signal: stop.signal,
      read: () => (stop.signal.aborted ? { halted: true, reason: String(stop.signal.reason) } : { halted: false }),
      latch: async (reason) => stop.abort(reason),
    },
    close: async () => {},
  }
}
