import * as policyRules from '@cc/policy-rules'
import { expect, it } from 'vitest'

it('exports these names and no others', () => {
  expect(Object.keys(policyRules).sort()).toEqual([
    ...['PRESET_NAMES', 'createRulesPolicy', 'decideAction', 'mandatoryExit', 'presets', 'rulesOptionsSchema'],
  ])
})
