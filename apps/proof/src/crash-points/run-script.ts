import { createHash } from 'node:crypto'
import { createSimVenue } from '@cc/exchange-sim'
import { type ApprovedOrder, CcError } from '@cc/models'
import { composeAgent } from '../simulation/composed-agent.ts'
import { createHaltText, HALT_PATH } from '../simulation/halt-text.ts'
import { NOISE_COIN, type Violation } from '../simulation/invariants/violation.ts'
import { createMemoryDisk } from '../simulation/memory-disk.ts'
import { MEMORY_PATH } from '../simulation/memory-text.ts'
import { createNetwork } from '../simulation/network.ts'
import { createRandom, type Random } from '../simulation/seeded-random.ts'
import { createSimulatedClock } from '../simulation/simulated-clock.ts'
import type { Tally } from '../simulation/tally.ts'
import { createToyMarket } from '../simulation/toy-market.ts'
import { CALM } from '../simulation/weather.ts'
import { createWitness } from '../simulation/witness.ts'
import { createAimingPolicy } from './aiming-policy.ts'
import { AIM_COIN, type Aim, INTERVAL_MS, type Script, scenarioOf } from './script.ts'
import { mayHalt, type Strike } from './strike.ts'
import { createStruckDisk } from './struck-disk.ts'
import { createStruckLife, type StruckLife } from './struck-life.ts'
import { createStruckVenue, type SendFate } from './struck-venue.ts'

/** What came of one story. */
export type ScriptResult = {
  violations: readonly Violation[]
  /** Names of the calls of lives 1 and 2, in their order. */
  calls: readonly [readonly string[], readonly string[]]
  /** Calls of life 2 before its first decision. */
  recoveryCalls: number
  /** What latched the halt switch, in the order in which a person lifted it. */
  halts: readonly string[]
  tally: Tally
  /** SHA-256 over all that is on the disk at the end. */
  digest: string
}

const HOUR_MS = 3_600_000
/** Two ticks, at once and at the next, and the closing cycle. */
const CALM_MS = INTERVAL_MS + 60_000
const MOST_CALLS = 20_000
const CALM_CYCLES = 3

/**
 * Tells one story to its end: an earlier life gets to hold what the script says, the counted lives are struck, and then
 * nothing fails any more and all must come to rest.
 */
