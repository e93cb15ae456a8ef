import { appendFileSync, closeSync, openSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { CcError } from '@cc/models'
import { z } from 'zod'
import { type CassetteOptions, secretInAnswer, type Tape, type TapedCall } from './cassette.js'

/** What a file of a recording is opened for. */
export type TapeOptions = {
  /** `record` begins the file anew, `auto` adds to it, `replay` only reads it. */
  mode: CassetteOptions['mode']
  /** SHA-256 of the standing text that the calls are made with. */
  promptHash: string
  /** Name of the model that is asked. */
  model: string
  /** What must never get into the file, such as keys. One shorter than 8 characters is none that could be told from a word. */
  secrets?: readonly string[]
}

/** A recording in a file. Closed, it takes no more calls. */
export type FileTape = Tape & { readonly calls: number; close(): void }

/**
 * Opens a recording: JSON Lines, first a header with version, standing text and model, then a line a call. It is read
 * whole, so that finding a call touches no disk; what is appended is on disk when `append` comes back. A last line that
 * was cut off in writing is taken away where the file is added to.
 *
 * @throws CcError `policy-llm/cassette-missing` of a replay without a file; `cassette-damaged` naming the line;
 * `cassette-version`, `cassette-prompt`, `cassette-model` where the file is of another one: record it again. From
 * `append`: `cassette-secret` where a line holds a key, which is then not written; `cassette-closed`. From all of it
 * `cassette-unusable` with the system's code where the disk says no.
 */
export function openTape(path: string, options: TapeOptions): FileTape {
  const { mode, promptHash, model, secrets = [] } = options
  const header = { kind: 'cassette', version: VERSION, promptHash, model } as const
  const text = mode === 'record' ? undefined : readText(path, mode)
  const calls = text === undefined ? new Map<string, TapedCall>() : readCalls(text, { path, ...options })
  let file = onDisk(path, () => {
    if (text !== undefined && mode === 'auto' && !text.endsWith('\n')) cutLastLine(path, text)
    if (text === undefined) writeFileSync(path, line(header, secrets), { mode: 0o600 })
    return mode === 'replay' ? undefined : openSync(path, 'a')
  })
  return {
    promptHash,
    get calls() {
      return calls.size
    },
    find: (key, occurrence) => calls.get(nameOf(key, occurrence)),
    append(call) {
      if (file === undefined) throw cassetteError('closed', 'This recording takes no more calls.', { path })
      const [to, content] = [file, line(call, secrets)]
      onDisk(path, () => appendFileSync(to, content))
      calls.set(nameOf(call.key, call.occurrence), call)
    },
    close() {
      if (file !== undefined) closeSync(file)
      file = undefined
    },
  }
}

const VERSION = 1

const endSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('reply'),
    status: z.int().min(200).max(599),
    headers: z.record(z.string(), z.string()),
    body: z.string(),
  }),
  z.strictObject({
    kind: z.literal('failure'),
    name: z.string(),
    message: z.string(),
    cause: z.strictObject({ name: z.string(), message: z.string(), code: z.string().nullable() }).nullable(),
  }),
  z.strictObject({ kind: z.literal('abort') }),
  z.strictObject({ kind: z.literal('secret') }),
])
const callSchema = z.strictObject({
  key: z.string().regex(/^[0-9a-f]{64}$/),
  occurrence: z.int().positive(),
  attempt: z.int().positive().optional(),
  end: endSchema,
})
const headerSchema = z.strictObject({
  kind: z.literal('cassette'),
  version: z.int(),
  promptHash: z.string(),
  model: z.string(),
})

/** The whole file; `undefined` where there is none yet that may be begun. */
function readText(path: string, mode: TapeOptions['mode']): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT'
    if (isMissing && mode === 'auto') return undefined
    if (isMissing) throw cassetteError('missing', 'There is no such recording.', { path }, cause)
    return onDisk(path, () => {
      throw cause
    })
  }
}

/** Does something with the file, and says which file it was where the system says no. */
function onDisk<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    if (CcError.isInstance(cause)) throw cause
    const systemCode = (cause as NodeJS.ErrnoException).code ?? null
    throw cassetteError('unusable', 'The recording cannot be read or written.', { path, systemCode }, cause)
  }
}

