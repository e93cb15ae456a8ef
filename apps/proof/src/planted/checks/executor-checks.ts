import { executeAction } from '@cc/exec'
import {
  type ExecutionResult,
  type Fill,
  type HaltState,
  type HaltSwitch,
  type OrderReport,
  openApprovedOrder,
} from '@cc/models'
import { approveForTest, createMemoryJournal, instrumentForTest, silentLogger } from '@cc/models/testing'
import { createSimulatedClock } from '../../simulation/simulated-clock.ts'
import type { Check } from './check.ts'

type Ports = Parameters<typeof executeAction>[0]
type Broker = Ports['broker']

const START_MS = Date.UTC(2026, 2, 3, 12)
const DAY_MS = 86_400_000
const SYMBOL = 'BTC-27MAR26-100000-C'
const RUN_ID = 'ab12cd34'
const PRICE_COIN = 0.01

/** What an exchange does that no agent of the simulation meets: it contradicts itself. */
export const EXECUTOR_CHECKS: readonly (readonly [string, Check])[] = [
  [
    'two-orders-under-one-label',
    async () => {
      const { failure } = await sellOne((world) => ({
        async place(order) {
          const terms = openApprovedOrder(order)
          world.orders.push(reportOf(terms, '1'), reportOf(terms, '2'))
          return { outcome: 'unknown', reason: 'timeout' }
        },
      }))
      return failure?.code === 'exec/duplicate-label'
        ? undefined
        : `two orders bear one label, and it says ${failure?.code}`
    },
  ],
  [
    'reply-of-another-order',
    async () => {
      const { failure } = await sellOne((world) => ({
        async place(order) {
          const report = { ...reportOf(openApprovedOrder(order), '1'), priceCoin: 2 * PRICE_COIN }
          world.orders.push(report)
          return { outcome: 'accepted', order: report, fills: [] }
        },
      }))
      return failure?.code === 'exec/reply-mismatch'
        ? undefined
        : `another price was answered, and it says ${failure?.code}`
    },
  ],
  [
    'one-answer-is-empty',
    async () => {
      let emptyAfterFence = 0
      const result = await sellOne((world) => ({
        async place(order) {
          world.orders.push(reportOf(openApprovedOrder(order), '1'))
          return { outcome: 'unknown', reason: 'timeout' }
        },
        async findByLabel() {
          const answeredAtMs = world.clock.now()
          // A replica that is behind answers once, as soon as its answer counts.
          if (answeredAtMs > START_MS + 8_000) emptyAfterFence += 1
          return { orders: emptyAfterFence < 2 ? [] : world.orders, answeredAtMs }
        },
      }))
      return outcomeOf(result) === 'cancelled'
        ? undefined
        : `an order that one answer did not have is ${outcomeOf(result)}`
    },
  ],
  [
    'index-that-lags',
    async () => {
      const result = await sellOne((world) => ({
        async place(order) {
          world.orders.push(reportOf(openApprovedOrder(order), '1'))
          return { outcome: 'unknown', reason: 'timeout' }
        },
        async findByLabel() {
          const answeredAtMs = world.clock.now()
          // It arrived at the end of its 3 s, and less than the slack later it can be found.
          return { orders: answeredAtMs < START_MS + 7_500 ? [] : world.orders, answeredAtMs }
        },
      }))
      return outcomeOf(result) === 'cancelled' ? undefined : `an order that was found late is ${outcomeOf(result)}`
    },
  ],
  [
    'traded-and-not-found',
    async () => {
      const result = await sellOne((world) => ({
        async place(order) {
          world.fills.push(fillOf(reportOf(openApprovedOrder(order), '1')))
          return { outcome: 'unknown', reason: 'timeout' }
        },
      }))
      return outcomeOf(result) === 'unknown' ? undefined : `an order that traded is ${outcomeOf(result)}`
    },
  ],
  [
    'halted-before-it-left',
    async () => {
      let sent = 0
      let halted: HaltState = { halted: false }
      // No signal falls: whoever made the file told nobody.
      const halt: HaltSwitch = { signal: new AbortController().signal, read: () => halted, latch: async () => {} }
      const journal = createMemoryJournal()
      const append: typeof journal.append = async (entry) => {
        await journal.append(entry)
        halted = { halted: true, reason: 'a person made the file' }
      }
      await sellOne(
        () => ({
          async place() {
            sent += 1
            return { outcome: 'unknown', reason: 'timeout' }
          },
        }),
        { halt, journal: { ...journal, append } },
      )
      return sent === 0 ? undefined : 'an order left though HALT was there'
    },
  ],
]

type World = { orders: OrderReport[]; fills: Fill[]; clock: Ports['clock'] }

/** Sells one coin at an exchange that is told what to do. */
async function sellOne(
  script: (world: World) => Partial<Broker>,
  changes: Partial<Ports> = {},
): Promise<ExecutionResult> {
  const clock = createSimulatedClock({ startMs: START_MS, endMs: START_MS + DAY_MS })
  const world: World = { orders: [], fills: [], clock }
  const instrument = instrumentForTest(SYMBOL)
  const broker = { ...exchangeOf(world), ...script(world) }
  const leg = {
    leg: 'open',
    instrument,
    side: 'sell',
    maxSizeCoin: 1,
    worstPriceCoin: PRICE_COIN / 2,
    reduceOnly: false,
  } as const
  const quote = {
    ...{
      symbol: instrument.symbol,
      timestampMs: START_MS,
      bidPriceCoin: PRICE_COIN,
      bidSizeCoin: 5,
      askPriceCoin: 2 * PRICE_COIN,
    },
    ...{ askSizeCoin: 5, minPriceCoin: null, maxPriceCoin: null },
  }
  const market = { quote: async () => quote as unknown as Awaited<ReturnType<Ports['market']['quote']>> }
  const ports = { market, broker, clock, journal: createMemoryJournal(), logger: silentLogger, ...changes }
  return executeAction(ports, approveForTest({ legs: [leg] }), { runId: RUN_ID, dryRun: false, pegs: 1 })
}

function exchangeOf(world: World): Broker {
  const known = (orderId: string) => world.orders.findIndex((order) => order.orderId === orderId)
  return {
    async place() {
      throw new Error('no script')
    },
    order: async (orderId) => world.orders[known(orderId)] as OrderReport,
    findByLabel: async () => ({ orders: world.orders, answeredAtMs: world.clock.now() }),
    async cancel(orderId) {
      const ended = { ...(world.orders[known(orderId)] as OrderReport), state: 'cancelled' as const }
      world.orders[known(orderId)] = ended
      return ended
    },
    async account() {
      throw new Error('no script')
    },
    fills: async () => world.fills,
  }
}

function outcomeOf({ legs }: ExecutionResult): string | undefined {
  return legs[0]?.orders[0]?.outcome
}

function reportOf(terms: ReturnType<typeof openApprovedOrder>, orderId: string): OrderReport {
  const { label, symbol, side, sizeCoin, priceCoin, postOnly, reduceOnly } = terms
  return {
    ...{ orderId, label, symbol, side, sizeCoin, priceCoin, postOnly, reduceOnly, state: 'open', filledCoin: 0 },
    ...{ averagePriceCoin: null, createdMs: START_MS, updatedMs: START_MS, cancelReason: null },
  }
}

function fillOf({ orderId, label, symbol, side, sizeCoin, priceCoin }: OrderReport): Fill {
  return {
    ...{ tradeId: '1', orderId, label, symbol, side, sizeCoin, priceCoin, feeCoin: 0.0003, liquidity: 'taker' },
    ...{ indexUsd: 60_000, timestampMs: START_MS },
  }
}
