import { ANSWER_KEYS, type Answer, CONFIDENCES, type Confidence, REASON_CODES, type ReasonCode } from './answer-form.js'
import { cleanText } from './clean-text.js'

/** Longest text that is looked at, bytes of UTF-8. */
export const MAX_ANSWER_BYTES = 65_536

/** What a text says: an answer, or why it is none. `problem` is in words of ours and repeats nothing of the text. */
export type AnswerReading = { answer: Answer } | { failure: 'empty' | 'invalid-json' | 'schema'; problem: string }

/**
 * Reads the choice of a model. The text must be one JSON object in the form of `answerSchema(ids)` and nothing else: no
 * key more, less or twice, the choice exactly one of the ids. Nothing is repaired, trimmed or guessed. Never throws.
 */
export function readAnswer(text: string, ids: readonly string[]): AnswerReading {
  if (text.length > MAX_ANSWER_BYTES || Buffer.byteLength(text) > MAX_ANSWER_BYTES)
    return wrong(`the text is longer than ${MAX_ANSWER_BYTES} bytes`)
  if (text.trim() === '') return { failure: 'empty', problem: 'the text is empty' }

  const value = parse(text)
  if (value === undefined) return { failure: 'invalid-json', problem: 'the text is not JSON' }
  if (!isObject(value)) return { failure: 'invalid-json', problem: 'the JSON is not an object' }

  for (const key of ANSWER_KEYS) if (!Object.hasOwn(value, key)) return wrong(`${key} is missing`)
  if (Object.keys(value).length > ANSWER_KEYS.length) return wrong('a key stands in it that was not asked for')
  if (memberCount(text) > ANSWER_KEYS.length) return wrong('a key stands in it twice')

  const { rationale, reason_codes: reasonCodes, choice, confidence } = value
  if (typeof rationale !== 'string') return wrong('rationale must be a string')
  if (!Array.isArray(reasonCodes) || !reasonCodes.every(isReasonCode))
    return wrong('reason_codes must be an array of the codes that were given')
  if (reasonCodes.length > REASON_CODES.length) return wrong(`reason_codes must have at most ${REASON_CODES.length}`)
  if (typeof choice !== 'string' || !ids.includes(choice)) return wrong(`choice must be one of the ${ids.length} ids`)
  if (!isConfidence(confidence)) return wrong('confidence must be low, medium or high')
  return { answer: { choice, rationale: cleanText(rationale), reasonCodes, confidence } }
}

function wrong(problem: string): AnswerReading {
  return { failure: 'schema', problem }
}

/** `undefined` is no value of JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * Members of the outermost object of a text that is JSON: `JSON.parse` keeps the last of those with the same key, and
 * tells nobody. A colon outside of strings follows each key and nothing else.
 */
function memberCount(text: string): number {
  let count = 0
  let depth = 0
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]
    if (character === '"') at = endOfString(text, at)
    else if (character === '{' || character === '[') depth += 1
    else if (character === '}' || character === ']') depth -= 1
    else if (character === ':' && depth === 1) count += 1
  }
  return count
}

/** Place of the quotation mark that ends the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at
}

function isReasonCode(value: unknown): value is ReasonCode {
  return (REASON_CODES as readonly unknown[]).includes(value)
}

function isConfidence(value: unknown): value is Confidence {
  return (CONFIDENCES as readonly unknown[]).includes(value)
}
