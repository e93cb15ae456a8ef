import type { DecisionRecord } from '@cc/models'
import { expect, it } from 'vitest'
import { delivery, idle, opened, refused } from '../test/records.js'
import { createNarrator } from './narrator.js'

const HOUR_MS = 3_600_000
const eight = Date.UTC(2026, 0, 23, 8)

function tell(records: readonly DecisionRecord[], options = {}): string[] {
  const lines: string[] = []
  const narrator = createNarrator(
    { stdout: { write: (text) => lines.push(text.trimEnd()) }, paint: (_, text) => text },
    options,
  )
  for (const record of records) narrator.tell(record)
  narrator.end()
  return lines.slice(1)
}

it('folds cycles that did nothing for the same reason, whatever its numbers, into one line', () => {
  const lines = tell([
    idle(eight, 'BTC: short 2 (21-delta, 3.5 days).'),
    idle(eight + HOUR_MS, 'BTC: short 2 (22-delta, 3.4 days).'),
    idle(eight + 2 * HOUR_MS, 'BTC: short 2 (23-delta, 3.3 days).'),
    idle(eight + 3 * HOUR_MS, 'BTC: no call is a candidate.'),
  ])
  expect(lines).toEqual([
    '2026-01-23 08:00  DO_NOTHING ×3, until 2026-01-23 10:00',
    '                  BTC: short 2 (23-delta, 3.3 days).',
    '2026-01-23 11:00  DO_NOTHING',
    '                  BTC: no call is a candidate.',
  ])
})

it('prints the first at once where somebody watches, and the number of the others at their end', () => {
  const printed: string[] = []
  const narrator = createNarrator(
    { stdout: { write: (text) => printed.push(text) }, paint: (_, text) => text },
    { live: true },
  )
  for (const hour of [0, 1, 2]) narrator.tell(idle(eight + hour * HOUR_MS, 'BTC: short 2.'))
  expect(printed.slice(1)).toEqual(['2026-01-23 08:00  DO_NOTHING\n', '                  BTC: short 2.\n'])
  narrator.end()
  expect(printed.at(-1)).toBe('2026-01-23 08:00  DO_NOTHING ×2 more, until 2026-01-23 10:00\n')
})

it('tells a settlement before the trade that followed it, though it is known after', () => {
  const settled = { ...idle(eight, 'BTC: short 0.5.'), ledger: [delivery(eight, 0)] }
  const what = tell([idle(eight - HOUR_MS, 'x'), opened(eight), settled]).map((line) => line.slice(40, 50).trim())
  expect(what.filter((word) => /^[A-Z]{4}/.test(word))).toEqual(['EXPIRED', 'OPEN'])
})

it('tells a settlement after the trade that came before it', () => {
  const settled = { ...idle(eight, 'BTC: short 0.5.'), ledger: [delivery(eight, 0)] }
  const lines = tell([opened(eight - HOUR_MS), settled])
  expect(lines[0]).toContain('OPEN')
  expect(lines[2]).toContain('EXPIRED')
})

it('tells what was received net of its fee, and what was paid at settlement, in coin and USD', () => {
  const [open = '', , settlement = ''] = tell([
    opened(eight - HOUR_MS),
    { ...idle(eight, 'x'), ledger: [delivery(eight, 0.05)] },
  ])
  expect(open).toMatch(/OPEN +BTC-30JAN26-100000-C +0\.5 +\+0\.004850 +\+436\.50 +filled at 0\.01$/)
  expect(settlement).toMatch(/SETTLED +BTC-23JAN26-90000-C +0\.5 +-0\.0250 +-2,375 +in the money at 95,000$/)
})

it('tells how much of an order was filled', () => {
  expect(tell([opened(eight, 0.2)])[0]).toContain('0.2 of 0.5 filled at 0.01')
  expect(tell([opened(eight, 0)])[0]).toContain('0 of 0.5 filled')
})

it('folds refusals with their reasons', () => {
  const lines = tell([0, 1, 2].map((hour) => refused(eight + hour * HOUR_MS, `BTC: 6${hour} % would be used.`)))
  expect(lines).toHaveLength(2)
  expect(lines[0]).toMatch(/OPEN +BTC-30JAN26-100000-C.* refused ×3, until 2026-01-23 10:00$/)
  expect(lines[1]).toContain('BTC: 62 % would be used.')
})

it('tells failed cycles by their code', () => {
  const failure = { code: 'deribit/unreachable', recovery: 'skip', message: 'No answer.', facts: {} } as const
  expect(tell([{ ...idle(eight, ''), decision: null, failure }])).toEqual([
    '2026-01-23 08:00  FAILED',
    '                  deribit/unreachable: No answer.',
  ])
})

it('breaks long reasons and keeps every word', () => {
  const reasoning = 'word '.repeat(100).trim()
  const [, ...reason] = tell([idle(eight, reasoning)])
  for (const line of reason) expect(line.length).toBeLessThanOrEqual(120)
  expect(reason.map((line) => line.trim()).join(' ')).toBe(reasoning)
})
