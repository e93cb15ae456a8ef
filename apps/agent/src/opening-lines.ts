import { UNIT_MS } from './flags.js'
import { minute, size } from './number-format.js'
import type { OpenVenue } from './open-venue.js'
import type { RunPlan } from './run-plan.js'
import type { CoinsHeld } from './summary.js'

/** The world that a run or a single decision takes place in. `coins` are those of an account, none where nobody knows. */
export function worldLine(
  { exchange }: RunPlan,
  { name, venue }: Pick<OpenVenue, 'name' | 'venue'>,
  coins: CoinsHeld,
): string {
  if (exchange.kind === 'simulated') {
    const deposits = Object.entries(exchange.depositsCoin).map(([currency, amount]) => `${size(amount)} ${currency}`)
    const startMs = exchange.world.market.startMs
    return `${name}: simulated time from ${minute(startMs)} UTC, paper money (${deposits.join(', ')}).`
  }
  const held = coins.map(({ currency, balanceCoin }) => `${size(Number(balanceCoin.toFixed(8)))} ${currency}`)
  const account = held.length === 0 ? '' : `${held.join(' and ')} in the account, `
  return `${name}: ${account}exchange time ${minute(venue.clock.now())} UTC.`
}

/** Under an account it is said whether orders leave, as they are not of paper. */
export function orderLine({ exchange, dryRun }: RunPlan): string | undefined {
  if (exchange.kind === 'simulated') return undefined
  return dryRun ? 'Dry run: no order leaves. With --no-dry-run they do.' : 'Orders are sent.'
}

/** What a run is about to do, how fast, and where it is written down. */
export function openingLines(
  plan: RunPlan,
  open: OpenVenue,
  { coins, folder }: { coins: CoinsHeld; folder: string },
): string[] {
  const { dryRun, exchange, settings, runForMs } = plan
  const length = runForMs === undefined ? 'until Ctrl-C' : `for ${duration(runForMs)}`
  const interval = duration(settings.LOOP_INTERVAL_SEC * 1_000)
  const pace = exchange.kind === 'simulated' ? `, ${paceWords(exchange.speed)}` : ''
  const dry = dryRun && exchange.kind === 'simulated' ? ', dry run: no order leaves' : ''
  return [
    worldLine(plan, open, coins),
    `Run ${open.runId}: a decision every ${interval} ${length}${pace}, policy rules${dry}.`,
    ...[orderLine(plan)].filter((line) => line !== undefined),
    `Log: ${folder}`,
    '',
  ]
}

function paceWords(speed: number | 'max'): string {
  if (speed === 'max') return 'as fast as it goes'
  return speed === 1 ? 'in real time' : `at ${speed} times real time`
}

/** `30d`, `1h30m`: as the flags take it. */
function duration(durationMs: number): string {
  let leftMs = durationMs
  const parts = Object.entries(UNIT_MS).map(([unit, unitMs]) => {
    const count = Math.floor(leftMs / unitMs)
    leftMs -= count * unitMs
    return count === 0 ? '' : `${count}${unit}`
  })
  return parts.join('') || '0s'
}
