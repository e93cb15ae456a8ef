import { describe, expect, it } from 'vitest'
import {
  CALL,
  candidateOf,
  close,
  DECISION_ID,
  instrumentOf,
  marginOf,
  NOW_MS,
  open,
  positionOf,
  stateOf,
} from '../test/agent-state.js'
import { checkActionAllowed, createRiskGate } from './index.js'

const NO_PRICE = null as never
const sized = (changes: Parameters<typeof instrumentOf>[1]) =>
  stateOf({ candidates: [candidateOf(CALL, { instrument: instrumentOf(CALL, changes) })] })
const quoted = (changes: Parameters<typeof candidateOf>[1]) => stateOf({ candidates: [candidateOf(CALL, changes)] })
const breachesOf = (...[state, proposal, limits]: Parameters<typeof checkActionAllowed>) => {
  const verdict = checkActionAllowed(state, proposal, limits)
  return verdict.allowed ? [] : verdict.breaches
}
const codesOf = (...given: Parameters<typeof checkActionAllowed>) => breachesOf(...given).map(({ code }) => code)

describe('a size', () => {
  it.each([0, -0.1])('of %d is too small, however small the venue takes them', (size) => {
    expect(codesOf(sized({ minSizeCoin: -1 }), open(CALL, size))).toContain('size-too-small')
    expect(codesOf(sized({ minSizeCoin: 0 }), open(CALL, 0))).toContain('size-too-small')
  })

  it.each([
    ['nothing', 0, 0],
    ['less than nothing', -0.05, 0.1],
  ])('of %s is held to no step', (_, size, sizeStepCoin) => {
    const breaches = breachesOf(sized({ sizeStepCoin }), open(CALL, size))
    expect(breaches).toContainEqual(expect.objectContaining({ code: 'size-too-small' }))
    expect(breaches).not.toContainEqual(expect.objectContaining({ code: 'size-off-step' }))
    expect(breaches).not.toContainEqual(expect.objectContaining({ check: 'size-off-step' }))
  })
})

describe('a book with one side', () => {
  it('is told by the side that is missing', () => {
    expect(breachesOf(quoted({ bidPriceCoin: NO_PRICE }), open(CALL, 0.5))).toEqual([
      { code: 'no-quote', on: CALL, side: 'bid' },
    ])
    expect(breachesOf(quoted({ askPriceCoin: null }), open(CALL, 0.5))).toEqual([
      { code: 'no-quote', on: CALL, side: 'ask' },
    ])
  })

  it('is neither crossed nor wide, even where the other side is below nothing', () => {
    for (const market of [
      { bidPriceCoin: NO_PRICE, askPriceCoin: -0.0005 },
      { bidPriceCoin: -0.0105, askPriceCoin: null },
    ]) {
      const codes = codesOf(quoted(market), open(CALL, 0.5))
      expect(codes).toContain('no-quote')
      expect(codes).not.toContain('book-crossed')
      expect(codes).not.toContain('spread-too-wide')
    }
    const positions = [positionOf(CALL, -0.5, { bidPriceCoin: null, askPriceCoin: -0.0005 })]
    expect(codesOf(stateOf({ portfolio: { positions } }), close(CALL, 0.5))).not.toContain('book-crossed')
  })
})

it.each([
  ['at the top of the band', 0.01, []],
  ['above it', 0.0099, ['price-outside-band']],
])('judges a bid %s', (_, maxPriceCoin, codes) => {
  const verdict = createRiskGate().review({
    state: stateOf(),
    proposal: open(CALL, 0.5),
    nowMs: NOW_MS,
    margins: [marginOf(CALL, 0.5, { maxPriceCoin })],
    decisionId: DECISION_ID,
  })
  expect(verdict.allowed ? [] : verdict.breaches.map(({ code }) => code)).toEqual(codes)
})
