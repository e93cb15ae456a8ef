import type { DecisionRecord, FailureRecord, Policy } from '@cc/models'
import { type ClosingTools, closeCalls } from './close-calls.js'
import { type CommandDesk, notRunning, type WaitingCommand } from './command-desk.js'
import { failureOf, failureUnder, isBug, logFailure, STOPPED } from './failure.js'
import { joined } from './joined.js'
import { haltFor, haltOf, leave, leftOpen, settle } from './life.js'
import { loadMemory } from './memory-store.js'
import { type AgentStatus, type CommandOutcome, obey } from './operator.js'
import type { EngineOptions } from './options.js'
import type { EnginePorts } from './ports.js'
import { runParsedCycle } from './run-cycle.js'
import { NOT_TESTNET, start } from './start.js'
import { goesOn, hasTraded, newTick, nextTick } from './ticks.js'

/**
 * How a run ended. `finished`: its time was up. `stopped`: its signal was aborted. `halted`: the halt switch, latched
 * before or in the run. `failed`: it could not start, came upon a bug, for which it halted, or may have left orders at
 * the venue.
 */
export type RunOutcome = {
  reason: 'finished' | 'stopped' | 'halted' | 'failed'
  /** Records of the run. */
  cycles: number
  /** The halt switch's own words, where it is on. */
  haltReason?: string
  /** The latest failure of the run, also one that it got over; last of all one to leave nothing at the venue. */
  lastFailure?: FailureRecord
}

/** What the agent tells of itself meanwhile. The loop writes it, whoever asks reads it. */
export type Watch = Pick<AgentStatus, 'phase' | 'cycles' | 'latched'> & { mode: 'normal' | 'reduce-only' }

/** What comes after a step: a cycle now, soon, or at the next tick; before that tick what is open is settled. */
type Next = 'at-once' | 'retry' | 'settle' | 'tick' | { end: RunOutcome['reason'] }
type Step = 'cycle' | 'settle' | 'closing'

