import { readdirSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { ensureFolder } from '@cc/logging'
import { logFolderError } from './failure.js'
import { requireNoHalt } from './halt-file.js'
import { takeLock } from './lock.js'

/** What a run leaves behind. */
const RUN_FILES = /^(agent_decisions_\d{8}\.jsonl|intents\.jsonl)(\.torn-\d+)?$|^memory\.json(\.new)?$/
const OWN_FILES = /^(HALT|agent\.lock.*)$/

/**
 * Makes a log folder ready for one run of a simulated world: created where missing, ours, locked, not halted and
 * without an earlier run, whose files `fresh` deletes. Returns what gives the lock back.
 *
 * @throws CcError `logging/folder-unusable`, `agent/log-folder`, `agent/locked`, `agent/halted`
 */
export async function takeLogFolder(folder: string, { fresh }: { fresh: boolean }): Promise<() => void> {
  await ensureFolder(folder)
  refuseForeign(folder)
  const release = takeLock(folder)
  try {
    requireNoHalt(folder)
    const earlier = list(folder).filter((name) => RUN_FILES.test(name))
    if (fresh) for (const name of earlier) remove(folder, name)
    else if (earlier.length > 0) {
      throw logFolderError(
        `${folder} holds another run (${earlier[0]}). Use --fresh to delete it, or another --log-dir.`,
        folder,
      )
    }
    return release
  } catch (error) {
    release()
    throw error
  }
}

function refuseForeign(folder: string): void {
  const names = list(folder).filter((name) => !name.startsWith('.'))
  if (names.length === 0 || names.some((name) => RUN_FILES.test(name) || OWN_FILES.test(name))) return
  throw logFolderError(`${folder} is no log folder: it holds ${names[0]}. Use an empty one.`, folder)
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
