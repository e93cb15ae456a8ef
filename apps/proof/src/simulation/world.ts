import { createHash } from 'node:crypto'
import { createSimVenue } from '@cc/exchange-sim'
import { CcError } from '@cc/models'
import { composeAgent, redact } from './composed-agent.ts'
import { createHaltText, HALT_PATH } from './halt-text.ts'
import type { Violation } from './invariants/violation.ts'
import { createLife, type Life } from './life.ts'
import { createMemoryDisk } from './memory-disk.ts'
import { MEMORY_PATH } from './memory-text.ts'
import { createNetwork } from './network.ts'
import { createPeople, type People } from './people.ts'
import { drawScenario } from './scenario.ts'
import { createRandom, mixed } from './seeded-random.ts'
import { createSimulatedClock } from './simulated-clock.ts'
import { count, type Tally, totalOf } from './tally.ts'
import { createToyMarket } from './toy-market.ts'
import { createToyPolicy } from './toy-policy.ts'
import { CALM, type Weather } from './weather.ts'
import { createWitness } from './witness.ts'

/** What came of one seed. */
type SeedResult = {
  seed: number
  cycles: number
  orders: number
  violations: readonly Violation[]
  tally: Tally
  /** SHA-256 over all that is on the disk at the end. */
  digest: string
}

const WORLD_OVER = new Error('the world is over')
const HOUR_MS = 3_600_000
const MOST_LIVES = 250
/** Who makes more goes round in circles, and is not answered any more. */
const MOST_CALLS = 50_000
/** Of a seed, before all is calm; the calm adds three at least. */
const FEWEST_CYCLES = 22
/** Cycles after the last fault within which all must be well again. */
const CALM_CYCLES = 3

/**
 * Lives through one seed: an agent that starts, trades, fails, dies and starts again, and an exchange that does not always
 * answer. Then nothing fails any more, and it must find its way back to rest.
 */
