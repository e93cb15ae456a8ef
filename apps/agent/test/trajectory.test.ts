import { join } from 'node:path'
import { EXPORT_TABLES, openRecord, readLog } from '@cc/logging'
import type { AgentState, DecisionRecord, LedgerEntry, ProposedAction } from '@cc/models'
import { candidateForTest, positionForTest, stateForTest, underlyingForTest } from '@cc/models/testing'
import { expect, it } from 'vitest'
import { exportLog } from '../src/export-log.js'
import { readParquet } from './read-parquet.js'
import { delivery, idle, opened, planned, refused } from './records.js'
import { runCli } from './run-cli.js'
import { tempFolder } from './temp-folder.js'

const START = Date.UTC(2026, 0, 2, 8)
const HOUR = 3_600_000
const CANDIDATES = ['BTC-23JAN26-95000-C', 'BTC-30JAN26-100000-C', 'BTC-16JAN26-99000-C']

async function trajectoryOf(records: readonly DecisionRecord[]): Promise<Record<string, unknown>[]> {
  const folder = join(tempFolder(), 'log')
  const record = await openRecord({ folder, synced: false, runId: 'x', codeVersion: '0', configuration: {} })
  for (const entry of records) await record.decisions.record(entry)
  await record.close()
  return exportOf(folder)
}

async function exportOf(folder: string): Promise<Record<string, unknown>[]> {
  const table = EXPORT_TABLES.trajectory
  const { file } = await exportLog(folder, {
    ...{ table, format: 'parquet', to: join(folder, 'export'), verify: true, secrets: [] },
  })
  return readParquet(file)
}

/** BTC with so much equity at so much a coin, an hour after the one before. */
function seen(hour: number, equityCoin: number, spotUsd = 90_000): AgentState {
  const timeMs = START + hour * HOUR
  const candidates = CANDIDATES.map((symbol) => candidateForTest(symbol, { quotedMs: timeMs }))
  return stateForTest({
    timeMs,
    underlyings: [underlyingForTest({ timeMs, spotUsd, candidates, portfolio: { balanceCoin: equityCoin } })],
  })
}

function step(
  hour: number,
  equityCoin: number,
  given: Partial<DecisionRecord> & { spotUsd?: number } = {},
): DecisionRecord {
  const { spotUsd, ...changes } = given
  return { ...idle(START + hour * HOUR, 'wait'), cycle: hour, state: seen(hour, equityCoin, spotUsd), ...changes }
}

function transfer(timestampMs: number, changeCoin: number, id = 'T1'): LedgerEntry {
  return {
    ...delivery(timestampMs, 0),
    id,
    kind: 'transfer',
    venueKind: 'deposit',
    symbol: null,
    sizeCoin: null,
    changeCoin,
  }
}

function proposing(action: ProposedAction, given: Partial<DecisionRecord['decision']> = {}) {
  return { decision: { proposal: action, ...given } }
}

it('rewards with the change of equity up to the next decision, without what was paid in or out', async () => {
  const paidIn = transfer(START + HOUR / 2, 0.5)
  const rows = await trajectoryOf([
    step(0, 1),
    // It became known with this record, and is repeated by the next: a ledger is read once more after a failure.
    step(1, 1.6, { spotUsd: 100_000, ledger: [paidIn, delivery(START + HOUR / 2, 0.01)] }),
    step(2, 1.5, { spotUsd: 100_000, ledger: [paidIn] }),
  ])
  expect(rows.map(({ rewardBtcCoin }) => rewardBtcCoin)).toEqual([1.6 - 1 - 0.5, 1.5 - 1.6, null])
  expect(rows.map(({ rewardBtcUsd }) => rewardBtcUsd)).toEqual([160_000 - 90_000 - 50_000, 150_000 - 160_000, null])
  expect(rows.map(({ rewardUsd }) => rewardUsd)).toEqual([20_000, -10_000, null])
  expect(rows.map(({ rewardEthCoin }) => rewardEthCoin)).toEqual([null, null, null])
})

it('counts a transfer where it happened, though a later record tells of it', async () => {
  const rows = await trajectoryOf([
    step(0, 1),
    step(1, 0.75),
    step(2, 0.75, { ledger: [transfer(START + HOUR, -0.25), transfer(START, 7, 'before the first account')] }),
  ])
  expect(rows.map(({ rewardBtcCoin }) => rewardBtcCoin)).toEqual([0, 0, null])
})

it('counts a transfer at the end of a run that the next one tells, and each in its own coin', async () => {
  const rows = await trajectoryOf([
    step(0, 1, { runId: 'a' }),
    step(1, 1.5, { runId: 'a' }),
    step(2, 1.5, {
      runId: 'b',
      ledger: [transfer(START + HOUR, 0.5), { ...transfer(START + HOUR, 7, 'T2'), currency: 'ETH' }],
    }),
  ])
  expect(rows.map(({ rewardBtcCoin }) => rewardBtcCoin)).toEqual([0, null, null])
})

