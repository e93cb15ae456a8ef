import * as logging from '@cc/logging'
import { expect, it } from 'vitest'

it('exports exactly its public names', () => {
  expect(Object.keys(logging).sort()).toEqual([
    'ensureFolder',
    'listDecisionFiles',
    'openRecord',
    'readDecisions',
    'recordOptionsSchema',
  ])
})
