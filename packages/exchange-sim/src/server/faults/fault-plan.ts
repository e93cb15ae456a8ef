import { createRandomness, type Randomness } from '../../synthetic/seeded-noise.js'
import type { ConnectionFault, FaultInjector, FaultTransport, NotificationFault, RequestFault } from './fault.js'
import { type FaultPlanInput, type FaultPlanSettings, readFaultPlan } from './fault-plan-input.js'

/** One fault that was injected. */
export type InjectedFault = {
  /** Counts from 1, over all. */
  readonly number: number
  /** Whether the script said so, or chance. */
  readonly by: 'script' | 'chance'
} & (
  | {
      readonly on: 'request'
      readonly method: string
      readonly transport: FaultTransport
      readonly fault: RequestFault
    }
  | { readonly on: 'notification'; readonly channel: string; readonly fault: NotificationFault }
  | { readonly on: 'upgrade'; readonly fault: ConnectionFault }
)

/** What goes wrong on a local exchange, and what went wrong so far. */
export type FaultPlan = FaultInjector & {
  /**
   * Takes another plan instead, its chance from the start. What was injected stays in the log.
   *
   * @throws CcError `exchange-sim/malformed-fault-plan`
   */
  replace(input: FaultPlanInput): void
  /** Nothing goes wrong from now on. What has begun to go wrong goes on. */
  clear(): void
  /** Nothing goes wrong, and nothing is counted, until `resume`. */
  pause(): void
  resume(): void
  /** The last 10,000 faults that were injected, oldest first. */
  log(): readonly InjectedFault[]
  /** How many faults of each kind were injected so far: `{ 'request drop': 2 }`. */
  used(): Readonly<Record<string, number>>
  /** How many faults of the script are still to come. */
  left(): number
}

/** Something that happens and can go wrong. */
type Event =
  | { readonly on: 'request'; readonly method: string; readonly transport: FaultTransport }
  | { readonly on: 'notification'; readonly channel: string }
  | { readonly on: 'upgrade' }
type On = Event['on']

type ScriptEntry = FaultPlanSettings['script'][number]
type RateEntry = FaultPlanSettings['rates'][number]
/** An entry of the script, and how much of it is left. */
type Turn = { readonly entry: ScriptEntry; skip: number; times: number }

const MAX_LOG = 10_000
const ONS: readonly On[] = ['request', 'notification', 'upgrade']

/**
 * Makes a plan of faults out of a script and of chance. The same seed and the same events in the same order give the same
 * faults; requests, notifications and upgrades draw from streams of their own.
 *
 * @throws CcError `exchange-sim/malformed-fault-plan`
 */
export function createFaultPlan(input: FaultPlanInput = {}): FaultPlan {
  let turns: Turn[] = []
  let rates: Readonly<Record<On, readonly RateEntry[]>> = { request: [], notification: [], upgrade: [] }
  let chance: ReadonlyMap<On, Randomness> = new Map()
  let isPaused = false
  let number = 0
  const log: InjectedFault[] = []
  const used = new Map<string, number>()

  function replace(next: FaultPlanInput): void {
    const settings = readFaultPlan(next)
    turns = settings.script.map((entry) => ({ entry, skip: entry.skip, times: entry.times }))
    const of = (on: On) => settings.rates.filter((rate) => rate.on === on)
    rates = { request: of('request'), notification: of('notification'), upgrade: of('upgrade') }
    chance = new Map(ONS.map((on, index) => [on, createRandomness(settings.seed, index)]))
  }

  function byScript(event: Event): ScriptEntry | undefined {
    const index = turns.findIndex(({ entry }) => matches(entry, event))
    const turn = turns[index]
    if (turn === undefined) return undefined
    if (turn.skip > 0) {
      turn.skip -= 1
      return undefined
    }
    turn.times -= 1
    if (turn.times === 0) turns.splice(index, 1)
    return turn.entry
  }

  function byChance(event: Event): RateEntry | undefined {
    const fitting = rates[event.on].filter((rate) => matches(rate, event))
    if (fitting.length === 0) return undefined
    let left = chance.get(event.on)?.uniform() ?? 1
    for (const rate of fitting) {
      if (left < rate.probability) return rate
      left -= rate.probability
    }
    return undefined
  }

  function next(event: Event): ScriptEntry | RateEntry | undefined {
    if (isPaused) return undefined
    const scripted = byScript(event)
    const entry = scripted ?? byChance(event)
    if (entry === undefined) return undefined
    number += 1
    log.push({
      number,
      by: scripted === undefined ? 'chance' : 'script',
      ...event,
      fault: entry.fault,
    } as InjectedFault)
    if (log.length > MAX_LOG) log.shift()
    const name = `${event.on} ${entry.fault.kind}`
    used.set(name, (used.get(name) ?? 0) + 1)
    return entry
  }

  replace(input)
  return {
    ofRequest({ method, transport }) {
      const entry = next({ on: 'request', method, transport })
      return entry?.on === 'request' ? entry.fault : undefined
    },
    ofNotification(channel) {
      const entry = next({ on: 'notification', channel })
      return entry?.on === 'notification' ? entry.fault : undefined
    },
    ofUpgrade() {
      const entry = next({ on: 'upgrade' })
      return entry?.on === 'upgrade' ? entry.fault : undefined
    },
    replace,
    clear: () => replace({}),
    pause() {
      isPaused = true
    },
    resume() {
      isPaused = false
    },
    log: () => [...log],
    used: () => Object.fromEntries(used),
    left: () => turns.reduce((sum, { times }) => sum + times, 0),
  }
}

function matches(entry: ScriptEntry | RateEntry, event: Event): boolean {
  if (entry.on === 'request' && event.on === 'request') {
    return (entry.transport ?? event.transport) === event.transport && fits(entry.method, event.method)
  }
  if (entry.on === 'notification' && event.on === 'notification') return fits(entry.channel, event.channel)
  return entry.on === 'upgrade' && event.on === 'upgrade'
}

function fits(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern
}