export async function runScript(
  script: Script,
  strikes: readonly Strike[],
  onEvent: (timeMs: number, event: string) => void = () => {},
): Promise<ScriptResult> {
  const scenario = scenarioOf(script)
  const { market } = scenario
  const tally: Tally = new Map()
  const clock = createSimulatedClock({ startMs: market.startMs, endMs: scenario.endMs + 10 * HOUR_MS })
  const say = (event: string) => onEvent(clock.now(), event)
  const noFaults = { full: 0, shortWrite: 0, syncError: 0 }
  // At a cut nothing survives that was not synced, not even the name of a file.
  const disk = createMemoryDisk(
    randomOver(() => 0),
    () => noFaults,
    tally,
  )
  let fate: SendFate | undefined
  let current: StruckLife | undefined
  let hear = () => {}
  let wayMs = () => 0
  const venue = createSimVenue(
    { depositsCoin: scenario.depositsCoin, currencies: [...market.currencies] },
    { clock, market: createToyMarket(market), delayMs: () => wayMs() },
  )
  const witness = createWitness({ scenario, clock, disk, tally, venue, onSent, onEvent: say })
  const plainChance = createRandom(script.seed, 'network')
  const network = createNetwork(() => venue, {
    weather: () => fate?.weather ?? CALM,
    random: randomOver(() => fate?.chance ?? plainChance.next()),
    tally,
    witness,
    now: clock.now,
    seedOffset: 0,
  })
  wayMs = network.delayMs
  const counted: [readonly string[], readonly string[]] = [[], []]
  const halts: string[] = []
  let recoveryCalls = 0
  let lives = 0
  let calls = 0
  let decisions = 0

  await witness.truth.observe()
  const isOver = await Promise.race([happen().then(() => true), clock.stalled.then(() => false)])
  if (!isOver) witness.accuse('I11', 'the world stands still')
  clock.stop()
  await witness.verify()
  return { violations: witness.violations, calls: counted, recoveryCalls, halts, tally, digest: digestOf() }

  function onSent(): void {
    if (fate?.isDeadly === true) current?.die()
  }

  async function happen(): Promise<void> {
    const hasEarlier = script.holds !== 'nothing'
    if (hasEarlier) await live({ aim: script.holds, runForMs: INTERVAL_MS / 2, strikes: [] })
    await clock.sleep(script.startMs - clock.now())
    const strikesOf = (life: 1 | 2) => strikes.filter((strike) => strike.life === life)
    const struck = await live({ aim: script.aim, runForMs: script.runForMs, strikes: strikesOf(1) })
    counted[0] = struck.calls
    requireStruck(struck)
    await rest()
    decisions = 0
    const before = witness.cycles
    const recovering = await live({ aim: script.aim, runForMs: CALM_MS, strikes: strikesOf(2) }, (life) => {
      recoveryCalls ||= life.calls.length
    })
    counted[1] = recovering.calls
    requireStruck(recovering)
    await calmDown(strikesOf(2).length > 0 ? undefined : before)
  }

  function requireStruck(life: StruckLife): void {
    if (!life.isStruck()) witness.accuse('I12', 'the call that was to be struck was not made')
  }

  /** A halt is lifted by a person; without one the next life starts by itself. */
  async function rest(): Promise<void> {
    const reason = disk.text(HALT_PATH)
    if (reason !== undefined) {
      halts.push(reason)
      if (reason.trim() === '') witness.accuse('I11', 'halted without a reason')
      if (!strikes.some(({ how }) => mayHalt(how))) witness.accuse('I11', `it takes a person to go on: ${reason}`)
      disk.put(HALT_PATH, undefined)
      witness.onHalt(undefined)
    }
    await clock.sleep(script.gapMs)
  }

  /** @param before cycles before the life that is over, where that one was not struck */
  async function calmDown(before: number | undefined): Promise<void> {
    let from = before
    if (from === undefined) {
      await rest()
      decisions = 0
      from = witness.cycles
      await live({ aim: script.aim, runForMs: CALM_MS, strikes: [] })
    }
    say('all is calm')
    if (isHalted()) witness.accuse('I11', `halts though nothing fails any more: ${disk.text(HALT_PATH)}`)
    requireRest(witness.cycles - from)
  }

  function isHalted(): boolean {
    return disk.text(HALT_PATH) !== undefined
  }

  function requireRest(cycles: number): void {
    const last = witness.lastRecord
    const memory = last?.state?.memory
    if (decisions === 0) witness.accuse('I11', 'the last life came to no decision')
    if (cycles < CALM_CYCLES) witness.accuse('I11', `${cycles} cycles once nothing failed any more`)
    if (last?.failure != null) witness.accuse('I11', `still failing once nothing fails: ${last.failure.code}`)
    if (memory === undefined || memory.unresolved.length > 0) witness.accuse('I11', 'a send is still unresolved')
    if (memory?.guards.latched != null) witness.accuse('I11', `latched: ${memory.guards.latched.code}`)
    if (witness.openLabels().length > 0) witness.accuse('I11', 'an order rests at the end')
    const shortCoin = witness.truth.shortSymbols().reduce((sum, symbol) => sum - witness.truth.positionCoin(symbol), 0)
    if (shortCoin > AIM_COIN + NOISE_COIN) witness.accuse('I2', `${shortCoin} coin are short, of ${AIM_COIN} aimed at`)
  }

  async function live(
    story: { aim: Aim; runForMs: number; strikes: readonly Strike[] },
    onDecision: (life: StruckLife) => void = () => {},
  ): Promise<StruckLife> {
    lives += 1
    const life = createStruckLife({
      number: lives,
      clock,
      strikes: story.strikes,
      cutPower: disk.cut,
      onCall({ number, name, how }) {
        calls += 1
        if (calls === MOST_CALLS) witness.accuse('I11', `the agents of this world made ${MOST_CALLS} calls`)
        say(`${number} ${name}${how === undefined ? '' : `  ◀ ${how}`}`)
        if (how === 'kill') kill()
      },
    })
    current = life
    witness.onBirth(life)
    const onFirst = () => {
      decisions += 1
      onDecision(life)
    }
    const hasEnded = await Promise.race([run(life, story, onFirst).then(() => true), life.died.then(() => false)])
    if (!hasEnded) witness.onDeath(life)
    fate = undefined
    disk.start()
    if (!isHalted()) witness.onHalt(undefined)
    return life
  }

  function kill(): void {
    disk.put(HALT_PATH, 'a person killed it')
    witness.onHalt('a person killed it')
    hear()
  }

  async function run(
    life: StruckLife,
    { aim, runForMs }: { aim: Aim; runForMs: number },
    onDecision: () => void,
  ): Promise<void> {
    const struckDisk = createStruckDisk(disk, life)
    const text = createHaltText(struckDisk, life)
    hear = text.hear
    const halt = {
      ...text,
      async latch(reason: string) {
        witness.onHalt(reason)
        await text.latch(reason)
      },
    }
    const runId = createHash('sha256').update(`${script.name}/${life.number}`).digest('hex').slice(0, 16)
    const struckVenue = createStruckVenue(network.venueOf(life), life, { befall, onPlace })
    let composed: Awaited<ReturnType<typeof composeAgent>>
    try {
      composed = await composeAgent({
        scenario,
        life,
        venue: struckVenue,
        disk: struckDisk,
        halt,
        policy: createAimingPolicy(aim, onDecision),
        witness,
        tally,
        runId,
        runForMs,
        onEvent: say,
      })
    } catch (error) {
      refuseToStart(error)
      return
    }
    const outcome = await composed.agent.run(new AbortController().signal)
    if (outcome.reason === 'failed' && outcome.lastFailure?.code.endsWith('/unexpected')) {
      witness.accuse('I11', `a bug: ${outcome.lastFailure.message}`)
    }
    await witness.onEnd(outcome.reason)
    await composed.record.close()
    life.end()
  }

  function befall(next: SendFate | undefined): void {
    fate = next
  }

  /** Whatever it is that leaves: nothing else of the account may be out and unaccounted for. */
  function onPlace({ terms }: ApprovedOrder): void {
    witness.log.read()
    for (const [label, { outcome }] of witness.log.sends) {
      if (label !== terms.label && outcome === null) {
        witness.accuse('I2', `${terms.label} is sent while nobody knows what became of ${label}`)
      }
    }
  }

  /** A disk that fails while the record is opened keeps the process from starting: whoever looks after it starts it again. */
  function refuseToStart(error: unknown): void {
    const code = CcError.isInstance(error) ? error.code : String(error)
    say(`refused to start: ${code}`)
    const isDisk = strikes.some(({ how }) => ['ENOSPC', 'EIO', 'part'].includes(how))
    if (!isDisk || !CcError.isInstance(error)) witness.accuse('I5', `the record does not open: ${String(error)}`)
  }

  function digestOf(): string {
    const sum = createHash('sha256')
    for (const path of [...disk.paths()].sort()) sum.update(path).update(disk.durable(path))
    for (const path of [MEMORY_PATH, HALT_PATH]) sum.update(disk.text(path) ?? '-')
    return sum.digest('hex')
  }
}

/** The simulation's chance over any row of numbers from 0 to below 1. */
function randomOver(next: () => number): Random {
  return {
    next,
    chance: (probability) => probability > 0 && next() < probability,
    below: (count) => Math.floor(next() * count),
    between: (low, high) => low + next() * (high - low),
    pick: (values) => {
      const picked = values[Math.floor(next() * values.length)]
      if (picked === undefined) throw new RangeError('there is nothing to pick from')
      return picked
    },
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  }
}
