import * as state from '@cc/state'
import { expect, it } from 'vitest'

it('exports these names and no others', () => {
  expect(Object.keys(state).sort()).toEqual([
    'assembleUnderlying',
    'buildAgentState',
    'candleDaysOf',
    'createObserver',
    'explainCall',
    'rescreen',
    'shortlist',
    'stateOptionsSchema',
  ])
})
