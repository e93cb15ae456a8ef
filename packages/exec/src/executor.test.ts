import { approveForTest } from '@cc/models/testing'
import { expect, it } from 'vitest'
import { createExecutor } from './executor.js'
import { restart, terms } from './restart.fixture.js'
import { createScriptedBroker, DECISION_ID, openLeg, RUN_ID } from './scripted-broker.fixture.js'

it('changes nothing in dry-run', async () => {
  const { executor, take, events, journal } = restart({ dryRun: true })
  take(terms, {})
  expect(await executor.recover()).toEqual({ settled: [], unresolved: [], cancelledOrders: 0 })
  expect(await executor.cancelOwn()).toBe(0)
  expect(events).toEqual([])
  expect(journal.entries).toHaveLength(1)
})

it.each([true, false])('executes with the options that it was made with: dryRun %s', async (dryRun) => {
  const { ports, sent } = createScriptedBroker({ script: [{ fillNow: 1 }] })
  const executor = createExecutor(ports, { runId: RUN_ID, dryRun })
  const result = await executor.execute(approveForTest({ legs: [openLeg()], decisionId: DECISION_ID }))
  expect(result.status).toBe(dryRun ? 'dry-run' : 'filled')
  expect(sent).toHaveLength(dryRun ? 0 : 1)
})

it.each([
  {
    why: 'a run id that makes no label',
    options: { runId: 'my run' },
    field: 'runId must be 8 to 64 lower-case hex digits',
  },
  { why: 'a run id that only ends as one', options: { runId: `x${RUN_ID}` }, field: 'runId' },
  { why: 'a run id that only begins as one', options: { runId: `${RUN_ID}x` }, field: 'runId' },
  { why: 'a misspelt setting', options: { runId: RUN_ID, dryrun: false }, field: 'dryrun' },
  { why: 'a slack below any read lag', options: { runId: RUN_ID, fenceSlackMs: 0 }, field: 'fenceSlackMs' },
])('refuses $why', ({ options, field }) => {
  expect(() => createExecutor(createScriptedBroker().ports, options)).toThrow(field)
})
