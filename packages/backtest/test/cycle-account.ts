import { runCycle } from '@cc/engine'
import { createSimVenue, type Market } from '@cc/exchange-sim'
import { createExecutor } from '@cc/exec'
import type { Clock, Currency, DecisionRecord, ProposedAction } from '@cc/models'
import { createRiskGate, verdictRecord } from '@cc/risk'
import { createObserver } from '@cc/state'
import { createRunHalt, createRunJournal, createRunStore, silentLogger } from '../src/run/memory-ports.js'
import { WIDEST_LIMITS } from './any-call.js'

/** An account that the real agent trades: the cycle, state, risk gate, executor and exchange of a run. */
export type CycleAccount = {
  /** One cycle that proposes this. */
  cycle(proposal: ProposedAction): Promise<DecisionRecord>
  /** Lets time pass, deliveries included. */
  advanceTo(atMs: number): void
  /** What the exchange says now, and what its ledger booked from a time on until before now, deposits aside. */
  read(sinceMs: number): Promise<AccountReading>
}

export type AccountReading = {
  cashCoin: number
  feeCoin: number
  flowCoin: number
  positions: readonly { symbol: string; sizeCoin: number }[]
}

export function openCycleAccount(
  market: Market,
  { currency, startMs, depositCoin }: { currency: Currency; startMs: number; depositCoin: number },
): CycleAccount {
  const underlyings = [currency]
  const clock = createSteppedClock(startMs)
  const venue = createSimVenue(
    { currencies: underlyings, depositsCoin: { [currency]: depositCoin } },
    { clock, market },
  )
  const { broker } = venue
  const [journal, halt] = [createRunJournal(), createRunHalt()]
  let proposal: ProposedAction
  /** Of a trade at the very time of a look nobody could say which came first. */
  const passMoment = () => clock.set(clock.now() + 1)
  const ports = {
    ...{ clock, broker, market: venue.market, journal, halt, verdictRecord, logger: silentLogger },
    observer: createObserver(venue, { underlyings, ...EVERY_CALL }),
    policy: {
      name: 'scripted',
      async decide() {
        passMoment()
        return { proposal }
      },
    },
    gate: GATE,
    executor: createExecutor(
      { market: venue.market, broker, clock, journal, logger: silentLogger, halt },
      { runId: RUN_ID, dryRun: false, underlyings, pegs: 1 },
    ),
    log: { record: async () => {} },
    store: createRunStore(),
  }
  const options = { runId: RUN_ID, dryRun: false, underlyings, ledgerLagMs: 0 }

  return {
    async cycle(proposed) {
      // The trade of the cycle before is in the ledger once its moment is over.
      passMoment()
      proposal = proposed
      return runCycle(ports, options)
    },
    advanceTo: (atMs) => clock.set(atMs),
    async read(sinceMs) {
      const { balanceCoin, positions } = await broker.account(currency)
      const ledger = await broker.ledger(currency, { fromMs: sinceMs, toMs: clock.now() })
      const rows = ledger.filter(({ kind }) => kind !== 'transfer')
      return {
        cashCoin: balanceCoin,
        feeCoin: rows.reduce((sum, row) => sum + row.feeCoin, 0),
        flowCoin: rows.reduce((sum, row) => sum + row.changeCoin, 0),
        positions: positions.map(({ symbol, sizeCoin }) => ({ symbol, sizeCoin })),
      }
    },
  }
}

/** Time passes when it is told to; whoever sleeps does so until it is not wanted any more. */
function createSteppedClock(startMs: number): Clock & { set(atMs: number): void } {
  let nowMs = startMs
  return {
    now: () => nowMs,
    set(atMs) {
      nowMs = atMs
    },
    sleep: (_, signal) =>
      new Promise((_, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
      }),
    hold: (work) => work(),
  }
}

const RUN_ID = 'abcdef0123456789'

/** Whatever is quoted is a candidate. */
const EVERY_CALL = {
  ...{ deltaMin: 0, deltaMax: 1, dteMin: 0, dteMax: 400, moneynessMin: -1, premiumMinUsd: 0 },
  ...{ maxCandidates: 1_000, readTickers: false, volHorizonDays: 1 },
  liquidity: { maxSpreadTicks: 1_000, maxSpreadIv: 100 },
}

/** It keeps nothing between reviews. */
const GATE = createRiskGate(WIDEST_LIMITS)
