import type { Scenario } from '../simulation/scenario.ts'
import { CALM } from '../simulation/weather.ts'
import type { Strike } from './strike.ts'

/** What a policy wants: to be short in the soonest expiry, or in one after it, or not at all. */
export type Aim = 'soonest' | 'later' | 'nothing'

/** A story with one process in it whose calls are counted, and struck one by one. */
export type Script = {
  name: string
  /** Whole day and time at which it begins. */
  startMs: number
  seed: number
  /** Which life is struck first: 1, or the one that recovers from `first`. */
  struckLife: 1 | 2
  /** What an earlier life got to hold before. */
  holds: Aim
  aim: Aim
  /** How long the counted life runs. */
  runForMs: number
  /** From the end of a life to the start of the next. */
  gapMs: number
  /** Went wrong in life 1 already, at the `nth` call of a name. */
  first?: { name: string; nth: number; how: Strike['how'] }
}

const MINUTE_MS = 60_000
export const INTERVAL_MS = 30 * MINUTE_MS
/** Long before an expiry of the script, its call can still be sold. */
const EARLIER_MS = 4 * INTERVAL_MS
/** Of a policy's call, so that a second one beside it would still be covered: what nobody may send shows by itself. */
export const AIM_COIN = 0.6

const NOON_MS = Date.UTC(2026, 2, 3, 12)
const PLAIN = { startMs: NOON_MS, struckLife: 1, runForMs: 20 * MINUTE_MS, gapMs: 1_000 } as const
const OPEN = { ...PLAIN, name: 'OPEN', seed: 20, holds: 'nothing', aim: 'soonest' } as const
const ROLL = { ...PLAIN, name: 'ROLL', seed: 20, holds: 'soonest', aim: 'later' } as const
const CLOSE = { ...PLAIN, name: 'CLOSE', seed: 16, holds: 'soonest', aim: 'nothing' } as const
/** Half past seven to twenty past eight: what is held expires in the midst of it, and is delivered. */
const SETTLEMENT = {
  ...PLAIN,
  name: 'SETTLEMENT',
  seed: 40,
  holds: 'soonest',
  aim: 'soonest',
  startMs: NOON_MS - 270 * MINUTE_MS,
  runForMs: 50 * MINUTE_MS,
} as const
/** From twenty-five minutes before midnight: the second cycle is the first of the new day's file. */
const ROTATE = {
  ...ROLL,
  name: 'ROTATE',
  seed: 24,
  startMs: NOON_MS + 695 * MINUTE_MS,
  runForMs: 45 * MINUTE_MS,
} as const

/** Every story, by its name. */
export const SCRIPTS: readonly Script[] = [
  OPEN,
  ROLL,
  CLOSE,
  SETTLEMENT,
  ROTATE,
  // The next life begins on the next day.
  { ...OPEN, name: 'NEXT-DAY', startMs: NOON_MS + 675 * MINUTE_MS, gapMs: 50 * MINUTE_MS },
  { ...OPEN, name: 'HALT', first: { name: 'chain', nth: 1, how: 'halt' } },
  { ...OPEN, name: 'HALT-RESTING', first: { name: 'order', nth: 1, how: 'kill' } },
  recovery('RECOVER-OPEN-JOURNALLED', OPEN, { name: 'journal', nth: 1, how: 'after' }),
  recovery('RECOVER-OPEN-TORN', OPEN, { name: 'disk.write intents.jsonl', nth: 2, how: 'half' }),
  recovery('RECOVER-OPEN-LATE', OPEN, { name: 'place', nth: 1, how: 'late' }),
  recovery('RECOVER-OPEN-RESTING', OPEN, { name: 'place', nth: 2, how: 'after' }),
  recovery('RECOVER-ROLL-CLOSING', ROLL, { name: 'place', nth: 1, how: 'late' }),
  recovery('RECOVER-ROLL-OPENING', ROLL, { name: 'place', nth: 2, how: 'late' }),
  recovery('RECOVER-CLOSE', CLOSE, { name: 'place', nth: 1, how: 'after' }),
  recovery('RECOVER-SETTLEMENT', SETTLEMENT, { name: 'ledger', nth: 2, how: 'after' }),
  recovery('RECOVER-ROTATE', ROTATE, { name: 'disk.write agent_decisions_20260304.jsonl', nth: 1, how: 'half' }),
]

export function scriptOf(name: string): Script {
  const script = SCRIPTS.find((candidate) => candidate.name === name)
  if (script === undefined) throw new RangeError(`there is no ${name}, of ${SCRIPTS.map((one) => one.name).join(' ')}`)
  return script
}

/** The start-up after what went wrong in another script, told once more at every call that it makes. */
function recovery(name: string, script: Script, first: Script['first']): Script {
  return { ...script, name, struckLife: 2, ...(first && { first }) }
}

/** The world of a script, in the words of the simulation. */
export function scenarioOf({ seed, startMs }: Script): Scenario {
  return {
    seed,
    weather: CALM,
    temper: { opens: 0, rolls: 0, closes: 0, nonsense: 0 },
    market: {
      seed,
      startMs: startMs - EARLIER_MS,
      currencies: ['BTC'],
      lengthMs: 24 * 60 * MINUTE_MS,
      expiries: [1, 2],
      strikes: 5,
      volatility: 0.6,
      jump: 0,
    },
    depositsCoin: { BTC: 2 },
    intervalMs: INTERVAL_MS,
    endMs: startMs + 12 * 60 * MINUTE_MS,
    dryRun: false,
    limits: {
      cooldownMs: MINUTE_MS,
      maxOpensPerDay: 10,
      maxSends: { perHour: 30, perDay: 100 },
      maxCoverage: 1,
      maxExpiryExposure: 1,
      maxMarginUsedPct: 60,
      delta: { min: 0, max: 0.75 },
      minPriceCoin: 0.0002,
    },
    exec: { pegs: 3, restMs: 4_000 },
    readTickers: false,
  }
}
