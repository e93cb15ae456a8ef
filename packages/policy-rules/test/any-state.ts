import type { AgentState, CandidateOption, Currency, OptionPosition, UnderlyingState } from '@cc/models'
import fc from 'fast-check'
import type { RulesOptionsInput } from '../src/options.js'
import { agentState, candidate, NOW_MS, portfolio, shortCall, underlying } from './agent-state.js'

/** Doubles are mostly next to nothing, so that most numbers are thousandths of the range. */
const number = (min: number, max: number) =>
  fc.oneof(
    { weight: 1, arbitrary: fc.double({ min, max, noNaN: true }) },
    { weight: 4, arbitrary: fc.integer({ min: 0, max: 1_000 }).map((part) => min + ((max - min) * part) / 1_000) },
  )
const maybe = <T>(one: fc.Arbitrary<T>) => fc.option(one)
/** In one case of five: of what stands in the way of everything else. */
const rarely = <T>(one: fc.Arbitrary<T>, otherwise: NoInfer<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(otherwise) }, { weight: 1, arbitrary: one })
const priceCoin = fc.integer({ min: 1, max: 200 }).map((ticks) => ticks * 0.0005)
const STRIKES = { min: 84, max: 100 }

/** What a candidate is made of, so that another bid for the same call can be made of it too. */
export type Terms = {
  currency: Currency
  strikeUsd: number
  dte: number
  bidPriceCoin: number
  spreadCoin: number | null
  delta: number
  fairCoin: number | null
  openInterestCoin: number | null
}

/** A candidate whose edge, premium, yield and spread all follow from its bid. */
export function candidateOf({ spreadCoin, fairCoin, ...terms }: Terms): CandidateOption {
  const askPriceCoin = spreadCoin === null ? null : terms.bidPriceCoin + spreadCoin
  const { netPremiumCoin } = candidate({ ...terms, askPriceCoin })
  return candidate({
    ...terms,
    askPriceCoin,
    bidIv: 0.3 + terms.bidPriceCoin,
    edgeCoin: fairCoin === null ? null : netPremiumCoin - fairCoin,
    markPriceCoin: 0.01,
  })
}

/** Calls of one currency: of one in three lists nobody knows an edge, of one in three of some calls. */
export function anyTerms(currency: Currency): fc.Arbitrary<Terms[]> {
  const fair = fc.constantFrom(fc.constant(null), number(0, 0.1), maybe(number(0, 0.1)))
  return fair.chain((fairCoin) =>
    fc.uniqueArray(
      fc.record({
        currency: fc.constant(currency),
        strikeUsd: fc.integer(STRIKES).map((thousand) => thousand * 1_000),
        dte: fc.integer({ min: 1, max: 40 }),
        bidPriceCoin: priceCoin,
        spreadCoin: maybe(priceCoin),
        delta: number(0, 1),
        fairCoin,
        openInterestCoin: maybe(number(0, 200)),
      }),
      { selector: ({ strikeUsd, dte }) => `${strikeUsd} ${dte}`, maxLength: 10 },
    ),
  )
}

function anyPositions(currency: Currency): fc.Arbitrary<OptionPosition[]> {
  return fc
    .uniqueArray(
      fc.record({
        strikeUsd: fc.integer(STRIKES).map((thousand) => thousand * 1_000),
        dte: fc.oneof(fc.integer({ min: -1, max: 40 }), fc.constantFrom(0.25, 0.5, 1.5)),
        sizeCoin: fc.oneof(
          { weight: 20, arbitrary: number(-12, -0.01) },
          { weight: 1, arbitrary: number(-12, 12) },
          { weight: 1, arbitrary: fc.constant(0) },
        ),
        delta: maybe(number(0, 1)),
        askPriceCoin: maybe(fc.oneof(priceCoin, number(0.0001, 3))),
        averagePriceCoin: maybe(priceCoin),
        kind: rarely(fc.constantFrom('call', 'put'), 'call'),
        state: fc.constantFrom('open', 'open', 'open', 'locked'),
        premiumCaptured: maybe(number(-3, 1)),
      }),
      // One position of a symbol, which knows the day alone.
      { selector: ({ strikeUsd, dte, kind }) => `${strikeUsd} ${Math.floor(dte)} ${kind}`, maxLength: 4 },
    )
    .map((rows) =>
      rows.map(({ strikeUsd, kind, state, dte, ...terms }) =>
        shortCall({ ...terms, dte, instrument: { currency, strikeUsd, kind, state } }),
      ),
    )
}

