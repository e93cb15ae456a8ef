import {
  type AccountSnapshot,
  CcError,
  type Currency,
  executionResultSchema,
  type Facts,
  type Fill,
  type IntentRecord,
  type OptionInstrument,
  type OptionQuote,
  type OrderReport,
  type OrderTerms,
  openApprovedOrder,
} from '@cc/models'
import type { ApprovalBounds, ApprovedLeg } from '@cc/models/approval'
import { createVirtualClock } from '@cc/models/clock'
import { approveForTest, createMemoryHalt, createMemoryJournal } from '@cc/models/testing'
import { roundSizeDown } from '@cc/pricing'
import { expect } from 'vitest'
import { executeAction } from './execute-action.js'
import type { ExecOptionsInput } from './options.js'
import type { ExecPorts } from './ports.js'

/** What happens to one order. Shares are of its size, rounded down to the step. */
export type SendScript = {
  /** `false`: lost on the way. A number: how late it arrives, ms; after its `validUntilMs` it is dropped. */
  arrives?: boolean | number
  /** `false`: the reply is lost. `'throws'`: the call rejects. */
  answered?: boolean | 'throws'
  /** Rejected by this code: nothing arrives. */
  reject?: string
  /** Rejected by this code, and yet what `arrives` says of it comes true. */
  rejectFalsely?: string
  fillNow?: number
  fillLater?: { share: number; afterMs: number }
  fillOnCancel?: number
  /** Changes the reply. */
  answer?: Partial<OrderReport>
  /** The reply tells no fills. */
  tellsNoFills?: true
  /** How long before it arrives the venue says that it was created, ms. */
  ageMs?: number
  /** Why it ends where it ends unfilled, if not by us. */
  cancelReason?: string
  /** Called when the venue takes the order. */
  onArrival?: () => void
}

/** What a test may do to a venue before it trades. */
export type Venue = ReturnType<typeof createScriptedBroker>

/** Executes an approval at a scripted venue. */
export async function executeAt(
  script: readonly SendScript[],
  {
    options = {},
    failing = {},
    lagging = {},
    prepare,
    ...approval
  }: Partial<ApprovalBounds> & {
    options?: Partial<ExecOptionsInput> & { signal?: AbortSignal }
    failing?: Partial<Venue['failing']>
    lagging?: Partial<Venue['lagging']>
    prepare?: (venue: Venue) => Partial<ExecPorts> | undefined
  } = {},
) {
  const venue = createScriptedBroker({ script })
  Object.assign(venue.failing, failing)
  Object.assign(venue.lagging, lagging)
  const ports = { ...venue.ports, ...prepare?.(venue) }
  const approved = approveForTest({ legs: [openLeg()], decisionId: DECISION_ID, ...approval })
  const result = await executeAction(ports, approved, { runId: RUN_ID, dryRun: false, ...options })
  expect(executionResultSchema.parse(result)).toEqual(result)
  const calls = venue.events.map((event) => event.split(' ')[0])
  return { ...venue, result, leg: result.legs[0], order: result.legs[0]?.orders[0], calls }
}

export const START_MS = Date.UTC(2026, 0, 2)
export const RUN_ID = 'abcdef0123'
export const DECISION_ID = 'cafe0123456789ab'
export const label = (leg: 'c' | 'o', attempt: number) => `cc-abcdef01-cafe0123-${leg}-${attempt}`

function callForTest(symbol: string, strikeUsd: number): OptionInstrument {
  return {
    symbol,
    currency: 'BTC',
    kind: 'call',
    strikeUsd,
    expiryMs: Date.UTC(2026, 0, 30, 8),
    tickSizeCoin: 0.0001,
    tickSteps: [{ abovePriceCoin: 0.005, tickSizeCoin: 0.0005 }],
    minSizeCoin: 0.1,
    sizeStepCoin: 0.1,
    makerFeeRate: 0.0003,
    takerFeeRate: 0.0003,
    settlementPeriod: 'month',
    state: 'open',
  }
}

export const NEAR = callForTest('BTC-30JAN26-100000-C', 100_000)
export const FAR = callForTest('BTC-27FEB26-110000-C', 110_000)

export function openLeg(changes: Partial<ApprovedLeg> = {}): ApprovedLeg {
  return {
    leg: 'open',
    instrument: FAR,
    side: 'sell',
    maxSizeCoin: 1,
    worstPriceCoin: 0.001,
    reduceOnly: false,
    ...changes,
  }
}

