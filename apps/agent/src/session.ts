import { mkdtempSync, readdirSync, rmSync, unlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type EntryOf, ensureFolder, openRecord, readLog } from '@cc/logging'
import type { DecisionLog, HaltSwitch, IntentJournal, Store } from '@cc/models'
import { logFolderError } from './failure.js'
import { createFileStore } from './file-store.js'
import { claimFolder, type FolderOwner, requireHost } from './folder-owner.js'
import { createHaltFile, type HaltFile, requireNoHalt } from './halt-file.js'
import { takeLock } from './lock.js'
import type { LogHeading } from './log-heading.js'
import { createModelTexts } from './model-texts.js'

/** Where a run writes down what it does, and what may stop it. */
export type Session = {
  decisions: DecisionLog
  /** What stands in the decision log, oldest first. */
  readDecisions(): AsyncIterable<EntryOf['decisions']>
  intents: IntentJournal
  store: Store
  /** What calls of a model have cost. Not of one run: `--fresh` leaves it. */
  modelStore: Store
  /** Keeps what was asked of a model and what it answered, by SHA-256. */
  keepModelText(hash: string, text: string): Promise<void>
  halt: HaltSwitch
  close(): Promise<void>
}

/** A log folder that is this process's alone: ours, locked and not halted. */
export type LogFolder = {
  readonly path: string
  /** Gone afterwards: nobody's, and nothing to go on with. */
  readonly passing: boolean
  /** Watched from now on until the folder is left. */
  readonly halt: HaltFile
  /** Gives the lock back. */
  leave(): void
}

/**
 * Takes a log folder, created where it is missing.
 *
 * @throws CcError `agent/log-folder`, `agent/locked`, `agent/halted`, `agent/account-mismatch` where it holds the record
 * of another exchange than `host`, null for a simulated one.
 */
export async function enterFolder(path: string, { host }: { host: string | null }): Promise<LogFolder> {
  await ensureFolder(path)
  refuseForeign(path)
  const leave = takeLock(path)
  try {
    requireNoHalt(path)
    requireHost(path, host, { holdsRun: runFiles(path).length > 0 })
    const halt = createHaltFile(path)
    const endWatch = halt.watch()
    return {
      path,
      passing: false,
      halt,
      leave() {
        endWatch()
        leave()
      },
    }
  } catch (error) {
    leave()
    throw error
  }
}

/** Takes a folder of its own that is gone afterwards: for one look that changes nothing. */
export async function enterPassingFolder(): Promise<LogFolder> {
  const folder = makePassingFolder()
  const remove = () => rmSync(folder, { recursive: true, force: true })
  try {
    const { path, halt, leave } = await enterFolder(folder, { host: null })
    return {
      path,
      passing: true,
      halt,
      leave() {
        leave()
        remove()
      },
    }
  } catch (error) {
    remove()
    throw error
  }
}

/**
 * Opens a log folder for one run of a simulated world: without an earlier run, whose files `fresh` deletes. Writes are
 * not synced to the disk one by one: what a power cut would lose is played again from the seed.
 *
 * @throws CcError `agent/log-folder`, `logging/…`
 */
export async function openSimulatedSession(
  folder: LogFolder,
  heading: LogHeading,
  { fresh }: { fresh: boolean },
): Promise<Session> {
  makeRoom(folder.path, { fresh })
  return openFiles(folder, heading, { synced: false })
}

/**
 * Opens the log folder of an account, and goes on where an earlier life ended: what is still open there is in the
 * journal. Everything is on the disk before the next step. Of a passing folder nobody asks whose it is.
 *
 * @throws CcError `agent/account-mismatch`, `agent/log-folder`, `logging/…`
 */
export async function openAccountSession(
  folder: LogFolder,
  heading: LogHeading,
  owner: () => Promise<FolderOwner>,
): Promise<Session> {
  if (!folder.passing) await claimFolder(folder.path, await owner())
  return openFiles(folder, heading, { synced: !folder.passing })
}

async function openFiles(
  { path: folder, halt }: LogFolder,
  { secrets, ...header }: LogHeading,
  { synced }: { synced: boolean },
): Promise<Session> {
  const { decisions, intents, close } = await openRecord({ folder, synced, ...header }, { secrets })
  async function* readDecisions() {
    for await (const { entry } of readLog(folder, 'decisions')) yield entry
  }
  return {
    decisions,
    readDecisions,
    intents,
    close,
    store: createFileStore(folder, { synced }),
    modelStore: createFileStore(folder, { synced, file: MODEL_STORE_FILE }),
    keepModelText: createModelTexts(folder, { secrets }),
    halt,
  }
}

const MODEL_STORE_FILE = 'model.json'
/** What a run leaves behind. */
const RUN_FILES =
  /^(agent_decisions_\d{8}\.jsonl|intents\.jsonl)(\.(torn|quarantined)-\d+)?$|^memory\.json(\.new)?$|^model_texts\.jsonl$|^\.ballast$/
/** What no run does without. */
const RUN_PROOFS = /^(agent_decisions_\d{8}|intents)\.jsonl$/
/** What may lie in a log folder before its first run. */
const BEFORE_ANY_RUN =
  /^(HALT(\.lifted-\d+)?|(venue|model)\.json(\.new)?|agent\.lock(\.[0-9a-f-]{36})?|control\.(json(\.new)?|sock))$|^\./

/** A folder of something else is not written into: one that holds things, but no run's record. */
function refuseForeign(folder: string): void {
  const names = list(folder).filter((name) => !BEFORE_ANY_RUN.test(name))
  if (names.length === 0 || names.some((name) => RUN_PROOFS.test(name))) return
  throw logFolderError(`${folder} is no log folder: it holds ${names[0]}. Use an empty one.`, folder)
}

function makeRoom(folder: string, { fresh }: { fresh: boolean }): void {
  const earlier = runFiles(folder)
  if (fresh) {
    for (const name of earlier) remove(folder, name)
  } else if (earlier.length > 0) {
    throw logFolderError(
      `${folder} holds another run (${earlier[0]}). Use --fresh to delete it, or another --log-dir.`,
      folder,
    )
  }
}

function runFiles(folder: string): string[] {
  return list(folder).filter((name) => RUN_FILES.test(name))
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
