import { constants, createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import type { z } from 'zod'
import { diskFailure } from './failure.js'
import { decodeLine } from './line.js'

/**
 * The records of one file, one after another, however large the file. Text behind the last newline is no
 * record yet: its append was never acknowledged.
 *
 * @throws CcError `logging/corrupt-line`, `logging/file-unusable`
 */
export async function* readLines<T>(path: string, schema: z.ZodType<T>): AsyncGenerator<T> {
  let lineNumber = 0
  let tail = ''
  for await (const chunk of chunksOf(path)) {
    const lines = (tail + chunk).split('\n')
    tail = lines.pop() ?? ''
    for (const line of lines) {
      lineNumber += 1
      yield decodeLine(schema, line, { path, lineNumber })
    }
  }
}

async function* chunksOf(path: string): AsyncGenerator<string> {
  try {
    const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
    for await (const chunk of createReadStream(path, { fd: handle, encoding: 'utf8' })) yield chunk as string
  } catch (cause) {
    throw diskFailure('logging/file-unusable', path, cause)
  }
}