/** Start-up, then cycles at once and at every tick, until the end, which leaves nothing behind. */
export async function runLoop(
  ports: EnginePorts,
  options: EngineOptions,
  { signal, desk, watch }: { signal: AbortSignal; desk: CommandDesk; watch: Watch },
): Promise<RunOutcome> {
  const { clock, halt, logger } = ports
  const { underlyings, intervalMs, retryMs, maxRetries, ledgerLagMs } = options
  const stop = AbortSignal.any([signal, halt.signal])
  const startMs = clock.now()
  const endMs = startMs + (options.runForMs ?? Number.POSITIVE_INFINITY)
  let tick = newTick(0, startMs)
  let cycles = 0
  let retries = 0
  /** No cycle before what may be out was looked up. */
  let mustSettle = false
  /** A send whose outcome is not known. Cycles go on at their ticks, and risk keeps its currency closed. */
  let isOpen = false
  /** When the ledger can be read past our latest trade: a look before would find what nobody has explained. */
  let readableMs = startMs
  /** What a command came to that leaves no choice. */
  let forced: Next | undefined
  let lastFailure: FailureRecord | undefined

  /** What a close borrows of the loop. */
  const closingTools: ClosingTools = {
    async cycle(policy) {
      const unsettled = mustSettle ? await settleAgain('settle') : undefined
      await sleepUntil(readableMs, stop)
      if (endOf() !== undefined) return undefined
      if (unsettled !== undefined) return force(unsettled)
      const record = await cycle(policy, signal)
      if (record.failure !== null) force(await afterFailure(record.failure, 'cycle'))
      retries = 0
      return record
    },
    wait: () => sleepUntil(clock.now() + retryMs, stop),
    isOver: () => forced !== undefined || endOf() !== undefined,
  }

  let next: Next = endOf() ?? (await begin())
  watch.phase = 'waiting'
  while (typeof next === 'string') {
    try {
      const step = await pauseFor(next)
      next = forced ?? endOf() ?? (await take(step))
    } catch (error) {
      const failure: FailureRecord = { ...failureOf(error), recovery: 'halt' }
      logFailure(logger, 'a run cannot go on', { failure, error })
      next = await afterFailure(failure, 'cycle')
    }
  }
  watch.phase = 'leaving'
  desk.close()
  // A venue that is no testnet is not even asked to cancel: nothing of ours can be there.
  const left = lastFailure?.code === NOT_TESTNET ? undefined : await leave(ports, options, { isOpen })
  const reason = left === undefined ? next.end : 'failed'
  logger.info('the run ended', { reason, cycles })
  return outcomeOf(reason)

  function endOf(): Next | undefined {
    if (haltOf(halt).halted) return { end: 'halted' }
    return signal.aborted ? { end: 'stopped' } : undefined
  }

  async function begin(): Promise<Next> {
    try {
      const { hasSettled } = await start(ports, options, { stop, untilMs: endMs })
      if (hasSettled) readableMs = clock.now() + ledgerLagMs + 1
      await look(watch, ports)
      return endOf() ?? 'at-once'
    } catch (error) {
      const failure = failureUnder(stop, error)
      if (failure.code === STOPPED) return endOf() ?? { end: 'stopped' }
      logFailure(logger, 'the agent could not start', { failure, error })
      if (failure.recovery === 'halt') return afterFailure(failure, 'cycle')
      lastFailure = failure
      return { end: 'failed' }
    }
  }

  /** Waits for what comes next, which a stop cuts short, and says what it has become by then. */
  async function pauseFor(wanted: Exclude<Next, object>): Promise<Step> {
    if (wanted === 'at-once') await pauseUntil(readableMs)
    if (wanted === 'retry') await pauseUntil(Math.max(readableMs, clock.now() + retryMs))
    if (wanted === 'settle' || wanted === 'tick') {
      const due = nextTick(tick, { startMs, intervalMs, nowMs: clock.now(), nextTickMs: ports.nextTickMs })
      const dueMs = Math.min(due.timeMs, endMs)
      if (wanted === 'settle' && clock.now() + retryMs < dueMs) {
        await pauseUntil(clock.now() + retryMs)
        return 'settle'
      }
      if (due.missed > 0) logger.warn('a cycle ran over its interval', { missedTicks: due.missed })
      // A close in between may have left a send open.
      const isUnsettled = () => wanted === 'tick' && (isOpen || mustSettle)
      await pauseUntil(Math.max(readableMs, dueMs), isUnsettled)
      if (isUnsettled() && clock.now() < dueMs) return 'settle'
      tick = newTick(due.index, due.timeMs)
    }
    if (clock.now() < endMs) return 'cycle'
    // The ledger of the last moment can be read once it is older than the lag.
    await pauseUntil(Math.max(readableMs, endMs + ledgerLagMs + 1))
    tick = newTick(tick.index, tick.dueMs)
    return 'closing'
  }

  /** Obeys commands meanwhile, and is woken early by a stop, which the loop then sees. */
  async function pauseUntil(wakeMs: number, isOver = () => false): Promise<void> {
    await obeyWaiting()
    while (clock.now() < wakeMs && !stop.aborted && forced === undefined && !isOver()) {
      await sleepUntil(wakeMs, joined(stop, desk.bell))
      await obeyWaiting()
    }
  }

  async function sleepUntil(wakeMs: number, woken: AbortSignal): Promise<void> {
    try {
      await clock.sleep(Math.max(0, wakeMs - clock.now()), woken)
    } catch (error) {
      if (!woken.aborted) throw error
    }
  }

  async function take(step: Step): Promise<Next> {
    if (mustSettle || step === 'settle') {
      const failed = await settleAgain(step)
      if (failed !== undefined) return failed
    }
    if (step === 'settle') return idle()
    await pauseUntil(readableMs)
    const end = forced ?? endOf()
    if (end !== undefined) return end
    const record =
      step === 'closing' ? await cycle(CLOSING, signal) : await cycle(ports.policy, joined(signal, desk.brake))
    if (record.failure !== null) return afterFailure(record.failure, step)
    retries = 0
    if (step === 'closing') return { end: 'finished' }
    return goesOn(tick, record, underlyings) ? 'at-once' : idle()
  }

  async function cycle(policy: Policy, until: AbortSignal): Promise<DecisionRecord> {
    watch.phase = 'in-cycle'
    const setAside = policy === ports.policy ? tick.setAside : []
    const record = await runParsedCycle({ ...ports, policy }, options, { cycle: cycles, signal: until, setAside })
    cycles += 1
    isOpen = leftOpen(record) || (isOpen && record.state === null)
    if (hasTraded(record) || leftOpen(record)) readableMs = record.endedMs + ledgerLagMs + 1
    Object.assign(watch, { phase: 'waiting', cycles })
    if (record.state !== null) watch.latched = record.state.memory.guards.latched?.code ?? null
    return record
  }

  /** `undefined`: it succeeded. */
  async function settleAgain(step: Step): Promise<Next | undefined> {
    try {
      const { settled, unresolved } = await settle(ports, options, stop)
      if (settled.length > 0) readableMs = clock.now() + ledgerLagMs + 1
      isOpen = unresolved.length > 0
      mustSettle = false
      return undefined
    } catch (error) {
      return afterFailedSettling(error, step)
    }
  }

  /** Until the next tick there is nothing to do but to settle what is open. */
  function idle(): Next {
    return isOpen ? 'settle' : 'tick'
  }

  async function afterFailure(failure: FailureRecord, step: Step): Promise<Next> {
    if (failure.code === STOPPED) return 'at-once'
    lastFailure = failure
    if (failure.recovery === 'halt') {
      await haltFor(ports, failure)
      return { end: isBug(failure) ? 'failed' : 'halted' }
    }
    if (failure.recovery === 'reconcile') mustSettle = true
    if (failure.recovery !== 'skip' && retries < maxRetries) {
      retries += 1
      return 'retry'
    }
    retries = 0
    return step === 'closing' ? { end: 'finished' } : idle()
  }

  /** An order may rest meanwhile: settling is tried again and again, whatever the failure would rather do. */
  async function afterFailedSettling(error: unknown, step: Step): Promise<Next> {
    const failure = failureUnder(stop, error)
    if (failure.code !== STOPPED) logFailure(logger, 'settling failed', { failure, error })
    if (failure.code === STOPPED || failure.recovery === 'halt') return afterFailure(failure, step)
    lastFailure = failure
    if (step === 'closing') return { end: 'finished' }
    return step === 'settle' ? 'settle' : 'retry'
  }

  function force(then: Next): undefined {
    if (typeof then !== 'string') forced = then
  }

  async function obeyWaiting(): Promise<void> {
    while (!stop.aborted && forced === undefined) {
      const waiting = desk.take()
      if (waiting === undefined) return
      await answer(waiting)
    }
  }

  async function answer({ command, answer, refuse }: WaitingCommand): Promise<void> {
    try {
      await obey(ports, options, command)
      await look(watch, ports)
      const closed = command.command === 'close' ? await closeCalls(command.symbol, closingTools) : []
      const outcome: CommandOutcome = { mode: haltOf(halt).halted ? 'halted' : watch.mode, closed }
      answer(outcome)
    } catch (error) {
      refuse(stop.aborted ? notRunning() : error)
      const failure = failureOf(error)
      if (failure.recovery !== 'halt') return
      logFailure(logger, 'a command could not be obeyed', { failure, error })
      forced = await afterFailure(failure, 'cycle')
    }
  }

  function outcomeOf(reason: RunOutcome['reason']): RunOutcome {
    const state = haltOf(halt)
    const failure = left ?? lastFailure
    return {
      reason,
      cycles,
      ...(state.halted ? { haltReason: state.reason } : {}),
      ...(failure === undefined ? {} : { lastFailure: failure }),
    }
  }
}

/** What a person may see of the memory. */
export async function look(watch: Watch, { store }: Pick<EnginePorts, 'store'>): Promise<void> {
  const { paused, memory } = await loadMemory(store)
  watch.mode = paused ? 'reduce-only' : 'normal'
  watch.latched = memory.guards.latched?.code ?? null
}

/** Decides the last cycle of a run whose time is up: it takes in the ledger and the state, and trades no more. */
const CLOSING: Policy = {
  name: 'closing',
  async decide() {
    return { proposal: { action: 'DO_NOTHING', params: {}, reasoning: 'The run ends here.' } }
  },
}
