import type { Fill, OrderReport, OrderTerms } from '@cc/models'
import { describe, expect, it } from 'vitest'
import { areComplete, fillsProblemOf, problemOf } from './order-problem.js'
import { FAR, NEAR, START_MS } from './scripted-broker.fixture.js'

const SATOSHI = 1e-8
const terms: OrderTerms = {
  ...{ label: 'cc-abcdef01-cafe0123-o-1', symbol: FAR.symbol, side: 'sell', sizeCoin: 0.3, priceCoin: 0.0035 },
  ...{ postOnly: true, reduceOnly: false, timeInForce: 'good-til-cancelled', validUntilMs: START_MS },
}
const closing: OrderTerms = { ...terms, side: 'buy', reduceOnly: true }
const reportOf = (of: OrderTerms, changes: Partial<OrderReport> = {}): OrderReport => {
  const { label, symbol, side, sizeCoin, priceCoin, postOnly, reduceOnly } = of
  return {
    ...{ label, symbol, side, sizeCoin, priceCoin, postOnly, reduceOnly, orderId: 'order-1', state: 'open' },
    ...{ filledCoin: 0, averagePriceCoin: null, createdMs: START_MS, updatedMs: START_MS, cancelReason: null },
    ...changes,
  }
}
const fillOf = (sizeCoin: number): Fill => ({
  ...{ tradeId: `trade of ${sizeCoin}`, orderId: 'order-1', label: terms.label, symbol: FAR.symbol, side: 'sell' },
  ...{ priceCoin: 0.0035, sizeCoin, feeCoin: 0, liquidity: 'maker', indexUsd: 90_000, timestampMs: START_MS },
})

describe('problemOf', () => {
  it.each<{ what: string; of: OrderTerms; changes: Partial<OrderReport> }>([
    { what: 'as it was sent', of: terms, changes: {} },
    { what: 'filled in full', of: terms, changes: { state: 'filled', filledCoin: 0.3 } },
    { what: 'filled in full, with float noise', of: terms, changes: { filledCoin: 0.1 + 0.2 } },
    { what: 'with float noise in its size', of: terms, changes: { sizeCoin: 0.1 + 0.2 } },
    { what: 'with float noise in its price', of: terms, changes: { priceCoin: 0.0035 + 1e-12 } },
    { what: 'that was made smaller, of those that only reduce', of: closing, changes: { sizeCoin: 0.1 } },
    { what: 'that only reduces although it did not have to', of: terms, changes: { reduceOnly: true } },
    { what: 'cancelled by somebody', of: terms, changes: { state: 'cancelled', cancelReason: 'user_request' } },
  ])('has none of an order $what', ({ of, changes }) => {
    expect(problemOf(reportOf(of, changes), of)).toBeUndefined()
  })

  it.each<{ differs: keyof OrderReport; of: OrderTerms; value: OrderReport[keyof OrderReport] }>([
    { differs: 'label', of: terms, value: 'cc-abcdef01-cafe0123-o-2' },
    { differs: 'symbol', of: terms, value: NEAR.symbol },
    { differs: 'side', of: terms, value: 'buy' },
    { differs: 'priceCoin', of: terms, value: 0.0035 + SATOSHI },
    { differs: 'priceCoin', of: terms, value: 0.0035 - SATOSHI },
    { differs: 'sizeCoin', of: terms, value: 0.3 + SATOSHI },
    { differs: 'sizeCoin', of: terms, value: 0.3 - SATOSHI },
    { differs: 'sizeCoin', of: closing, value: 0.3 + SATOSHI },
    { differs: 'reduceOnly', of: closing, value: false },
  ])('is a mismatch where the $differs is $value', ({ differs, of, value }) => {
    const problem = problemOf(reportOf(of, { [differs]: value }), of)
    expect(problem).toMatchObject({ code: 'exec/reply-mismatch', recovery: 'halt' })
    expect(problem?.message).toBe(`The venue answered order ${terms.label} with another ${differs}.`)
    expect(problem?.facts).toEqual({
      ...{ label: terms.label, orderId: 'order-1', differs },
      ...{ sent: of[differs as keyof OrderTerms], answered: value },
    })
  })

  it('is one of size in the units of another contract', () => {
    expect(problemOf(reportOf(terms, { sizeCoin: 3 }), terms)?.facts).toMatchObject({ sent: 0.3, answered: 3 })
  })

  it('is an overfill from one satoshi on, whatever else differs', () => {
    const problem = problemOf(reportOf(terms, { filledCoin: 0.3 + SATOSHI, sizeCoin: 0.4 }), terms)
    expect(problem).toMatchObject({
      ...{ code: 'exec/overfilled', recovery: 'halt' },
      message: `Order ${terms.label} has traded more than was sent.`,
      facts: { label: terms.label, orderId: 'order-1', sentCoin: 0.3, filledCoin: 0.3 + SATOSHI },
    })
  })

  it('is an overfill where what has traded is no number', () => {
    expect(problemOf(reportOf(terms, { filledCoin: Number.NaN }), terms)?.code).toBe('exec/overfilled')
  })

  it('is not an overfill of ours where another order has traded more', () => {
    const problem = problemOf(reportOf(terms, { label: 'by-hand', filledCoin: 5 }), terms)
    expect(problem?.facts).toMatchObject({ differs: 'label' })
  })

  it('is an intervention where the venue reduces risk', () => {
    const ended = reportOf(terms, { state: 'cancelled', cancelReason: 'position_locked' })
    expect(problemOf(ended, terms)).toMatchObject({
      ...{ code: 'exec/venue-intervened', recovery: 'halt' },
      message: `The venue ended order ${terms.label} to reduce the risk of the account.`,
      facts: { label: terms.label, orderId: 'order-1', cancelReason: 'position_locked' },
    })
  })
})

it('fillsProblemOf tells of trades from one satoshi more than the order', () => {
  const of = (filledCoin: number) => fillsProblemOf([fillOf(0.1), fillOf(0.2)], { label: terms.label, filledCoin })
  expect(of(0.3)).toBeUndefined()
  expect(of(0.4)).toBeUndefined()
  expect(of(0.3 - SATOSHI)).toMatchObject({
    ...{ code: 'exec/fills-exceed-order', recovery: 'halt' },
    message: `The account has more trades of order ${terms.label} than the order tells of.`,
    facts: { label: terms.label, filledCoin: 0.3 - SATOSHI, tradeIds: ['trade of 0.1', 'trade of 0.2'] },
  })
})

it('areComplete holds to the satoshi', () => {
  const fills = [fillOf(0.1), fillOf(0.2)]
  expect(areComplete(fills, 0.3)).toBe(true)
  expect(areComplete(fills, 0.3 + SATOSHI)).toBe(false)
  expect(areComplete(fills, 0.3 - SATOSHI)).toBe(false)
  expect(areComplete([], 0)).toBe(true)
})
