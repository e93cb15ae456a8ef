import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chatBody, chatTransport } from './chat-transport.js'
import { ANSWER, completionBody, REQUEST } from './model-call.fixture.js'
import { type LlmOptionsInput, llmOptionsSchema } from './options.js'
import type { Provider } from './provider.js'

const { read } = chatTransport

function bodyOf(options: LlmOptionsInput, name: Provider['name'] = 'compatible') {
  return chatBody(REQUEST, { provider: { name }, options: llmOptionsSchema.parse(options) })
}

describe('chatBody', () => {
  it('asks a local server for the form of the answer, in words that it knows', () => {
    expect(bodyOf({ model: 'llama3.2' })).toEqual({
      model: 'llama3.2',
      messages: [
        { role: 'system', content: REQUEST.instructions },
        { role: 'user', content: REQUEST.input },
      ],
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'choice', strict: true, schema: REQUEST.schema },
      },
      max_tokens: 4_000,
    })
  })

  it("asks OpenAI's models in theirs", () => {
    expect(bodyOf({ model: 'gpt-6-luna', effort: 'none' }, 'openai')).toMatchObject({
      max_completion_tokens: 600,
      reasoning_effort: 'none',
      verbosity: 'low',
      temperature: 0,
      store: false,
      prompt_cache_key: 'cc:abababababababab',
    })
    expect(bodyOf({ model: 'gpt-7' }, 'openai')).toMatchObject({ max_completion_tokens: 4_000 })
  })

  it('says the form of the answer in words where no schema can be sent', () => {
    const { messages, response_format: format } = bodyOf({ model: 'llama3.2', answerFormat: 'json-object' })
    expect(format).toEqual({ type: 'json_object' })
    expect(messages[0]?.content).toContain(JSON.stringify(REQUEST.schema))
  })
})

describe('a completion', () => {
  it('is read with its usage', () => {
    expect(read(completionBody())).toEqual({
      text: ANSWER,
      model: 'llama',
      responseId: 'chatcmpl_1',
      usage: { inputTokens: 10, cachedTokens: 2, cacheWriteTokens: null, outputTokens: 5 },
      failure: null,
    })
  })

  it.each<[string, unknown, string]>([
    ['cut off by its length', completionBody({}, { finish_reason: 'length' }), 'incomplete'],
    ['cut off by a filter', completionBody({}, { finish_reason: 'content_filter' }), 'incomplete'],
    ['a refusal', completionBody({}, { message: { content: null, refusal: 'No.' } }), 'refusal'],
    ['a refusal beside text', completionBody({}, { message: { content: ANSWER, refusal: 'No.' } }), 'refusal'],
    ['without text', completionBody({}, { message: { content: null } }), 'empty'],
    ['a call of a tool', completionBody({}, { message: { tool_calls: [] }, finish_reason: 'tool_calls' }), 'empty'],
    ['without choices', completionBody({ choices: [] }), 'empty'],
    ['without an end', completionBody({}, { finish_reason: null }), 'failed'],
    ['an error beside choices', completionBody({ error: { message: 'No.' } }), 'failed'],
    ['an error alone', { error: { message: 'No.' } }, 'failed'],
    ['text that is an object', completionBody({}, { message: { content: {} } }), 'bad-payload'],
    ['a choice of null', completionBody({ choices: [null] }), 'bad-payload'],
    ['a message of null', completionBody({}, { message: null }), 'bad-payload'],
    ['choices of null', completionBody({ choices: null }), 'bad-payload'],
    ['of the other API', { object: 'response', status: 'completed', output: [] }, 'bad-payload'],
    ['null', null, 'bad-payload'],
    ['a list', [], 'bad-payload'],
  ])('is none where it is %s', (_, body, failure) => {
    expect(read(body)).toMatchObject({ text: '', failure })
  })

  it('takes no refusal for one that is empty', () => {
    expect(read(completionBody({}, { message: { content: ANSWER, refusal: '' } }))).toMatchObject({ failure: null })
  })

  it('is read whatever it is', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (body, choice) => {
        expect(read(body).failure).not.toBeNull()
        expect(read({ choices: [choice] }).failure).not.toBeNull()
      }),
    )
  })
})
