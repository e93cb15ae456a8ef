import type { Currency } from '@cc/models'
import type { Settings } from './config.js'
import { usageError } from './failure.js'
import type { Flags } from './flags.js'
import type { SettingKey } from './settings-schema.js'

/** An account at Deribit's testnet, or at an exchange on this machine that speaks its protocol. */
export type DeribitPlan = {
  kind: 'deribit'
  /** Judged already: nothing but the testnet or this machine. */
  baseUrl: string
  /** `test.deribit.com`, `127.0.0.1:8080`. */
  host: string
  isLocal: boolean
  transport: 'http' | 'websocket'
  /** Whether there is more than one cycle, so that it is worth while to hear the market instead of asking. */
  staysOn: boolean
  underlyings: readonly Currency[]
  /** Whether the coins were named on the command line: then none of them may be missing. */
  needsAll: boolean
  /** Asked for at each sign-in: nothing else holds them. */
  credentials: () => { clientId: string; clientSecret: string }
}

const SECRETS = ['DERIBIT_CLIENT_ID', 'DERIBIT_CLIENT_SECRET'] as const

/**
 * What a run on an account of the real protocol needs, judged before anybody is called.
 *
 * @throws CcError `agent/usage` for a flag that shapes a simulated world, for credentials that are missing, and where
 * the environment switches certificate checks off.
 */
export function planDeribit(
  flags: Flags,
  { values, origins }: Settings,
  env: Readonly<Record<string, string | undefined>>,
): DeribitPlan {
  const venue = `VENUE=testnet (${origins.VENUE})`
  const flag = simulatedWorldFlag(flags)
  if (flag !== undefined) throw usageError(`${flag} shapes a simulated world, and ${venue} is an account elsewhere.`)
  if (flags.fresh) {
    throw usageError(
      `--fresh deletes the record of a simulated run. Under ${venue} the log folder is continued: name another with --log-dir.`,
    )
  }
  if (env.NODE_TLS_REJECT_UNAUTHORIZED === '0') {
    throw usageError('NODE_TLS_REJECT_UNAUTHORIZED=0 switches certificate checks off, and no key is sent that way.')
  }
  const { DERIBIT_BASE_URL: baseUrl, DERIBIT_CLIENT_ID: clientId, DERIBIT_CLIENT_SECRET: clientSecret } = values
  if (clientId === undefined || clientSecret === undefined)
    throw withoutCredentials(
      venue,
      SECRETS.filter((key) => values[key] === undefined),
    )
  const { host, protocol } = new URL(baseUrl)
  return {
    kind: 'deribit',
    baseUrl,
    host,
    isLocal: protocol === 'http:',
    transport: values.DERIBIT_TRANSPORT,
    staysOn: true,
    underlyings: values.UNDERLYINGS,
    needsAll: origins.UNDERLYINGS.startsWith('--'),
    credentials: () => ({ clientId, clientSecret }),
  }
}

function simulatedWorldFlag({ market, seed, start, deposit, speed }: Flags): string | undefined {
  if (market !== undefined) return `--market ${market}`
  if (seed !== undefined) return `--seed ${seed}`
  if (start !== undefined) return '--start'
  if (deposit !== undefined) return '--deposit'
  return speed === undefined || speed === 1 ? undefined : `--speed ${speed}`
}

function withoutCredentials(venue: string, missing: readonly SettingKey[]) {
  const [only, ...more] = missing
  return usageError(
    `${venue} needs ${SECRETS.join(' and ')}, and ${more.length > 0 ? 'neither is set' : `${only} is not set`}: ` +
      'put both into the environment or .env. They are an API key of an account at https://test.deribit.com, ' +
      'or what "ccagent sim" prints.',
  )
}
