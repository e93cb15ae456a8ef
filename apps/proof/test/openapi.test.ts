import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createSyntheticMarket } from '@cc/exchange-sim'
import { createSimServer, type SimServer } from '@cc/exchange-sim/server'
import { createVirtualClock } from '@cc/models/clock'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { KNOWN_MISTAKES } from '../src/openapi-mistakes.ts'
import { createReplyValidator, type ReplyValidator } from '../src/openapi-validator.ts'
import { playConnection, playSession } from './api-session.ts'
import { createRpc, type Reply } from './rpc.ts'
import { openSocketRpc } from './socket-rpc.ts'

const recordings = inject('recordings')
const startMs = Date.UTC(2026, 0, 2)
/** Of the exchange since July 2026, and not in the description of August. */
const NOT_DESCRIBED = ['private/get_currencies']
const OURS = /^sim\//

describe.skipIf(recordings === null)('replies of the served exchange and the official description', () => {
  let server: SimServer
  let validator: ReplyValidator
  const replies: { method: string; reply: Reply }[] = []
  const credentials = { clientId: 'proof', clientSecret: 'not-a-secret' }

  beforeAll(async () => {
    const path = join(String(recordings), 'api/deribit_openapi.json')
    validator = createReplyValidator(JSON.parse(readFileSync(path, 'utf8')), KNOWN_MISTAKES)
    server = await createSimServer(
      { virtualTime: true, rateLimits: 'off' },
      {
        clock: createVirtualClock({ startMs }),
        market: createSyntheticMarket({ seed: 1, startMs }),
        credentials,
      },
    )
    const rpc = createRpc({ httpUrl: server.httpUrl, credentials })
    const kept =
      (send: typeof rpc): typeof rpc =>
      async (method, params) => {
        const reply = await send(method, params)
        replies.push({ method, reply })
        return reply
      }
    await playSession(kept(rpc))
    const socket = await openSocketRpc(server.wsUrl)
    await playConnection({ ...socket, ask: kept(socket.ask) }, credentials)
  })
  afterAll(() => server?.close())

  it('calls every method that the server has', () => {
    const called = new Set(replies.map(({ method }) => method))
    expect(server.methods.filter((method) => !called.has(method) && method !== 'private/logout')).toEqual([])
  })

  it('has no method that the description does not know', () => {
    const unknown = server.methods.filter((method) => !validator.methods.has(method) && !OURS.test(method))
    expect(unknown).toEqual(NOT_DESCRIBED.filter((method) => server.methods.includes(method)))
  })

  it('answers each as described', () => {
    const problems = replies
      .filter(({ method }) => validator.methods.has(method))
      .flatMap(({ method, reply }) => validator.problems(method, reply).map((problem) => `${method} ${problem}`))
      .map((problem) => problem.replace(/\/\d+(?=\/|\s)/g, '/*'))
    expect([...new Set(problems)].sort()).toEqual([])
  })
})
