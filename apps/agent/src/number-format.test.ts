import { expect, it } from 'vitest'
import { coin, coinChange, fixed, minute, percent, size, usd, usdChange } from './number-format.js'

it('writes dollars, with cents where they are few', () => {
  expect([88_729.4, 1_000, 999.5, 612, 0, -1_234_567.8].map(usd)).toEqual([
    '88,729',
    '1,000',
    '999.50',
    '612',
    '0',
    '-1,234,568',
  ])
  expect([1_795.2, -52.8, 0].map(usdChange)).toEqual(['+1,795', '-52.80', '0'])
})

it('writes coins, finer where they are few', () => {
  expect([2, 20.458, 0.0014, -0.0006, 0].map(coin)).toEqual(['2.0000', '20.4580', '0.001400', '-0.000600', '0.0000'])
  expect([0.0204, -0.0291, 0].map(coinChange)).toEqual(['+0.0204', '-0.0291', '0.0000'])
})

it('writes no noise and no negative zero', () => {
  expect(size(0.1 + 0.2)).toBe('0.3')
  expect(fixed(-0.001, 2)).toBe('0.00')
  expect(percent(0.0425, 2)).toBe('4.25 %')
})

it('writes UTC, wherever it runs', () => {
  expect(minute(Date.UTC(2026, 0, 2, 8, 5, 59))).toBe('2026-01-02 08:05')
})