it('makes an episode of each run, and says how it ended', async () => {
  const rows = await trajectoryOf([
    step(0, 1, { runId: 'a' }),
    step(1, 1, { runId: 'a' }),
    step(2, 1, { runId: 'a' }),
    step(3, 1, { runId: 'b' }),
    step(4, 0, { runId: 'b' }),
    step(5, 1, { runId: 'c' }),
  ])
  const ends = rows.map(({ runId, step, nextSeq, isFirst, isLast, terminated, truncated }) => [
    ...[runId, step, nextSeq, isFirst, isLast, terminated, truncated],
  ])
  expect(ends).toEqual([
    ['a', 0, 2, true, false, false, false],
    ['a', 1, 3, false, false, false, true],
    ['a', 2, null, false, true, null, null],
    ['b', 0, 5, true, false, true, false],
    ['b', 1, null, false, true, null, null],
    ['c', 0, null, true, true, null, null],
  ])
})

it('is not over while one coin is left', async () => {
  const timeMs = START + HOUR
  const rest = [
    underlyingForTest({ timeMs, portfolio: { equityCoin: -5 } }),
    underlyingForTest({ timeMs, currency: 'ETH', portfolio: { equityCoin: 1 } }),
  ]
  const rows = await trajectoryOf([step(0, 1), step(1, 1, { state: stateForTest({ timeMs, underlyings: rest }) })])
  expect(rows[0]).toMatchObject({ terminated: false, truncated: true, rewardEthCoin: null })
})

it('leaves out cycles that failed, and lets the reward run on', async () => {
  const failed = { state: null, decision: null }
  const rows = await trajectoryOf([step(0, 1), step(1, 1, failed), step(2, 1.25)])
  expect(rows.map(({ seq, nextSeq, rewardBtcCoin }) => [seq, nextSeq, rewardBtcCoin])).toEqual([
    [1, 3, 0.25],
    [3, null, null],
  ])
})

const open = (symbol: string): ProposedAction => ({
  action: 'OPEN_COVERED_CALL',
  params: { symbol, size: 0.5 },
  reasoning: '',
})

it.each([
  { why: 'the first candidate', action: open('BTC-23JAN26-95000-C'), index: 1 },
  { why: 'the third', action: open('BTC-16JAN26-99000-C'), index: 3 },
  { why: 'none of the candidates', action: open('BTC-27MAR26-200000-C'), index: null },
  { why: 'a coin that is not there', action: open('ETH-27MAR26-4000-C'), index: null },
  {
    why: 'a roll to the second',
    action: {
      action: 'ROLL_COVERED_CALL' as const,
      params: { fromSymbol: 'BTC-16JAN26-99000-C', toSymbol: 'BTC-30JAN26-100000-C', size: 0.5 },
      reasoning: '',
    },
    index: 32,
  },
  {
    why: 'a close',
    action: {
      action: 'CLOSE_COVERED_CALL' as const,
      params: { symbol: 'BTC-16JAN26-99000-C', size: 0.5 },
      reasoning: '',
    },
    index: 61,
  },
])('places $why at $index', async ({ action, index }) => {
  const [row] = await trajectoryOf([step(0, 1, proposing(action))])
  expect(row?.actionIndex).toBe(index)
  expect(row?.mask).toHaveLength(123)
})

