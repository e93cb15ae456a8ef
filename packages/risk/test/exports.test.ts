import * as risk from '@cc/risk'
import { expect, it } from 'vitest'

it('exports these names and no others', () => {
  expect(Object.keys(risk).sort()).toEqual([
    'breachSentence',
    'checkActionAllowed',
    'createRiskGate',
    'riskLimitsSchema',
    'verdictRecord',
  ])
})
