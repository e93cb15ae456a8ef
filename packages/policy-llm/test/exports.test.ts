import * as policyLlm from '@cc/policy-llm'
import { expect, it } from 'vitest'

it('exports these names and no others', () => {
  expect(Object.keys(policyLlm).sort()).toEqual([
    'FALLBACK_REASONS',
    'MODELS',
    'MODEL_TABLE_DATE',
    'PROMPT_HASH',
    'REASON_CODES',
    'buildMenu',
    'chooseActionWithLlm',
    'createCassetteFetch',
    'createLlmPolicy',
    'llmOptionsSchema',
    'modelEntry',
    'openTape',
    'promptOf',
    'readAnswer',
    'resolveProvider',
    'shutdownWarning',
  ])
})
