import { readFileSync } from 'node:fs'
import { type DecisionRecord, decisionRecordSchema, EMPTY_MEMORY, RECORD_SCHEMA_VERSION } from '@cc/models'
import { expect, it } from 'vitest'
import { decisionBack, readBack } from './read-back.js'
import { deliveredCall, failedCycle } from './records.js'

/** As the program wrote it while that was the version, cut down to one currency with two candidates. */
const OLD = JSON.parse(readFileSync(new URL('decision-of-version-2.json', import.meta.url), 'utf8'))
const [OLD_BTC] = OLD.state.underlyings

it('keeps all that version 2 knew', async () => {
  const { state, schemaVersion, verdict, ...rest } = await decisionBack(OLD)
  const { state: oldState, schemaVersion: _, verdict: oldVerdict, ...oldRest } = OLD
  expect({ schemaVersion, ...rest }).toEqual({ schemaVersion: RECORD_SCHEMA_VERSION, ...oldRest })
  const { recentOpens, ...memory } = oldState.memory
  const { missing, ...btc } = OLD_BTC
  expect(state).toMatchObject({ ...oldState, memory, underlyings: [btc] })
  expect(state?.underlyings[0]?.missing).toEqual(expect.arrayContaining(missing))
  expect(verdict).toEqual({ ...oldVerdict, maxOrders: Number.MAX_SAFE_INTEGER })
  expect(recentOpens.length).toBeGreaterThan(0)
  expect(state?.memory).toEqual({
    ...EMPTY_MEMORY,
    ...memory,
    recentOpens: recentOpens.map((open: object) => ({ decisionId: '', action: 'OPEN_COVERED_CALL', ...open })),
  })
})

it('names what version 2 did not record', async () => {
  const { vol, missing } = btcOf(await decisionBack(OLD))
  expect(vol.dvolDayChange).toBeNull()
  const added = missing.slice(OLD_BTC.missing.length)
  expect(added.map(({ datum }) => datum)).toEqual([
    'venue.locked',
    'vol.dvolDayChange',
    'memory.dayStart',
    'memory.explained',
    'memory.recentSends',
    'memory.rejectsInARow',
    'memory.enabledMs',
    'memory.guards',
    'memory.recentOpens.decisionId',
    'memory.recentOpens.action',
  ])
  expect(new Set(added.map(({ reason }) => reason))).toEqual(new Set(['schema version 2 did not record it']))
  const idle = { ...OLD, state: { ...OLD.state, memory: { ...OLD.state.memory, recentOpens: [] } } }
  expect(btcOf(await decisionBack(idle)).missing).toEqual(missing.slice(0, -2))
})

it.each([
  ['synthetic', true],
  ['recorded-chain', true],
  ['recorded-history', true],
  ['reconstructed', true],
  ['deribit-testnet', false],
  ['local-exchange', false],
])(
  'takes a venue for the testnet that it was, and its clock for right only where it was its own: %s',
  async (kind, isOwn) => {
    const record = await decisionBack({ ...OLD, state: { ...OLD.state, source: { kind, description: 'x' } } })
    const clockErrorMs = isOwn ? 0 : Number.MAX_VALUE
    expect(record.state?.venue).toEqual({ testnet: true, locked: [], clockErrorMs })
    expect(btcOf(record).missing.some(({ datum }) => datum === 'venue.clockErrorMs')).toBe(!isOwn)
  },
)

it('reads a cycle that saw nothing, a refusal, and an outcome', async () => {
  const nothing = failedCycle(Date.UTC(2026, 0, 2))
  const breaches = [{ code: 'halted', reason: 'x' }] as const
  const refused: DecisionRecord = { ...nothing, verdict: { allowed: false, breaches, reasons: ['Halted: x.'] } }
  const outcome = deliveredCall(Date.UTC(2026, 0, 9))
  const records = [nothing, refused, outcome]
  expect(await readBack(...records.map((record) => ({ ...record, schemaVersion: 2 })))).toEqual(records)
})

it('gives records of today, whose text is that of today', async () => {
  const record = await decisionBack(OLD)
  expect(decisionRecordSchema.parse(record)).toEqual(record)
  expect(JSON.parse(JSON.stringify(record))).toEqual(record)
})

it.each([
  ['state', { state: { ...OLD.state, venue: null, underlyings: [] } }],
  ['verdict', { verdict: { allowed: true, legs: [], expiresMs: 1 } }],
  ['cycle', { cycle: -1 }],
])('refuses a line that does not fit version 2: %s', async (field, changes) => {
  await expect(decisionBack({ ...OLD, ...changes })).rejects.toMatchObject({
    code: 'logging/corrupt-line',
    message: expect.stringContaining(`"${field}`),
  })
})

it('refuses an outcome of version 1, and a command of version 2: there were none', async () => {
  const outcome = { ...deliveredCall(Date.UTC(2026, 0, 9)), schemaVersion: 1 }
  await expect(readBack(outcome)).rejects.toMatchObject({ code: 'logging/corrupt-line' })
  const command = {
    kind: 'operator',
    schemaVersion: 2,
    runId: 'x',
    timeMs: 0,
    command: 'pause',
    symbol: null,
    reason: '',
  }
  await expect(readBack(command)).rejects.toMatchObject({ code: 'logging/corrupt-line' })
  await expect(readBack({ ...command, schemaVersion: 3 })).resolves.toHaveLength(1)
})

function btcOf({ state }: DecisionRecord) {
  const [btc] = state?.underlyings ?? []
  if (btc === undefined) throw new Error('the state holds nothing')
  return btc
}
