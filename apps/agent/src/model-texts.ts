import { appendFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createTextRedactor } from '@cc/logging'
import type { LogHeading } from './log-heading.js'

/** What was asked of a model and what it answered, a line each: `{"hash":"…","text":"…"}`. Records name the hash alone. */
const MODEL_TEXTS_FILE = 'model_texts.jsonl'

/** Keeps each text once, in the order asked for, without secrets, under its SHA-256. Not synced: what a power cut takes can be asked again. */
export function createModelTexts(folder: string, { secrets }: Pick<LogHeading, 'secrets'>) {
  const path = join(folder, MODEL_TEXTS_FILE)
  const redact = createTextRedactor(secrets)
  let kept: Promise<Set<string>> | undefined
  let written: Promise<void> = Promise.resolve()
  return async (hash: string, text: string): Promise<void> => {
    kept ??= hashesIn(path)
    const hashes = await kept
    if (hashes.has(hash)) return
    hashes.add(hash)
    const line = `${JSON.stringify({ hash, text: redact(text) })}\n`
    const isWritten = written.then(() => appendFile(path, line, { mode: 0o600 }))
    written = isWritten.catch(() => undefined)
    try {
      await isWritten
    } catch (error) {
      hashes.delete(hash)
      throw error
    }
  }
}

/** A line that was cut off names no hash that is whole: it is ended, and its text is kept again. */
async function hashesIn(path: string): Promise<Set<string>> {
  const text = await readFile(path, 'utf8').catch(() => '')
  if (text !== '' && !text.endsWith('\n')) await appendFile(path, '\n')
  return new Set([...text.matchAll(/^\{"hash":"([0-9a-f]{64})","text":".*"\}$/gm)].map(([, hash = '']) => hash))
}
