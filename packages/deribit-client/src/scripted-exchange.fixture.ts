import type { Clock } from '@cc/models'
import { Dispatcher } from 'undici'
import type { SeenRequest } from './replies.fixture.js'

/** What a scripted exchange does with a request. */
export type Act =
  | { reply: string | Uint8Array; status?: number; headers?: Record<string, string>; delayMs?: number }
  /** Nothing is sent: no connection. */
  | { refused: string }
  /** The connection breaks after the request was written. */
  | { broken: string; delayMs?: number }
  | 'silence'

export type Script = (request: SeenRequest, number: number) => Act

/** An exchange in place of the connections, whose every answer is scripted and whose delays are of the given clock. */
export type ScriptedExchange = {
  readonly dispatcher: Dispatcher
  /** Requests that were written, in order. */
  readonly received: readonly SeenRequest[]
  receivedOf(method: string): readonly SeenRequest[]
}

export function createScriptedExchange(clock: Clock, script: Script): ScriptedExchange {
  const received: SeenRequest[] = []

  function dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const request = seen(options)
    const act = script(request, received.length)
    if (typeof act === 'object' && 'refused' in act) {
      fail(handler, act.refused)
      return true
    }
    let isOver = false
    const controller = {
      aborted: false,
      paused: false,
      reason: null as Error | null,
      rawHeaders: null,
      rawTrailers: null,
      pause() {},
      resume() {},
      abort(reason: Error) {
        if (isOver) return
        isOver = true
        this.aborted = true
        handler.onResponseError?.(this as never, reason)
      },
    }
    handler.onRequestStart?.(controller as never, null)
    if (controller.aborted) return true
    received.push(request)
    if (act === 'silence') return true
    void clock.sleep(act.delayMs ?? 0).then(() => {
      if (isOver) return
      isOver = true
      if ('broken' in act) return fail(handler, act.broken)
      handler.onResponseStart?.(controller as never, act.status ?? 200, act.headers ?? {}, '')
      handler.onResponseData?.(controller as never, Buffer.from(act.reply))
      handler.onResponseEnd?.(controller as never, {})
    })
    return true
  }

  class ScriptedDispatcher extends Dispatcher {
    override dispatch = dispatch
  }
  return {
    dispatcher: new ScriptedDispatcher(),
    received,
    receivedOf: (method) => received.filter((request) => request.method === method),
  }
}

function fail(handler: Dispatcher.DispatchHandler, code: string): void {
  handler.onResponseError?.(null as never, Object.assign(new Error(code), { code }))
}

function seen({ body, headers }: Dispatcher.DispatchOptions): SeenRequest {
  const { id, method, params } = JSON.parse(String(body))
  const authorization = (headers as Record<string, string>).authorization
  return { id, method, params, token: authorization?.replace('Bearer ', '') }
}
