import { CcError, type Store } from '@cc/models'
import type { Life } from './life.ts'
import type { MemoryDisk } from './memory-disk.ts'

/** Where an agent's memory lies. */
export const MEMORY_PATH = pathOf('memory')

/** The small store of one life: a text for each key, replaced as a whole. */
export function createMemoryText(disk: MemoryDisk, life: Life): Store {
  return {
    async load(key) {
      await life.point('load/before')
      const text = disk.text(pathOf(key))
      await life.point('load/after')
      return text === undefined ? undefined : JSON.parse(text)
    },
    async save(key, value) {
      await life.point('save/before')
      const text = JSON.stringify(value)
      await life.told(
        (async () => {
          try {
            disk.put(pathOf(key), text)
          } catch (cause) {
            throw new CcError('The memory cannot be written.', { code: 'proof/store', recovery: 'halt', cause })
          }
        })(),
      )
      await life.point('save/after')
    },
  }
}

function pathOf(key: string): string {
  return `/run/store/${key}.json`
}
