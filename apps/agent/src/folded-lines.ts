import { INDENT } from './event-line.js'
import type { Io } from './io.js'
import { minute } from './number-format.js'
import { roomOf, widthOf, wrapped } from './terminal-width.js'

/** Records in a row that came to the same: when the first and the last was, and how many they are. */
export type Fold = { firstMs: number; lastMs: number; count: number }

/**
 * Several records in a row as one: the time of the first, what they came to, their number and the time of the last. Below
 * stands why. What is no terminal gets the first as one line.
 */
export function foldedLines(
  { firstMs, lastMs, count }: Fold,
  words: { what: string; why?: string },
  { stdout }: Pick<Io, 'stdout'>,
): string[] {
  const { what, why = '' } = words
  const times = count === 1 ? '' : `; ×${count}, until ${minute(lastMs)}`
  const [first = '', ...rest] = wrapped(`${what}${times}`, roomOf(stdout) - INDENT.length)
  const reasons = why === '' ? [] : wrapped(why, widthOf(stdout) - INDENT.length)
  return [`${minute(firstMs)}  ${first}`, ...[...rest, ...reasons].map((text) => `${INDENT}${text}`)]
}
