import { expect, it } from 'vitest'
import { usdWords } from './words.js'

it.each([
  [0, '0 USD'],
  [-0.4, '0 USD'],
  [999.4, '999 USD'],
  [999.5, '1,000 USD'],
  [12_345, '12,345 USD'],
  [-123_456, '-123,456 USD'],
  [1_234_567.8, '1,234,568 USD'],
])('writes %d USD as %s, wherever it runs', (amountUsd, words) => {
  expect(usdWords(amountUsd)).toBe(words)
})
