import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createPendingReplies } from './pending-replies.js'

it('settles every request once, whatever comes in whatever order', async () => {
  const act = fc.oneof(
    fc.record({ what: fc.constant('answer' as const), id: fc.nat(8) }),
    fc.record({ what: fc.constant('abort' as const), id: fc.nat(8) }),
    fc.record({ what: fc.constant('lose' as const), id: fc.constant(0) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 20 }), async (acts) => {
      const pending = createPendingReplies()
      const signals = Array.from({ length: 6 }, () => new AbortController())
      const asked = signals.map(({ signal }, id) => pending.ask(id, { sentMs: id, signal, send: () => true }))
      const drained = pending.drained()
      const expected = new Map<number, string>()
      const settle = (id: number, kind: string) => {
        if (id < signals.length && !expected.has(id)) expected.set(id, kind)
      }
      for (const { what, id } of [...acts, { what: 'lose' as const, id: 0 }]) {
        if (what === 'answer') {
          const isWaiting = id < signals.length && !expected.has(id)
          expect(pending.answer(id, { id }, 9)).toBe(isWaiting)
          settle(id, `answered ${id}`)
        } else if (what === 'abort') {
          signals[id]?.abort()
          settle(id, 'aborted')
        } else {
          pending.lose('lost')
          for (let each = 0; each < signals.length; each += 1) settle(each, 'lost')
        }
      }
      const outcomes = (await Promise.all(asked)).map((delivery) =>
        delivery.kind === 'reply'
          ? `answered ${(delivery.body as { json: { id: number } }).json.id}`
          : 'reason' in delivery && delivery.reason,
      )
      expect(outcomes).toEqual(signals.map((_, id) => expected.get(id)))
      await drained
    }),
  )
})

it('knows what was not sent', async () => {
  const pending = createPendingReplies()
  const asked = pending.ask(1, { sentMs: 0, signal: new AbortController().signal, send: () => false })
  expect(await asked).toEqual({ kind: 'not-sent', reason: 'not-connected', isUntrusted: false })
  expect(pending.answer(1, {}, 1)).toBe(false)
  await pending.drained()
})
