import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { CcError } from '@cc/models'
import { type SweptAccount, sweepAccount } from './account-sweep.js'
import { askAgent } from './control-client.js'
import { type ExitCode, usageError } from './failure.js'
import { settingsUnder } from './flags.js'
import { readOwner } from './folder-owner.js'
import type { Io } from './io.js'
import { type Killed, reportKill } from './kill-report.js'
import { looseSettings } from './known-secrets.js'
import { takeLock } from './lock.js'
import { confirm, folderOf, type OperatorFlags } from './operator-flags.js'
import type { SettingValues } from './settings-schema.js'
import { writeHalt } from './write-halt.js'

/** What telling the agent may take. It looks at the file by itself, too. */
const TELL_MS = 2_000
/** An order that was on its way when the halt was written is there by then, or never. */
const ORDERS_LAND_MS = 4_000
/** How long an agent whose exchange lives in it may take to leave. */
const LEAVES_MS = 15_000
const LOOK_MS = 100

/**
 * `ccagent kill`: the halt first, by means that nothing can be in the way of; then the agent, then the exchange. Each step
 * is taken whatever became of those before it.
 */
export async function kill(flags: OperatorFlags, io: Io): Promise<ExitCode> {
  const folder = folderToKill(flags, io)
  await confirm(flags, io, {
    what: `The agent of ${folder} halts until a person resumes it, and its resting orders are cancelled.`,
    word: 'kill',
  })
  const reason = flags.reason ?? 'killed by a person'
  const halt = writeHalt(folder, reason)
  const haltedAtMs = performance.now()
  const mayRun = existsSync(join(folder, 'agent.lock'))
  if (!halt.latched) io.stderr.write(`ccagent: HALT COULD NOT BE WRITTEN: ${halt.problem}\n`)
  const told = mayRun && (await tellAgent(folder, reason))
  const account = accountOf(folder, settingsOf(flags, io), io)
  const sweeps = account === null ? [] : [await swept(account)]
  if (mayRun) await agentLeft(folder, account === null ? LEAVES_MS : ORDERS_LAND_MS, haltedAtMs)
  if (account !== null && mayRun) {
    await delay(Math.max(0, haltedAtMs + ORDERS_LAND_MS - performance.now()))
    sweeps.push(await swept(account))
  }
  const last = sweeps.at(-1)
  const cancelled = sweeps.reduce((sum, one) => sum + one.cancelled, 0)
  const agent = !mayRun ? 'none' : !isLocked(folder) ? 'ended' : told ? 'halted' : 'silent'
  const killed: Killed = { halt, agent, sweep: last === undefined ? null : { ...last, cancelled } }
  return reportKill(killed, { folder, json: flags.json === true, io })
}

/** Where it is named, no setting can be in the way. */
function folderToKill(flags: OperatorFlags, io: Io): string {
  try {
    return folderOf(flags, io)
  } catch (error) {
    if (!CcError.isInstance(error) || flags.logDir !== undefined) throw error
    throw usageError(`${error.message}\nNothing was halted. With --log-dir FOLDER it is, whatever the settings say.`)
  }
}

async function tellAgent(folder: string, reason: string): Promise<boolean> {
  try {
    return (await askAgent(folder, { command: 'kill', reason }, { patienceMs: TELL_MS })) !== undefined
  } catch {
    return false
  }
}

/** The account to be swept; `null` where there is none but in the agent's own process; else why it cannot be. */
function accountOf(folder: string, settings: Partial<SettingValues>, io: Io): SweptAccount | CcError | null {
  const place = placeOf(folder, settings)
  if (place === undefined) return null
  const { DERIBIT_CLIENT_ID: clientId, DERIBIT_CLIENT_SECRET: clientSecret } = settings
  if (clientId === undefined || clientSecret === undefined) {
    return refused(`DERIBIT_CLIENT_ID and DERIBIT_CLIENT_SECRET are not set, so ${place.baseUrl} was not asked.`)
  }
  if (io.env.NODE_TLS_REJECT_UNAUTHORIZED === '0') {
    return refused('NODE_TLS_REJECT_UNAUTHORIZED=0 switches certificate checks off, and no key is sent that way.')
  }
  return { ...place, clientId, clientSecret }
}

/** With a folder that is named, whatever else is wrong with the settings is nobody's business now. */
function settingsOf({ logDir, config }: OperatorFlags, io: Io): Partial<SettingValues> {
  try {
    if (logDir === undefined) {
      return settingsUnder({ allowLoopback: true, ...(config === undefined ? {} : { config }) }, io).values
    }
  } catch {
    // They were fit to be read a moment ago.
  }
  return looseSettings(io)
}

/** The folder says whose record it is. Where it cannot, the settings say where orders would be sent. */
function placeOf(folder: string, { VENUE, DERIBIT_BASE_URL }: Partial<SettingValues>) {
  const owner = ownerOf(folder)
  if (owner === 'nobody' && VENUE !== 'testnet') return undefined
  if (typeof owner === 'object') {
    const isLocal = owner.kind === 'local-exchange'
    return { baseUrl: `${isLocal ? 'http' : 'https'}://${owner.host}`, isLocal }
  }
  const baseUrl = DERIBIT_BASE_URL ?? 'https://test.deribit.com'
  return { baseUrl, isLocal: baseUrl.startsWith('http:') }
}

function ownerOf(folder: string) {
  try {
    return readOwner(folder) ?? 'nobody'
  } catch {
    return 'unreadable'
  }
}

async function swept(account: SweptAccount | CcError) {
  try {
    if (CcError.isInstance(account)) throw account
    return { ...(await sweepAccount(account)), problem: undefined }
  } catch (problem) {
    return { cancelled: 0, resting: [], problem }
  }
}

async function agentLeft(folder: string, patienceMs: number, sinceMs: number): Promise<void> {
  while (isLocked(folder) && performance.now() - sinceMs < patienceMs) await delay(LOOK_MS)
}

/** Also where one cannot tell. The lock of a process that is gone is taken over, and given back. */
function isLocked(folder: string): boolean {
  try {
    takeLock(folder)()
    return false
  } catch {
    return true
  }
}

function refused(message: string): CcError {
  return new CcError(message, { code: 'deribit/no-credentials', recovery: 'halt' })
}
