import { constants } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Store } from '@cc/models'
import { type Disk, replaceFile } from './durable-file.js'
import { logFolderError, systemCodeOf } from './failure.js'

const MEMORY_FILE = 'memory.json'
const READ_NO_LINK = constants.O_RDONLY | constants.O_NOFOLLOW

/**
 * A small durable store in `memory.json` or another `file` of the folder, replaced as a whole: a reader sees the old
 * values or the new ones, never half of both. Saves take turns. `synced`: on disk, under its name, before `save`
 * resolves.
 *
 * @throws CcError `agent/log-folder` where the file cannot be read or written, or a value holds NaN or infinity.
 */
export function createFileStore(
  folder: string,
  { file = MEMORY_FILE, ...writing }: { synced: boolean; disk?: Disk; file?: string },
): Store {
  const path = join(folder, file)
  let last: Promise<unknown> = Promise.resolve()

  async function values(): Promise<Record<string, unknown>> {
    let text: string
    try {
      text = await readFile(path, { encoding: 'utf8', flag: READ_NO_LINK })
    } catch (error) {
      if (systemCodeOf(error) === 'ENOENT') return {}
      throw unreadable(error)
    }
    try {
      const parsed: unknown = JSON.parse(text)
      if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return { ...parsed }
    } catch (error) {
      throw unreadable(error)
    }
    throw unreadable(new Error('it is no JSON object'))
  }

  async function save(key: string, value: unknown): Promise<void> {
    const next = { ...(await values()), [key]: value }
    try {
      await replaceFile(path, `${JSON.stringify(next, refuseNonFinite)}\n`, writing)
    } catch (error) {
      throw logFolderError(`${path} cannot be written: ${(error as Error).message}.`, folder, error)
    }
  }

  function unreadable(error: unknown) {
    return logFolderError(`${path} cannot be read: ${(error as Error).message}.`, folder, error)
  }

  return {
    async load(key) {
      const stored = await values()
      return Object.hasOwn(stored, key) ? stored[key] : undefined
    },
    save(key, value) {
      const turn = () => save(key, value)
      const saving = last.then(turn, turn)
      last = saving
      return saving
    },
  }
}

// JSON.stringify would write `null`, which reads as "missing" where a calculation went wrong.
function refuseNonFinite(key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`"${key}" is ${value}`)
  return value
}
