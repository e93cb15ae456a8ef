import { formatSymbol } from '@cc/models'
import { black76, deliveryFeeCoin, MS_PER_YEAR, payoutCoin, tradeFeeCoin } from '@cc/pricing'
import type { BookedFlow, BookRow, HeldOption, RunBook } from '../book/run-book.js'
import { createRandom, type Random } from '../env/seeding.js'
import type { BacktestRun, DecisionNote } from '../run/backtest-run.js'

/** What a random account does. Chances are by decision. */
type RandomBookOptions = {
  seed: number
  depositCoin?: number
  fromMs?: number
  days?: number
  /** Default 0.4. */
  sellChance?: number
  /** Default 0.15, each. */
  buyChance?: number
  rollChance?: number
}

/** A book kept by hand, beside what one wrote while keeping it. */
type RandomBook = { book: RunBook; notes: readonly DecisionNote[] }

/**
 * An account that sells, buys back in part and rolls at random, in partial fills of several prices, with fees, and takes
 * its deliveries, on a lognormal index under a flat volatility.
 */
export function randomBook(options: RandomBookOptions): RandomBook {
  const { seed, depositCoin = 10, fromMs = Date.UTC(2026, 0, 2, 9, 18), days = 60 } = options
  const { sellChance = 0.4, buyChance = 0.15, rollChance = 0.15 } = options
  const random = createRandom(seed)
  const ledger = createLedger(depositCoin, fromMs, 90_000)
  const notes: DecisionNote[] = []
  const endMs = fromMs + days * DAY_MS
  let decisions = 0
  ledger.row([])
  for (let timeMs = nextTime(random, fromMs); timeMs <= endMs; timeMs = nextTime(random, timeMs)) {
    ledger.moveTo(timeMs, random)
    const id = `decision-${++decisions}`
    const held = ledger.shorts()
    const draw = random.uniform()
    const old = held[random.integer(Math.max(1, held.length))]
    let action: DecisionNote['action'] = 'DO_NOTHING'
    if (old !== undefined && draw < buyChance) {
      action = 'CLOSE_COVERED_CALL'
      ledger.trade(random, id, old, partOf(random, ledger.sizeOf(old)))
    } else if (old !== undefined && draw < buyChance + rollChance) {
      action = 'ROLL_COVERED_CALL'
      const sizeCoin = partOf(random, ledger.sizeOf(old))
      ledger.trade(random, id, old, sizeCoin)
      ledger.trade(random, id, callAfter(random, ledger.now()), -sizeCoin)
    } else if (draw > 1 - sellChance) {
      const free = Math.floor(10 * (depositCoin * 0.9 - ledger.shortCoin()) + 1e-6) / 10
      if (free >= 0.1) {
        action = 'OPEN_COVERED_CALL'
        ledger.trade(random, id, callAfter(random, ledger.now()), -partOf(random, free))
      }
    }
    ledger.row([])
    notes.push(noteOf(id, timeMs, action))
  }
  return { book: { currency: 'BTC', depositCoin, rows: ledger.rows }, notes }
}

/** A run around books, on a history that says it is recorded. */
export function runOf({ book, notes }: RandomBook, changes: Partial<BacktestRun> = {}): BacktestRun {
  const fromMs = book.rows[0]?.timeMs ?? 0
  const toMs = book.rows.at(-1)?.timeMs ?? 0
  return {
    history: {
      card: {
        ...{ kind: 'recorded', description: 'made by hand', currencies: [book.currency], fromMs, toMs },
        ...{ coins: [{ currency: book.currency, snapshots: book.rows.length, rows: null }], gaps: [] },
        ...{ checksum: '00', badRows: { count: 0, first: [] }, assumptions: [] },
      },
      timesMs: Float64Array.from(book.rows, (row) => row.timeMs),
      // Nothing is traded on it any more.
      market: undefined as never,
      chains: new Map(),
    },
    books: [book],
    notes,
    cycles: notes.length,
    policy: 'random',
    configuration: { size: 1 },
    runId: 'run-1',
    recordsHash: '00',
    ...changes,
  }
}

