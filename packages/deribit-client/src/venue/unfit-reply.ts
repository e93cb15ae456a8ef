import { CcError, type Facts } from '@cc/models'

/** A reply that is well formed and says something that this venue cannot mean. Nothing is made of it. */
export function unfitReply(method: string, problem: string, facts: Facts = {}): CcError {
  return new CcError(`Deribit's reply to ${method} makes no sense here: ${problem}.`, {
    code: 'deribit/unfit-reply',
    recovery: 'skip',
    facts: { method, ...facts },
  })
}

/** An order of a kind that this venue never sends, and whose size in coin cannot be told. */
export function foreignOrder(symbol: string, what: string): CcError {
  return new CcError(`The account has ${what} in ${symbol}, whose size in coin cannot be told. Cancel it.`, {
    code: 'deribit/foreign-order',
    recovery: 'skip',
    facts: { symbol, what },
  })
}
