import { createSyntheticMarket } from '@cc/exchange-sim'
import { createSimServer } from '@cc/exchange-sim/server'
import { decisionRecordSchema } from '@cc/models'
import { createVirtualClock } from '@cc/models/clock'
import { expect, it, onTestFinished } from 'vitest'
import { envOf } from './local-exchange.js'
import { runCli } from './run-cli.js'

const CREDENTIALS = { clientId: 'an-id', clientSecret: 'a-secret' }

/** A dry cycle from the sign-in to the end, and what it asked of the exchange: method and how often. */
async function dryCycle(coins: readonly string[]) {
  const startMs = Date.UTC(2026, 0, 2)
  const server = await createSimServer(
    { port: 0, virtualTime: true },
    {
      clock: createVirtualClock({ startMs }),
      market: createSyntheticMarket({ seed: 1, startMs }),
      credentials: CREDENTIALS,
    },
  )
  onTestFinished(() => server.close())
  const { stdout } = await runCli(['once', '--venue', 'testnet', '--allow-loopback', '--json', ...coins], {
    env: envOf({ httpUrl: server.httpUrl, ...CREDENTIALS }),
  })
  return { record: decisionRecordSchema.parse(JSON.parse(stdout)), requests: server.requests() }
}

it.each([
  [['--underlying', 'BTC'], 17],
  [['--underlying', 'ETH'], 17],
  [['--underlying', 'BTC,ETH'], 23],
  [[], 23],
])(
  'asks the exchange under %j at most %i times, sign-in, status and time at the start and all, beside tickers and margins',
  async (coins, most) => {
    const { record, requests } = await dryCycle(coins)
    expect(record).toMatchObject({ failure: null, verdict: { allowed: true }, execution: { status: 'dry-run' } })
    const { 'public/ticker': tickers, 'private/get_margins': margins, ...others } = requests
    const asked = Object.values(others).reduce((sum, count) => sum + count, 0)
    expect(asked, JSON.stringify(requests)).toBeLessThanOrEqual(most)
    const shortlisted = record.state?.underlyings.reduce((sum, { candidates }) => sum + candidates.length, 0) ?? 0
    // Each call of the shortlist is quoted once. One leg is proposed, and quoted again before it would be sent.
    expect({ tickers, margins }).toEqual({ tickers: shortlisted + 1, margins: 1 })
  },
)
