import type { AccountSnapshot, LedgerEntry } from '@cc/models'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { summarise } from './summary.js'
import { summaryLines } from './summary-lines.js'

function account(equityCoin: number, optionsValueCoin = 0): AccountSnapshot {
  return {
    currency: 'BTC',
    timestampMs: 0,
    balanceCoin: equityCoin - optionsValueCoin,
    equityCoin,
    optionsValueCoin,
    futuresSessionPnlCoin: 0,
    marginBalanceCoin: equityCoin - optionsValueCoin,
    initialMarginCoin: 0,
    maintenanceMarginCoin: 0,
    availableFundsCoin: 0,
    reservedCoin: 0,
    deltaTotalCoin: 0,
    positions: [],
    openOrders: [],
  }
}

function row(
  kind: 'trade' | 'delivery',
  sizeCoin: number,
  priceCoin: number,
  feeCoin: number,
  indexUsd = 80_000,
): LedgerEntry {
  return {
    id: 'BTC-1',
    currency: 'BTC',
    timestampMs: 0,
    kind,
    venueKind: kind,
    symbol: 'BTC-30JAN26-100000-C',
    sizeCoin,
    priceCoin,
    deliveryPriceUsd: null,
    feeCoin,
    changeCoin: -sizeCoin * priceCoin - feeCoin,
    balanceCoin: 0,
    indexUsd,
  }
}

const amount = fc.double({ min: 0, max: 1, noNaN: true })

it('accounts for every coin and every dollar between start and end', () => {
  const rows = fc.array(
    fc.record({
      kind: fc.constantFrom('trade' as const, 'delivery' as const),
      size: fc.double({ min: -5, max: 5, noNaN: true }),
      price: amount,
      fee: amount,
      index: fc.integer({ min: 1, max: 200_000 }),
    }),
  )
  fc.assert(
    fc.property(rows, amount, (drawn, mark) => {
      // A delivery closes a short call: its size is positive.
      const ledger = drawn.map(({ kind, size, price, fee, index }) =>
        row(kind, kind === 'delivery' ? Math.abs(size) : size, price, fee, index),
      )
      const cash = ledger.reduce((sum, { changeCoin }) => sum + changeCoin, 0)
      const end = account(10 + cash - mark, -mark)
      const summary = summarise('BTC', {
        start: { account: account(10), indexUsd: 90_000 },
        end: { account: end, indexUsd: 70_000 },
        ledger,
      })
      const { start, premiumReceived, buyBacks, payouts, fees, openOptions, priceChangeUsd } = summary
      const added = (unit: 'coin' | 'usd') =>
        [start, premiumReceived, openOptions].reduce((sum, amount) => sum + (amount[unit] ?? Number.NaN), 0) -
        [buyBacks, payouts, fees].reduce((sum, amount) => sum + (amount[unit] ?? Number.NaN), 0)
      expect(added('coin')).toBeCloseTo(summary.end.coin, 9)
      expect(added('usd') + (priceChangeUsd ?? Number.NaN)).toBeCloseTo(summary.end.usd ?? Number.NaN, 3)
      expect(summary.end.coin - summary.holding.coin).toBeCloseTo(summary.againstHolding.coin, 12)
      expect(summary.other.coin).toBeCloseTo(0, 9)
    }),
  )
})

it('counts neither what was open at the start nor what was moved in for a gain', () => {
  const moved = { ...row('trade', 0, 0, 0), kind: 'transfer' as const, changeCoin: 1, sizeCoin: null, priceCoin: null }
  const start = { account: account(2, -0.1), indexUsd: 90_000 }
  const summary = summarise('BTC', {
    start,
    end: { account: account(3.06, -0.04), indexUsd: 70_000 },
    ledger: [
      { ...moved, timestampMs: 5 },
      { ...moved, timestampMs: 0 },
    ],
  })
  expect(summary.transfers).toEqual({ coin: 1, usd: 70_000 })
  expect(summary.openOptions.coin).toBeCloseTo(0.06, 12)
  expect(summary.holding).toEqual({ coin: 3, usd: 210_000 })
  expect(summary.againstHolding.coin).toBeCloseTo(0.06, 12)
  expect(summary.other.coin).toBeCloseTo(0, 12)
})

it('calls open calls by their mark only where there were none at the start', () => {
  expect(told([sold], { endCoin: 2.0194 })).toMatch(/^ {2}open calls at mark /m)
  expect(told([], { endCoin: 2, startOptionsCoin: -0.01 })).toMatch(/^ {2}open calls since +\+0\.0100/m)
})

