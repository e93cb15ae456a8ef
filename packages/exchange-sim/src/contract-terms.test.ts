import { optionInstrumentSchema, parseSymbol } from '@cc/models'
import { expect, it } from 'vitest'
import { listOption, settlementPeriodOf } from './contract-terms.js'

it.each([
  ['2026-05-28', 'day', 'a Thursday'],
  ['2026-05-22', 'week', 'a Friday with another one in its month'],
  ['2026-05-29', 'month', 'the last Friday of May'],
  ['2026-06-26', 'month', 'the last Friday of a quarter'],
  ['2026-05-31', 'day', 'a Sunday at the end of a month'],
])('settles an option of %s by the %s: %s', (date, period) => {
  expect(settlementPeriodOf(Date.parse(`${date}T08:00Z`))).toBe(period)
})

it('lists an option whose symbol says what it is', () => {
  const terms = { currency: 'ETH', kind: 'put', strikeUsd: 2_950, expiryMs: Date.UTC(2026, 0, 9, 8) } as const
  const instrument = optionInstrumentSchema.parse(listOption(terms))
  expect(instrument.symbol).toBe('ETH-9JAN26-2950-P')
  expect(parseSymbol(instrument.symbol)).toEqual(terms)
  expect(instrument).toMatchObject({ minSizeCoin: 1, sizeStepCoin: 1, settlementPeriod: 'week', state: 'open' })
})
