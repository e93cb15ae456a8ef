import {
  createDeribitClient,
  createDeribitSocketClient,
  createDeribitVenue,
  type DeribitClient,
  type DeribitSocketClient,
  type DeribitSocketDeps,
  type DeribitSocketOptionsInput,
} from '@cc/deribit-client'
import { createSyntheticMarket } from '@cc/exchange-sim'
import { createSimServer, type SimServer, type SimServerDeps } from '@cc/exchange-sim/server'
import type { Venue } from '@cc/models'
import { createSystemClock } from '@cc/models/clock'

export const START_MS = Date.UTC(2026, 0, 5, 12)
export const CREDENTIALS = { clientId: 'proof', clientSecret: 'not-a-secret' }

/** A local exchange on a port of this machine, a client that is signed in to it, and the venue over it. */
export type Served = { server: SimServer; client: DeribitClient; venue: Venue; stop(): Promise<void> }

/** Serves the synthetic market in real time from {@link START_MS}. */
export async function serveExchange(
  options: Parameters<typeof createSimServer>[0] = {},
  deps: Partial<SimServerDeps> = {},
): Promise<Served> {
  const server = await createSimServer(
    { rateLimits: 'off', ...options },
    {
      clock: createSystemClock({ startMs: START_MS }),
      market: createSyntheticMarket({ seed: 1, startMs: START_MS }),
      credentials: CREDENTIALS,
      ...deps,
    },
  )
  const client = httpClientOf(server)
  await client.open()
  return {
    server,
    client,
    venue: createDeribitVenue(client),
    async stop() {
      await client.close()
      await server.close()
    },
  }
}

/** A client over HTTP that refuses what it does not know. It is its owner's to close. */
export function httpClientOf({ httpUrl }: Pick<SimServer, 'httpUrl'>): DeribitClient {
  return createDeribitClient(
    { baseUrl: httpUrl, allowLoopback: true, strict: true, rateLimits: 'off' },
    { clock: createSystemClock(), credentials: () => CREDENTIALS },
  )
}

/** A client over WebSocket that refuses what it does not know. It is its owner's to close. */
export function socketClientOf(
  { httpUrl }: Pick<SimServer, 'httpUrl'>,
  options: DeribitSocketOptionsInput = {},
  deps: Partial<DeribitSocketDeps> = {},
): DeribitSocketClient {
  return createDeribitSocketClient(
    { baseUrl: httpUrl, allowLoopback: true, strict: true, rateLimits: 'off', ...options },
    { clock: createSystemClock(), credentials: () => CREDENTIALS, ...deps },
  )
}
