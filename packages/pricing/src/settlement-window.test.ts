import { expect, it } from 'vitest'
import { openSettlementShare } from './settlement-window.js'

const MINUTE_MS = 60_000

it.each([
  [45, 1],
  [30, 1],
  [15, 0.5],
  [3, 0.1],
  [0, 0],
  [-5, 0],
])('%i minutes before the expiry the open share is %d', (minutes, share) => {
  expect(openSettlementShare(minutes * MINUTE_MS)).toBe(share)
})

it('gives the net delta that Deribit prints for halfway through', () => {
  const share = openSettlementShare(15 * MINUTE_MS)
  expect({ delta: 1 * share, netDelta: (1 - 0.3) * share }).toEqual({ delta: 0.5, netDelta: 0.35 })
})

it.each([Number.NaN, Infinity])('refuses %d', (untilExpiryMs) => {
  expect(() => openSettlementShare(untilExpiryMs)).toThrow(
    `openSettlementShare: untilExpiryMs must be a finite number, got ${untilExpiryMs}`,
  )
})
