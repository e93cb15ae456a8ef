import type { Clock } from '@cc/models'
import { type Chance, createChance } from './chance.ts'
import { type Death, drawDeath, killAt } from './death.ts'
import { duplicatesOf, mismatchesOf, nakedOf, orphansOf, unwrittenOf } from './exchange-checks.ts'
import type { Finding } from './finding.ts'
import { type End, type Life, startLife } from './life.ts'
import { checkRecord, NOTHING_PROVEN, type Proven } from './record-checks.ts'
import { drawFaults, drawGap, type Gap } from './weather.ts'
import { createWorld, type World } from './world.ts'

/** What came of the lives in one world. */
export type WorldReport = {
  world: number
  kills: number
  lives: number
  decisions: number
  orders: number
  /** Of those, what closed a call, and calls that were delivered. */
  closes: number
  deliveries: number
  /** Deaths with a send whose outcome was not written down, and deaths within a line. */
  inFlight: number
  tornTails: number
  findings: readonly (Finding & { life: number })[]
}

export type StoryDeps = {
  /** Of the machine. */
  wall: Clock
  /** The agent as it is built. */
  main: string
  /** Folder for all that is written; its owner removes it. */
  top: string
  /** Longest real time from a start to its first decision. Default: {@link DECISION_WITHIN_MS}. */
  decisionWithinMs?: number
  /** Hears of each life that ended. */
  tell?: (line: string) => void
}

/** Fences, retries and an order that rests are within. */
const DECISION_WITHIN_MS = 60_000
const END_WITHIN_MS = 30_000
/** What a dead process has sent is with the exchange by then. */
const QUIET_MS = 30
/** Each life draws on its own, so that what one comes to changes no draw of the next. */
const PARTS_OF_A_WORLD = 1_000
/** Characters of what a life said last on stderr. */
const LONGEST_WORDS = 400
const SHARE_WITH_FAULTS = 0.3

/**
 * Kills `kills` lives of an agent in a world of its own, each of which goes on where the one before was killed, and
 * holds record and exchange against each other after every death. The last life is not killed: it has to decide, and to
 * leave nothing behind. Equal seeds draw equal worlds and deaths; what a kill hits depends on the machine too. A finding ends
 * the world: what comes after it proves nothing.
 */
export async function tellWorld(
  { seed, world: number, kills }: { seed: number; world: number; kills: number },
  deps: StoryDeps,
): Promise<WorldReport> {
  const chanceOf = (part: number) => createChance(seed, number * PARTS_OF_A_WORLD + part)
  const world = await createWorld(chanceOf(0), deps)
  const sums = { kills: 0, lives: 0, decisions: 0, inFlight: 0, tornTails: 0 }
  let held: readonly string[] = []
  let traded = { orders: 0, closes: 0, deliveries: 0 }
  const findings: (Finding & { life: number })[] = []
  let proven: Proven = NOTHING_PROVEN
  try {
    for (let life = 0; life <= kills && findings.length === 0; life += 1) {
      const chance = chanceOf(life + 1)
      const gap = drawGap(chance, { nowMs: world.clock.now(), rollsMs: world.rollTimes(held) })
      const course: Course = {
        gap,
        ...(life === kills ? LAST : drawCourse(chance, { ...gap, isFlat: held.length === 0 })),
      }
      const lived = await live(world, { chance, ...course }, deps)
      const checked = await check(world, lived, proven)
      proven = checked.proven
      traded = checked.traded
      held = checked.held
      sums.lives += 1
      sums.kills += lived.death !== null && lived.end.signal === 'SIGKILL' ? 1 : 0
      sums.decisions += lived.life.decisions().length
      sums.inFlight += checked.isInFlight ? 1 : 0
      sums.tornTails += checked.tornTails
      for (const finding of [...lived.findings, ...checked.findings]) {
        findings.push({ ...finding, life })
        deps.tell?.(`world ${number} life ${life}: ${finding.kind}: ${finding.reason}`)
      }
      deps.tell?.(`world ${number} life ${life}: ${wordsOf(course, lived)}${checked.isInFlight ? ', in flight' : ''}`)
    }
    return { world: number, ...sums, ...traded, findings }
  } finally {
    await world.close()
  }
}

/** How a life goes: after how long, on what kind of exchange, and how it ends; `null` is not killed. */
type Course = { gap: Gap; isFaulty: boolean; death: Death | null }
type Lived = Pick<Course, 'death'> & { life: Life; end: End; aliveMs: number; findings: readonly Finding[] }

