import type { DeribitClient, StreamVenue } from '@cc/deribit-client'
import { createSimVenue } from '@cc/exchange-sim'
import { CcError, type Clock, type Currency, type Logger, type Venue } from '@cc/models'
import { createPacedClock, createSystemClock, createVirtualClock } from '@cc/models/clock'
import { type FolderOwner, ownerOf } from './folder-owner.js'
import { labelled } from './market-source.js'
import type { RunPlan, SimulatedPlan } from './run-plan.js'
import type { Money } from './summary.js'
import type { DeribitPlan } from './testnet-plan.js'

/** An exchange that answers, and what only it could say. */
export type OpenVenue = {
  venue: Venue
  /** The coins that are traded there, of those that are wanted. */
  underlyings: readonly Currency[]
  /** 8 to 64 hex digits. */
  runId: string
  /** Such as `SYNTHETIC market, seed 1` or `Deribit testnet`: for people. */
  name: string
  /** Asks whose record the log folder is; `null` for a simulated world, of which a folder holds one run. */
  owner: (() => Promise<FolderOwner>) | null
  money: Money
  /** How long after its time a row may still be booked; absent: what the engine takes for usual. */
  ledgerLagMs?: number
  close(): Promise<void>
}

/**
 * Opens the exchange of a plan: in memory, or over the network and signed in. This file is the one place that knows
 * which exchange it is.
 *
 * @throws CcError `deribit/…` where it cannot be reached or refuses the credentials; the reason of `stop` once aborted.
 */
export async function openVenue(
  { exchange, dryRun }: Pick<RunPlan, 'exchange' | 'dryRun'>,
  deps: { logger: Logger; stop: AbortSignal },
): Promise<OpenVenue> {
  if (exchange.kind === 'deribit') return openDeribit({ ...exchange, dryRun }, deps)
  const { world, depositsCoin, runId } = exchange
  const { market, underlyings } = world
  return {
    underlyings,
    venue: createSimVenue({ currencies: [...underlyings], depositsCoin }, { clock: clockOf(exchange), market }),
    runId,
    name: labelled(market.source.description),
    money: 'paper money',
    owner: null,
    // It books as it stamps.
    ledgerLagMs: 0,
    async close() {},
  }
}

function clockOf({ world, speed }: SimulatedPlan): Clock {
  const { startMs } = world.market
  return speed === 'max' ? createVirtualClock({ startMs }) : createPacedClock({ startMs, speed })
}

async function openDeribit(
  plan: DeribitPlan & { dryRun: boolean },
  { logger, stop }: { logger: Logger; stop: AbortSignal },
): Promise<OpenVenue> {
  const { baseUrl, host, isLocal, credentials, dryRun, transport, staysOn } = plan
  // Imported where it is needed: the simulated world starts without it.
  const { createDeribitClient, createDeribitSocketClient, createDeribitVenue, createStreamVenue } = await import(
    '@cc/deribit-client'
  )
  // The token of a dry run could not send an order if it tried.
  const options = { baseUrl, allowLoopback: isLocal, ...(dryRun ? { scope: 'account:read trade:read' } : {}) }
  const deps: Parameters<typeof createDeribitSocketClient>[1] = {
    clock: createSystemClock(),
    credentials,
    logger,
    random: Math.random,
    onDrift: ({ method, path }) => logger.info('the exchange sent a field that is not known', { method, path }),
  }
  const socket = transport === 'websocket' ? createDeribitSocketClient(options, deps) : undefined
  const client = socket ?? createDeribitClient(options, deps)
  let hearing: StreamVenue | undefined

  async function hear(currencies: readonly Currency[]): Promise<Venue | undefined> {
    if (socket === undefined || !staysOn) return undefined
    hearing = createStreamVenue(socket, { currencies })
    await hearing.warm(stop)
    return hearing
  }

  /** Nothing of a run hangs on it any more. */
  async function close(): Promise<void> {
    try {
      hearing?.close()
      await client.close()
    } catch (error) {
      logger.warn('the connection to the exchange did not close', { message: String(error) })
    }
  }
  try {
    await unlessStopped(client.open(), stop)
    const asking = createDeribitVenue(client)
    const underlyings = await unlessStopped(listedCoins(asking, plan), stop)
    const venue = (await hear(underlyings)) ?? asking
    return {
      venue,
      underlyings,
      runId: runIdAt(venue.clock.now()),
      name: isLocal ? `Local exchange at ${host}` : 'Deribit testnet',
      money: 'test coins',
      owner: () => ownerOf({ host, isLocal, clientId: credentials().clientId, accountId: () => accountIdOf(client) }),
      close,
    }
  } catch (error) {
    await close()
    throw CcError.isInstance(error) ? ofHost(host, error) : error
  }
}

/** The same error, saying who it was that could not be reached, or refused. */
function ofHost(host: string, error: CcError): CcError {
  const { code, recovery, facts, message } = error
  return new CcError(`${host}: ${message}`, { code, recovery, facts, cause: error })
}

/**
 * A local exchange may serve one coin. As with a recorded file in memory, a coin is then done without that nobody named on
 * the command line. The listings are kept for the first cycle.
 */
async function listedCoins({ market }: Venue, { isLocal, underlyings, needsAll }: DeribitPlan) {
  if (!isLocal || needsAll) return underlyings
  const listings = await Promise.all(underlyings.map((currency) => market.instruments(currency)))
  const listed = underlyings.filter((_, index) => (listings[index]?.length ?? 0) > 0)
  return listed.length > 0 ? listed : underlyings
}

async function accountIdOf(client: DeribitClient): Promise<number | null> {
  const { result } = await client.private.getAccountSummary({ currency: 'BTC', extended: true })
  return result.id ?? null
}

/** The second of the start in the first eight digits, which are in every order label; its milliseconds behind them. */
function runIdAt(nowMs: number): string {
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0')
  return `${hex(Math.floor(nowMs / 1_000), 8)}${hex(nowMs % 1_000, 3)}`
}

/** What `work` comes to, unless `stop` is aborted before: then the reason is thrown, and nobody waits for the rest. */
export async function unlessStopped<T>(work: Promise<T>, stop: AbortSignal): Promise<T> {
  let refuse = () => {}
  const stopped = new Promise<never>((_, reject) => {
    refuse = () => reject(stop.reason)
    if (stop.aborted) refuse()
    else stop.addEventListener('abort', refuse, { once: true })
  })
  try {
    return await Promise.race([work, stopped])
  } finally {
    stop.removeEventListener('abort', refuse)
  }
}
