import { resolve } from 'node:path'
import { CcError, CURRENCIES, type Currency } from '@cc/models'
import { createSystemClock } from '@cc/models/clock'
import { InvalidArgumentError, Option } from 'commander'
import { type FetchReport, fetchHistory } from './data-fetch.js'
import { EXIT, type ExitCode, usageError } from './failure.js'
import { given, readDate } from './flags.js'
import { createStderrLogger, type Io } from './io.js'
import { unlessStopped } from './open-venue.js'

export type FetchFlags = {
  currency: readonly Currency[]
  /** Epoch ms. */
  from?: number
  to?: number
  out: string
  baseUrl: string
  allowLoopback?: true
  chain?: true
  json?: true
}

export const fetchFlags = () => [
  new Option('--currency <coins>', 'BTC, ETH or BTC,ETH').argParser(readCurrencies).default(CURRENCIES, 'BTC,ETH'),
  new Option('--from <date>', 'first day of candles, DVOL and delivery prices, UTC').argParser(readDate),
  new Option('--to <date>', 'end of them, that day excluded; default: what had closed by now').argParser(readDate),
  new Option('--chain', 'append the present option chain to the file of the day'),
  new Option('--out <folder>', 'where it is written; what lies there is not asked for again')
    .argParser(given)
    .default('data'),
  new Option('--base-url <url>', "production's public data, or those of the testnet")
    .argParser(given)
    .default('https://www.deribit.com'),
  new Option('--allow-loopback', 'allow an exchange on this machine as --base-url'),
  new Option('--json', 'what was fetched as one JSON document'),
]

/** `ccagent data fetch`: public market data of Deribit in the plain format, fetched without credentials. */
export async function fetchData(flags: FetchFlags, io: Io): Promise<ExitCode> {
  const { currency: currencies, from: fromMs, to: toMs = Number.POSITIVE_INFINITY, chain = false } = flags
  if (fromMs === undefined && !chain) throw usageError('Say what to fetch: --from DATE for the past, --chain for now.')
  if (fromMs === undefined && flags.to !== undefined) throw usageError('--to ends what --from begins: give both.')
  if (fromMs !== undefined && !(fromMs < toMs)) throw usageError('--from must be before --to.')
  const folder = resolve(io.folder, flags.out)
  const { createDeribitPublicClient, createPublicArchive } = await import('@cc/deribit-client')
  const { baseUrl, allowLoopback = false } = flags
  const client = createDeribitPublicClient(
    { baseUrl, allowLoopback, timeoutMs: 30_000 },
    { clock: createSystemClock(), logger: createStderrLogger(io.stderr, { verbose: false }), random: Math.random },
  )
  try {
    await unlessStopped(client.open(), io.stop)
    const nowMs = client.clock.now()
    const span = fromMs === undefined ? undefined : { fromMs, toMs: Math.min(toMs, nowMs) }
    const report = await fetchHistory(
      { folder, source: client.origin, currencies, span, chain },
      {
        ...{ archive: createPublicArchive(client), nowMs, stop: io.stop },
        tell: (line) => io.stderr.write(`ccagent: ${line}\n`),
      },
    )
    io.stdout.write(
      flags.json
        ? `${JSON.stringify({ schemaVersion: 1, source: client.origin, ...report }, null, 2)}\n`
        : textOf(report),
    )
    return EXIT.done
  } catch (error) {
    if (!CcError.isInstance(error) || !error.code.startsWith('deribit/')) throw error
    const { code, recovery, facts, message } = error
    throw new CcError(`${client.origin}: ${message}`, { code, recovery, facts, cause: error })
  } finally {
    await client.close()
  }
}

function textOf({ series, chains, files }: FetchReport): string {
  const past = series.map(({ series: name, currency, rows, fetched, absent }) => {
    const holes = absent === 0 ? '' : `; the exchange has none for ${absent} of the times asked for`
    return `${currency} ${name}: ${rows} rows, ${fetched} of them new${holes}`
  })
  const now = chains.map(({ currency, rows }) => `${currency} chain: ${rows} quotes`)
  return `${[...past, ...now, ...files].join('\n')}\n`
}

/** `BTC`, `ETH` or `BTC,ETH`, each once. */
function readCurrencies(text: string): readonly Currency[] {
  const names = given(text).split(',')
  const currencies = CURRENCIES.filter((currency) => names.includes(currency))
  if (currencies.length === names.length) return currencies
  throw new InvalidArgumentError('Expected BTC, ETH or BTC,ETH.')
}
