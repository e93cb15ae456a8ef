import type { DeribitClient } from '@cc/deribit-client'
import { createSyntheticMarket } from '@cc/exchange-sim'
import { createSimServer } from '@cc/exchange-sim/server'
import { createVirtualClock } from '@cc/models/clock'
import { expect, it, onTestFinished } from 'vitest'
import { playSession } from './api-session.ts'
import { createRpc, type Reply } from './rpc.ts'
import { CREDENTIALS, httpClientOf, START_MS, socketClientOf } from './served-exchange.ts'

type Methods = Record<string, (params: object) => Promise<Record<string, unknown>>>

it.each([
  { over: 'HTTP', clientOf: httpClientOf },
  { over: 'WebSocket', clientOf: socketClientOf },
])(
  'understands every reply of the served exchange without a field that it does not know, over $over',
  async ({ clientOf }) => {
    const server = await createSimServer(
      { virtualTime: true, rateLimits: 'off' },
      {
        clock: createVirtualClock({ startMs: START_MS }),
        market: createSyntheticMarket({ seed: 1, startMs: START_MS }),
        credentials: CREDENTIALS,
      },
    )
    onTestFinished(() => server.close())
    const client: DeribitClient = clientOf(server)
    onTestFinished(() => client.close())
    const rpc = createRpc({ httpUrl: server.httpUrl, credentials: CREDENTIALS })

    const called = new Set<string>()
    await playSession(async (method, params = {}) => {
      const send = methodOf(client, method)
      // What the client does not offer goes by plain HTTP, such as the reports of a cancel of many.
      if (send === undefined || 'detailed' in params) return rpc(method, params)
      called.add(method)
      return replyOf(await send(params))
    })

    const offered = [...Object.keys(client.public), ...Object.keys(client.private)]
    const uncalled = offered.filter((name) => ![...called].some((method) => nameOf(method) === name))
    // Combos and simulations the local exchange does not have; the rest is what only an account of many currencies has.
    expect(uncalled.sort()).toEqual(['getComboDetails', 'getComboIds', 'getCombos', 'simulatePortfolio'])
  },
)

function methodOf(client: DeribitClient, method: string): Methods[string] | undefined {
  const api = (method.startsWith('public/') ? client.public : client.private) as unknown as Methods
  return api[nameOf(method)]
}

/** `private/get_user_trades_by_order` is `getUserTradesByOrder`. */
function nameOf(method: string): string {
  const name = method.slice(method.indexOf('/') + 1)
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

function replyOf(answer: Record<string, unknown>): Reply {
  if ('result' in answer) return { result: answer.result }
  if (answer.outcome === 'accepted') return { result: answer }
  throw new Error(JSON.stringify(answer))
}
