import type { Io } from './io.js'

const NARROWEST = 40
const WIDEST = 120

/** Characters that fit into a line: what is no terminal has room for any. */
export function roomOf({ columns = Number.POSITIVE_INFINITY }: Io['stdout']): number {
  return columns
}

/** Width of running text, in characters. */
export function widthOf({ columns = WIDEST }: Io['stdout']): number {
  return Math.min(WIDEST, Math.max(NARROWEST, columns))
}

/** A text in lines of at most `width` characters, broken between words; a longer word has a line of its own. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1)
    if (line === undefined || line.length + 1 + word.length > width) lines.push(word)
    else lines[lines.length - 1] = `${line} ${word}`
  }
  return lines
}

/** A text on one line of at most `width` characters, with `…` where it was cut. */
export function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1)).trimEnd()}…`
}
