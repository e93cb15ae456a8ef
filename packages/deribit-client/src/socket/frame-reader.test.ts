import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createFrameReader } from './frame-reader.js'

function setUp() {
  const calls: unknown[][] = []
  const note =
    (what: string) =>
    (...args: unknown[]) =>
      void calls.push([what, ...args])
  const read = createFrameReader({
    onNotification: note('notification'),
    onReply: note('reply'),
    onTestRequest: note('test'),
    onMalformed: note('malformed'),
  })
  return { calls, read: (frame: unknown) => read(typeof frame === 'string' ? frame : JSON.stringify(frame), 5) }
}

it('tells notifications, replies and questions apart', () => {
  const { calls, read } = setUp()
  read({ jsonrpc: '2.0', method: 'subscription', params: { channel: 'a', data: null, label: 'x' } })
  read({ jsonrpc: '2.0', id: 3, result: 1 })
  read({ jsonrpc: '2.0', method: 'heartbeat', params: { type: 'test_request' } })
  read({ jsonrpc: '2.0', method: 'heartbeat', params: { type: 'heartbeat' } })
  read({ jsonrpc: '2.0', method: 'news' })
  expect(calls).toEqual([
    ['notification', 'a', null, 5],
    ['reply', 3, { jsonrpc: '2.0', id: 3, result: 1 }, 5],
    ['test'],
  ])
})

it('makes at most one thing of any frame, and never throws', () => {
  const notification = fc.record(
    {
      method: fc.constantFrom('subscription', 'heartbeat', 'x', 1),
      params: fc.oneof(fc.jsonValue(), fc.record({ channel: fc.oneof(fc.string(), fc.nat()), data: fc.jsonValue() })),
      id: fc.jsonValue(),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json(), notification), (frame) => {
      const { calls, read } = setUp()
      read(frame)
      expect(calls.length).toBeLessThanOrEqual(1)
      const isObject = typeof frame === 'object' || /^\s*\{/.test(frame)
      if (!isObject) expect(calls[0]?.[0]).toBe('malformed')
    }),
  )
})

it('takes no name for a notification whose data is missing', () => {
  const { calls, read } = setUp()
  read('{"method":"subscription","params":{"channel":"a"}}')
  read('{"method":"subscription","params":{"data":1,"channel":2}}')
  read('{"method":"subscription","params":[]}')
  expect(calls).toEqual(Array(3).fill(['malformed', 'no-channel']))
})