function anyAccount(currency: Currency) {
  const order = fc.record({
    symbol: fc.constantFrom(`${currency}-9JAN26-90000-C`, `${currency}-16JAN26-95000-C`),
    side: fc.constantFrom('buy', 'sell'),
    state: fc.constantFrom('open', 'cancelled', 'filled'),
  })
  return fc
    .record({
      positions: fc.oneof(fc.constant<OptionPosition[]>([]), anyPositions(currency)),
      freeCoin: fc.oneof(
        fc.constant(0),
        number(0, 1),
        number(0, 30),
        number(0, 30).map((coin) => Math.round(coin * 10) / 10),
      ),
      lackingCoin: rarely(number(0, 5), 0),
      orders: rarely(fc.array(order, { maxLength: 2 }), []),
      future: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 0, 0, 1),
    })
    .map(({ positions, freeCoin, lackingCoin, orders, future }) => {
      const committedCoin = positions.reduce(
        (sum, { sizeCoin, instrument }) => sum + (instrument.kind === 'call' ? Math.max(0, -sizeCoin) : 0),
        0,
      )
      const coveredCoin = lackingCoin > 0 ? Math.max(0, committedCoin - lackingCoin) : committedCoin + freeCoin
      return portfolio({
        positions,
        otherPositions: future === 0 ? [] : [{ symbol: `${currency}-PERPETUAL`, kind: 'future', sizeCoin: future }],
        openOrders: orders.map((one, at) => ({
          ...{ ...one, sizeCoin: 1, priceCoin: 0.01, orderId: String(at), label: `x${at}`, filledCoin: 0 },
          ...{ averagePriceCoin: null, postOnly: false, reduceOnly: false, createdMs: NOW_MS, updatedMs: NOW_MS },
          cancelReason: null,
        })),
        coverage: { coveredCoin, committedCoin, freeCoin: Math.max(0, coveredCoin - committedCoin) },
      })
    })
}

/** An underlying around these candidates. */
export function anyUnderlying(currency: Currency, terms = anyTerms(currency)): fc.Arbitrary<UnderlyingState> {
  const ivRank = number(0, 1).map((percentile) => ({
    ...{ rank: 0.5, percentile, leastIv: 0.3, mostIv: 0.9, days: 365, fromMs: 0, toMs: 1 },
  }))
  return fc
    .record({
      candidates: terms.map((rows) => rows.map(candidateOf)),
      account: anyAccount(currency),
      dayChangePct: maybe(number(-15, 15)),
      vol: fc.record({
        dvolDayChange: maybe(number(-0.3, 0.3)),
        ivRank: maybe(ivRank),
        realisedVol: maybe(number(0.01, 2)),
      }),
    })
    .map(({ account, ...parts }) => underlying({ currency, ...parts, portfolio: account }))
}

/** Two underlyings, and what the agent remembers of them. */
export const anyState: fc.Arbitrary<AgentState> = fc
  .record({
    underlyings: fc.tuple(anyUnderlying('BTC'), anyUnderlying('ETH')),
    mode: fc.constantFrom('normal', 'normal', 'normal', 'reduce-only', 'halted'),
    setAside: fc.constantFrom([], [], [], ['BTC' as const]),
  })
  .map(({ underlyings, ...memory }) => agentState(underlyings, memory))

const target = fc.record(
  {
    delta: number(0, 1),
    dte: number(0.1, 100),
    minDte: rarely(number(0, 10), 0),
    maxDte: rarely(maybe(number(10, 60)), null),
    expiry: fc.constantFrom('any', 'any', 'friday', 'month-end'),
    choose: fc.constantFrom('score', 'nearest-delta', 'first-strike'),
    strikeAbove: number(-0.1, 0.05),
    minimumOpenInterest: rarely(fc.integer({ min: 1, max: 50 }), 0),
    maximumNewContractsPercent: rarely(number(1, 100), 100),
    rungs: fc.constantFrom(1, 1, 2, 3, 4),
  },
  { requiredKeys: [] },
)
const writeWhen = fc
  .record(
    {
      green: rarely(fc.boolean(), true),
      red: rarely(fc.boolean(), true),
      capFactor: rarely(number(0, 1), 1),
      capTargetFloor: rarely(fc.record({ BTC: number(0, 10), ETH: number(0, 10) }, { requiredKeys: [] }), {}),
      minimumCredit: rarely(maybe(number(0, 0.05)), null),
      minEdge: rarely(maybe(number(-0.05, 0.05)), null),
      minIvPercentile: rarely(maybe(number(0, 1)), null),
      maxDayChangePct: rarely(maybe(number(1, 15)), null),
      maxDvolRisePoints: rarely(maybe(number(1, 30)), null),
    },
    { requiredKeys: [] },
  )
  .filter(({ green = true, red = true }) => green || red)
const rollWhen = fc.record(
  {
    dte: maybe(number(0, 20)),
    which: fc.constantFrom('in-the-money', 'all'),
    minPnl: maybe(number(-1, 1)),
    pnl: maybe(number(0.01, 1)),
    delta: maybe(number(0, 1)),
    alwaysWhenItm: fc.boolean(),
    maxDte: maybe(number(5, 60)),
    creditOnly: fc.boolean(),
    maxDebit: number(0, 0.1),
    maintainHighWaterMark: fc.boolean(),
    closeIfUnableToRoll: fc.boolean(),
  },
  { requiredKeys: [] },
)
const closeWhen = fc.record(
  { pnl: rarely(maybe(number(0.01, 1)), null), minDte: number(0, 5), delta: rarely(maybe(number(0.01, 1)), null) },
  { requiredKeys: [] },
)
const anySize = number(0.01, 30)

/** Options with any of them set, or none; those that keep from selling are rare. */
export const anyOptions: fc.Arbitrary<RulesOptionsInput> = fc
  .record(
    {
      objective: fc.constantFrom('coin', 'usd'),
      target,
      writeWhen,
      rollWhen,
      closeWhen,
      maxSizeCoin: fc.record({ BTC: anySize, ETH: anySize }, { requiredKeys: [] }),
    },
    { requiredKeys: [] },
  )
  .filter(({ target, rollWhen }) => (target?.minDte ?? 0) <= (rollWhen?.maxDte ?? Infinity))
