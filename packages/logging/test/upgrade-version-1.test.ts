import { chmodSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { decisionRecordSchema, RECORD_SCHEMA_VERSION, type UnderlyingState } from '@cc/models'
import { black76, openSettlementShare, yearsBetween } from '@cc/pricing'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { CHAIN_START, chainLine } from '../src/chained-line.js'
import { decodeLine } from '../src/decode-line.js'
import { openRecord } from '../src/open-record.js'
import { readLog } from '../src/read.js'
import { verifyLog } from '../src/verify.js'
import { chainedLog, dayFile, header, writeFiles } from './chained-log.js'
import { ownRun } from './own-run.js'
import { decisionBack } from './read-back.js'
import { failedCycle } from './records.js'
import { tempFolder } from './temp-folder.js'

/** As the program wrote it while that was the version: of a synthetic market, with a call sold and one to sell. */
const OLD = JSON.parse(readFileSync(new URL('decision-of-version-1.json', import.meta.url), 'utf8'))
const [OLD_ETH] = OLD.state.underlyings
const OF_2 = JSON.parse(readFileSync(new URL('decision-of-version-2.json', import.meta.url), 'utf8'))

async function upgradedEth(changes: object = {}): Promise<UnderlyingState> {
  const { state } = await decisionBack({ ...OLD, state: { ...OLD.state, underlyings: [{ ...OLD_ETH, ...changes }] } })
  const [eth] = state?.underlyings ?? []
  if (eth === undefined) throw new Error('the state holds nothing')
  return eth
}

it('keeps all that the old version knew', async () => {
  const { state, schemaVersion, ...rest } = await decisionBack(OLD)
  const { state: oldState, schemaVersion: _, verdict, ...oldRest } = OLD
  expect({ schemaVersion, ...rest }).toEqual({
    schemaVersion: RECORD_SCHEMA_VERSION,
    verdict: { ...verdict, maxOrders: Number.MAX_SAFE_INTEGER },
    ...oldRest,
  })
  const { ages, rejectedCandidates, vol, portfolio, ...same } = OLD_ETH
  const { skew25, skewDte, ...sameVol } = vol
  const { timestampMs, ...samePortfolio } = portfolio
  expect(state).toMatchObject({
    ...oldState,
    underlyings: [{ ...same, missing: expect.arrayContaining(same.missing), vol: sameVol, portfolio: samePortfolio }],
  })
  const [eth] = state?.underlyings ?? []
  expect(Object.fromEntries(eth?.rejectedCandidates.map(({ reason, count }) => [reason, count]) ?? [])).toEqual(
    rejectedCandidates,
  )
  expect(eth?.vol.tenors.map(({ days, atmIv, riskReversal25 }) => ({ days, atmIv, riskReversal25 }))).toEqual(
    [
      { days: vol.horizonDays, atmIv: vol.atmIv, riskReversal25: null },
      { days: skewDte, atmIv: null, riskReversal25: skew25 },
    ].sort((a, b) => a.days - b.days),
  )
  expect(eth?.parts).toEqual({
    account: { timestampMs, ageMs: ages.account },
    chain: { timestampMs: oldState.timeMs - ages.chain, ageMs: ages.chain },
    index: { timestampMs: oldState.timeMs - ages.index, ageMs: ages.index },
    instruments: { timestampMs: OLD.startedMs, ageMs: oldState.timeMs - OLD.startedMs },
    tickers: null,
    candles: null,
    dvol: null,
  })
})

it('computes what follows from prices, and leaves the rest unknown', async () => {
  const { candidates, portfolio, vol } = await upgradedEth()
  expect(candidates.length).toBeGreaterThan(0)
  for (const { instrument, bidIv, askIv, ...candidate } of candidates) {
    const { strikeUsd, expiryMs } = instrument
    const { forwardUsd, bidPriceCoin, askPriceCoin, markIv } = candidate
    const at = (iv: number) =>
      black76({ forwardUsd, strikeUsd, expiryYears: yearsBetween(OLD.state.timeMs, expiryMs), iv, kind: 'call' })
    expect(at(bidIv).priceCoin).toBeCloseTo(bidPriceCoin, 14)
    expect(at(askIv ?? 0).priceCoin).toBeCloseTo(askPriceCoin ?? Number.NaN, 14)
    const { delta, netDelta, gamma, vega, theta } = at(markIv)
    expect(candidate).toMatchObject({ delta, netDelta, gamma, vega, theta })
    expect(candidate).toMatchObject({ quotedBy: 'chain', bidSizeCoin: null, spreadTicks: null, edgeCoin: null })
    expect(candidate.spreadIv).toBe((askIv ?? 0) - bidIv)
    expect(candidate.initialMarginCoin).toBeGreaterThanOrEqual(0.1)
  }
  const [position] = portfolio.positions
  if (position === undefined) throw new Error('nothing is held')
  expect(portfolio.optionsNetDeltaCoin).toBeCloseTo(position.sizeCoin * (position.netDelta ?? Number.NaN), 14)
  // Bought back at the ask right after it was sold at the bid: the spread and two fees are lost.
  expect(position.premiumCaptured).toBeLessThan(0)
  expect(vol).toMatchObject({ expiries: [], realised: [], ewma: null, forecast: null, ivRank: null })
})

it('names what the old version did not record', async () => {
  const { missing } = await upgradedEth()
  expect(missing.map(({ datum }) => datum)).toEqual(expect.arrayContaining(['vol.forecast', 'candidates.edgeCoin']))
})

it('ranks candidates as one without a forecast does: by the volatility that is sold', async () => {
  const [first] = OLD_ETH.candidates
  const bids = [first.bidPriceCoin, first.bidPriceCoin * 1.2, first.bidPriceCoin * 0.8]
  const { candidates } = await upgradedEth({ candidates: bids.map((bidPriceCoin) => ({ ...first, bidPriceCoin })) })
  expect(candidates.map(({ bidPriceCoin }) => bidPriceCoin)).toEqual(bids.toSorted((a, b) => b - a))
})

it.each([
  ['more than the coin', { bidPriceCoin: 1.5 }],
  ['less than it is worth at once', { instrument: { ...OLD_ETH.candidates[0].instrument, strikeUsd: 1 } }],
])('leaves out a candidate whose bid no volatility gives: %s', async (_, changes) => {
  const [first] = OLD_ETH.candidates
  const { candidates, missing } = await upgradedEth({ candidates: [{ ...first, ...changes }] })
  expect(candidates).toEqual([])
  expect(missing).toContainEqual({
    datum: `candidates.${first.instrument.symbol}`,
    reason: 'no volatility gives its bid',
  })
})

it.each([
  ['no ask', { askPriceCoin: null, spreadPct: null }],
  ['an ask that no volatility gives', { askPriceCoin: 1.5 }],
])('keeps a candidate with %s, whose volatility is unknown', async (_, changes) => {
  const { candidates } = await upgradedEth({ candidates: [{ ...OLD_ETH.candidates[0], ...changes }] })
  expect(candidates).toMatchObject([{ askIv: null, spreadIv: null }])
})

it.each([
  ['a position without a mark IV', { markIv: null, delta: null }],
  ['a position whose average is unknown', { averagePriceCoin: null }],
])('leaves unknown what hangs on it: %s', async (_, changes) => {
  const [position] = OLD_ETH.portfolio.positions
  const portfolio = { ...OLD_ETH.portfolio, positions: [{ ...position, ...changes }] }
  const { portfolio: found, missing } = await upgradedEth({ portfolio })
  const isPriced = !('markIv' in changes)
  expect(found.optionsNetDeltaCoin === null).toBe(!isPriced)
  expect(found.positions[0]?.netDelta === null).toBe(!isPriced)
  expect(found.positions[0]?.premiumCaptured === null).toBe(isPriced)
  expect(missing.some(({ datum }) => datum === 'portfolio.optionsNetDeltaCoin')).toBe(!isPriced)
})

it('takes of a delta what is still open while the delivery price forms', async () => {
  const [position] = OLD_ETH.portfolio.positions
  const leftMs = 600_000
  const instrument = { ...position.instrument, expiryMs: OLD.state.timeMs + leftMs }
  const portfolio = { ...OLD_ETH.portfolio, positions: [{ ...position, instrument }] }
  const { portfolio: found } = await upgradedEth({ portfolio })
  const { forwardUsd, markIv: iv } = position
  const expiryYears = yearsBetween(OLD.state.timeMs, instrument.expiryMs)
  const { delta, netDelta } = black76({ forwardUsd, strikeUsd: instrument.strikeUsd, expiryYears, iv, kind: 'call' })
  const share = openSettlementShare(leftMs)
  expect(share).toBeCloseTo(1 / 3, 12)
  expect(found.positions).toMatchObject([{ delta: delta * share, netDelta: netDelta * share }])
})

it('reads a cycle that saw nothing, and one that saw what version 2 saw', async () => {
  const nothing = failedCycle(Date.UTC(2026, 0, 2))
  expect(await decisionBack({ ...nothing, schemaVersion: 1 })).toEqual(nothing)
  const { state, ...rest } = await decisionBack(OF_2)
  const [btc] = state?.underlyings ?? []
  const { state: stateOf1, ...restOf1 } = await decisionBack({ ...OF_2, schemaVersion: 1 })
  const reasons = btc?.missing.map(({ datum, reason }) => ({ datum, reason: reason.replace('version 2', 'version 1') }))
  expect(restOf1).toEqual(rest)
  expect(stateOf1).toEqual({ ...state, underlyings: [{ ...btc, missing: reasons }] })
})

it('verifies a log of several versions, and appends to it', async () => {
  const folder = tempFolder()
  writeFiles(folder, chainedLog('decisions', { [dayFile(2)]: [OLD, OF_2] }))
  chmodSync(join(folder, dayFile(2)), 0o600)
  const record = await openRecord({ folder, ...ownRun })
  await record.decisions.record(failedCycle(Date.UTC(2026, 0, 2, 12), 9))
  await record.close()
  const kinds: unknown[] = []
  for await (const { entry } of readLog(folder, 'decisions'))
    kinds.push(entry.kind === 'decision' ? entry.cycle : entry.kind)
  expect(kinds).toEqual(['header', OLD.cycle, OF_2.cycle, 'header', 9])
  expect((await verifyLog(folder)).logs[0]).toMatchObject({ lines: 5, firstBad: null })
})

it('reads behind a header of the old version', async () => {
  const folder = tempFolder()
  const first = chainLine(JSON.stringify({ ...header('decisions', null), schemaVersion: 1 }), CHAIN_START)
  const second = chainLine(JSON.stringify(OLD), first.link)
  writeFiles(folder, new Map([[dayFile(2), [first.line, second.line]]]))
  expect((await verifyLog(folder)).logs[0]).toMatchObject({ lines: 2, firstBad: null })
})

it.each([
  ['state', { state: { ...OLD.state, underlyings: [{ ...OLD_ETH, ages: {} }] } }],
  ['verdict', { verdict: { allowed: 'yes' } }],
])('refuses an old line that does not fit its own version: %s', async (field, changes) => {
  await expect(decisionBack({ ...OLD, ...changes })).rejects.toMatchObject({
    code: 'logging/corrupt-line',
    message: expect.stringContaining(`"${field}`),
  })
})

/** Where something stands in the old record: the keys that lead to it. */
const OLD_PATHS = pathsIn(OLD)
const ODD_VALUES = [0, -1, 1.5, 5e-324, 1e-12, 1e15, 1e308, -1e308, Number.MAX_SAFE_INTEGER, null, '', [], {}]

it('says what is wrong with any old line, or reads it: never anything else', () => {
  const change = fc.tuple(fc.constantFrom(...OLD_PATHS), fc.oneof(fc.constantFrom(...ODD_VALUES), fc.double()))
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
      const record = structuredClone(OLD)
      for (const [path, value] of changes) put(record, path, structuredClone(value))
      const decoded = decodeLine('decisions', Buffer.from(JSON.stringify(record)))
      if ('problem' in decoded) expect(decoded.problem).toMatch(/^(does not fit its schema at "|is of schema version )/)
      else expect(decisionRecordSchema.safeParse(decoded.entry).success).toBe(true)
    }),
    { numRuns: 2_000 },
  )
})

function pathsIn(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, part]) => [[key], ...pathsIn(part).map((path) => [key, ...path])])
}

function put(record: object, path: readonly string[], value: unknown): void {
  let at: unknown = record
  for (const key of path.slice(0, -1)) {
    if (typeof at !== 'object' || at === null) return
    at = (at as Record<string, unknown>)[key]
  }
  if (typeof at === 'object' && at !== null) (at as Record<string, unknown>)[path.at(-1) ?? ''] = value
}
