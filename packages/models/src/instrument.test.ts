import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatSymbol, parseSymbol, type SymbolParts } from './instrument.js'

const DAY_MS = 86_400_000

describe('parseSymbol', () => {
  it('reads a call and a put', () => {
    expect(parseSymbol('BTC-27MAR26-100000-C')).toEqual({
      currency: 'BTC',
      expiryMs: Date.UTC(2026, 2, 27, 8),
      strikeUsd: 100_000,
      kind: 'call',
    })
    expect(parseSymbol('ETH-1JAN26-2950-P')).toMatchObject({
      currency: 'ETH',
      expiryMs: Date.UTC(2026, 0, 1, 8),
      kind: 'put',
    })
  })

  it.each([
    ['BTC-PERPETUAL', 'a perpetual'],
    ['BTC-27MAR26', 'a future'],
    ['BTC_USDC-27MAR26-100000-C', 'a linear option'],
    ['XRP_USDC-27MAR26-0d625-C', 'a decimal strike'],
    ['BTC-31FEB26-100000-C', 'no such day'],
    ['BTC-0MAR26-100000-C', 'day zero'],
    ['BTC-07MAR26-100000-C', 'a leading zero'],
    ['btc-27mar26-100000-c', 'lower case'],
    ['BTC-27MAR26-100000-X', 'neither call nor put'],
    ['BTC-27MAR26-0-C', 'strike zero'],
    ['BTC-27MAR26-0100-C', 'a padded strike'],
    ['BTC-27MAR26-99999999999999999999-C', 'a strike beyond exact integers'],
    ['SOL-27MAR26-100-C', 'another coin'],
    ['BTC-27MAR26-100000-C ', 'trailing space'],
    ['ВTC-27MAR26-100000-C', 'a look-alike letter'],
    ['', 'nothing'],
  ])('rejects %s (%s)', (symbol) => {
    expect(parseSymbol(symbol)).toBeUndefined()
  })

  it('is the inverse of formatSymbol', () => {
    const parts: fc.Arbitrary<SymbolParts> = fc.record({
      currency: fc.constantFrom('BTC', 'ETH'),
      expiryMs: fc.integer({ min: 0, max: 36_000 }).map((day) => Date.UTC(2000, 0, 1, 8) + day * DAY_MS),
      strikeUsd: fc.integer({ min: 1, max: 10_000_000 }),
      kind: fc.constantFrom('call', 'put'),
    })
    fc.assert(
      fc.property(parts, (option) => {
        expect(parseSymbol(formatSymbol(option))).toEqual(option)
      }),
    )
  })

  it('reads back any text that it accepts, to the letter', () => {
    const text = fc.stringMatching(/^(BTC|ETH|SOL)-[0-3]?\d(JAN|FEB|DEC|XXX)\d\d-\d{1,6}-[CPX]$/)
    fc.assert(
      fc.property(text, (symbol) => {
        const parts = parseSymbol(symbol)
        if (parts !== undefined) expect(formatSymbol(parts)).toBe(symbol)
      }),
    )
  })
})