it.each([
  { why: 'free coins: each candidate', portfolio: {}, memory: {}, open: [0, 1, 2, 3] },
  {
    why: 'too few free coins',
    portfolio: { coverage: { coveredCoin: 1, committedCoin: 0.95, freeCoin: 0.05 } },
    memory: {},
    open: [0],
  },
  {
    why: 'a call: later ones to roll to, and to close',
    portfolio: { positions: [positionForTest('BTC-23JAN26-95000-C')] },
    memory: {},
    open: [0, 32, 61],
  },
  {
    why: 'a call: others of its own expiry too',
    portfolio: { positions: [positionForTest('BTC-23JAN26-90000-C')] },
    memory: {},
    open: [0, 31, 32, 61],
  },
  {
    why: 'two calls: as the one that expires first leaves open',
    portfolio: { positions: [positionForTest('BTC-30JAN26-90000-C'), positionForTest('BTC-23JAN26-90000-C')] },
    memory: {},
    open: [0, 31, 32, 61],
  },
  {
    why: 'another coin that had its turn and has a send of unknown outcome',
    portfolio: {},
    memory: {
      setAside: ['ETH' as const],
      unresolved: [{ label: 'l', symbol: 'ETH-23JAN26-4000-C', side: 'sell' as const, sizeCoin: 1, validUntilMs: 1 }],
    },
    open: [0, 1, 2, 3],
  },
  {
    why: 'a call, and no more risk',
    portfolio: { positions: [positionForTest('BTC-23JAN26-95000-C')] },
    memory: { mode: 'reduce-only' as const },
    open: [0, 61],
  },
  {
    why: 'a halt',
    portfolio: { positions: [positionForTest('BTC-23JAN26-95000-C')] },
    memory: { mode: 'halted' as const },
    open: [0],
  },
  { why: 'a coin that had its turn', portfolio: {}, memory: { setAside: ['BTC' as const] }, open: [0] },
  {
    why: 'a send of unknown outcome',
    portfolio: {},
    memory: {
      unresolved: [{ label: 'l', symbol: 'BTC-23JAN26-95000-C', side: 'sell' as const, sizeCoin: 1, validUntilMs: 1 }],
    },
    open: [0],
  },
])('leaves open with $why', async ({ portfolio, memory, open }) => {
  const candidates = CANDIDATES.map((symbol) => candidateForTest(symbol))
  const state = stateForTest({ underlyings: [underlyingForTest({ candidates, portfolio })], memory })
  const [row] = await trajectoryOf([step(0, 1, { state })])
  const mask = row?.mask as boolean[]
  expect(mask.flatMap((isOpen, index) => (isOpen ? [index] : []))).toEqual(open)
})

it.each([
  { why: 'the rules', policy: 'rules', alternatives: undefined, propensity: 1 },
  { why: 'what the alternatives leave', policy: 'rules', alternatives: [0.25, 0.5], propensity: 0.25 },
  { why: 'the only choice', policy: 'llm', alternatives: [], propensity: 1 },
  { why: 'nobody knows', policy: 'llm', alternatives: undefined, propensity: null },
])('takes as propensity: $why', async ({ policy, alternatives, propensity }) => {
  const others = alternatives?.map((probability) => ({ proposal: open('BTC-23JAN26-95000-C'), probability }))
  const wait = idle(START, 'wait').decision?.proposal as ProposedAction
  const [row] = await trajectoryOf([step(0, 1, { policy, ...proposing(wait, others && { alternatives: others }) })])
  expect(row?.propensity).toBe(propensity)
})

it.each([
  { why: 'all was filled', record: opened(START), done: 'OPEN_COVERED_CALL' },
  { why: 'some was', record: opened(START, 0.1), done: 'OPEN_COVERED_CALL' },
  { why: 'nothing was', record: opened(START, 0), done: 'DO_NOTHING' },
  { why: 'it was refused', record: refused(START, 'no'), done: 'DO_NOTHING' },
  { why: 'no order left', record: planned(START), done: 'DO_NOTHING' },
  { why: 'an order has no known outcome', record: ending('unknown'), done: null },
  { why: 'it was allowed, and nothing is written down', record: { ...opened(START), execution: null }, done: null },
])('says that $done was done where $why', async ({ record, done }) => {
  const [row] = await trajectoryOf([{ ...record, state: seen(0, 1) }])
  expect(row?.done).toBe(done)
})

function ending(status: 'unknown'): DecisionRecord {
  const { execution, ...record } = opened(START, 0)
  return { ...record, execution: execution && { ...execution, status } }
}

it('gives of a whole run what its records hold, and proposes nothing that its mask forbids', async () => {
  const folder = tempFolder()
  await runCli(['run', '--for', '12d', '--every', '6h', '--log-dir', 'log'], { folder })
  const rows = await exportOf(join(folder, 'log'))
  const records: { record: DecisionRecord; seq: number }[] = []
  for await (const { entry, seq } of readLog(join(folder, 'log'), 'decisions')) {
    if (entry.kind === 'decision') records.push({ record: entry, seq })
  }
  expect(rows.map(({ seq }) => seq)).toEqual(records.map(({ seq }) => seq))
  for (const [index, { record }] of records.entries()) {
    const row = rows[index] ?? {}
    for (const { currency, portfolio, vol, spotUsd } of record.state?.underlyings ?? []) {
      const name = currency === 'BTC' ? 'Btc' : 'Eth'
      expect(row).toMatchObject({ [`obs${name}SpotUsd`]: spotUsd, [`obs${name}AtmIv`]: vol.atmIv })
      const next = records[index + 1]?.record.state?.underlyings.find((other) => other.currency === currency)
      if (next === undefined) continue
      expect(row[`reward${name}Coin`]).toBe(next.portfolio.equityCoin - portfolio.equityCoin)
    }
    expect((row.mask as boolean[])[row.actionIndex as number]).toBe(true)
  }
  expect(rows.some(({ action }) => action === 'OPEN_COVERED_CALL')).toBe(true)
})
