import type { ResponseCreateParamsNonStreaming, ResponseInput } from 'openai/resources/responses/responses'
import type { ModelReply, ModelRequest, Usage } from './model-reply.js'
import { effortFor, maxOutputTokens, modelEntry } from './model-table.js'
import {
  ANSWER_NAME,
  type Asking,
  instructionsFor,
  isObject,
  type Json,
  noReply,
  replyWithText,
  type Transport,
  takesTemperature,
  tokenCount,
} from './transport.js'

/** The Responses API (https://developers.openai.com/api/reference/responses). Nothing is kept by the provider. */
export const responsesTransport: Transport = {
  send: (client, request, asking, options) =>
    client.responses.create(responsesBody(request, asking), options).asResponse(),
  read: readResponse,
}

/** The body of a request. What a model refuses is left out, by the table of models. */
export function responsesBody(request: ModelRequest, asking: Asking): ResponseCreateParamsNonStreaming {
  const { model, effort: wanted, answerFormat } = asking.options
  const entry = modelEntry(model)
  const effort = effortFor(model, wanted)
  const format =
    answerFormat === 'json-schema'
      ? { type: 'json_schema' as const, name: ANSWER_NAME, strict: true, schema: { ...request.schema } }
      : { type: 'json_object' as const }
  return {
    model,
    instructions: instructionsFor(request, asking),
    input: answerFormat === 'json-schema' ? request.input : remindedOfJson(request.input),
    text: { format, ...(entry?.verbosity ? { verbosity: 'low' as const } : {}) },
    store: false,
    max_output_tokens: maxOutputTokens(model, wanted),
    ...(effort === null ? {} : { reasoning: { effort } }),
    ...(takesTemperature(asking) ? { temperature: 0 } : {}),
    ...(entry === undefined ? {} : { prompt_cache_key: `cc:${request.promptHash.slice(0, 16)}` }),
  }
}

/** Of any JSON object providers want to read in the messages themselves, where standing text does not count. */
function remindedOfJson(input: string): ResponseInput {
  return [
    { role: 'system', content: 'Answer with one JSON object.' },
    { role: 'user', content: input },
  ]
}

/** Reads a reply. Commentary, reasoning and calls of tools are no part of the text; all messages are, as they follow. */
function readResponse(body: unknown): ModelReply {
  if (!isObject(body)) return noReply(null, 'bad-payload', null)
  const usage = readUsage(body.usage)
  if (body.status === 'incomplete') return noReply(body, 'incomplete', usage)
  const failed = body.error !== undefined && body.error !== null
  if (body.status !== 'completed' || failed) return noReply(body, 'failed', usage)
  const items = body.output
  if (!Array.isArray(items) || !items.every(isObject)) return noReply(body, 'bad-payload', usage)
  const messages = items.filter(isFinalMessage)
  if (messages.some(({ status }) => status === 'incomplete' || status === 'in_progress')) {
    return noReply(body, 'incomplete', usage)
  }
  const texts: string[] = []
  for (const { content } of messages) {
    if (!Array.isArray(content) || !content.every(isObject)) return noReply(body, 'bad-payload', usage)
    if (content.some(({ type }) => type === 'refusal')) return noReply(body, 'refusal', usage)
    for (const { type, text } of content) {
      if (type !== 'output_text') continue
      if (typeof text !== 'string') return noReply(body, 'bad-payload', usage)
      texts.push(text)
    }
  }
  return replyWithText(body, texts.join(''), usage)
}

function isFinalMessage({ type, phase }: Json): boolean {
  return type === 'message' && (phase === undefined || phase === null || phase === 'final_answer')
}

function readUsage(usage: unknown): Usage | null {
  if (!isObject(usage)) return null
  const details = isObject(usage.input_tokens_details) ? usage.input_tokens_details : {}
  return {
    inputTokens: tokenCount(usage.input_tokens),
    cachedTokens: tokenCount(details.cached_tokens),
    cacheWriteTokens: tokenCount(details.cache_write_tokens),
    outputTokens: tokenCount(usage.output_tokens),
  }
}