/** Keeps cash, positions and rows as `RunBook` says. */
function createLedger(depositCoin: number, startMs: number, startUsd: number) {
  let timeMs = startMs
  let indexUsd = startUsd
  let cashCoin = depositCoin
  const positions = new Map<string, { call: Call; sizeCoin: number }>()
  const rows: BookRow[] = []

  function held(): HeldOption[] {
    return [...positions.entries()].map(([symbol, { call, sizeCoin }]) => {
      if (timeMs < call.expiryMs) return { symbol, sizeCoin, ...valueOfCall(call, timeMs, indexUsd) }
      const markCoin = payoutCoin({ kind: 'call', strikeUsd: call.strikeUsd, deliveryUsd: indexUsd })
      return { symbol, sizeCoin, markCoin, delta: markCoin > 0 ? 1 : 0 }
    })
  }

  function row(flows: readonly BookedFlow[]): void {
    const options = held()
    const optionsCoin = options.reduce((sum, option) => sum + option.sizeCoin * option.markCoin, 0)
    rows.push({ timeMs, indexUsd, cashCoin, optionsCoin, marginUsedPct: 100 * (positions.size / 10), options, flows })
  }

  function move(toMs: number, random: Random): void {
    indexUsd *= Math.exp(VOLATILITY * Math.sqrt((toMs - timeMs) / MS_PER_YEAR) * random.normal())
    timeMs = toMs
  }

  function deliver(expiryMs: number): void {
    row([])
    const flows: BookedFlow[] = []
    for (const { symbol, sizeCoin, markCoin, delta } of held()) {
      if (positions.get(symbol)?.call.expiryMs !== expiryMs) continue
      const feeCoin = deliveryFeeCoin({ sizeCoin: -sizeCoin, payoutCoin: markCoin, daily: false })
      const cash = sizeCoin * markCoin - feeCoin
      cashCoin += cash
      positions.delete(symbol)
      flows.push({
        ...{ timeMs, kind: 'delivery', symbol, sizeCoin: -sizeCoin, priceCoin: markCoin, feeCoin, cashCoin: cash },
        ...{ markCoin, indexUsd, delta, bidCoin: null, askCoin: null, iv: null, decisionId: null, liquidity: null },
      })
    }
    row(flows)
  }

  function fill(decisionId: string, call: Call, sizeCoin: number, random: Random): void {
    const symbol = symbolOf(call)
    const { markCoin, delta } = valueOfCall(call, timeMs, indexUsd)
    const bidCoin = Math.max(0.0001, Math.floor(markCoin * 0.97 * 10_000) / 10_000)
    const askCoin = bidCoin + 0.0005 * (1 + random.integer(3))
    const priceCoin = sizeCoin < 0 ? bidCoin : askCoin
    const feeCoin = tradeFeeCoin({ sizeCoin: Math.abs(sizeCoin), priceCoin, feeRate: 0.0003 })
    const cash = -sizeCoin * priceCoin - feeCoin
    cashCoin += cash
    const left = Math.round(((positions.get(symbol)?.sizeCoin ?? 0) + sizeCoin) * 10) / 10
    if (left === 0) positions.delete(symbol)
    else positions.set(symbol, { call, sizeCoin: left })
    row([
      {
        ...{ timeMs, kind: 'trade', symbol, sizeCoin, priceCoin, feeCoin, cashCoin: cash, markCoin, indexUsd, delta },
        ...{ bidCoin, askCoin, iv: VOLATILITY, decisionId, liquidity: 'taker' },
      },
    ])
  }

  return {
    rows,
    row,
    now: () => ({ timeMs, indexUsd }),
    shorts: () => [...positions.values()].map(({ call }) => call),
    sizeOf: (call: Call) => -(positions.get(symbolOf(call))?.sizeCoin ?? 0),
    shortCoin: () => [...positions.values()].reduce((sum, { sizeCoin }) => sum - sizeCoin, 0),
    moveTo(toMs: number, random: Random): void {
      const due = () => [...positions.values()].map(({ call }) => call.expiryMs).filter((expiryMs) => expiryMs <= toMs)
      for (let expiries = due(); expiries.length > 0; expiries = due()) {
        const expiryMs = Math.min(...expiries)
        move(expiryMs, random)
        deliver(expiryMs)
      }
      move(toMs, random)
    },
    /** One to three fills, a second and a price apart. */
    trade(random: Random, decisionId: string, call: Call, sizeCoin: number): void {
      let tenths = Math.round(Math.abs(sizeCoin) * 10)
      while (tenths > 0) {
        const part = Math.min(tenths, 1 + random.integer(Math.max(1, tenths)))
        move(timeMs + 1_000, random)
        fill(decisionId, call, (Math.sign(sizeCoin) * part) / 10, random)
        tenths -= part
      }
    },
  }
}

type Call = { expiryMs: number; strikeUsd: number }

function callAfter(random: Random, { timeMs, indexUsd }: { timeMs: number; indexUsd: number }): Call {
  const days = 2 + random.integer(20)
  const expiryMs = Math.floor(timeMs / DAY_MS + days) * DAY_MS + EXPIRY_MS
  return { expiryMs, strikeUsd: Math.round((indexUsd * (0.95 + 0.25 * random.uniform())) / 500) * 500 }
}

function symbolOf({ expiryMs, strikeUsd }: Call): string {
  return formatSymbol({ currency: 'BTC', expiryMs, strikeUsd, kind: 'call' })
}

function valueOfCall({ expiryMs, strikeUsd }: Call, timeMs: number, forwardUsd: number) {
  const expiryYears = (expiryMs - timeMs) / MS_PER_YEAR
  const value = black76({ forwardUsd, strikeUsd, expiryYears, iv: VOLATILITY, kind: 'call' })
  return { markCoin: value.priceCoin, delta: value.delta }
}

function partOf(random: Random, sizeCoin: number): number {
  const tenths = Math.round(sizeCoin * 10)
  return random.uniform() < 0.5 ? tenths / 10 : (1 + random.integer(Math.max(1, tenths))) / 10
}

function nextTime(random: Random, timeMs: number): number {
  const nextMs = timeMs + Math.round((1 + 11 * random.uniform()) * 3_600_000)
  const intoDayMs = nextMs % DAY_MS
  // The fills of a decision take seconds, and none may run into an expiry.
  return intoDayMs > EXPIRY_MS - 600_000 && intoDayMs < EXPIRY_MS ? nextMs + 900_000 : nextMs
}

function noteOf(decisionId: string, timeMs: number, action: DecisionNote['action']): DecisionNote {
  return {
    ...{ decisionId, timeMs, action, symbol: null, reasoning: `why ${decisionId}`, refusals: [], failure: null },
    ...{ ivrv: { BTC: 1.2 }, rejections: { 'no-bid': 2 } },
  }
}

const DAY_MS = 86_400_000
const EXPIRY_MS = 8 * 3_600_000
const VOLATILITY = 0.6
