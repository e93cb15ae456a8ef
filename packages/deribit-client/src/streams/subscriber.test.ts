import { describe, expect, it } from 'vitest'
import {
  createModelExchange,
  createRecorder,
  failure,
  hearing,
  modelChannel,
  openedExchange,
} from './model-exchange.fixture.js'

async function outcomeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'resolved',
    (error) => error,
  )
}

describe('what is asked of the exchange', () => {
  it('is asked for at once where it is wanted in one breath, public and private apart', async () => {
    const exchange = openedExchange()
    for (const name of ['n1', 'e1', 'user1', 'n2', 'user2', 'n1']) hearing(exchange, name)
    await exchange.quiet()
    expect(exchange.asked()).toEqual(['public/subscribe n1 e1 n2', 'private/subscribe user1 user2'])
  })

  it('waits for a connection, which it asks for', async () => {
    const exchange = createModelExchange()
    const one = hearing(exchange, 'e1')
    hearing(exchange, 'e2')
    await exchange.quiet()
    expect([exchange.asked(), exchange.starts.count]).toEqual([[], 1])
    exchange.open()
    await one.ready
    expect(exchange.asked()).toEqual(['public/subscribe e1 e2'])
  })

  it('is one subscription, however many hear it, until the last of them leaves', async () => {
    const exchange = openedExchange()
    const [first, second] = [hearing(exchange, 'e1'), hearing(exchange, 'e1')]
    await Promise.all([first.ready, second.ready])
    exchange.send('e1')
    first.detach()
    first.detach()
    exchange.send('e1')
    await exchange.quiet()
    expect(exchange.asked()).toEqual(['public/subscribe e1'])
    second.detach()
    await exchange.quiet()
    expect(exchange.asked()).toEqual(['public/subscribe e1', 'public/unsubscribe e1'])
    expect([first.data(), second.data()]).toEqual([[1], [1, 2]])
  })

  it('is nothing where nobody stays until the next breath', async () => {
    const exchange = openedExchange()
    hearing(exchange, 'e1').detach()
    await exchange.quiet()
    expect(exchange.asked()).toEqual([])
  })

  it('fits into frames of 32 kB', async () => {
    const exchange = openedExchange()
    const names = Array.from({ length: 2_000 }, (_, i) => `n.BTC-27MAR26-${100_000 + i}-C.100ms`)
    const all = names.map((name) => hearing(exchange, name))
    await Promise.all(all.map(({ ready }) => ready))
    expect(exchange.calls.flatMap(({ channels }) => channels)).toEqual(names)
    const sizes = exchange.calls.map(({ channels }) => JSON.stringify(channels).length)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(30_001)
    expect(exchange.calls.length).toBe(Math.ceil((2_000 * (names[0]!.length + 3)) / 30_000))
  })

  it.each(['two words', 'line\nbreak', '', 'ü', 'x'.repeat(257)])('never holds a name such as %j', (name) => {
    const { registry, calls } = openedExchange()
    expect(() => registry.attach(modelChannel(name), createRecorder().sink)).toThrowError(
      expect.objectContaining({ code: 'deribit/invalid-params' }),
    )
    expect(calls).toEqual([])
  })

  it('is not the same name in two descriptions', () => {
    const { registry } = openedExchange()
    registry.attach(modelChannel('e1'), createRecorder().sink)
    const other = { ...modelChannel('e1'), delivery: 'newest' as const }
    expect(() => registry.attach(other, createRecorder().sink)).toThrowError(
      expect.objectContaining({ code: 'deribit/wrong-call' }),
    )
  })
})

