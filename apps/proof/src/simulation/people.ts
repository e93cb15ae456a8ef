import type { Agent } from '@cc/engine'
import { HALT_PATH } from './halt-text.ts'
import type { Life } from './life.ts'
import type { MemoryDisk } from './memory-disk.ts'
import type { Scenario } from './scenario.ts'
import type { Random } from './seeded-random.ts'
import { count, type Tally } from './tally.ts'
import type { Weather } from './weather.ts'
import type { WorldWitness } from './witness.ts'

/** How long it takes a process to see a file that somebody made. */
const SEEN_MS = 250
/** How long own orders may rest after a halt where the exchange answers. */
const SWEPT_MS = 5_000

/** What people can do around one agent. */
export type People = {
  /** They stop it, halt it and tell it things, whenever they like. */
  act(): Promise<void>
  /** Somebody makes the file that halts it; the process hears of it a moment later. */
  kill(): Promise<void>
  stop(): void
}

export function createPeople(world: {
  scenario: Scenario
  weather: () => Weather
  random: Random
  tally: Tally
  disk: MemoryDisk
  life: Life
  agent: Agent
  halt: { hear(): void }
  stop: AbortController
  witness: WorldWitness
  faults: () => number
  isOver: () => boolean
}): People {
  const { scenario, weather, random, tally, disk, life, agent, halt, stop, witness, faults, isOver } = world

  async function act(): Promise<void> {
    while (!isOver()) {
      await life.sleep(Math.floor(random.between(0.2, 1.8) * scenario.intervalMs * 0.25))
      if (isOver()) return
      const { kills, stops, commands } = weather()
      const isLatched = agent.status().latched !== null
      if (random.chance(kills)) await kill()
      else if (random.chance(stops)) stopIt()
      else if (random.chance(isLatched ? 0.3 : commands)) {
        await command(isLatched ? 'resume' : random.pick(['pause', 'resume', 'resume', 'close']))
      }
    }
  }

  function stopIt(): void {
    count(tally, 'people/stop')
    stop.abort(new Error('a person stops it'))
  }

  async function kill(): Promise<void> {
    if (disk.text(HALT_PATH) !== undefined) return
    count(tally, 'people/kill')
    try {
      disk.put(HALT_PATH, 'a person killed it')
    } catch {
      return
    }
    witness.onHalt('a person killed it')
    const before = faults()
    await life.sleep(SEEN_MS)
    halt.hear()
    await life.sleep(SWEPT_MS)
    if (faults() !== before || isOver()) return
    count(tally, 'people/kill-watched')
    await witness.onEffect('cancel')
    for (const label of witness.openLabels()) witness.accuse('I9', `${label} still rests ${SWEPT_MS} ms after the halt`)
  }

  async function command(said: 'pause' | 'resume' | 'close'): Promise<void> {
    const symbols = witness.truth.shortSymbols()
    count(tally, `people/${said}`)
    try {
      if (said === 'close') {
        const symbol = symbols.length > 0 && random.chance(0.5) ? random.pick(symbols) : 'all'
        await agent.command({ command: 'close', symbol, reason: 'a person closes' })
        witness.onPause(true)
      } else {
        if (said === 'resume') witness.onResumeAsked()
        await agent.command({ command: said, reason: 'a person says so' })
        witness.onPause(said === 'pause')
      }
      count(tally, `obeyed/${said}`)
    } catch (error) {
      count(tally, `disobeyed/${(error as { code?: string }).code ?? 'unknown'}`)
    }
  }

  return { act, kill, stop: stopIt }
}