type Reading = TapeOptions & { path: string }

function readCalls(text: string, reading: Reading): Map<string, TapedCall> {
  const { path, mode } = reading
  const lines = text.split('\n')
  const last = lines.pop() as string
  // Whole lines are appended, so what follows the last end of a line was cut off in writing.
  if (last !== '' && mode === 'replay') throw damaged(path, lines.length + 1, 'it is cut off')
  const [first, ...rest] = lines
  if (first === undefined) throw damaged(path, 1, 'there is no header')
  checkHeader(parseLine(first, headerSchema, { path, number: 1 }), reading)
  const calls = new Map<string, TapedCall>()
  for (const [index, content] of rest.entries()) {
    const number = index + 2
    const call = parseLine(content, callSchema, { path, number })
    const name = nameOf(call.key, call.occurrence)
    if (calls.has(name)) throw damaged(path, number, 'the same call is there already')
    calls.set(name, call)
  }
  return calls
}

function checkHeader(header: z.infer<typeof headerSchema>, { path, promptHash, model }: Reading): void {
  const again = 'Record it again.'
  const { version } = header
  if (version !== VERSION) {
    const message = `The recording is of version ${version}, and this reads version ${VERSION}. ${again}`
    throw cassetteError('version', message, { path, version, expected: VERSION })
  }
  if (header.promptHash !== promptHash) {
    const message = `The recording is of the prompt ${header.promptHash}, and the prompt is now ${promptHash}. ${again}`
    throw cassetteError('prompt', message, { path, promptHash: header.promptHash, expected: promptHash })
  }
  if (header.model !== model) {
    const message = `The recording is of the model ${header.model}, and ${model} is asked. ${again}`
    throw cassetteError('model', message, { path, model: header.model, expected: model })
  }
}

function parseLine<T>(content: string, schema: z.ZodType<T>, { path, number }: { path: string; number: number }): T {
  let value: unknown
  try {
    value = JSON.parse(content)
  } catch (cause) {
    throw damaged(path, number, 'it is no JSON', cause)
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw damaged(path, number, `${issue?.path.join('.') || 'the line'}: ${issue?.message}`, parsed.error)
}

function cutLastLine(path: string, text: string): void {
  truncateSync(path, Buffer.byteLength(text.slice(0, text.lastIndexOf('\n') + 1)))
}

const LEAST_SECRET = 8
/** Shapes of keys, whosever they are. `risk-adjusted` is none. */
const KEY_SHAPES = [
  /(?<![A-Za-z0-9])sk-[A-Za-z0-9_-]{16,}/,
  /\bBearer\s+[A-Za-z0-9._~+/=-]{8,}/i,
  /\bauthorization\\?"/i,
]

function line(value: TapedCall | z.infer<typeof headerSchema>, secrets: readonly string[]): string {
  const text = JSON.stringify(value)
  const readings = [text, unescaped(text)]
  const holds = (secret: string) => readings.some((reading) => reading.includes(secret))
  const holdsSecret = secrets.some(
    (secret) => secret.length >= LEAST_SECRET && holds(unescaped(JSON.stringify(secret).slice(1, -1))),
  )
  if (holdsSecret || KEY_SHAPES.some((shape) => readings.some((reading) => shape.test(reading)))) throw secretInAnswer()
  return `${text}\n`
}

/** As it reads once every JSON in it is parsed, however deep, and without what is not seen: a key may be written so. */
function unescaped(text: string): string {
  return text
    .replaceAll(/\\+u([0-9a-fA-F]{4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replaceAll('\\', '')
    .replaceAll(/[\p{C}\p{M}]/gu, '')
}

function nameOf(key: string, occurrence: number): string {
  return `${key}#${occurrence}`
}

function damaged(path: string, number: number, why: string, cause?: unknown): CcError {
  return cassetteError('damaged', `Line ${number} of the recording is damaged: ${why}.`, { path, line: number }, cause)
}

function cassetteError(what: string, message: string, facts: CcError['facts'], cause?: unknown): CcError {
  return new CcError(message, { code: `policy-llm/cassette-${what}`, recovery: 'halt', facts, cause })
}