describe('a channel that the exchange does not accept', () => {
  it('ends for all who hear it, and the others go on', async () => {
    const exchange = openedExchange({ unknown: ['e2', 'e3'] })
    const [good, bad, alsoBad] = ['e1', 'e2', 'e3'].map((name) => hearing(exchange, name)) as [
      ReturnType<typeof hearing>,
      ReturnType<typeof hearing>,
      ReturnType<typeof hearing>,
    ]
    await good.ready
    expect(await outcomeOf(bad.ready)).toMatchObject({
      code: 'deribit/channels-refused',
      facts: { channels: ['e2', 'e3'] },
    })
    expect([bad.heard, alsoBad.heard]).toEqual(Array(2).fill([{ told: 'end', code: 'deribit/channels-refused' }]))
    exchange.send('e1')
    expect(good.data()).toEqual([1])
    await exchange.quiet()
    expect(exchange.asked()).toEqual(['public/subscribe e1 e2 e3'])
  })

  it.each([
    [
      'again where the failure passes',
      failure('deribit/temporarily-unavailable', 'retry', { number: 13028 }),
      ['subscribe'],
    ],
    ['no more where it does not', failure('deribit/forbidden', 'halt', { number: 13021 }), []],
    ['to be left where it may have been accepted', failure('deribit/wrong-network', 'halt'), ['unsubscribe']],
    ['again where the answer makes no sense', failure('deribit/malformed-reply', 'skip'), ['subscribe']],
    [
      'again where the exchange was too late (13888)',
      failure('deribit/timed-out', 'skip', { number: 13888 }),
      ['subscribe'],
    ],
  ])('is asked for %s', async (_, error, then) => {
    const exchange = openedExchange({ isHeld: true })
    const one = hearing(exchange, 'e1')
    await exchange.clock.sleep(1)
    exchange.held[0]?.treat(error)
    await exchange.quiet()
    for (const call of exchange.held.slice(1)) call.treat('answered')
    await exchange.quiet()
    expect(exchange.asked().slice(1)).toEqual(then.map((method) => `public/${method} e1`))
    expect(await outcomeOf(one.ready)).toBe(then[0] === 'subscribe' ? 'resolved' : error)
  })

  it('ends where no answer makes sense, and is left', async () => {
    const exchange = openedExchange({ isHeld: true })
    const one = hearing(exchange, 'e1')
    for (let turn = 0; turn < 10; turn += 1) {
      await exchange.clock.sleep(10_000)
      for (const call of exchange.held.splice(0)) call.treat(failure('deribit/malformed-reply', 'skip'))
    }
    expect(one.heard).toEqual([{ told: 'end', code: 'deribit/malformed-reply' }])
    expect(exchange.asked().slice(0, 4)).toEqual([...Array(3).fill('public/subscribe e1'), 'public/unsubscribe e1'])
  })

  it('does not count answers without sense over others that have it', async () => {
    const exchange = openedExchange({ isHeld: true })
    const answers = ['e1', 'e2', 'e3', 'e4'].flatMap((name) => [name, name])
    for (const [turn, name] of answers.entries()) {
      if (turn % 2 === 0) hearing(exchange, name)
      await exchange.clock.sleep(10_000)
      const treatment = turn % 2 === 0 ? failure('deribit/malformed-reply', 'skip') : 'answered'
      for (const call of exchange.held.splice(0)) call.treat(treatment)
    }
    await exchange.quiet()
    expect([...exchange.served].sort()).toEqual(['e1', 'e2', 'e3', 'e4'])
  })

  it('does not take others of the same request with it', async () => {
    const exchange = openedExchange({ isHeld: true })
    const all = Array.from({ length: 9 }, (_, i) => hearing(exchange, `user${i}`))
    for (let turn = 0; turn < 20; turn++) {
      await exchange.clock.sleep(1)
      for (const call of exchange.held.splice(0)) {
        call.treat(
          call.channels.includes('user4') ? failure('deribit/forbidden', 'halt', { number: 13021 }) : 'answered',
        )
      }
    }
    expect(all.filter(({ heard }) => heard.at(-1)?.told === 'end').map(({ name }) => name)).toEqual(['user4'])
    expect([...exchange.served].sort()).toEqual(all.map(({ name }) => name).filter((name) => name !== 'user4'))
    expect(exchange.calls.length).toBeLessThan(12)
  })

  it('is the raw ones where nobody signs in', async () => {
    const exchange = openedExchange({ isHeld: true })
    const all = ['e1', 'e2.raw', 'e3'].map((name) => hearing(exchange, name))
    for (let turn = 0; turn < 5; turn++) {
      await exchange.clock.sleep(1)
      for (const call of exchange.held.splice(0)) {
        const isRaw = call.channels.some((name) => name.endsWith('.raw'))
        call.treat(isRaw ? failure('deribit/raw', 'retry', { number: 13778 }) : 'answered')
      }
    }
    const begun = [{ told: 'begin', epoch: 1 }]
    expect(all.map(({ heard }) => heard)).toEqual([begun, [{ told: 'end', code: 'deribit/wrong-call' }], begun])
    expect(exchange.asked()).toEqual(['public/subscribe e1 e2.raw e3', 'public/subscribe e1 e3'])
  })

  it('is asked for again where it is raw and the sign-in was lost, after the others', async () => {
    const exchange = openedExchange({ isHeld: true, signsIn: true })
    const all = ['e1', 'e2.raw'].map((name) => hearing(exchange, name))
    await exchange.clock.sleep(1)
    exchange.held.splice(0)[0]?.treat(failure('deribit/raw', 'retry', { number: 13778 }))
    await exchange.clock.sleep(1)
    exchange.held.splice(0)[0]?.treat('answered')
    await exchange.clock.sleep(400)
    expect(exchange.calls).toHaveLength(2)
    await exchange.clock.sleep(200)
    exchange.held.splice(0)[0]?.treat('answered')
    await Promise.all(all.map(({ ready }) => ready))
    expect(exchange.asked()).toEqual(['public/subscribe e1 e2.raw', 'public/subscribe e1', 'public/subscribe e2.raw'])
  })
})
