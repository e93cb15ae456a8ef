import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openRecord } from '@cc/logging'
import type { Fill, LedgerEntry } from '@cc/models'
import { afterAll, describe, expect, it } from 'vitest'
import { coverAt, duplicatesOf, mismatchesOf, nakedOf, orphansOf, unwrittenOf } from '../src/chaos/exchange-checks.ts'
import { checkRecord, NOTHING_PROVEN } from '../src/chaos/record-checks.ts'
import type { CoinTruth, TrueOrder } from '../src/chaos/truth.ts'
import { recordsOf } from './killed-record.ts'

const CALL = 'BTC-30JAN26-100000-C'
const LABEL = 'cc-0000aaaa-00000001-o-1'

const order = (changes: Partial<TrueOrder> = {}): TrueOrder => ({
  orderId: '1',
  label: LABEL,
  symbol: CALL,
  side: 'sell',
  sizeCoin: 1,
  filledCoin: 0,
  priceCoin: 0.01,
  state: 'open',
  createdMs: 10,
  updatedMs: 10,
  ...changes,
})

const fill = (changes: Partial<Fill> = {}): Fill => ({
  tradeId: '1',
  orderId: '1',
  label: LABEL,
  symbol: CALL,
  side: 'sell',
  priceCoin: 0.01,
  sizeCoin: 1,
  feeCoin: 0.0003,
  liquidity: 'maker',
  indexUsd: 90_000,
  timestampMs: 20,
  ...changes,
})

const row = (changes: Partial<LedgerEntry> = {}): LedgerEntry => ({
  id: '1',
  currency: 'BTC',
  timestampMs: 20,
  kind: 'trade',
  venueKind: 'trade',
  symbol: CALL,
  sizeCoin: -1,
  priceCoin: 0.01,
  deliveryPriceUsd: null,
  feeCoin: 0.0003,
  changeCoin: 0.0097,
  balanceCoin: 1.0097,
  indexUsd: 90_000,
  ...changes,
})

const coin = (changes: Partial<CoinTruth> = {}): CoinTruth => ({
  currency: 'BTC',
  depositCoin: 1,
  orders: [],
  fills: [],
  ledger: [],
  positions: new Map(),
  ...changes,
})

const journal = (label?: string, filledCoin?: number) => ({
  labels: new Set(label === undefined ? [] : [label]),
  outcomes: new Map(
    label === undefined || filledCoin === undefined
      ? []
      : [[label, { kind: 'outcome' as const, timeMs: 0, label, outcome: 'filled' as const, orderId: '1', filledCoin }]],
  ),
})

describe('own orders that rest', () => {
  it('are orphans where no journal knows them, whoever lives', () => {
    expect(orphansOf([coin({ orders: [order()] })], journal(), undefined)).toHaveLength(1)
  })

  it.each([
    ['of the life that had settled', '0000aaaa123', 0],
    ['of an earlier life', '0000bbbb123', 1],
    ['where nothing is known to be settled', undefined, 0],
    ['after a clean end', null, 1],
  ])('%s: run %s, %i orphans', (_, settledRun, count) => {
    expect(orphansOf([coin({ orders: [order()] })], journal(LABEL), settledRun)).toHaveLength(count)
  })

  it('are not judged where they are of somebody else, or have ended', () => {
    const orders = [order({ label: 'mine' }), order({ state: 'cancelled' })]
    expect(orphansOf([coin({ orders })], journal(), null)).toEqual([])
  })
})

describe('orders of one label', () => {
  it.each([
    ['both traded', [order({ state: 'filled', filledCoin: 1 }), order({ state: 'filled', filledCoin: 1 })], 1],
    ['one rests, one traded in part', [order(), order({ state: 'cancelled', filledCoin: 0.1 })], 1],
    ['one came to nothing', [order(), order({ state: 'cancelled' })], 0],
  ])('%s', (_, orders, count) => {
    expect(duplicatesOf([coin({ orders })])).toHaveLength(count)
  })
})

it('an order that is in no journal is a lost record, also when it has ended', () => {
  const truth = [coin({ orders: [order({ state: 'cancelled' })] })]
  expect(unwrittenOf(truth, journal())).toHaveLength(1)
  expect(unwrittenOf(truth, journal(LABEL))).toEqual([])
})

describe('what is written of an order', () => {
  it.each([
    ['as much as it traded', order({ state: 'filled', filledCoin: 1 }), 1, 0],
    ['less than it traded', order({ state: 'filled', filledCoin: 1 }), 0.9, 1],
    ['an end, while it rests', order(), 0, 1],
  ])('is %s', (_, one, written, count) => {
    expect(mismatchesOf([coin({ orders: [one] })], journal(LABEL, written))).toHaveLength(count)
  })

  it('is not judged before there is anything', () => {
    expect(mismatchesOf([coin({ orders: [order()] })], journal(LABEL))).toEqual([])
  })
})

