import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ANSWER, REQUEST, RESPONSES_USAGE, responseBody } from './model-call.fixture.js'
import { type LlmOptionsInput, llmOptionsSchema } from './options.js'
import { responsesBody, responsesTransport } from './responses-transport.js'

const { read } = responsesTransport

function bodyOf(options: LlmOptionsInput) {
  return responsesBody(REQUEST, { provider: { name: 'openai' }, options: llmOptionsSchema.parse(options) })
}

function message(...content: unknown[]): object {
  return { type: 'message', role: 'assistant', content }
}

function text(words: unknown): object {
  return { type: 'output_text', text: words, annotations: [] }
}

describe('responsesBody', () => {
  it('asks for the form of the answer, and for nothing to be kept', () => {
    expect(bodyOf({})).toEqual({
      model: 'gpt-6-luna',
      instructions: REQUEST.instructions,
      input: REQUEST.input,
      text: {
        format: { type: 'json_schema', name: 'choice', strict: true, schema: REQUEST.schema },
        verbosity: 'low',
      },
      reasoning: { effort: 'low' },
      max_output_tokens: 2_000,
      store: false,
      prompt_cache_key: 'cc:abababababababab',
    })
  })

  it.each([
    ['gpt-6-luna', 'none', { temperature: 0, reasoning: { effort: 'none' }, max_output_tokens: 600 }],
    ['gpt-6-luna', 'medium', { reasoning: { effort: 'medium' }, max_output_tokens: 4_000 }],
    ['gpt-5-mini', 'none', { reasoning: { effort: 'minimal' } }],
    ['gpt-4.1-mini', 'low', { temperature: 0, max_output_tokens: 600 }],
    ['gpt-4.1-mini-2025-04-14', 'low', { temperature: 0, max_output_tokens: 600 }],
    ['llama3.2', 'none', {}],
  ] as const)('sends %s with effort %s what it takes and no more', (model, effort, expected) => {
    const { temperature, reasoning, max_output_tokens } = bodyOf({ model, effort })
    const sent = JSON.parse(JSON.stringify({ temperature, reasoning, max_output_tokens }))
    expect(sent).toEqual({ ...('max_output_tokens' in expected ? {} : { max_output_tokens }), ...expected })
  })

  it.each(['gpt-4.1-mini', 'llama3.2'])('leaves verbosity alone for %s', (model) => {
    expect(bodyOf({ model }).text).not.toHaveProperty('verbosity')
  })

  it('sends nothing special to a model that is not known', () => {
    expect(Object.keys(bodyOf({ model: 'llama3.2' })).toSorted()).toEqual([
      'input',
      'instructions',
      'max_output_tokens',
      'model',
      'store',
      'text',
    ])
  })

  it('says the form of the answer in words where no schema can be sent', () => {
    const { instructions, input, text: words } = bodyOf({ answerFormat: 'json-object' })
    expect(words?.format).toEqual({ type: 'json_object' })
    expect(instructions).toContain(JSON.stringify(REQUEST.schema))
    expect(instructions?.startsWith(REQUEST.instructions)).toBe(true)
    // The input itself must speak of JSON, or the request is refused.
    expect(input).toEqual([
      { role: 'system', content: expect.stringContaining('JSON') },
      { role: 'user', content: REQUEST.input },
    ])
  })
})