export async function liveThrough(
  seed: number,
  onEvent: (timeMs: number, event: string) => void = () => {},
): Promise<SeedResult> {
  const scenario = drawScenario(seed)
  const { market, endMs, intervalMs } = scenario
  const tally: Tally = new Map()
  let weather: Weather = scenario.weather
  const chance = (concern: string) => createRandom(seed, concern)
  const clock = createSimulatedClock({ startMs: market.startMs, endMs: endMs + 20 * HOUR_MS + 40 * intervalMs })
  let isTold = true
  const say = (event: string) => {
    if (isTold) onEvent(clock.now(), event)
  }
  /** Of every life: what lets go of those that it left waiting. */
  const endings: (() => void)[] = []
  const disk = createMemoryDisk(chance('disk'), () => weather.disk, tally)
  let wayMs = () => 0
  const venue = createSimVenue(
    { depositsCoin: scenario.depositsCoin, currencies: [...market.currencies] },
    { clock, market: createToyMarket(market), delayMs: () => wayMs() },
  )
  const witness = createWitness({ scenario, clock, disk, tally, venue, onSent, onEvent: say })
  const network = createNetwork(() => venue, {
    weather: () => weather,
    random: chance('network'),
    tally,
    witness,
    now: clock.now,
    seedOffset: mixed(seed, 'locks'),
  })
  wayMs = network.delayMs
  const policyRandom = chance('policy')
  const peopleRandom = chance('people')
  const lifeRandom = chance('life')
  const troubleRandom = chance('trouble')
  let people: People | undefined
  let lives = 0
  let calls = 0

  await witness.truth.observe()
  const isOver = await Promise.race([happen().then(() => true), clock.stalled.then(() => false)])
  if (!isOver) witness.accuse('I11', 'the world stands still')
  clock.stop()
  await witness.verify()
  isTold = false
  const result = {
    seed,
    cycles: witness.cycles,
    orders: witness.rules.count,
    violations: [...witness.violations],
    tally: new Map(tally),
    digest: digestOf(),
  }
  // Node keeps every joined signal that somebody listens to, and with it the world of those who died listening.
  for (const end of endings) end()
  return result

  /** While an order is out is when it matters what else happens. */
  function onSent(life: Life): void {
    if (!troubleRandom.chance(weather.troubleAtSend)) return
    const trouble = troubleRandom.pick(['line', 'index', 'death', 'death', 'kill', 'stop'] as const)
    count(tally, `trouble/${trouble}`)
    if (trouble === 'line') network.cutLine(Math.floor(troubleRandom.between(2, 90) * 1_000))
    else if (trouble === 'index') {
      network.cutLine(2_500)
      network.loseIndex(Math.floor(troubleRandom.between(1, 60) * 60_000))
    } else if (trouble === 'death') life.dieWithin(1 + troubleRandom.below(20))
    else void troubleLater(life, trouble)
  }

  async function troubleLater(life: Life, trouble: 'kill' | 'stop'): Promise<void> {
    await life.sleep(Math.floor(troubleRandom.between(0, 1) ** 2 * 25_000))
    await people?.[trouble]()
  }

  async function happen(): Promise<void> {
    while (lives < MOST_LIVES && (clock.now() < endMs || witness.cycles < FEWEST_CYCLES)) {
      await liveOnce(clock.now() < endMs ? endMs - clock.now() : moreMs())
      await clock.sleep(Math.floor(lifeRandom.between(1_000, 120_000)))
      if (disk.text(HALT_PATH) !== undefined) await liftHalt()
      else disk.free()
    }
    await calmDown()
  }

  /** For the cycles that are still to come; a life of n intervals has n + 1 and a closing one. */
  function moreMs(): number {
    return Math.max(1, FEWEST_CYCLES - witness.cycles - 2) * intervalMs
  }

  /** A person looks into it, makes room on the disk and lets it run again. */
  async function liftHalt(): Promise<void> {
    count(tally, 'people/lift')
    if (lifeRandom.chance(0.2)) await liveOnce(intervalMs)
    await clock.sleep(Math.floor(lifeRandom.between(1, 20)) * 60_000)
    disk.free()
    disk.put(HALT_PATH, undefined)
    witness.onHalt(undefined)
  }

  /** Nothing fails any more: within three cycles all is well, or a halt says why not. */
  async function calmDown(): Promise<void> {
    network.cutLine(0)
    network.loseIndex(0)
    weather = CALM
    say('all is calm')
    disk.free()
    if (disk.text(HALT_PATH) !== undefined) {
      count(tally, 'end/halted')
      if (disk.text(HALT_PATH)?.trim() === '') witness.accuse('I11', 'halted without a reason')
      return
    }
    const before = witness.cycles
    await liveOnce((CALM_CYCLES - 1) * intervalMs - 60_000)
    const reason = disk.text(HALT_PATH)
    if (reason !== undefined) {
      count(tally, 'end/halted-late')
      count(tally, `late-halt/${reason.split(':')[0]}`)
      return
    }
    count(tally, 'end/steady')
    const last = witness.lastRecord
    const memory = last?.state?.memory
    if (witness.cycles < before + 2)
      witness.accuse('I11', `${witness.cycles - before} cycles once nothing failed any more`)
    else if (last?.failure != null)
      witness.accuse('I11', `still failing once nothing fails any more: ${last.failure.code}`)
    else if (memory === undefined || memory.unresolved.length > 0) witness.accuse('I11', 'a send is still unresolved')
    if (witness.openLabels().length > 0) witness.accuse('I11', 'an order rests at the end')
  }

  async function liveOnce(runForMs: number): Promise<void> {
    lives += 1
    const life = createLife({
      number: lives,
      clock,
      disk,
      random: lifeRandom,
      tally,
      skewMs: Math.round(lifeRandom.between(-1, 1) * weather.clockErrorMs),
      callsPerLife: weather.callsPerLife,
      mayCall() {
        calls += 1
        if (calls === MOST_CALLS) witness.accuse('I11', `the agents of this world made ${MOST_CALLS} calls`)
        return calls < MOST_CALLS
      },
    })
    people = undefined
    witness.onBirth(life)
    const hasEnded = await Promise.race([run(life, runForMs).then(() => true), life.died.then(() => false)])
    if (!hasEnded) witness.onDeath(life)
    disk.start()
    // A halt that no disk took ends with the process.
    if (disk.text(HALT_PATH) === undefined) witness.onHalt(undefined)
  }

  async function run(life: Life, runForMs: number): Promise<void> {
    const stop = new AbortController()
    const text = createHaltText(disk, life)
    endings.push(() => {
      stop.abort(WORLD_OVER)
      text.end(WORLD_OVER)
    })
    const halt = {
      ...text,
      async latch(reason: string) {
        witness.onHalt(reason)
        await text.latch(redact(reason))
      },
    }
    let isOver = false
    let composed: Awaited<ReturnType<typeof composeAgent>>
    try {
      composed = await composeAgent({
        scenario,
        life,
        venue: network.venueOf(life),
        disk,
        halt,
        policy: createToyPolicy(policyRandom, scenario.temper, tally),
        witness,
        tally,
        runId: createHash('sha256').update(`${seed}/${life.number}`).digest('hex').slice(0, 16),
        runForMs: Math.max(1_000, runForMs),
        onEvent: say,
      })
    } catch (error) {
      refuseToStart(error)
      return
    }
    const { agent, record } = composed
    people = createPeople({
      scenario,
      weather: () => weather,
      random: peopleRandom,
      tally,
      disk,
      life,
      agent,
      halt: text,
      stop,
      witness,
      faults: () => totalOf(tally, 'fault/'),
      isOver: () => isOver,
    })
    void people.act()
    const outcome = await agent.run(stop.signal)
    isOver = true
    people = undefined
    count(tally, `ended/${outcome.reason}`)
    if (outcome.reason === 'failed' && outcome.lastFailure?.code.endsWith('/unexpected')) {
      witness.accuse('I11', `a bug: ${outcome.lastFailure.message}`)
    }
    await witness.onEnd(outcome.reason)
    await record.close()
    life.end()
  }

  function refuseToStart(error: unknown): void {
    const code = CcError.isInstance(error) ? error.code : String(error)
    count(tally, `refused-to-start/${code}`)
    say(`refused to start: ${code}`)
    if (!['logging/append-failed', 'logging/file-unusable'].includes(code))
      witness.accuse('I5', `the record does not open: ${String(error)}`)
  }

  function digestOf(): string {
    const sum = createHash('sha256')
    for (const path of [...disk.paths()].sort()) sum.update(path).update(disk.durable(path))
    for (const path of [MEMORY_PATH, HALT_PATH]) sum.update(disk.text(path) ?? '-')
    return sum.digest('hex')
  }
}
