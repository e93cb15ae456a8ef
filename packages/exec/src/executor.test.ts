import { expect, it } from 'vitest'
import { createExecutor } from './executor.js'
import { restart, terms } from './restart.fixture.js'
import { createScriptedBroker, RUN_ID } from './scripted-broker.fixture.js'

it('changes nothing in dry-run', async () => {
  const { executor, take, events, journal } = restart({ dryRun: true })
  take(terms, {})
  expect(await executor.recover()).toEqual({ settled: [], unresolved: [], cancelledOrders: 0 })
  expect(await executor.cancelOwn()).toBe(0)
  expect(events).toEqual([])
  expect(journal.entries).toHaveLength(1)
})

it.each([
  { why: 'a run id that makes no label', options: { runId: 'my run' }, field: 'runId' },
  { why: 'a misspelt setting', options: { runId: RUN_ID, dryrun: false }, field: 'dryrun' },
  { why: 'a slack below any read lag', options: { runId: RUN_ID, fenceSlackMs: 0 }, field: 'fenceSlackMs' },
])('refuses $why', ({ options, field }) => {
  expect(() => createExecutor(createScriptedBroker().ports, options)).toThrow(field)
})
