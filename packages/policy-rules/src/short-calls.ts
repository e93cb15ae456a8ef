import { type OptionPosition, parseSymbol, type UnderlyingState } from '@cc/models'

/** Short calls that the chain quotes, soonest expiry first. */
export function quotedShortCalls({ portfolio }: UnderlyingState): readonly OptionPosition[] {
  return portfolio.positions
    .filter(({ instrument, sizeCoin }) => instrument.kind === 'call' && sizeCoin < 0)
    .toSorted(({ instrument: a }, { instrument: b }) => a.expiryMs - b.expiryMs || a.strikeUsd - b.strikeUsd)
}

/** Symbols of short options that are not quoted, so that they can only be left alone, and may be calls. */
export function unquotedShortCalls({ portfolio }: UnderlyingState): readonly string[] {
  return portfolio.otherPositions
    .filter(({ symbol, kind, sizeCoin }) => kind === 'option' && sizeCoin < 0 && parseSymbol(symbol)?.kind !== 'put')
    .map(({ symbol }) => symbol)
}
