import { createHash, type Hash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SweepJobResult } from './run-job.js'

/** Results of finished jobs, in a file each, so that a sweep that was stopped goes on where it was. */
export type JobFiles = {
  /** `undefined` where there is none, or what is there is not whole or of another job. */
  read(id: string): SweepJobResult | undefined
  /** The file appears whole or not at all. */
  write(result: SweepJobResult): void
}

/**
 * Keeps results in a folder, `<id>.json` each with a hash of what it holds.
 *
 * @throws the error of the disk, when written to.
 */
export function createJobFiles(folder: string): JobFiles {
  return {
    read(id) {
      try {
        const { sha256, result } = JSON.parse(readFileSync(join(folder, nameOf(id)), 'utf8')) as JobFile
        return result.id === id && sha256 === hashOf(result) ? result : undefined
      } catch {
        // Whatever is wrong with it, the job can be run again.
        return undefined
      }
    },
    write(result) {
      mkdirSync(folder, { recursive: true })
      const path = join(folder, nameOf(result.id))
      const file: JobFile = { sha256: hashOf(result), result }
      writeFileSync(`${path}.part`, `${JSON.stringify(file)}\n`)
      renameSync(`${path}.part`, path)
    },
  }
}

/** Keeps nothing. */
export const noJobFiles: JobFiles = { read: () => undefined, write() {} }

type JobFile = { sha256: string; result: SweepJobResult }

function nameOf(id: string): string {
  return `${id}.json`
}

function hashOf(result: SweepJobResult): string {
  const hash: Hash = createHash('sha256')
  return hash.update(JSON.stringify(result)).digest('hex')
}
