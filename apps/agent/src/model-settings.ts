import { llmOptionsSchema } from '@cc/policy-llm'
import { setting } from './setting.js'
import { httpUrl, number, oneOf, secret, text, truth } from './setting-kinds.js'

const model = llmOptionsSchema.parse({})
const SECOND_MS = 1_000

/** Whether and how a language model is asked. */
export const MODEL_SETTINGS = {
  LLM_ENABLED: setting(truth(), false, 'a language model is asked; without a key of a provider the rules decide'),
  LLM_MODEL_NAME: setting(text('the name of a model'), model.model, 'which model'),
  LLM_MODE: setting(
    oneOf('act', 'shadow'),
    model.mode,
    'the model decides (act), or the rules do and its answer is recorded beside theirs (shadow)',
  ),
  LLM_FALLBACK: setting(
    oneOf('nothing', 'rules'),
    model.fallback,
    'what is done where the model has no answer: nothing, or what the rules say',
  ),
  LLM_TRANSPORT: setting(
    oneOf('responses', 'chat'),
    model.transport,
    'the Responses API, or chat completions for a local server that has nothing else',
  ),
  LLM_ANSWER_FORMAT: setting(
    oneOf('json-schema', 'json-object'),
    model.answerFormat,
    'a strict schema, or any JSON object for a server without schemas; either way the answer is checked here',
  ),
  LLM_DEADLINE_SEC: setting(
    number({ what: 'seconds', min: 1, max: 60 }),
    model.deadlineMs / SECOND_MS,
    'time for one call of the model, repeats included, seconds, 1 to 60',
  ),
  LLM_MAX_CALLS_PER_HOUR: setting(
    number({ what: 'requests in an hour', min: 1, max: 10_000, whole: true }),
    model.budget.callsPerHour,
    'requests to the model in an hour, 1 to 10000',
  ),
  LLM_MAX_USD_PER_CALL: setting(
    number({ what: 'USD', min: 0, max: 100, exclusiveMin: true }),
    model.budget.usdPerCall,
    'the most that one call of the model may cost, USD',
  ),
  LLM_MAX_USD_PER_DAY: setting(
    number({ what: 'USD', min: 0, max: 10_000, exclusiveMin: true }),
    model.budget.usdPerDay,
    'what all calls of the model may cost in a day, USD',
  ),
  LLM_CASSETTE: setting(
    text('a file'),
    undefined,
    'a recording of the calls of the model: read from, written to, as LLM_CASSETTE_MODE says; unset: none',
  ),
  LLM_CASSETTE_MODE: setting(
    oneOf('replay', 'record', 'auto'),
    'auto',
    'only what was recorded is answered (replay), every call is made and recorded, or made where none was recorded (auto)',
  ),
  OPENAI_API_KEY: setting(secret(), undefined, 'key of the model provider; secret'),
  OPENAI_BASE_URL: setting(httpUrl(), undefined, "address of the model provider; unset: OpenAI's"),
  AI_INTEGRATIONS_OPENAI_API_KEY: setting(secret(), undefined, "Replit's key of the model provider; secret"),
  AI_INTEGRATIONS_OPENAI_BASE_URL: setting(httpUrl(), undefined, "Replit's address of the model provider"),
}
