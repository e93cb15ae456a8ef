import { minute, size } from './number-format.js'
import type { RunPlan } from './run-plan.js'
import { labelled } from './summary-lines.js'

/** The world that a run or a single decision takes place in. */
export function worldLine({ world, depositsCoin }: RunPlan): string {
  const { source, startMs } = world.market
  const coins = Object.entries(depositsCoin).map(([currency, amount]) => `${size(amount)} ${currency}`)
  return `${labelled(source.description)}: simulated time from ${minute(startMs)} UTC, paper money (${coins.join(', ')}).`
}

/** What a run is about to do, how fast, and where it is written down. */
export function openingLines(plan: RunPlan, { speed, folder }: { speed: number | 'max'; folder: string }): string[] {
  const { dryRun, runId, settings, runForMs } = plan
  const pace = speed === 'max' ? 'as fast as it goes' : speed === 1 ? 'in real time' : `at ${speed} times real time`
  const length = runForMs === undefined ? 'until Ctrl-C' : `for ${duration(runForMs)}`
  const interval = duration(settings.LOOP_INTERVAL_SEC * 1_000)
  return [
    worldLine(plan),
    `Run ${runId}: a decision every ${interval} ${length}, ${pace}, policy rules${dryRun ? ', dry run: no order leaves' : ''}.`,
    `Log: ${folder}`,
    '',
  ]
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const

/** `30d`, `1h30m`: as the flags take it. */
function duration(durationMs: number): string {
  let leftMs = durationMs
  const parts = UNITS.map(([unit, unitMs]) => {
    const count = Math.floor(leftMs / unitMs)
    leftMs -= count * unitMs
    return count === 0 ? '' : `${count}${unit}`
  })
  return parts.join('') || '0s'
}
