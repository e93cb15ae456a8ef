import {
  type AgentMemory,
  type Currency,
  EMPTY_MEMORY,
  type HaltState,
  type HaltSwitch,
  type IntentJournal,
  type IntentRecord,
  type Logger,
  type SendIntent,
  type Store,
} from '@cc/models'

/**
 * What a run remembers lives as long as the run: nothing of it is read by another.
 *
 * Where it is told of the accounts it begins by knowing that they held nothing before their deposits, which are the first
 * rows of the ledger. An agent that finds an account takes all that is stamped with that moment for part of it, and in
 * virtual time its first sale is.
 */
export function createRunStore(opened?: { startMs: number; underlyings: readonly Currency[] }): Store {
  const values = new Map<string, unknown>(opened === undefined ? [] : [['memory', memoryAt(opened)]])
  return {
    load: async (key) => values.get(key),
    // Whoever saves builds a new value each time, and whoever loads checks it: no copy is needed between them.
    save: async (key, value) => void values.set(key, value),
  }
}

function memoryAt({ startMs, underlyings }: { startMs: number; underlyings: readonly Currency[] }): AgentMemory {
  const explained = Object.fromEntries(underlyings.map((currency) => [currency, { balanceCoin: 0, positions: [] }]))
  return { ...EMPTY_MEMORY, ledgerReadMs: startMs, explained }
}

/** A journal that keeps what is asked for: sends without an outcome, and those of the last days. */
export function createRunJournal(): IntentJournal {
  const intents: SendIntent[] = []
  const outcomes = new Map<string, Extract<IntentRecord, { kind: 'outcome' }>>()
  return {
    async append(entry) {
      if (entry.kind === 'outcome') outcomes.set(entry.label, entry)
      else intents.push(entry)
    },
    unfinished: async () => intents.filter(({ terms }) => !outcomes.has(terms.label)),
    since: async (fromMs) =>
      intents
        .filter(({ timeMs }) => timeMs >= fromMs)
        .map((intent) => ({ intent, outcome: outcomes.get(intent.terms.label) ?? null })),
  }
}

/** A switch that ends with the run. */
export function createRunHalt(): HaltSwitch {
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

/** Says nothing. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} }
