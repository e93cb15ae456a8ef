import type { ChatCompletionCreateParamsNonStreaming } from 'openai/resources/chat/completions'
import type { ModelReply, ModelRequest, Usage } from './model-reply.js'
import { effortFor, maxOutputTokens, modelEntry } from './model-table.js'
import {
  ANSWER_NAME,
  type Asking,
  instructionsFor,
  isObject,
  noReply,
  replyWithText,
  type Transport,
  takesTemperature,
  tokenCount,
} from './transport.js'

/** Chat completions (https://developers.openai.com/api/reference/chat), which local servers speak as well. */
export const chatTransport: Transport = {
  send: (client, request, asking, options) =>
    client.chat.completions.create(chatBody(request, asking), options).asResponse(),
  read: readCompletion,
}

/** The body of a request. What a model refuses is left out, by the table of models. */
export function chatBody(request: ModelRequest, asking: Asking): ChatCompletionCreateParamsNonStreaming {
  const { model, effort: wanted, answerFormat } = asking.options
  const entry = modelEntry(model)
  const effort = effortFor(model, wanted)
  const maxTokens = maxOutputTokens(model, wanted)
  return {
    model,
    messages: [
      { role: 'system', content: instructionsFor(request, asking) },
      { role: 'user', content: request.input },
    ],
    response_format:
      answerFormat === 'json-schema'
        ? { type: 'json_schema', json_schema: { name: ANSWER_NAME, strict: true, schema: { ...request.schema } } }
        : { type: 'json_object' },
    // Local servers know the older name alone, and OpenAI's models of late refuse it.
    ...(entry === undefined && asking.provider.name === 'compatible'
      ? { max_tokens: maxTokens }
      : { max_completion_tokens: maxTokens }),
    ...(effort === null ? {} : { reasoning_effort: effort }),
    ...(entry?.verbosity ? { verbosity: 'low' } : {}),
    ...(takesTemperature(asking) ? { temperature: 0 } : {}),
    ...(entry === undefined ? {} : { store: false, prompt_cache_key: `cc:${request.promptHash.slice(0, 16)}` }),
  }
}

/** Reads a reply: its first choice. */
function readCompletion(body: unknown): ModelReply {
  if (!isObject(body)) return noReply(null, 'bad-payload', null)
  const usage = readUsage(body.usage)
  if (body.error !== undefined && body.error !== null) return noReply(body, 'failed', usage)
  if (!Array.isArray(body.choices)) return noReply(body, 'bad-payload', usage)
  if (body.choices.length === 0) return noReply(body, 'empty', usage)
  const choice: unknown = body.choices[0]
  if (!isObject(choice) || !isObject(choice.message)) return noReply(body, 'bad-payload', usage)
  const { finish_reason: finish } = choice
  if (finish === 'length' || finish === 'content_filter') return noReply(body, 'incomplete', usage)
  const { refusal, content } = choice.message
  if (typeof refusal === 'string' && refusal !== '') return noReply(body, 'refusal', usage)
  if (content === undefined || content === null) return noReply(body, 'empty', usage)
  if (typeof content !== 'string') return noReply(body, 'bad-payload', usage)
  if (finish !== 'stop') return noReply(body, 'failed', usage)
  return replyWithText(body, content, usage)
}

function readUsage(usage: unknown): Usage | null {
  if (!isObject(usage)) return null
  const details = isObject(usage.prompt_tokens_details) ? usage.prompt_tokens_details : {}
  return {
    inputTokens: tokenCount(usage.prompt_tokens),
    cachedTokens: tokenCount(details.cached_tokens),
    cacheWriteTokens: tokenCount(details.cache_write_tokens),
    outputTokens: tokenCount(usage.completion_tokens),
  }
}
