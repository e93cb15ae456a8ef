import { readdirSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { openRecord } from '../src/open-record.js'
import { DECISION_FILES, INTENT_FILES, readChain } from './chain-oracle.js'
import { ownRun } from './own-run.js'
import { spawnWriter } from './spawn-writer.js'
import { tempFolder } from './temp-folder.js'

const KILLS = 60
const CYCLES_A_LIFE = 100_000

it(`loses no acknowledged record to ${KILLS} kills of the writer`, async () => {
  const folder = tempFolder()
  const acknowledged: string[] = []
  let life = 0
  // How much is written before a kill is the machine's affair; that there is something to lose is not.
  for (; life < KILLS || (acknowledged.length <= KILLS && life < 4 * KILLS); life += 1) {
    const first = life * CYCLES_A_LIFE
    const { child, spoke, lines } = spawnWriter(folder, { first, last: first + CYCLES_A_LIFE - 1 })
    // One in five dies while it starts or recovers. Golden steps: spread evenly, and never at the same instant.
    if (life % 5 !== 4) await spoke
    await pause(((life * 0.618) % 1) * (life % 5 === 4 ? 300 : 12))
    child.kill('SIGKILL')
    const said = await lines
    expect(
      said.filter((line) => !/^\d+$/.test(line)),
      `life ${life}`,
    ).toEqual([])
    acknowledged.push(...said)
  }
  await (await openRecord({ folder, ...ownRun })).close()

  const decisions = readChain(folder, DECISION_FILES).map(({ record }) => record)
  const intents = readChain(folder, INTENT_FILES).map(({ record }) => record)
  const cycles = decisions.filter(({ kind }) => kind === 'decision').map(({ cycle }) => String(cycle))
  const labels = intents.filter(({ kind }) => kind === 'intent').map(({ terms }) => (terms as { label: string }).label)
  expect(acknowledged.length).toBeGreaterThan(KILLS)
  expect(acknowledged.filter((cycle) => !new Set(cycles).has(cycle))).toEqual([])
  expect(acknowledged.filter((cycle) => !new Set(labels).has(`label-${cycle}`))).toEqual([])
  // At most one record a life was written and not yet acknowledged; none was written twice.
  expect(new Set(cycles).size).toBe(cycles.length)
  expect(cycles.length - acknowledged.length).toBeLessThanOrEqual(life)
  const torn = readdirSync(folder).filter((name) => name.includes('.torn-'))
  const recoveries = [...decisions, ...intents].filter(({ kind }) => kind === 'recovery').map(({ movedTo }) => movedTo)
  expect(torn.length).toBeLessThanOrEqual(2 * life)
  expect(torn).toEqual(expect.arrayContaining(recoveries))
}, 240_000)