describe('positions', () => {
  const delivered = row({ id: '2', kind: 'delivery', sizeCoin: 1, timestampMs: 30, balanceCoin: 0.95 })
  it.each([
    ['what was sold', [], new Map([[CALL, -1]]), 0],
    ['less than was sold', [], new Map([[CALL, -0.9]]), 1],
    ['nothing after the delivery', [delivered], new Map(), 0],
    ['something after the delivery', [delivered], new Map([[CALL, -1]]), 1],
    ['nothing though it was sold', [], new Map(), 1],
  ])('are %s', (_, ledger, positions, count) => {
    expect(mismatchesOf([coin({ fills: [fill()], ledger, positions })], journal())).toHaveLength(count)
  })
})

describe('cover', () => {
  const sold = order({ state: 'filled', filledCoin: 1, updatedMs: 20 })

  it('is judged at each order and fill, on the balance of that time', () => {
    const truth = coin({ orders: [sold], fills: [fill()], ledger: [row()] })
    expect(nakedOf([truth])).toEqual([])
    expect(coverAt(truth, 10)).toEqual({ shortCoin: 0, restingCoin: 1, coverCoin: 1.01 })
    expect(coverAt(truth, 20)).toEqual({ shortCoin: 1, restingCoin: 0, coverCoin: 1.0097 })
  })

  it('counts what rests beside what is short', () => {
    const second = order({ orderId: '2', sizeCoin: 0.1, createdMs: 25, updatedMs: 25 })
    const truth = coin({ orders: [sold, second], fills: [fill()], ledger: [row()] })
    expect(nakedOf([truth])).toEqual([{ kind: 'naked', reason: expect.stringContaining('short 1 and 0.1 resting') }])
  })

  it('lets no purchase of another call count for a short one', () => {
    const fills = [fill({ sizeCoin: 1.1 }), fill({ tradeId: '2', symbol: 'BTC-30JAN26-90000-C', side: 'buy' })]
    expect(nakedOf([coin({ fills, ledger: [row({ balanceCoin: 1 })] })])).toHaveLength(1)
  })

  it('is given back by a cancel, and by a purchase that closes', () => {
    const orders = [order({ state: 'cancelled', updatedMs: 15 }), order({ orderId: '2', createdMs: 30, updatedMs: 30 })]
    expect(nakedOf([coin({ orders })])).toEqual([])
    const fills = [fill(), fill({ tradeId: '2', side: 'buy', timestampMs: 28 })]
    expect(nakedOf([coin({ orders: [orders[1] as TrueOrder], fills })])).toEqual([])
  })
})

describe('the record of a life', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cc-chaos-checks-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const { intent, decision } = recordsOf(0)
  const said = [JSON.stringify(decision)]
  const journalFile = join(folder, 'intents.jsonl')

  async function live(): Promise<void> {
    const record = await openRecord({ folder, runId: '0123456789abcdef', codeVersion: '0.0.0', configuration: {} })
    await record.intents.append(intent)
    await record.decisions.record(decision)
    await record.close()
  }

  it('is whole where all that was said is there', async () => {
    await live()
    const { findings, journal: found } = await checkRecord(folder, said, NOTHING_PROVEN)
    expect(findings).toEqual([])
    expect(found.labels).toEqual(new Set([intent.terms.label]))
  })

  it('is not where it says something else, or less than it did', async () => {
    const other = JSON.stringify({ ...decision, cycle: 7 })
    const { findings, proven } = await checkRecord(folder, [other], NOTHING_PROVEN)
    expect(findings).toEqual([{ kind: 'lostRecords', reason: expect.stringContaining('not in the log') }])

    const longer = { ...proven.logs.intents, last: { seq: 99, hash: '0'.repeat(64) } }
    const later = await checkRecord(folder, said, { logs: { ...proven.logs, intents: longer } })
    expect(later.findings).toEqual([{ kind: 'lostRecords', reason: expect.stringContaining('line 99 was there') }])

    const changed = { ...proven.logs.intents, last: { seq: 1, hash: '0'.repeat(64) } }
    const now = await checkRecord(folder, said, { logs: { ...proven.logs, intents: changed } })
    expect(now.findings).toEqual([{ kind: 'lostRecords', reason: expect.stringContaining('is another than before') }])
  })

  it('may have one torn tail, which the next life puts aside, and no repair of what was not torn', async () => {
    const before = await checkRecord(folder, said, NOTHING_PROVEN)
    writeFileSync(journalFile, `${readFileSync(journalFile, 'utf8')}{"kind":"int`)
    const torn = await checkRecord(folder, said, before.proven)
    expect(torn.findings).toEqual([])
    expect(torn.proven.logs.intents.isTorn).toBe(true)
    await live()
    expect((await checkRecord(folder, said, torn.proven)).findings).toEqual([])
    expect((await checkRecord(folder, said, before.proven)).findings).toEqual([
      { kind: 'lostRecords', reason: expect.stringContaining('1 torn tails were repaired, and 0 were left') },
    ])
  })

  it('is broken by any change of a line', async () => {
    const text = readFileSync(journalFile, 'utf8')
    writeFileSync(journalFile, text.replace('"side":"sell"', '"side":"buy"'))
    const { findings } = await checkRecord(folder, said, NOTHING_PROVEN)
    expect(findings).toEqual([{ kind: 'lostRecords', reason: expect.stringContaining('intents: line 2') }])
  })
})
