import type { DecisionRecord, ModelCall } from '@cc/models'
import { expect, it } from 'vitest'
import { createModelTally, modelWords } from './model-tally.js'

const call = (changes: Partial<ModelCall>) =>
  ({ decision: { modelCall: { attempts: 1, costUsd: 0.0004, fallback: null, ...changes } } }) as DecisionRecord

function tallyOf(...records: readonly DecisionRecord[]) {
  const tally = createModelTally()
  for (const record of records) tally.see(record)
  return tally.read()
}

it('says nothing where nobody asked a model', () => {
  expect(tallyOf({ decision: null } as DecisionRecord)).toBeUndefined()
})

it('counts answers, requests, cost, and why there was no answer, the most frequent first', () => {
  const tally = tallyOf(
    call({}),
    call({ attempts: 2, costUsd: 0.0008, fallback: 'timeout' }),
    call({ attempts: 0, costUsd: null, fallback: 'breaker-open' }),
    call({ attempts: 0, costUsd: null, fallback: 'breaker-open' }),
  )
  expect(tally && modelWords(tally)).toBe(
    'The model: 4 decisions, 1 answered, 2 breaker-open, 1 timeout; 3 requests, 0.0012 USD.',
  )
})

it('knows no cost where a request of unknown price was made', () => {
  const tally = tallyOf(call({ costUsd: null }))
  expect(tally && modelWords(tally)).toBe('The model: 1 decision, 1 answered; 1 request, at a cost that is not known.')
})
