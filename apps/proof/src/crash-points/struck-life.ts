import { CcError, type Clock } from '@cc/models'
import type { Life } from '../simulation/life.ts'
import type { SimulatedClock } from '../simulation/simulated-clock.ts'
import { type How, isCrash, type Strike } from './strike.ts'

/** One call of a port, by its number in a life. */
export type PortCall = { number: number; name: string; how: How | undefined }

/** A life of which every call of a port is counted, and that ends or fails at one of them. */
export type StruckLife = Life & {
  /** Names of the calls so far, in their order. */
  readonly calls: readonly string[]
  /** A call begins. The caller looks whether it still lives, and how the call is to go wrong. */
  begin(name: string): PortCall
  /** Its effect is there. */
  done(call: PortCall): void
  die(): void
  /** Whether everything that was to strike it did. */
  isStruck(): boolean
}

/** Calls that tell this life of their beginning and end by themselves. */
const TOLD = ['journal', 'log', 'load', 'save', 'halt', 'policy']

/** @param strikes of this life alone */
export function createStruckLife(world: {
  number: number
  clock: SimulatedClock
  strikes: readonly Strike[]
  onCall: (call: PortCall) => void
  /** The power goes: what was not synced is lost. */
  cutPower: () => void
}): StruckLife {
  const { number, clock, strikes, onCall, cutPower } = world
  const calls: string[] = []
  const begun = new Map<string, PortCall[]>()
  let alive = true
  let struck = 0
  let died = () => {}
  const death = new Promise<void>((resolve) => {
    died = resolve
  })

  function die(): void {
    if (!alive) return
    alive = false
    died()
  }

  function begin(name: string): PortCall {
    const count = calls.push(name)
    const strike = strikes.find(({ call }) => call === count)
    const call = { number: count, name, how: strike?.how }
    if (strike !== undefined) struck += 1
    onCall(call)
    if (call.how === 'before') die()
    return call
  }

  function done({ how }: PortCall): void {
    if (how === 'power') cutPower()
    if (how === 'after' || how === 'power') die()
  }

  async function point(at: string): Promise<void> {
    if (!alive) await NEVER
    const [name = '', when] = at.split('/')
    if (!TOLD.includes(name)) return
    if (when === 'before') {
      const call = begin(name)
      begun.set(name, [...(begun.get(name) ?? []), call])
    } else {
      const call = begun.get(name)?.shift()
      if (call !== undefined) done(call)
    }
    if (!alive) await NEVER
  }

  async function told<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer
    } finally {
      if (!alive) await NEVER
    }
  }

  const sleep: Clock['sleep'] = (durationMs, signal) => clock.sleepOf(() => alive, durationMs, signal)
  return {
    number,
    calls,
    begin,
    done,
    die,
    isStruck: () => struck === strikes.length,
    isAlive: () => alive,
    point,
    told,
    dieWithin: die,
    end() {
      alive = false
    },
    died: death,
    clock: { now: clock.now, sleep, hold: (work) => work() },
    sleep,
  }
}

/** What a call of the venue throws that is to fail so; `undefined` where it is to succeed, or to end the life. */
export function venueFailure({ name, how }: PortCall): CcError | undefined {
  if (how === undefined || isCrash(how)) return undefined
  const recovery = (['retry', 'reconcile', 'skip', 'halt'] as const).find((kind) => how.endsWith(kind))
  return recovery && new CcError(`The exchange failed at ${name}.`, { code: `proof/${recovery}`, recovery })
}

const NEVER = new Promise<never>(() => {})
