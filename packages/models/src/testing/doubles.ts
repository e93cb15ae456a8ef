import type { DecisionLog, HaltState, HaltSwitch, IntentJournal, Logger, Store } from '../ports.js'
import type { IntentRecord, LogEntry, SendIntent } from '../record.js'

/** A log that keeps its entries in memory, as plain data. */
export function createMemoryLog(): DecisionLog & { readonly entries: readonly LogEntry[] } {
  const entries: LogEntry[] = []
  return { entries, record: async (entry) => void entries.push(structuredClone(entry)) }
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
  }
}

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

export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} }
