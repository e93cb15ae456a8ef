/** Most characters of a model's words that are kept, in code points. */
const MAX_TEXT_LENGTH = 500

/**
 * Makes one line of words that came from outside, fit for a record and a terminal: no control characters and what they
 * begin (ANSI), no direction marks, nothing without a width, no half of a surrogate pair; at most 500 code points.
 */
export function cleanText(text: string): string {
  const line = text.replace(ANSI, '').replace(/\s+/gu, ' ').replace(UNSEEN, '').trim()
  return Array.from(line).slice(0, MAX_TEXT_LENGTH).join('').trimEnd()
}

const ESCAPE = String.fromCodePoint(0x1b)
const BELL = String.fromCodePoint(0x07)
const CSI = String.fromCodePoint(0x9b)
/** Sequences of ECMA-48: `ESC ]` and its like to their end, `ESC [`, and those of two characters. */
const ANSI = new RegExp(
  [
    `${ESCAPE}[\\]PX^_][^${ESCAPE}${BELL}]*(?:${BELL}|${ESCAPE}\\\\)?`,
    `(?:${ESCAPE}\\[|${CSI})[0-?]*[ -/]*[@-~]?`,
    `${ESCAPE}[ -/]*[0-~]?`,
  ].join('|'),
  'gu',
)
/** Control, format, private, unassigned and lone surrogates; and what is shown as nothing at all. */
const UNSEEN = /[\p{C}\p{Default_Ignorable_Code_Point}]/gu
