import { mkdtempSync, readdirSync, rmSync, unlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureFolder, openRecord } from '@cc/logging'
import type { DecisionLog, HaltSwitch, IntentJournal, Store } from '@cc/models'
import { logFolderError } from './failure.js'
import { createFileStore } from './file-store.js'
import { createHaltFile, requireNoHalt } from './halt-file.js'
import { takeLock } from './lock.js'

/** Where a run writes down what it does, and what may stop it. */
export type Session = {
  decisions: DecisionLog
  intents: IntentJournal
  store: Store
  halt: HaltSwitch
  close(): Promise<void>
}

/**
 * Opens the log folder for one run of a simulated world: created where missing, ours, locked, not halted and without
 * an earlier run, whose files `fresh` deletes. Writes are not synced to the disk one by one: what a power cut would
 * lose is played again from the seed.
 *
 * @throws CcError `agent/log-folder`, `agent/locked`, `agent/halted`, `logging/…`
 */
export async function openSession(folder: string, { fresh }: { fresh: boolean }): Promise<Session> {
  await ensureFolder(folder)
  refuseForeign(folder)
  const release = takeLock(folder)
  try {
    requireNoHalt(folder)
    makeRoom(folder, { fresh })
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

/** A session in a folder of its own that is gone afterwards: for one look at a simulated world. */
export async function openPassingSession(): Promise<Session> {
  const folder = makePassingFolder()
  const remove = () => rmSync(folder, { recursive: true, force: true })
  try {
    const session = await openSession(folder, { fresh: false })
    return {
      ...session,
      async close() {
        await session.close()
        remove()
      },
    }
  } catch (error) {
    remove()
    throw error
  }
}

/** What a run leaves behind. */
const RUN_FILES = /^(agent_decisions_\d{8}\.jsonl|intents\.jsonl)(\.torn-\d+)?$|^memory\.json(\.new)?$/
/** What no run does without. */
const RUN_PROOFS = /^(agent_decisions_\d{8}|intents)\.jsonl$/
/** What may lie in a log folder before its first run. */
const BEFORE_ANY_RUN = /^(HALT|agent\.lock(\.[0-9a-f-]{36})?)$|^\./

/** A folder of something else is not written into: one that holds things, but no run's record. */
function refuseForeign(folder: string): void {
  const names = list(folder).filter((name) => !BEFORE_ANY_RUN.test(name))
  if (names.length === 0 || names.some((name) => RUN_PROOFS.test(name))) return
  throw logFolderError(`${folder} is no log folder: it holds ${names[0]}. Use an empty one.`, folder)
}

function makeRoom(folder: string, { fresh }: { fresh: boolean }): void {
  const earlier = list(folder).filter((name) => RUN_FILES.test(name))
  if (fresh) {
    for (const name of earlier) remove(folder, name)
  } else if (earlier.length > 0) {
    throw logFolderError(
      `${folder} holds another run (${earlier[0]}). Use --fresh to delete it, or another --log-dir.`,
      folder,
    )
  }
}

function remove(folder: string, name: string): void {
  try {
    unlinkSync(join(folder, name))
  } catch (error) {
    throw logFolderError(`${join(folder, name)} cannot be deleted: ${(error as Error).message}.`, folder, error)
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder).sort()
  } catch (error) {
    throw logFolderError(`The log folder ${folder} cannot be read: ${(error as Error).message}.`, folder, error)
  }
}

function makePassingFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), 'ccagent-once-'))
  } catch (error) {
    throw logFolderError(`No folder can be made in ${tmpdir()}: ${(error as Error).message}.`, tmpdir(), error)
  }
}
