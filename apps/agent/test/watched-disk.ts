import { open, rename } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Disk } from '../src/durable-file.js'

/** The real disk, and what of the order of things on it matters: which names were synced when, and renamed. */
export function watchedDisk(): { disk: Disk; steps: readonly string[] } {
  const steps: string[] = []
  return {
    steps,
    disk: {
      async open(path, ...rest) {
        const handle = await open(path, ...rest)
        const sync = handle.sync.bind(handle)
        handle.sync = async () => {
          steps.push(`sync ${basename(String(path))}`)
          await sync()
        }
        return handle
      },
      async rename(from, to) {
        steps.push('rename')
        await rename(from, to)
      },
    },
  }
}