it.each([
  [0.5 / 1440, '30 seconds'],
  [2.5 / 1440, '2.5 minutes'],
  [75 / 1440, '75 minutes'],
  [32 / 24, '32.0 hours'],
  [3, '3.0 days'],
  [30, '30 days'],
])('tells how long %d days are as %s', (days, words) => {
  expect(told([], { endCoin: 2, days })).toContain(`(${words})`)
})

it('shows what no booking explains, and such rows only where there is something in them', () => {
  expect(told([sold], { endCoin: 2.0194 })).not.toMatch(/ other|moved in/)
  expect(told([], { endCoin: 2.5 })).toMatch(/^ {2}other +\+0\.5000 +\+35,000$/m)
})

const sold = row('trade', -2, 0.01, 0.0006)
const worthless = row('delivery', 2, 0, 0)
const inTheMoney = row('delivery', 2, 0.05, 0.0003)

const RUN = {
  name: 'SYNTHETIC market, seed 1',
  money: 'paper money' as const,
  startMs: Date.UTC(2026, 0, 2),
  opens: 1,
  rolls: 0,
  closes: 0,
  model: undefined,
}

function told(
  ledger: readonly LedgerEntry[],
  {
    endCoin,
    objective = 'coin',
    days = 30,
    startOptionsCoin = 0,
  }: { endCoin: number; objective?: 'coin' | 'usd'; days?: number; startOptionsCoin?: number },
): string {
  const underlying = summarise('BTC', {
    start: { account: account(2, startOptionsCoin), indexUsd: 90_000 },
    end: { account: account(endCoin), indexUsd: 70_000 },
    ledger,
  })
  const endMs = RUN.startMs + days * 86_400_000
  return summaryLines({ ...RUN, endMs, objective, underlyings: [underlying] }).join('\n')
}

it('says in coin whether holding would have been better', () => {
  expect(told([sold, worthless], { endCoin: 2.0194, objective: 'coin' })).toContain(
    'BTC: 0.0194 BTC better than just holding.',
  )
  expect(told([sold, inTheMoney], { endCoin: 1.9191, objective: 'coin' })).toContain(
    'BTC: holding would have been better, by 0.0809 BTC.',
  )
  expect(told([], { endCoin: 2, objective: 'coin' })).toContain('BTC: the same as just holding.')
})

it('says in USD both what the trading and what the price did', () => {
  const text = told([sold, worthless], { endCoin: 2.0194, objective: 'usd' })
  expect(text).toContain('In USD: 1,358 USD better than just holding. The value changed by -38,642 USD.')
})

it('counts what expired and what was settled, and labels the world', () => {
  const text = told([sold, worthless, inTheMoney], { endCoin: 2, objective: 'coin' })
  expect(text).toContain('1 opened, 0 rolled, 0 closed, 1 expired worthless, 1 settled in the money.')
  expect(text).toContain('SYNTHETIC market, seed 1')
  expect(text).toContain('no financial advice')
})

it('calls the USD of a booking without an index unknown, never 0', () => {
  expect(told([{ ...sold, indexUsd: null }], { endCoin: 2.0194, objective: 'coin' })).toMatch(
    /premium received +\+0\.0200 +unknown/,
  )
})

it('takes the yearly rate from what is left of the premium, never from what was received', () => {
  const text = told([sold, row('trade', 2, 0.004, 0.0006)], { endCoin: 2.0108 })
  expect(text).toMatch(/premium received +\+0\.0200 +\+1,600 {2}1\.00 % of the coins$/m)
  expect(text).toMatch(/against holding +\+0\.0108 +\+756\.00 {2}\+0\.54 % of the coins, 6\.6 % a year$/m)
})

it('counts open calls at their mark into the yearly rate, also where that is a loss', () => {
  expect(told([sold], { endCoin: 1.95 })).toMatch(/against holding .* -2\.50 % of the coins, -30 % a year$/m)
})

it('tells no yearly rate of less than thirty days', () => {
  expect(told([sold], { endCoin: 2.0194, days: 29.9 })).toMatch(/against holding .*\+0\.97 % of the coins$/m)
  expect(told([sold], { endCoin: 2.0194, days: 30 })).toContain('of the coins, 12 % a year')
})

it('has in USD a row for what the price did, and none in coin', () => {
  expect(told([sold], { endCoin: 2.0194 })).toMatch(/^ {2}coin price since {22}-\d\d,\d{3}$/m)
  expect(told([{ ...sold, indexUsd: null }], { endCoin: 2.0194 })).toMatch(/^ {2}coin price since +unknown$/m)
})

it('tells no share of coins that were never there', () => {
  const nothing = { account: account(0), indexUsd: 90_000 }
  const underlying = summarise('BTC', { start: nothing, end: nothing, ledger: [] })
  const lines = summaryLines({ ...RUN, endMs: RUN.startMs, objective: 'coin', underlyings: [underlying] })
  expect(lines.join('\n')).not.toContain('%')
})
