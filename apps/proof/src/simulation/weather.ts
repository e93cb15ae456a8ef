import type { DiskRates } from './memory-disk.ts'
import type { Random } from './seeded-random.ts'

/** How often what goes wrong in one seed, as probabilities of one call unless it says otherwise. */
export type Weather = {
  /** Longest usual way to or from the exchange, ms. */
  latencyMs: number
  requestDropped: number
  replyLost: number
  /** Of a send: it arrives seconds after its caller gave up. */
  late: number
  slow: number
  /** A reading is answered with an error. */
  readError: number
  /** A send is carried out and answered with what may mean anything. */
  ambiguous: number
  /** A send is rejected without an effect. */
  rejected: number
  /** A failure that asks to halt. */
  haltError: number
  labelLagMs: number
  fillsLagMs: number
  staleAccount: number
  /** Of an hour. */
  locked: number
  /** How far the agent's idea of the venue's time is off, at most, and whether it says so. */
  clockErrorMs: number
  disk: DiskRates
  /** Port calls, or calls of the disk, in the life of a process; infinite in a seed without crashes. */
  callsPerLife: number
  /** Of a send: right after it the line is cut for a while, the process dies, or a person kills or stops it. */
  troubleAtSend: number
  /** Of a look at the agent: a person kills, stops, pauses, resumes or closes. */
  kills: number
  stops: number
  commands: number
  /** The venue says for some hours that it is none to test on. */
  leavesTestnet: boolean
}

export const CALM: Weather = {
  latencyMs: 40,
  requestDropped: 0,
  replyLost: 0,
  late: 0,
  slow: 0,
  readError: 0,
  ambiguous: 0,
  rejected: 0,
  haltError: 0,
  labelLagMs: 0,
  fillsLagMs: 0,
  staleAccount: 0,
  locked: 0,
  clockErrorMs: 0,
  disk: { full: 0, shortWrite: 0, syncError: 0 },
  callsPerLife: Number.POSITIVE_INFINITY,
  troubleAtSend: 0,
  kills: 0,
  stops: 0,
  commands: 0,
  leavesTestnet: false,
}

/** Each seed has its own weather: a fault is common in one and absent in another, and some seeds have none. */
export function drawWeather(random: Random): Weather {
  if (random.chance(0.12)) return CALM
  const rate = (most: number) => (random.chance(0.5) ? most * random.next() ** 2 : 0)
  return {
    latencyMs: random.between(5, 400),
    requestDropped: rate(0.03),
    replyLost: rate(0.03),
    late: rate(0.5),
    slow: rate(0.05),
    readError: rate(0.04),
    ambiguous: rate(0.3),
    rejected: rate(0.3),
    haltError: rate(0.0005),
    // Always less than the slack of the fence.
    labelLagMs: random.chance(0.5) ? random.between(0, random.chance(0.35) ? 4_500 : 600) : 0,
    fillsLagMs: random.chance(0.5) ? random.between(0, 600) : 0,
    staleAccount: rate(1),
    locked: rate(0.2),
    clockErrorMs: random.chance(0.6) ? random.between(0, 1_000) : 0,
    disk: { full: rate(0.002), shortWrite: rate(0.02), syncError: rate(0.002) },
    callsPerLife: random.chance(0.55) ? 10 ** random.between(1.9, 3.4) : Number.POSITIVE_INFINITY,
    troubleAtSend: rate(0.4),
    kills: rate(0.03),
    stops: rate(0.06),
    commands: rate(0.1),
    leavesTestnet: random.chance(0.01),
  }
}