const LAST = { isFaulty: false, death: null }

function drawCourse(chance: Chance, moment: { isRolling: boolean; isFlat: boolean }): Omit<Course, 'gap'> {
  return { isFaulty: chance.isTrue(SHARE_WITH_FAULTS), death: drawDeath(chance, moment) }
}

/** One life, from the gap before it to its end. Time stands still afterwards. */
async function live(
  world: World,
  { chance, gap, isFaulty, death }: Course & { chance: Chance },
  deps: StoryDeps,
): Promise<Lived> {
  const { wall, main } = deps
  world.faults.replace(isFaulty ? drawFaults(chance) : {})
  world.clock.resume(gap.durationMs)
  const startedMs = wall.now()
  const life = startLife({ main, ...world })
  try {
    const mustDecide = death === null || death.after === 'first-decision'
    const isStuck =
      mustDecide &&
      !(await isWithin(life.decided, { life, wall, withinMs: deps.decisionWithinMs ?? DECISION_WITHIN_MS }))
    if (death !== null && !isStuck) await killAt(death, { life, world, wall })
    if (death === null) life.kill('SIGTERM')
    await isWithin(life.ended, { life, wall, withinMs: isStuck ? 0 : END_WITHIN_MS })
    life.kill('SIGKILL')
    const end = await life.ended
    const aliveMs = wall.now() - startedMs
    await wall.sleep(QUIET_MS)
    world.clock.freeze()
    return { death, life, end, aliveMs, findings: stuckOf({ life, end, isStuck, wanted: death === null ? 143 : null }) }
  } finally {
    life.kill('SIGKILL')
  }
}

async function isWithin(
  event: Promise<unknown>,
  { life, wall, withinMs }: { life: Life; wall: Clock; withinMs: number },
): Promise<boolean> {
  const over = new AbortController()
  try {
    return await Promise.race([
      event.then(() => true),
      life.ended.then(() => false),
      wall.sleep(withinMs, over.signal).then(() => false),
    ])
  } finally {
    over.abort()
  }
}

/** A life that did not come to a decision, that ended by itself, or that did not end as it was told to. */
function stuckOf({
  life,
  end,
  isStuck,
  wanted,
}: {
  life: Life
  end: End
  isStuck: boolean
  wanted: number | null
}): Finding[] {
  const last = end.stderr.trimEnd().split('\n').join(' | ').slice(-LONGEST_WORDS)
  if (isStuck && end.code === null)
    return [{ kind: 'stuck', reason: `no decision in time, ${life.said().length} records: ${last}` }]
  if (end.code === wanted) return []
  return [{ kind: 'stuck', reason: `ended with ${end.code ?? end.signal} by itself: ${last}` }]
}

async function check(world: World, { life, death }: Lived, before: Proven) {
  const truth = await world.truth()
  const { proven, journal, findings } = await checkRecord(world.logs, life.said(), before)
  const orders = truth.flatMap((coin) => coin.orders)
  return {
    proven,
    traded: {
      orders: orders.length,
      closes: orders.filter(({ side, filledCoin }) => side === 'buy' && filledCoin > 0).length,
      deliveries: truth.flatMap(({ ledger }) => ledger).filter(({ kind }) => kind === 'delivery').length,
    },
    held: truth.flatMap(({ positions }) => [...positions.keys()]),
    isInFlight: [...journal.labels].some((label) => !journal.outcomes.has(label)),
    tornTails: Object.values(proven.logs).filter(({ isTorn }) => isTorn).length,
    findings: [
      ...findings,
      ...orphansOf(truth, journal, death === null ? null : life.decisions()[0]?.runId),
      ...duplicatesOf(truth),
      ...unwrittenOf(truth, journal),
      ...mismatchesOf(truth, journal),
      ...nakedOf(truth),
    ],
  }
}

function wordsOf({ gap, isFaulty, death }: Course, { life, end, aliveMs }: Lived): string {
  const weather = isFaulty ? 'with faults ' : ''
  const aim = death === null ? 'to stop' : `${Math.round(death.delayMs)} ms after ${death.after} ${death.nth}`
  const came = `${end.signal ?? end.code} after ${aliveMs} ms with ${life.decisions().length} decisions`
  return `${Math.round(gap.durationMs / 60_000)} min later ${weather}${aim}: ${came}`
}
