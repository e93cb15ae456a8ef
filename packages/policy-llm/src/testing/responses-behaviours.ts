import type { FallbackReason } from '../fallback-reason.js'
import { chatWith, message, RESPONSES_USAGE, responseWith, textPart } from './answers.js'
import { type Behaviour, replies } from './behaviour.js'
import { keyOf } from './seen-request.js'

/*
 * What the Responses API may put around the text of a model: its states, its kinds of output, its counts.
 */

const REASONING = { id: 'rs_1', type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm.' }] }
const TOOL_CALL = {
  id: 'fc_1',
  type: 'function_call',
  call_id: 'c',
  name: 'trade',
  arguments: '{}',
  status: 'completed',
}
const REFUSAL = { type: 'refusal', refusal: 'I cannot help with that.' }

/** Output of several kinds, or in several parts. */
export const OUTPUT_FORMS = {
  'reasoning before the text': output(null, (text) => [REASONING, message([textPart(text)])]),
  'text in two parts': output(null, (text) => [message([textPart(text.slice(0, 30)), textPart(text.slice(30))])]),
  'two messages': output('invalid-json', (text) => [message([textPart(text)]), message([textPart(text)])]),
  'commentary before the answer': output(null, (text) => [
    message([textPart('Let me see.')], { phase: 'commentary' }),
    message([textPart(text)], { phase: 'final_answer' }),
  ]),
  'commentary alone': output('empty', (text) => [message([textPart(text)], { phase: 'commentary' })]),
  'output of unknown kinds': output(null, (text) => [
    { type: 'hologram', data: 1 },
    { type: 'web_search_call', status: 'completed' },
    message([textPart(text)]),
  ]),
  'an unknown phase': output('empty', (text) => [message([textPart(text)], { phase: 'draft' })]),
  'a tool call instead of text': output('empty', () => [TOOL_CALL]),
  'reasoning alone': output('empty', () => [REASONING]),
  'no output': output('empty', () => []),
  refusal: output('refusal', () => [message([REFUSAL])]),
  'text and refusal': output('refusal', (text) => [message([textPart(text), REFUSAL])]),
  'an empty message': output('empty', () => [message([])]),
  'content of null': output('bad-payload', () => [message(null)]),
  'content that is a string': output('bad-payload', (text) => [message(text)]),
  'text that is a number': output('bad-payload', () => [message([{ type: 'output_text', text: 7, annotations: [] }])]),
  'text that is missing': output('bad-payload', () => [message([{ type: 'output_text' }])]),
  'output items of null': output('bad-payload', (text) => [null, message([textPart(text)])]),
  'output items that are numbers': output('bad-payload', () => [1, 2]),
  'output that is an object': output('bad-payload', (text) => ({ 0: message([textPart(text)]), length: 1 })),
  'output that is a string': output('bad-payload', (text) => text),
  'output of null': output('bad-payload', () => null),
  'a hundred thousand items before the text': output(null, (text) => [
    ...Array.from({ length: 100_000 }, () => ({})),
    message([textPart(text)]),
  ]),
  'a million output items': output('bad-payload', () => Array.from({ length: 1_000_000 }, () => 0)),
} satisfies Record<string, Behaviour>

/** States that a response may be in, and what it says of itself. */
export const RESPONSE_STATES = {
  'cut off by its length': envelope('incomplete', {
    status: 'incomplete',
    incomplete_details: { reason: 'max_output_tokens' },
  }),
  'cut off before any text': envelope('incomplete', {
    status: 'incomplete',
    incomplete_details: { reason: 'max_output_tokens' },
    output: [],
  }),
  'cut off by a filter': envelope('incomplete', {
    status: 'incomplete',
    incomplete_details: { reason: 'content_filter' },
  }),
  'incomplete without a reason': envelope('incomplete', { status: 'incomplete' }),
  failed: envelope('failed', {
    status: 'failed',
    error: { code: 'server_error', message: 'The model could not be run.' },
    output: [],
    usage: null,
  }),
  'failed with a valid text': envelope('failed', { status: 'failed' }),
  'completed with an error': envelope('failed', { error: { code: 'server_error', message: 'Something went wrong.' } }),
  queued: envelope('failed', { status: 'queued' }),
  'in progress': envelope('failed', { status: 'in_progress' }),
  cancelled: envelope('failed', { status: 'cancelled' }),
  'an unknown state': envelope('failed', { status: 'mostly_done' }),
  'a state that is a number': envelope('failed', { status: 200 }),
  'no state': envelope('failed', { status: undefined }),
  'a message that is not finished': output('incomplete', (text) => [
    message([textPart(text)], { status: 'incomplete' }),
  ]),
  'no usage': envelope(null, { usage: undefined }),
  'usage of null': envelope(null, { usage: null }),
  'usage in strings': envelope(null, { usage: { input_tokens: '12', output_tokens: 'many', total_tokens: '∞' } }),
  'negative usage': envelope(null, { usage: { input_tokens: -5, output_tokens: -1e9, total_tokens: -6 } }),
  'usage beyond all bounds': envelope(null, { usage: { ...RESPONSES_USAGE, output_tokens: 1e300, input_tokens: 0.5 } }),
  'more cached than sent': envelope(null, {
    usage: { ...RESPONSES_USAGE, input_tokens_details: { cached_tokens: 99_999_999 } },
  }),
  'usage that is a list': envelope(null, { usage: [1, 2, 3] }),
  'another model than asked for': envelope(null, { model: 'gpt-2' }),
  'no model': envelope(null, { model: undefined }),
  'a model that is an object': envelope(null, { model: { name: 'gpt' } }),
  'a model with a long name': envelope(null, { model: 'm'.repeat(100_000) }),
  'a model and an id that repeat the key': replies('responses', null, (request, text) =>
    responseWith(request, text, { model: keyOf(request), id: keyOf(request) }),
  ),
  'a model named in control characters': envelope(null, { model: '\u001b[2Jgpt\u0000\u202e\ud800', id: '\u0007' }),
  'an id that is a number': envelope(null, { id: 12 }),
  'keys that nobody knows': envelope(null, { wisdom: 'none', output_text: 'not the answer', __note: [[[]]] }),
  'output_text beside no output': envelope('empty', { output: [], output_text: '{"choice":"zz99"}' }),
  'output missing': envelope('bad-payload', { output: undefined }),
  'the shape of chat completions': replies('responses', 'failed', chatWith),
  'an error object alone': replies('responses', 'failed', () => ({
    error: { message: 'Try again.', code: 'oops' },
  })),
  'an empty object as the body': replies('responses', 'failed', () => ({})),
  'the reply as a prototype': replies('responses', 'failed', (request, text) =>
    Object.defineProperty({}, '__proto__', { value: responseWith(request, text), enumerable: true }),
  ),
  'a detail alone': replies('responses', 'failed', () => ({ detail: 'Not authenticated' })),
} satisfies Record<string, Behaviour>

/** A completed response with this output. */
function output(reason: FallbackReason | null, outputOf: (text: string) => unknown): Behaviour {
  return replies('responses', reason, (request, text) => responseWith(request, text, { output: outputOf(text) }))
}

/** A response with a valid text and these changes. */
function envelope(reason: FallbackReason | null, changes: object): Behaviour {
  return replies('responses', reason, (request, text) => responseWith(request, text, changes))
}