describe('a response', () => {
  it('is read with its usage', () => {
    expect(read(responseBody())).toEqual({
      text: ANSWER,
      model: 'gpt-6-luna-2026-09-22',
      responseId: 'resp_1',
      usage: { inputTokens: 1_500, cachedTokens: 500, cacheWriteTokens: 100, outputTokens: 600 },
      failure: null,
    })
  })

  it.each<[string, object[], string]>([
    ['reasoning beside the text', [{ type: 'reasoning', summary: [] }, message(text('{}'))], '{}'],
    ['text in two parts', [message(text('{"choi'), text('ce":"k3"}'))], ANSWER],
    ['two messages, glued', [message(text('{}')), message(text('{}'))], '{}{}'],
    [
      'commentary before the answer',
      [
        { ...message(text('Hm.')), phase: 'commentary' },
        { ...message(text('{}')), phase: 'final_answer' },
      ],
      '{}',
    ],
    ['a phase of null', [{ ...message(text('{}')), phase: null }], '{}'],
    ['parts and items of other kinds', [{ type: 'hologram' }, message({ type: 'sound' }, text('{}'))], '{}'],
  ])('is read where it has %s', (_, output, words) => {
    expect(read(responseBody({ output }))).toMatchObject({ text: words, failure: null })
  })

  it.each<[string, unknown, string]>([
    ['a refusal', responseBody({ output: [message({ type: 'refusal', refusal: 'No.' })] }), 'refusal'],
    [
      'a refusal beside text',
      responseBody({ output: [message(text('{}'), { type: 'refusal', refusal: '' })] }),
      'refusal',
    ],
    ['cut off', responseBody({ status: 'incomplete', incomplete_details: { reason: 'content_filter' } }), 'incomplete'],
    ['a message that is cut off', responseBody({ output: [{ ...message(), status: 'incomplete' }] }), 'incomplete'],
    ['failed', responseBody({ status: 'failed', error: { code: 'server_error', message: 'No.' } }), 'failed'],
    ['an error in a completed one', responseBody({ error: { message: 'No.' } }), 'failed'],
    ['queued', responseBody({ status: 'queued' }), 'failed'],
    ['cancelled', responseBody({ status: 'cancelled' }), 'failed'],
    ['without a status', responseBody({ status: undefined }), 'failed'],
    ['of the other API', { object: 'chat.completion', choices: [] }, 'failed'],
    ['without output', responseBody({ output: [] }), 'empty'],
    ['with blanks alone', responseBody({ output: [message(text(' \n'))] }), 'empty'],
    ['with commentary alone', responseBody({ output: [{ ...message(text('{}')), phase: 'commentary' }] }), 'empty'],
    ['output that is missing', responseBody({ output: undefined }), 'bad-payload'],
    ['output that is an object', responseBody({ output: {} }), 'bad-payload'],
    ['an item of null', responseBody({ output: [null] }), 'bad-payload'],
    ['content of null', responseBody({ output: [{ type: 'message', content: null }] }), 'bad-payload'],
    ['a part that is a word', responseBody({ output: [message('word')] }), 'bad-payload'],
    ['text that is a number', responseBody({ output: [message(text(7))] }), 'bad-payload'],
    ['null', null, 'bad-payload'],
    ['a word', 'word', 'bad-payload'],
    ['a list', [responseBody()], 'bad-payload'],
    ['nothing', undefined, 'bad-payload'],
  ])('is none where it is %s', (_, body, failure) => {
    expect(read(body)).toMatchObject({ text: '', failure })
  })

  it('has its usage also where it is no answer', () => {
    expect(read(responseBody({ status: 'incomplete' })).usage).toMatchObject({ outputTokens: 600 })
  })

  it.each([
    ['missing', undefined, null],
    ['null', null, null],
    ['a list', [1], null],
    [
      'words',
      { input_tokens: '12', output_tokens: 'many' },
      { inputTokens: null, cachedTokens: null, cacheWriteTokens: null, outputTokens: null },
    ],
    [
      'below zero, in parts or beyond counting',
      { ...RESPONSES_USAGE, input_tokens: -5, output_tokens: 1e300, input_tokens_details: { cached_tokens: 0.5 } },
      { inputTokens: null, cachedTokens: null, cacheWriteTokens: null, outputTokens: null },
    ],
    [
      'without details',
      { input_tokens: 12, output_tokens: 0 },
      { inputTokens: 12, cachedTokens: null, cacheWriteTokens: null, outputTokens: 0 },
    ],
  ])('has usage that is not known where it is %s', (_, usage, known) => {
    expect(read(responseBody({ usage }))).toMatchObject({ usage: known, failure: null })
  })

  it('is read whatever it is, and never with text beside a failure', () => {
    const anything = fc.anything({ maxDepth: 4 })
    const shaped = fc.record(
      {
        status: fc.oneof(fc.constant('completed'), anything),
        output: fc.oneof(
          fc.array(
            fc.record(
              {
                type: fc.constantFrom('message', 'reasoning', 7),
                phase: fc.constantFrom(null, 'commentary', 'final_answer', 3),
                content: fc.oneof(
                  fc.array(
                    fc.record({
                      type: fc.constantFrom('output_text', 'refusal', 'x'),
                      text: fc.oneof(fc.string(), anything),
                    }),
                  ),
                  anything,
                ),
              },
              { requiredKeys: [] },
            ),
          ),
          anything,
        ),
        usage: anything,
        error: fc.constantFrom(null, undefined, {}),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(fc.oneof(anything, shaped), (body) => {
        const { text: words, failure } = read(body)
        expect(failure === null).toBe(words !== '')
      }),
    )
  })
})