export function closeLeg(changes: Partial<ApprovedLeg> = {}): ApprovedLeg {
  return {
    leg: 'close',
    instrument: NEAR,
    side: 'buy',
    maxSizeCoin: 1,
    worstPriceCoin: 0.02,
    reduceOnly: true,
    ...changes,
  }
}

/** A venue that does with each order what the script says, on a virtual clock, and tells the order of events. */
export function createScriptedBroker({
  script = [],
  earlier = [],
}: {
  script?: readonly SendScript[]
  earlier?: readonly IntentRecord[]
} = {}) {
  const clock = createVirtualClock({ startMs: START_MS })
  const halt = createMemoryHalt()
  const memory = createMemoryJournal(earlier)
  const events: string[] = []
  const sent: OrderTerms[] = []
  const orders = new Map<string, OrderReport & { script: SendScript }>()
  const fills: Fill[] = []
  const underWay: { terms: OrderTerms; step: SendScript; atMs: number }[] = []
  const book = {
    bidPriceCoin: 0.003 as number | null,
    askPriceCoin: 0.004 as number | null,
    minPriceCoin: null as number | null,
    maxPriceCoin: null as number | null,
  }
  /** How many of the coming calls fail. */
  const failing = { quote: 0, order: 0, cancel: 0, findByLabel: 0, fills: 0, account: 0 }
  /** How many of the coming answers lag behind and are empty. */
  const lagging = { findByLabel: 0, fills: 0 }

  /** What people were told: level, message and facts. */
  const said: [level: string, message: string, facts: Facts | undefined][] = []
  const say = (level: string) => (message: string, facts?: Facts) => void said.push([level, message, facts])

  const ports: ExecPorts = {
    clock,
    halt,
    logger: { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') },
    journal: {
      unfinished: memory.unfinished,
      since: memory.since,
      append: async (entry) => {
        events.push(entry.kind === 'intent' ? `intent ${entry.terms.label}` : `${entry.outcome} ${entry.label}`)
        await memory.append(entry)
      },
    },
    market: {
      async quote(symbol) {
        call('quote', symbol)
        return quoteOf(symbol)
      },
    },
    broker: {
      async place(order) {
        const terms = openApprovedOrder(order)
        events.push(`place ${terms.label}`)
        sent.push(terms)
        const step = script[sent.length - 1] ?? {}
        if (step.reject !== undefined) return { outcome: 'rejected', code: step.reject, message: step.reject }
        if (typeof step.arrives === 'number') underWay.push({ terms, step, atMs: clock.now() + step.arrives })
        const report = step.arrives === undefined || step.arrives === true ? take(terms, step) : undefined
        const { rejectFalsely: code } = step
        if (code !== undefined) return { outcome: 'rejected', code, message: code }
        if (step.answered === 'throws') throw new Error('socket hang up')
        if (report === undefined || step.answered === false) return { outcome: 'unknown', reason: 'no-reply' }
        return {
          outcome: 'accepted',
          order: { ...report, ...step.answer },
          fills: step.tellsNoFills ? [] : fillsOf(report),
        }
      },
      async order(orderId) {
        call('order', orderId)
        return { ...read(orderId) }
      },
      async cancel(orderId) {
        call('cancel', orderId)
        const order = read(orderId)
        if (order.state !== 'open') return { ...order }
        fill(order, order.script.fillOnCancel ?? 0)
        if (order.state === 'open') order.state = 'cancelled'
        return { ...order }
      },
      async findByLabel(_currency: Currency, label: string) {
        call('findByLabel', label)
        const found = all().filter((order) => order.label === label)
        return { orders: lagging.findByLabel-- > 0 ? [] : found, answeredAtMs: clock.now() }
      },
      async fills(currency, { fromMs, toMs }) {
        call('fills', currency)
        if (lagging.fills-- > 0) return []
        return fills.filter(({ timestampMs }) => timestampMs >= fromMs && timestampMs < toMs)
      },
      async account(currency) {
        call('account', currency)
        const open = all().filter((order) => order.state === 'open')
        return { ...EMPTY_ACCOUNT, currency, openOrders: open.filter(({ symbol }) => symbol.startsWith(currency)) }
      },
    },
  }
  const told = { journal: memory, events, said, sent, orders, fills }
  return { ports, clock, halt, book, failing, lagging, take, arrive, tradedCoin, ...told }

  function call(name: keyof typeof failing, argument: string): void {
    events.push(`${name} ${argument}`)
    arrive()
    if (failing[name] <= 0) return
    failing[name] -= 1
    throw new CcError(`${name} failed.`, { code: 'test/unreachable', recovery: 'retry' })
  }

  /** Lets in what is due by now. */
  function arrive(): void {
    for (const late of underWay.splice(0)) {
      if (late.atMs > clock.now()) underWay.push(late)
      else if (late.atMs <= late.terms.validUntilMs) take(late.terms, late.step)
    }
  }

  /** Puts an order on the book. */
  function take(terms: OrderTerms, step: SendScript): OrderReport {
    const orderId = `order-${orders.size + 1}`
    const { symbol, side, sizeCoin, priceCoin, label, postOnly, reduceOnly } = terms
    const order: OrderReport & { script: SendScript } = {
      ...{ symbol, side, sizeCoin, priceCoin, label, postOnly, reduceOnly, orderId, script: step },
      ...{ state: 'open', filledCoin: 0, averagePriceCoin: null, cancelReason: null },
      ...{ createdMs: clock.now() - (step.ageMs ?? 0), updatedMs: clock.now() },
    }
    orders.set(orderId, order)
    fill(order, step.fillNow ?? 0)
    if (order.state === 'open' && step.cancelReason !== undefined) {
      Object.assign(order, { state: 'cancelled', cancelReason: step.cancelReason })
    }
    if (order.state === 'open' && terms.timeInForce === 'immediate-or-cancel') order.state = 'cancelled'
    step.onArrival?.()
    return { ...order }
  }

  function all(): OrderReport[] {
    return [...orders.keys()].map((orderId) => ({ ...read(orderId) }))
  }

  function read(orderId: string): OrderReport & { script: SendScript } {
    const order = orders.get(orderId)
    if (order === undefined) throw new CcError('No such order.', { code: 'test/no-order', recovery: 'skip' })
    const later = order.script.fillLater
    if (later !== undefined && order.state === 'open' && clock.now() >= order.createdMs + later.afterMs) {
      order.script = { ...order.script, fillLater: { share: 0, afterMs: 0 } }
      fill(order, later.share)
    }
    return order
  }

  function fill(order: OrderReport, share: number): void {
    const size = Math.min(roundSizeDown(order.sizeCoin * share, 0.1), order.sizeCoin - order.filledCoin)
    if (size <= 0) return
    const { orderId, label, symbol, side, priceCoin } = order
    order.filledCoin = roundSizeDown(order.filledCoin + size, 0.1)
    order.averagePriceCoin = priceCoin
    if (order.filledCoin === order.sizeCoin) order.state = 'filled'
    const tradeId = `trade-${fills.length + 1}`
    fills.push({
      ...{ tradeId, orderId, label, symbol, side, priceCoin, sizeCoin: size, feeCoin: 0.0003 * size },
      ...{ liquidity: 'maker', indexUsd: 90_000, timestampMs: clock.now() },
    })
  }

  function fillsOf({ orderId }: OrderReport): Fill[] {
    return fills.filter((trade) => trade.orderId === orderId)
  }

  function tradedCoin(side: 'buy' | 'sell'): number {
    return fills.filter((trade) => trade.side === side).reduce((sum, trade) => sum + trade.sizeCoin, 0)
  }

  function quoteOf(symbol: string): OptionQuote {
    return {
      ...{ symbol, ...book, bidSizeCoin: 10, askSizeCoin: 10, markPriceCoin: 0.0037, markIv: 0.5 },
      ...{ forwardUsd: 91_000, indexUsd: 90_000, openInterestCoin: 100, volumeCoin: 10, timestampMs: clock.now() },
      greeks: null,
    }
  }
}

const EMPTY_ACCOUNT: Omit<AccountSnapshot, 'currency' | 'openOrders'> = {
  ...{ timestampMs: START_MS, balanceCoin: 2, equityCoin: 2, optionsValueCoin: 0, futuresSessionPnlCoin: 0 },
  ...{ marginBalanceCoin: 2, initialMarginCoin: 0, maintenanceMarginCoin: 0, availableFundsCoin: 2 },
  ...{ reservedCoin: 0, deltaTotalCoin: 0, positions: [] },
}
