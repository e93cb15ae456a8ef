import type OpenAI from 'openai'
import type { ModelReply, ModelRequest, Usage } from './model-reply.js'
import { effortFor, modelEntry } from './model-table.js'
import type { LlmOptions } from './options.js'
import type { Provider } from './provider.js'

/** What a request is made of, besides what is asked. */
export type Asking = {
  provider: Pick<Provider, 'name'>
  options: Pick<LlmOptions, 'model' | 'effort' | 'answerFormat'>
}

/** What belongs to one attempt alone. */
type SendOptions = { signal: AbortSignal; timeout: number; headers: Readonly<Record<string, string>> }

/** One API of a provider: how a model is asked by it, and how its reply is read. */
export type Transport = {
  /** Rejects with whatever the client throws. */
  send(client: OpenAI, request: ModelRequest, asking: Asking, options: SendOptions): Promise<Response>
  /** Reads the parsed body of a reply, whatever that is. */
  read(body: unknown): ModelReply
}

/** What the form of the answer is called; providers want a name for it. */
export const ANSWER_NAME = 'choice'

/** The standing text; where no schema can be sent beside it, the form of the answer is said in it. */
export function instructionsFor({ instructions, schema }: ModelRequest, { options }: Asking): string {
  if (options.answerFormat === 'json-schema') return instructions
  return `${instructions}\n\nAnswer with one JSON object that fits this JSON Schema, and with nothing else:\n${JSON.stringify(schema)}`
}

/** Whether a temperature may be sent with this effort. */
export function takesTemperature({ options }: Asking): boolean {
  const rule = modelEntry(options.model)?.temperature ?? 'never'
  return rule === 'always' || (rule === 'with-effort-none' && effortFor(options.model, options.effort) === 'none')
}

/** Objects of JSON, the only thing that a field can be read of. */
export type Json = Readonly<Record<string, unknown>>

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A reply that is none. */
export function noReply(
  body: Json | null,
  failure: NonNullable<ModelReply['failure']>,
  usage: Usage | null,
): ModelReply {
  return { text: '', ...labelsOf(body), usage, failure }
}

/** What a reply says of itself. */
function labelsOf(body: Json | null): Pick<ModelReply, 'model' | 'responseId'> {
  return { model: textOrNull(body?.model), responseId: textOrNull(body?.id) }
}

/** A number of tokens; whatever is none is not known. */
export function tokenCount(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null
}

/** An answer, or an empty one. */
export function replyWithText(body: Json, text: string, usage: Usage | null): ModelReply {
  if (text.trim() === '') return noReply(body, 'empty', usage)
  return { text, ...labelsOf(body), usage, failure: null }
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}
