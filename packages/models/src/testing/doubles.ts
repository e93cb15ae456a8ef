import {
  type ApprovalBounds,
  type ApprovedAction,
  type ApprovedLeg,
  type ApprovedOrder,
  cutOrder,
  sealApproval,
} from '../approval.js'
import type { OptionInstrument } from '../instrument.js'
import type { OrderTerms } from '../order.js'
import type { DecisionLog, HaltState, HaltSwitch, IntentJournal, Logger, Store } from '../ports.js'
import { type DecisionRecord, type IntentRecord, type LogEntry, logEntrySchema, type SendIntent } from '../record.js'

/** An approval without a risk engine. For tests only. */
export function approveForTest(bounds: Partial<ApprovalBounds> & Pick<ApprovalBounds, 'legs'>): ApprovedAction {
  return sealApproval({
    decisionId: 'cafe0123',
    maxNetDebitCoin: null,
    maxOrders: Number.MAX_SAFE_INTEGER,
    expiresMs: Number.MAX_SAFE_INTEGER,
    ...bounds,
  })
}

/** One order, approved exactly as wanted. For tests only. */
export function orderForTest(instrument: OptionInstrument, terms: Omit<OrderTerms, 'symbol'>): ApprovedOrder {
  const closes = terms.side === 'buy'
  const leg: ApprovedLeg = {
    leg: closes ? 'close' : 'open',
    instrument,
    side: terms.side,
    maxSizeCoin: terms.sizeCoin,
    worstPriceCoin: terms.priceCoin,
    reduceOnly: closes,
  }
  const order = cutOrder(approveForTest({ legs: [leg] }), leg.leg, { ...terms, symbol: instrument.symbol })
  if (order === undefined)
    throw new Error(`The terms for ${instrument.symbol} cannot be approved: a buy must be reduceOnly.`)
  return order
}

/** A log that keeps its entries in memory, as plain data, and takes only what its schema takes. */
export function createMemoryLog(): DecisionLog & {
  readonly entries: readonly LogEntry[]
  /** Those of the entries that are decisions. */
  readonly decisions: readonly DecisionRecord[]
} {
  const entries: LogEntry[] = []
  return {
    entries,
    get decisions() {
      return entries.filter((entry) => entry.kind === 'decision')
    },
    record: async (entry) => void entries.push(structuredClone(logEntrySchema.parse(entry))),
  }
}

/** A journal that keeps its entries in memory. */
export function createMemoryJournal(
  earlier: readonly IntentRecord[] = [],
): IntentJournal & { readonly entries: readonly IntentRecord[] } {
  const entries: IntentRecord[] = [...earlier]
  return {
    entries,
    append: async (entry) => void entries.push(structuredClone(entry)),
    async unfinished() {
      const ended = new Set(entries.flatMap((entry) => (entry.kind === 'outcome' ? [entry.label] : [])))
      return entries.filter((entry): entry is SendIntent => entry.kind === 'intent' && !ended.has(entry.terms.label))
    },
    async since(fromMs) {
      const outcomes = new Map(entries.flatMap((entry) => (entry.kind === 'outcome' ? [[entry.label, entry]] : [])))
      return entries
        .filter((entry): entry is SendIntent => entry.kind === 'intent' && entry.timeMs >= fromMs)
        .map((intent) => ({ intent, outcome: outcomes.get(intent.terms.label) ?? null }))
    },
  }
}

/** A store that keeps copies in memory. */
export function createMemoryStore(
  initial: Readonly<Record<string, unknown>> = {},
): Store & { readonly values: ReadonlyMap<string, unknown> } {
  const values = new Map(Object.entries(initial))
  return {
    values,
    load: async (key) => structuredClone(values.get(key)),
    save: async (key, value) => void values.set(key, structuredClone(value)),
  }
}

/** A switch that forgets with the process. */
export function createMemoryHalt(): HaltSwitch {
  const controller = new AbortController()
  let state: HaltState = { halted: false }
  return {
    signal: controller.signal,
    read: () => state,
    async latch(reason) {
      state = { halted: true, reason }
      controller.abort(new Error(reason))
    },
  }
}

/** Hears everything, says nothing. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} }
