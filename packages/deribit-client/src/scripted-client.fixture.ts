import type { Facts, Logger } from '@cc/models'
import { createVirtualClock } from '@cc/models/clock'
import { onTestFinished } from 'vitest'
import { createDeribitClient, type DeribitDeps } from './client.js'
import type { DeribitOptionsInput } from './options.js'
import { errorReply, INSTRUMENT, resultReply, type SeenRequest, tokenResult, VENUE_MS } from './replies.fixture.js'
import { type Act, createScriptedExchange, type Script } from './scripted-exchange.fixture.js'

/** What a scripted exchange answers where a test does not care. */
export function politeAnswer(request: SeenRequest, number = 0): Act {
  const atMs = VENUE_MS
  switch (request.method) {
    case 'public/auth':
      return {
        reply: resultReply(
          request,
          tokenResult({ access_token: `access-${number}`, refresh_token: `refresh-${number}` }),
        ),
      }
    case 'public/get_time':
      return { reply: resultReply(request, atMs) }
    case 'public/get_instrument':
      return { reply: resultReply(request, { ...INSTRUMENT, instrument_name: request.params.instrument_name }) }
    case 'private/get_open_orders':
      return { reply: resultReply(request, []) }
    case 'private/cancel_all':
      return { reply: resultReply(request, 0) }
    case 'public/test':
      return { reply: resultReply(request, { version: '1.2.26' }) }
    default:
      return { reply: errorReply(request, { code: -32601, message: 'Method not found' }), status: 400 }
  }
}

/** A client over a scripted exchange, both on one virtual clock. `script` leaves to others what it answers `undefined`. */
export function createScriptedClient(
  script: (request: SeenRequest, number: number) => Act | undefined = () => undefined,
  options: DeribitOptionsInput = {},
  deps: Partial<DeribitDeps> = {},
) {
  const clock = createVirtualClock({ startMs: 1_000_000 })
  const full: Script = (request, number) => script(request, number) ?? politeAnswer(request, number)
  const exchange = createScriptedExchange(clock, full)
  const logged: { level: string; message: string; facts: Facts }[] = []
  const log =
    (level: string) =>
    (message: string, facts: Facts = {}) =>
      void logged.push({ level, message, facts })
  const logger: Logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') }
  const client = createDeribitClient(options, {
    clock,
    logger,
    credentials: () => ({ clientId: 'client-id', clientSecret: 'client-secret' }),
    dispatcher: exchange.dispatcher,
    ...deps,
  })
  onTestFinished(() => client.close())
  return { client, clock, exchange, logged, methods: () => exchange.received.map(({ method }) => method) }
}

/** The same, of which only the answer to sells matters. */
export function createSellingClient(
  answer: (request: SeenRequest) => Act,
  options: DeribitOptionsInput = {},
  deps: Partial<DeribitDeps> = {},
) {
  const sells = (request: SeenRequest) => (request.method === 'private/sell' ? answer(request) : undefined)
  const scripted = createScriptedClient(sells, options, deps)
  return { ...scripted, sold: () => scripted.exchange.receivedOf('private/sell') }
}
