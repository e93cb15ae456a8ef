import { parseSymbol } from '@cc/models'

/**
 * Options that an account must hold by its ledger, and that have expired by `atMs`: their delivery is not in it yet, and
 * their payout may still be due.
 */
export function expiredIn(
  { positions }: { positions: readonly { symbol: string; sizeCoin: number }[] },
  atMs: number,
): readonly { symbol: string; expiryMs: number }[] {
  return positions.flatMap(({ symbol }) => {
    const expiryMs = parseSymbol(symbol)?.expiryMs
    return expiryMs !== undefined && expiryMs <= atMs ? [{ symbol, expiryMs }] : []
  })
}
