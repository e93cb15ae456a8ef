import { expect, it } from 'vitest'
import { oneCycle } from './one-cycle.js'

it('sells a call that risk allowed, on at most the coins it holds', async () => {
  const { decision, verdict, execution, failure } = await oneCycle(7)
  expect(failure).toBeNull()
  expect(decision?.proposal.action).toBe('OPEN_COVERED_CALL')
  expect(verdict?.allowed).toBe(true)
  expect(execution?.status).toBe('filled')
  expect(execution?.legs).toMatchObject([{ leg: 'open', side: 'sell' }])
  expect(execution?.legs[0]?.filledCoin).toBeLessThanOrEqual(2)
})

it('comes out the same under the same seed', async () => {
  expect(await oneCycle(11)).toEqual(await oneCycle(11))
})
