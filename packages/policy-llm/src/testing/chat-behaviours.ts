import type { FallbackReason } from '../fallback-reason.js'
import { CHAT_USAGE, chatWith, responseWith } from './answers.js'
import { type Behaviour, replies } from './behaviour.js'

/*
 * What chat completions may put around the text of a model.
 */

const TOOL_CALLS = [{ id: 'c', type: 'function', function: { name: 'trade', arguments: '{}' } }]

/** Behaviours that only chat completions have. */
export const CHAT_BEHAVIOURS = {
  'chat: refusal': said('refusal', null, { message: { refusal: 'I cannot help with that.' } }),
  'chat: text and refusal': envelope('refusal', { message: { refusal: 'I cannot help with that.' } }),
  'chat: cut off by its length': envelope('incomplete', { choice: { finish_reason: 'length' } }),
  'chat: cut off by a filter': envelope('incomplete', { choice: { finish_reason: 'content_filter' } }),
  'chat: a tool call instead of text': said('empty', null, {
    choice: { finish_reason: 'tool_calls' },
    message: { tool_calls: TOOL_CALLS },
  }),
  'chat: text of null': said('empty', null, {}),
  'chat: text that is a number': envelope('bad-payload', { message: { content: 7 } }),
  'chat: text that is an object': envelope('bad-payload', { message: { content: { choice: 'zz99' } } }),
  'chat: no choices': envelope('empty', { choices: [] }),
  'chat: choices missing': envelope('bad-payload', { choices: undefined }),
  'chat: choices of null': envelope('bad-payload', { choices: null }),
  'chat: choices that are strings': envelope('bad-payload', { choices: ['zz99'] }),
  'chat: a choice of null': envelope('bad-payload', { choices: [null] }),
  'chat: a choice without a message': envelope('bad-payload', { choices: [{ index: 0, finish_reason: 'stop' }] }),
  'chat: a message of null': envelope('bad-payload', { choices: [{ index: 0, finish_reason: 'stop', message: null }] }),
  'chat: a piece of a stream': envelope('bad-payload', {
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta: { content: '{}' }, finish_reason: null }],
  }),
  'chat: reasoning beside the text': envelope(null, { message: { reasoning_content: 'Hm.' } }),
  'chat: completed with an error': envelope('failed', { error: { message: 'Something went wrong.', code: 500 } }),
  'chat: an end that nobody knows': envelope('failed', { choice: { finish_reason: 'tired' } }),
  'chat: no end': envelope('failed', { choice: { finish_reason: null } }),
  'chat: two choices': replies('chat', null, (request, text) => {
    const [first] = chatWith(request, text).choices as readonly unknown[]
    const [second] = chatWith(request, '{"choice":"zz99"}').choices as readonly unknown[]
    return chatWith(request, text, { choices: [first, second] })
  }),
  'chat: no usage': envelope(null, { usage: undefined }),
  'chat: usage of null': envelope(null, { usage: null }),
  'chat: usage in strings': envelope(null, { usage: { prompt_tokens: '12', completion_tokens: 'many' } }),
  'chat: negative usage': envelope(null, { usage: { ...CHAT_USAGE, completion_tokens: -5 } }),
  'chat: another model than asked for': envelope(null, { model: 'llama-1' }),
  'chat: no model': envelope(null, { model: undefined }),
  'chat: keys that nobody knows': envelope(null, { system_fingerprint: 'fp', wisdom: 'none', timings: { ms: 1 } }),
  'chat: the shape of the Responses API': replies('chat', 'bad-payload', responseWith),
  'chat: an error object alone': replies('chat', 'failed', () => ({ error: { message: 'Try again.' } })),
  'chat: an empty object as the body': replies('chat', 'bad-payload', () => ({})),
  'chat: the reply as a prototype': replies('chat', 'bad-payload', (request, text) =>
    Object.defineProperty({}, '__proto__', { value: chatWith(request, text), enumerable: true }),
  ),
  'chat: a detail alone': replies('chat', 'bad-payload', () => ({ detail: 'Not authenticated' })),
} satisfies Record<string, Behaviour>

/** A completion with a valid text and these changes. */
function envelope(reason: FallbackReason | null, changes: Parameters<typeof chatWith>[2]): Behaviour {
  return replies('chat', reason, (request, text) => chatWith(request, text, changes))
}

/** A completion with this text and these changes. */
function said(reason: FallbackReason, text: string | null, changes: Parameters<typeof chatWith>[2]): Behaviour {
  return replies('chat', reason, (request) => chatWith(request, text, changes))
}
