import { type Breach, type OrderReport, unresolvedIn } from '@cc/models'
import { type Check, ofAccounts, ofOffer, ofSale, ofSellingAccount } from './check.js'
import { coverageBreach, exposureBreach } from './coverage.js'
import { deltaBreach } from './delta.js'
import { maintenanceBreach, marginBreach, stressBreaches } from './margin.js'
import { onExpiry, shortCallsOf } from './short-calls.js'
import { isListed } from './trade.js'

/** The account after the trade, with what rests and what is not known. */
export const PROJECTION_CHECKS: readonly Check[] = [
  {
    code: 'coverage-exceeded',
    rule: 'R14',
    refuses: 'there would be more short calls than coins',
    limits: 'maxCoverage',
    exits: 'sales only',
    judge: ofSale((sale, { limits }) => coverageBreach(sale, limits)),
  },
  {
    code: 'margin-unknown',
    rule: 'R15',
    refuses: 'the venue has not quoted the margin of the sale',
    limits: '',
    exits: 'sales only',
    judge: ofOffer(({ on }, of) =>
      of.margins !== 'formula' && of.quote() === undefined ? { code: 'margin-unknown', on } : undefined,
    ),
  },
  {
    code: 'margin-exceeded',
    rule: 'R15',
    refuses: 'too much of the margin balance would be used, or none would be left (`marginUsedPct: null`)',
    limits: 'maxMarginUsedPct',
    exits: 'sales only',
    judge: ofSale((sale, of) => marginBreach(sale, of.quote(), of.limits)),
  },
  {
    code: 'maintenance-exceeded',
    rule: 'R15',
    refuses: 'the maintenance margin would be too large, or no margin balance left (`maintenancePct: null`)',
    limits: 'maxMaintenancePct',
    exits: 'sales only',
    judge: ofSale((sale, { limits }) => maintenanceBreach(sale, limits)),
  },
  {
    code: 'stress-exceeded',
    rule: 'R16',
    refuses:
      'the maintenance margin would be too large, were the index 25, 50 or 100 % higher and all volatility 20 points',
    limits: 'maxStressPct',
    exits: 'sales only',
    judge: ofSale((sale, { nowMs, limits }) => stressBreaches(sale, nowMs, limits)),
  },
  {
    code: 'net-delta-exceeded',
    rule: 'R17',
    refuses: 'the delta of the option book would rise beyond the limit',
    limits: 'maxNetDeltaAbs',
    exits: 'sales only',
    judge: ofSale((sale, { limits }) => deltaBreach(sale, limits)),
  },
  {
    code: 'expiry-exposure-exceeded',
    rule: 'R18',
    refuses: 'too many covered coins would be short on one expiry',
    limits: 'maxExpiryExposure',
    exits: 'sales only',
    judge: ofSale((sale, { limits }) => exposureBreach(sale, limits)),
  },
  {
    code: 'equity-too-low',
    rule: 'R35',
    refuses: 'there is too little equity to sell on',
    limits: 'minEquityCoin',
    exits: 'sales only',
    judge: ofSellingAccount(({ currency: on, portfolio }, { limits }) => {
      const { equityCoin } = portfolio
      const minCoin = limits.minEquityCoin[on]
      return equityCoin <= minCoin ? { code: 'equity-too-low', on, equityCoin, minCoin } : undefined
    }),
  },
  {
    code: 'open-orders-exceeded',
    rule: 'R19',
    refuses: 'too many orders rest in the coin, sends of unknown outcome among them',
    limits: 'maxOpenOrders',
    exits: 'held',
    judge: ofAccounts(({ currency: on, portfolio }, { state, limits }) => {
      const resting = portfolio.openOrders.filter((order) => order.state === 'open').length
      const unknown = unresolvedIn(on, state.memory).filter(({ label }) => !isListed(label, portfolio)).length
      const orders = resting + unknown
      const { maxOpenOrders: max } = limits
      return orders > max ? { code: 'open-orders-exceeded', on, orders, max } : undefined
    }),
  },
  {
    code: 'positions-exceeded',
    rule: 'R20',
    refuses:
      'there would be too many positions of options, those that may come of resting and unknown sales among them',
    limits: 'maxPositions',
    exits: 'sales only',
    judge: ofSale(({ underlying, sizeCoin, sold, boughtBack, shorts }, { limits }) => {
      const { currency: on, portfolio } = underlying
      const { maxPositions: max } = limits
      // Most accounts are far from it, however one counts.
      if (portfolio.positions.length + portfolio.otherPositions.length + shorts.length < max) return undefined
      const held = new Set<string>()
      for (const position of portfolio.positions) {
        if (position.sizeCoin !== 0) held.add(position.instrument.symbol)
        if (position === boughtBack?.option && -position.sizeCoin <= sizeCoin) held.delete(position.instrument.symbol)
      }
      for (const { symbol, kind, sizeCoin: otherCoin } of portfolio.otherPositions) {
        if (kind === 'option' && otherCoin !== 0) held.add(symbol)
      }
      for (const { symbol, pending } of shorts) if (pending !== undefined) held.add(symbol)
      held.add(sold.option.instrument.symbol)
      return held.size > max ? { code: 'positions-exceeded', on, positions: held.size, max } : undefined
    }),
  },
  {
    code: 'duplicate-open',
    rule: 'R21',
    refuses: 'the account is short this very call already, or another sale is under way on its expiry',
    limits: '',
    exits: 'sales only',
    judge: ofOffer(({ on, option, account }, { state }) => {
      const shorts = onExpiry(shortCallsOf(account, state.memory), option.instrument.expiryMs)
      return shorts
        .filter(({ symbol, pending }) => pending !== undefined || symbol === on)
        .map(({ symbol, pending }): Breach => ({ code: 'duplicate-open', on, beside: pending ?? symbol }))
    }),
  },
  {
    code: 'self-cross',
    rule: 'R32',
    refuses: 'an order of the account rests on the other side of the same book',
    limits: '',
    exits: 'held',
    words: true,
    judge: (of) => {
      const breaches: Breach[] = []
      const find = (symbol: string, side: 'buy' | 'sell', orders: readonly OrderReport[]) => {
        for (const order of orders) {
          if (order.symbol === symbol && order.side === side && order.state === 'open') {
            breaches.push({ code: 'self-cross', on: symbol, label: order.label })
          }
        }
      }
      const { close, open } = of.trade
      if (close?.underlying !== undefined) find(close.symbol, 'sell', close.underlying.portfolio.openOrders)
      if (open?.underlying !== undefined) find(open.symbol, 'buy', open.underlying.portfolio.openOrders)
      return breaches
    },
  },
]
