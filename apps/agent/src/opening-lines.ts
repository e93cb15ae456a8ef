import { UNIT_MS } from './flags.js'
import { minute, size } from './number-format.js'
import type { OpenVenue } from './open-venue.js'
import type { RunPlan } from './run-plan.js'
import type { CoinsHeld } from './summary.js'

/** What a single decision is about to be made on. */
export function onceLines(plan: RunPlan, open: Pick<OpenVenue, 'name' | 'venue'>): string[] {
  return linesOf([worldLine(plan, open), orderLine(plan)])
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
  return linesOf([
    worldLine(plan, open),
    accountLine(plan, coins),
    `Run ${open.runId}: a decision every ${interval} ${length}${pace}, policy ${policyWords(plan)}${dry}.`,
    orderLine(plan),
    `Log: ${folder}`,
    '',
  ])
}

/** What lies in an account; of a simulated one the world tells, and of one that could not be seen nobody. */
export function accountLine({ exchange }: RunPlan, coins: CoinsHeld): string | undefined {
  if (exchange.kind === 'simulated' || coins.length === 0) return undefined
  const held = coins.map(({ currency, balanceCoin }) => `${size(Number(balanceCoin.toFixed(8)))} ${currency}`)
  return `In the account: ${held.join(' and ')}.`
}

function worldLine({ exchange }: RunPlan, { name, venue }: Pick<OpenVenue, 'name' | 'venue'>): string {
  if (exchange.kind === 'deribit') return `${name}: exchange time ${minute(venue.clock.now())} UTC.`
  const deposits = Object.entries(exchange.depositsCoin).map(([currency, amount]) => `${size(amount)} ${currency}`)
  const startMs = exchange.world.market.startMs
  return `${name}: simulated time from ${minute(startMs)} UTC, paper money (${deposits.join(', ')}).`
}

/** Under an account it is said whether orders leave, as they are not of paper. */
function orderLine({ exchange, dryRun }: RunPlan): string | undefined {
  if (exchange.kind === 'simulated') return undefined
  return dryRun ? 'Dry run: no order leaves. With --no-dry-run they do.' : 'Orders are sent.'
}

/** `rules`, `llm (gpt-6-luna at api.openai.com)`, `rules, with llm (…) beside them` */
function policyWords({ policy, settings }: Pick<RunPlan, 'policy' | 'settings'>): string {
  if (policy.kind === 'rules') return settings.PRESET === undefined ? 'rules' : `rules (preset ${settings.PRESET})`
  const { provider, cassette } = policy
  const source = cassette?.mode === 'replay' ? 'recorded' : `at ${provider.host}`
  const model = `llm (${settings.LLM_MODEL_NAME} ${source})`
  return settings.LLM_MODE === 'act' ? model : `rules, with ${model} beside them`
}

function linesOf(lines: readonly (string | undefined)[]): string[] {
  return lines.filter((line) => line !== undefined)
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
