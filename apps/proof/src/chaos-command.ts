import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createSystemClock } from '@cc/models/clock'
import { runChaos } from './chaos/chaos.ts'
import { AGENT, killAll } from './chaos/life.ts'
import { reportLines, sumsOf } from './chaos/report.ts'
import { saveEvidence } from './reliability/evidence.ts'

/*
 * pnpm chaos [--kills N] [--seed S]
 *
 * Kills the agent as it is built, again and again, while it trades on a local exchange. Prints what came of it; exits 1
 * where something was wrong, 2 for flags that it does not know.
 */

const USAGE = 'usage: pnpm chaos [--kills 1..100000] [--seed 0..999999999]\n'

function readFlags(): { kills: number; seed: number } | undefined {
  try {
    const { values } = parseArgs({ options: { kills: { type: 'string' }, seed: { type: 'string' } } })
    const [kills, seed] = [readWhole(values.kills ?? '200'), readWhole(values.seed ?? '1')]
    return kills === undefined || kills === 0 || kills > 100_000 || seed === undefined ? undefined : { kills, seed }
  } catch {
    return undefined
  }
}

function readWhole(text: string): number | undefined {
  return /^(0|[1-9]\d{0,8})$/.test(text) ? Number(text) : undefined
}

const flags = readFlags()
if (flags === undefined) {
  process.stderr.write(USAGE)
  process.exitCode = 2
} else {
  const top = mkdtempSync(join(tmpdir(), 'cc-chaos-'))
  process.on('exit', () => {
    killAll()
    rmSync(top, { recursive: true, force: true })
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1))
  const tell = (line: string) => void process.stderr.write(`${line}\n`)
  const wall = createSystemClock()
  const startedMs = wall.now()
  const reports = await runChaos(flags, { wall, main: AGENT, top, tell })
  process.stdout.write(`${reportLines(reports, flags).join('\n')}\n`)
  saveEvidence('chaos', {
    command: `pnpm chaos --kills ${flags.kills} --seed ${flags.seed}`,
    figures: [
      ...sumsOf(reports).map(([name, value]) => ({ name, value, unit: '' })),
      { name: 'duration', value: Math.round((wall.now() - startedMs) / 1_000), unit: 's' },
    ],
  })
  process.exitCode = reports.some(({ findings }) => findings.length > 0) ? 1 : 0
}
