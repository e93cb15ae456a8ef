import type { SeenRequest } from './seen-request.js'

/** An answer in the form that the policy asks for. */
export type ModelAnswer = {
  rationale: string
  reason_codes: readonly string[]
  choice: string
  confidence: 'low' | 'medium' | 'high'
}

/** What is counted where a fake provider counts: as the Responses API words it. */
export const RESPONSES_USAGE = {
  input_tokens: 1_200,
  input_tokens_details: { cached_tokens: 1_000, cache_write_tokens: 0 },
  output_tokens: 90,
  output_tokens_details: { reasoning_tokens: 60 },
  total_tokens: 1_290,
}

/** The same counts as chat completions word them. */
export const CHAT_USAGE = {
  prompt_tokens: 1_200,
  prompt_tokens_details: { cached_tokens: 1_000 },
  completion_tokens: 90,
  completion_tokens_details: { reasoning_tokens: 60 },
  total_tokens: 1_290,
}

/** A valid answer to a request: this id, and what else the schema asks for. */
export function answerTo(request: SeenRequest, choice: string): ModelAnswer {
  return {
    rationale: 'Premium and delta are as they should be.',
    reason_codes: request.reasonCodes.slice(0, 1),
    choice,
    confidence: 'medium',
  }
}

/** A part of a message of the Responses API that holds text. */
export function textPart(text: string): object {
  return { type: 'output_text', text, annotations: [], logprobs: [] }
}

/** A message of the Responses API with these parts. */
export function message(content: unknown, changes: object = {}): object {
  return { id: 'msg_1', type: 'message', role: 'assistant', status: 'completed', content, ...changes }
}

/** A whole reply of the Responses API: completed, with one message that says `text`, where `changes` say nothing else. */
export function responseWith(request: SeenRequest, text: string, changes: object = {}): Record<string, unknown> {
  return {
    id: 'resp_fake_1',
    object: 'response',
    created_at: 1_767_340_800,
    status: 'completed',
    error: null,
    incomplete_details: null,
    instructions: null,
    metadata: {},
    model: request.model,
    output: [message([textPart(text)])],
    parallel_tool_calls: true,
    temperature: null,
    tool_choice: 'auto',
    tools: [],
    top_p: null,
    store: false,
    usage: RESPONSES_USAGE,
    ...changes,
  }
}

/** A whole reply of chat completions whose one choice says `text`, where `changes` and `choice` say nothing else. */
export function chatWith(
  request: SeenRequest,
  text: string | null,
  { choice = {}, message = {}, ...changes }: { choice?: object; message?: object } & Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    id: 'chatcmpl-fake-1',
    object: 'chat.completion',
    created: 1_767_340_800,
    model: request.model,
    choices: [
      {
        index: 0,
        logprobs: null,
        finish_reason: 'stop',
        message: { role: 'assistant', content: text, refusal: null, ...message },
        ...choice,
      },
    ],
    usage: CHAT_USAGE,
    ...changes,
  }
}

/** A whole reply with this text, in the shape of the API that was asked. */
export function replyWith(request: SeenRequest, text: string): Record<string, unknown> {
  return request.api === 'chat' ? chatWith(request, text) : responseWith(request, text)
}

/** An error as OpenAI words it. */
export function errorBody(code: string | null, message: string, type = 'invalid_request_error'): object {
  return { error: { message, type, param: null, code } }
}
