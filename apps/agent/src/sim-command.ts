import { randomBytes } from 'node:crypto'
import { CcError, type Clock } from '@cc/models'
import { createSystemClock, createVirtualClock } from '@cc/models/clock'
import { exitCodeOfStop, systemCodeOf, usageError } from './failure.js'
import { readFaultFile } from './fault-file.js'
import { type Flags, settingsUnder } from './flags.js'
import { createStderrLogger, type Io } from './io.js'
import { labelled, openWorld, type World } from './market-source.js'
import { minute, size } from './number-format.js'
import { depositsOf } from './run-plan.js'

/** `ccagent sim`: the local exchange in Deribit's protocol on this machine, until a signal. */
export async function sim(flags: Flags, io: Io): Promise<number> {
  // It calls nobody, and may find its own address in the settings.
  const settings = settingsUnder({ ...flags, allowLoopback: true }, io)
  const world = openWorld(flags, settings, io.folder)
  const depositsCoin = depositsOf(flags, world)
  const clock = clockOf(world, flags)
  const faults = flags.faults === undefined ? undefined : await readFaultFile(flags.faults, io.folder)
  const credentials = { clientId: randomHex(8), clientSecret: randomHex(16) }
  const { createSimServer } = await import('@cc/exchange-sim/server')
  const server = await listening(flags, () =>
    createSimServer(
      {
        port: flags.port ?? 0,
        currencies: [...world.underlyings],
        depositsCoin,
        virtualTime: flags.virtualTime === true,
        rateLimits: flags.rateLimits === false ? 'off' : 'deribit',
      },
      {
        clock,
        wallClock: createSystemClock(),
        market: world.market,
        credentials,
        logger: createStderrLogger(io.stderr, { verbose: flags.verbose === true }),
        ...(faults === undefined ? {} : { faults }),
      },
    ),
  )
  try {
    const { httpUrl, wsUrl } = server
    io.stdout.write(
      flags.json
        ? `${JSON.stringify({ httpUrl, wsUrl, ...credentials })}\n`
        : `${welcome({ httpUrl, wsUrl, ...credentials }, { world, depositsCoin, time: timeWords(clock, world, flags), faults: flags.faults }).join('\n')}\n`,
    )
    await stopped(io.stop)
  } finally {
    await server.close()
  }
  return exitCodeOfStop(io.stop)
}

/**
 * Time of the exchange. A synthetic world is a function of absolute time from a fixed start on, and is served at the
 * machine's own time: clients of any kind sign requests and ask for candles by their wall clock.
 */
function clockOf({ market }: World, { start, virtualTime }: Flags): Clock {
  const { startMs, frozen } = market
  if (virtualTime) return createVirtualClock({ startMs })
  if (frozen || start !== undefined) return createSystemClock({ startMs })
  const clock = createSystemClock()
  if (clock.now() >= startMs) return clock
  throw usageError(
    `This machine's clock says ${minute(clock.now())} UTC, which is before the synthetic market begins: set it, or give --start.`,
  )
}

function timeWords(clock: Clock, { market }: World, { start, virtualTime }: Flags): string {
  const now = `${minute(clock.now())} UTC`
  if (virtualTime) return `${now}, and stands still until sim/advance_time moves it`
  if (market.frozen) return `from ${now} on, while its prices stay those of that moment`
  return start === undefined ? `this machine's, ${now}` : `from ${now} on, in real time`
}

/** A port that cannot be had is a wrong argument here. */
async function listening<T>({ port }: Flags, listen: () => Promise<T>): Promise<T> {
  try {
    return await listen()
  } catch (error) {
    if (!CcError.isInstance(error) || error.code !== 'exchange-sim/port-unavailable') throw error
    const reason = PORT_REASONS[systemCodeOf(error.cause) ?? ''] ?? error.message
    throw usageError(`--port ${port ?? 0}: ${reason}`, error.facts)
  }
}

const PORT_REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'something listens there already. Name another, or none for a free one.',
  EACCES: 'this user may not listen there. Name one from 1024 on.',
}

type Access = { httpUrl: string; wsUrl: string; clientId: string; clientSecret: string }

function welcome(
  { httpUrl, wsUrl, clientId, clientSecret }: Access,
  {
    world,
    depositsCoin,
    time,
    faults,
  }: { world: World; depositsCoin: Readonly<Record<string, number>>; time: string; faults: string | undefined },
): string[] {
  const coins = Object.entries(depositsCoin).map(([currency, amount]) => `${size(amount)} ${currency}`)
  return [
    `${labelled(world.market.source.description)}, served in Deribit's protocol to this machine alone.`,
    `One account with paper money (${coins.join(', ')}), its key made for this run.`,
    ...(faults === undefined
      ? []
      : [`IT MISBEHAVES ON PURPOSE, as ${faults} says: sim/set_faults without parameters ends that.`]),
    '',
    `address        ${httpUrl}/api/v2`,
    `WebSocket      ${wsUrl}`,
    `client id      ${clientId}`,
    `client secret  ${clientSecret}`,
    `time           ${time}`,
    '',
    'To let ccagent trade on it, in another terminal:',
    '',
    `export DERIBIT_BASE_URL=${httpUrl}`,
    `export DERIBIT_CLIENT_ID=${clientId} DERIBIT_CLIENT_SECRET=${clientSecret}`,
    'ccagent once --venue testnet --allow-loopback',
    '',
    'Ctrl-C ends it.',
  ]
}

function randomHex(bytes: number): string {
  return randomBytes(bytes).toString('hex')
}

function stopped(stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted) resolve()
    else stop.addEventListener('abort', () => resolve(), { once: true })
  })
}
