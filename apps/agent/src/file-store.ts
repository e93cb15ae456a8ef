import { open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { Store } from '@cc/models'
import { logFolderError, systemCodeOf } from './failure.js'

const MEMORY_FILE = 'memory.json'

/**
 * A small durable store in `memory.json`, replaced as a whole: a reader sees the old values or the new ones,
 * never half of both. `synced`: on disk before `save` resolves.
 */
export function createFileStore(folder: string, { synced }: { synced: boolean }): Store {
  const path = join(folder, MEMORY_FILE)

  async function values(): Promise<Record<string, unknown>> {
    let text: string
    try {
      text = await readFile(path, 'utf8')
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

  function unreadable(error: unknown) {
    return logFolderError(`${path} cannot be read: ${(error as Error).message}.`, folder, error)
  }

  return {
    load: async (key) => (await values())[key],
    async save(key, value) {
      const next = { ...(await values()), [key]: value }
      try {
        await replace(path, `${JSON.stringify(next)}\n`, synced)
      } catch (error) {
        throw logFolderError(`${path} cannot be written: ${(error as Error).message}.`, folder, error)
      }
    },
  }
}

async function replace(path: string, text: string, synced: boolean): Promise<void> {
  const draft = `${path}.new`
  const file = await open(draft, 'w', 0o600)
  try {
    await file.writeFile(text)
    if (synced) await file.sync()
  } finally {
    await file.close()
  }
  await rename(draft, path)
}
