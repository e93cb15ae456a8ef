import { EventEmitter } from 'node:events'
import { createSystemClock } from '@cc/models/clock'
import { describe, expect, it, vi } from 'vitest'
import type { SocketLine } from '../socket/socket-line.js'
import { createFaultPlan } from './fault-plan.js'
import type { FaultPlanInput } from './fault-plan-input.js'
import { createFaultTimers } from './fault-timers.js'
import { call, faultyServer, HANGS_MS, listen, ORDER } from './faulty-server.fixture.js'
import { createFaultyNotifications } from './notification-faults.js'

type Scripted = Extract<NonNullable<FaultPlanInput['script']>[number], { on: 'notification' }>

/** Delivers `a1 b1 a2 …` to one line: a channel, and the number in it. Gives what went out. */
function delivery(script: readonly Omit<Scripted, 'on'>[]) {
  const plan = createFaultPlan({ script: script.map((each) => ({ on: 'notification', ...each })) })
  const timers = createFaultTimers(createSystemClock())
  const sent: string[] = []
  const raw = Object.assign(new EventEmitter(), { destroyed: false })
  let isOpen = true
  const line = {
    raw,
    isOpen: () => isOpen,
    send: (text: string) => void sent.push(text),
    sendBytes: (bytes: Uint8Array) => void sent.push(Buffer.from(bytes).toString('latin1')),
  } as unknown as SocketLine
  const deliver = createFaultyNotifications({ plan, timers })
  return {
    sent,
    plan,
    deliver: (names: string) => {
      for (const text of names.split(' ')) deliver({ channel: text.slice(0, 1), text }, line)
    },
    end() {
      isOpen = false
      raw.destroyed = true
      raw.emit('close')
    },
  }
}

it('is never sent where it is dropped', () => {
  const { sent, deliver } = delivery([{ channel: 'a', skip: 1, fault: { kind: 'drop' } }])
  deliver('a1 b1 a2 b2 a3')
  expect(sent).toEqual(['a1', 'b1', 'b2', 'a3'])
})

it('comes twice where it is duplicated', () => {
  const { sent, deliver } = delivery([{ channel: 'a', fault: { kind: 'duplicate' } }])
  deliver('a1 a2')
  expect(sent).toEqual(['a1', 'a1', 'a2'])
})

describe('where it is reordered', () => {
  it('comes behind the next one of its channel', () => {
    const { sent, deliver } = delivery([{ channel: 'a', fault: { kind: 'reorder' } }])
    deliver('a1 b1 a2 a3')
    expect(sent).toEqual(['b1', 'a2', 'a1', 'a3'])
  })

  it('comes by itself where there is no next one', async () => {
    const { sent, deliver } = delivery([{ channel: 'a', fault: { kind: 'reorder', ms: 20 } }])
    deliver('a1')
    expect(sent).toEqual([])
    await vi.waitFor(() => expect(sent).toEqual(['a1']), HANGS_MS)
    deliver('a2')
    expect(sent).toEqual(['a1', 'a2'])
  })
})

describe('where it is late', () => {
  it('those of its channel wait behind it, and others do not', async () => {
    const { sent, deliver } = delivery([{ channel: 'a', fault: { kind: 'latency', ms: 30 } }])
    deliver('a1 b1 a2 b2')
    expect(sent).toEqual(['b1', 'b2'])
    await vi.waitFor(() => expect(sent).toEqual(['b1', 'b2', 'a1', 'a2']), HANGS_MS)
  })

  it('never comes on a connection that is over by then', async () => {
    const { sent, deliver, end } = delivery([{ fault: { kind: 'latency', ms: 20 } }])
    deliver('a1')
    end()
    await new Promise((resolve) => setTimeout(resolve, 40))
    expect(sent).toEqual([])
  })
})

it('is asked about only where it could go out', () => {
  const { plan, deliver, end } = delivery([{ fault: { kind: 'drop' } }])
  end()
  deliver('a1')
  expect(plan.left()).toBe(1)
})

it.each([
  ['not-json', /^upstream/],
  ['truncated', /^.$/],
] as const)('is %s where it is malformed so', (form, pattern) => {
  const { sent, deliver } = delivery([{ fault: { kind: 'malformed', form } }])
  deliver('a1')
  expect(sent[0]).toMatch(pattern)
})

it('goes wrong on a real connection, and the next ones are right', async () => {
  const channel = 'user.orders.BTC-30JAN26-100000-C.raw'
  const server = await faultyServer({
    script: [{ on: 'notification', channel: 'user.*', skip: 1, fault: { kind: 'drop' } }],
  })
  const { send, next, frames } = await listen(server)
  send('private/subscribe', { channels: [channel] })
  expect(await next(({ id }) => id === 7)).toMatchObject({ result: [channel] })
  for (const label of ['one', 'two', 'three']) await call(server, 'private/buy', { ...ORDER, label })
  await next(({ params }) => (params?.data as { label?: string } | undefined)?.label === 'three')
  expect(frames.filter((frame) => frame.includes('"subscription"')).map(labelOf)).toEqual(['one', 'three'])
  expect(server.plan.log()).toMatchObject([{ on: 'notification', channel, fault: { kind: 'drop' } }])
})

function labelOf(frame: string): string | undefined {
  return (JSON.parse(frame) as { params: { data: { label?: string } } }).params.data.label
}
