import { CcError, type Currency } from '@cc/models'

export function unknownSymbol(symbol: string): CcError {
  return new CcError(`${symbol} is not listed.`, {
    code: 'exchange-sim/unknown-symbol',
    recovery: 'skip',
    facts: { symbol },
  })
}

export function unknownOrder(orderId: string): CcError {
  return new CcError(`There is no order ${orderId}.`, {
    code: 'exchange-sim/unknown-order',
    recovery: 'reconcile',
    facts: { orderId },
  })
}

export function unknownCurrency(currency: Currency, has: readonly Currency[]): CcError {
  return new CcError(`This exchange has no ${currency}, only ${has.join(' and ')}.`, {
    code: 'exchange-sim/unknown-currency',
    recovery: 'halt',
    facts: { currency, has },
  })
}

/** Of an option that the account holds or has an order in. */
export function missingQuote(symbol: string, what: 'quote' | 'greeks'): CcError {
  return new CcError(`The market has no ${what} of ${symbol}, in which the account is engaged.`, {
    code: 'exchange-sim/missing-quote',
    recovery: 'skip',
    facts: { symbol, what },
  })
}

export function missingDeliveryPrice(currency: Currency, expiryMs: number): CcError {
  return new CcError(`The market has no delivery price of ${currency} for an expiry that it reached.`, {
    code: 'exchange-sim/missing-delivery-price',
    recovery: 'halt',
    facts: { currency, expiryMs },
  })
}

export function clockBeforeMarket(clockMs: number, marketStartMs: number): CcError {
  return new CcError('The clock of the local exchange starts before its market opens.', {
    code: 'exchange-sim/clock-before-market',
    recovery: 'halt',
    facts: { clockMs, marketStartMs },
  })
}

/** Of a setting of the synthetic market that is given beside another market. */
export function unusedOption(field: string, value: unknown): CcError {
  const expected = `no ${field} beside a market that is handed in: it shapes the synthetic one`
  return new CcError(`${field}: expected ${expected}, got ${value}.`, {
    code: 'exchange-sim/unused-option',
    recovery: 'halt',
    facts: { field, value: String(value), expected },
  })
}

/** Of faults on a server in simulated time: that may stand still, or pass at once. */
export function faultsNeedWallClock(): CcError {
  return new CcError(
    'Faults take time of the machine: in virtual time the local exchange needs a wallClock for them.',
    {
      code: 'exchange-sim/faults-need-wall-clock',
      recovery: 'halt',
    },
  )
}
