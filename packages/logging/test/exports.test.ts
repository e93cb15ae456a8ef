import * as logging from '@cc/logging'
import { expect, it } from 'vitest'

it('exports exactly its public names', () => {
  expect(Object.keys(logging).sort()).toEqual([
    'EXPORT_FORMATS',
    'EXPORT_TABLES',
    'createOutcomeKeeper',
    'createTextRedactor',
    'ensureFolder',
    'exportSql',
    'fileRecordSchema',
    'findSecret',
    'labelsOf',
    'listDecisionFiles',
    'oldestSchemaSql',
    'openRecord',
    'outcomeKeeperOptionsSchema',
    'outcomesOf',
    'readDecisions',
    'readLog',
    'recordOptionsSchema',
    'recoverLog',
    'refusalOf',
    'verifyLog',
  ])
})
