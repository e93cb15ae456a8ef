import { errorReply, placedResult, resultReply, type SeenRequest } from './replies.fixture.js'
import type { Act } from './scripted-exchange.fixture.js'

/** What a scripted exchange does with one request. */
export type Answer = (request: SeenRequest) => Act

/** A good answer. */
export const good =
  (result: unknown): Answer =>
  (request) => ({ reply: resultReply(request, result) })

/** An error of Deribit's. */
export const refusal =
  (code: number, { message = 'no', data }: { message?: string; data?: unknown } = {}): Answer =>
  (request) => ({ reply: errorReply(request, { code, message, data }), status: 400 })

/** The page of a gateway. */
export const page =
  (status: number): Answer =>
  () => ({ reply: '<html>sorry</html>', status })

/** Accepts the order as it was sent. */
export const accept: Answer = (request) => ({ reply: resultReply(request, placedResult(request.params)) })

/** Answers one method in turn; the last answer stays. All others are left to who is polite. */
export function inTurn(method: string, ...answers: readonly Answer[]): (request: SeenRequest) => Act | undefined {
  let turn = 0
  return (request) => {
    if (request.method !== method) return undefined
    const answer = answers[Math.min(turn, answers.length - 1)]
    turn += 1
    return answer?.(request)
  }
}
