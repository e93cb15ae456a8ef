import { describe, expect, it } from 'vitest'
import { clientClosed } from '../errors.js'
import { createModelExchange, createRecorder, failure, modelChannel } from './model-exchange.fixture.js'

type Options = Parameters<typeof createModelExchange>[0]

function opened(options: Options = {}) {
  const exchange = createModelExchange(options)
  exchange.open()
  return exchange
}

function hearing(exchange: ReturnType<typeof createModelExchange>, name: string) {
  const recorder = createRecorder()
  const attachment = exchange.registry.attach(modelChannel(name), recorder.sink)
  return { ...recorder, ...attachment, name }
}

async function outcomeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'resolved',
    (error) => error,
  )
}

describe('what is asked of the exchange', () => {
  it('is asked for at once where it is wanted in one breath, public and private apart', async () => {
    const exchange = opened()
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
    const exchange = opened()
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
    const exchange = opened()
    hearing(exchange, 'e1').detach()
    await exchange.quiet()
    expect(exchange.asked()).toEqual([])
  })

  it('fits into frames of 32 kB', async () => {
    const exchange = opened()
    const names = Array.from({ length: 2_000 }, (_, i) => `n.BTC-27MAR26-${100_000 + i}-C.100ms`)
    const all = names.map((name) => hearing(exchange, name))
    await Promise.all(all.map(({ ready }) => ready))
    expect(exchange.calls.flatMap(({ channels }) => channels)).toEqual(names)
    const sizes = exchange.calls.map(({ channels }) => JSON.stringify(channels).length)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(30_001)
    expect(exchange.calls.length).toBe(Math.ceil((2_000 * (names[0]!.length + 3)) / 30_000))
  })

  it.each(['two words', 'line\nbreak', '', 'ü', 'x'.repeat(257)])('never holds a name such as %j', (name) => {
    const { registry, calls } = opened()
    expect(() => registry.attach(modelChannel(name), createRecorder().sink)).toThrowError(
      expect.objectContaining({ code: 'deribit/invalid-params' }),
    )
    expect(calls).toEqual([])
  })

  it('is not the same name in two descriptions', () => {
    const { registry } = opened()
    registry.attach(modelChannel('e1'), createRecorder().sink)
    const other = { ...modelChannel('e1'), delivery: 'newest' as const }
    expect(() => registry.attach(other, createRecorder().sink)).toThrowError(
      expect.objectContaining({ code: 'deribit/wrong-call' }),
    )
  })
})

describe('a channel that the exchange does not accept', () => {
  it('ends for all who hear it, and the others go on', async () => {
    const exchange = opened({ unknown: ['e2', 'e3'] })
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
  ])('is asked for %s', async (_, error, then) => {
    const exchange = opened({ isHeld: true })
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
    const exchange = opened({ isHeld: true })
    const one = hearing(exchange, 'e1')
    for (let turn = 0; turn < 10; turn += 1) {
      await exchange.clock.sleep(10_000)
      for (const call of exchange.held.splice(0)) call.treat(failure('deribit/malformed-reply', 'skip'))
    }
    expect(one.heard).toEqual([{ told: 'end', code: 'deribit/malformed-reply' }])
    expect(exchange.asked().slice(0, 4)).toEqual([...Array(3).fill('public/subscribe e1'), 'public/unsubscribe e1'])
  })

  it('does not count answers without sense over others that have it', async () => {
    const exchange = opened({ isHeld: true })
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
    const exchange = opened({ isHeld: true })
    const all = Array.from({ length: 9 }, (_, i) => hearing(exchange, `user${i}`))
    for (let turn = 0; turn < 20; turn++) {
      await exchange.clock.sleep(1)
      for (const call of exchange.held.splice(0)) {
        call.treat(
          call.channels.includes('user4') ? failure('deribit/forbidden', 'halt', { number: 13021 }) : 'answered',
        )
      }
    }
    expect(all.filter(({ heard }) => heard.length > 0).map(({ name }) => name)).toEqual(['user4'])
    expect([...exchange.served].sort()).toEqual(all.map(({ name }) => name).filter((name) => name !== 'user4'))
    expect(exchange.calls.length).toBeLessThan(12)
  })

  it('is the raw ones where raw needs a sign-in that there is not', async () => {
    const exchange = opened({ isHeld: true })
    const all = ['e1', 'e2.raw', 'e3'].map((name) => hearing(exchange, name))
    for (let turn = 0; turn < 5; turn++) {
      await exchange.clock.sleep(1)
      for (const call of exchange.held.splice(0)) {
        const isRaw = call.channels.some((name) => name.endsWith('.raw'))
        call.treat(isRaw ? failure('deribit/raw', 'retry', { number: 13778 }) : 'answered')
      }
    }
    expect(all.map(({ heard }) => heard)).toEqual([[], [{ told: 'end', code: 'deribit/raw' }], []])
    expect(exchange.asked()).toEqual(['public/subscribe e1 e2.raw e3', 'public/subscribe e1 e3'])
  })

  it('is asked for again where raw channels are refused on a connection that signs in', async () => {
    const exchange = opened({ isHeld: true, signsIn: true })
    const all = ['e1', 'e2.raw'].map((name) => hearing(exchange, name))
    await exchange.clock.sleep(1)
    exchange.held.splice(0)[0]?.treat(failure('deribit/raw', 'retry', { number: 13778 }))
    for (let turn = 0; turn < 5; turn++) {
      await exchange.clock.sleep(1_000)
      for (const call of exchange.held.splice(0)) call.treat('answered')
    }
    await Promise.all(all.map(({ ready }) => ready))
    expect([...exchange.served].sort()).toEqual(['e1', 'e2.raw'])
  })
})

describe('a connection that is lost', () => {
  it('is followed by the same channels, which begin anew', async () => {
    const exchange = opened()
    const [book, user] = [hearing(exchange, 'w1'), hearing(exchange, 'user1')]
    await Promise.all([book.ready, user.ready])
    exchange.send('w1')
    exchange.lose()
    exchange.registry.take('w1', { whole: false, n: 99 }, 0)
    expect(book.heard.at(-1)).toEqual({ told: 'pause' })
    exchange.open()
    await exchange.quiet()
    expect(book.heard).toEqual([
      { told: 'data', n: 1, whole: true, epoch: 1 },
      { told: 'data', n: 2, whole: false, epoch: 1 },
      { told: 'pause' },
      { told: 'restart', epoch: 2 },
      { told: 'data', n: 3, whole: true, epoch: 2 },
    ])
    expect(user.heard).toEqual([{ told: 'pause' }, { told: 'restart', epoch: 2 }])
    expect([...exchange.served].sort()).toEqual(['user1', 'w1'])
  })

  it('ends what was asked of it', async () => {
    const exchange = opened({ isHeld: true })
    const one = hearing(exchange, 'e1')
    await exchange.clock.sleep(1)
    exchange.lose()
    exchange.held.splice(0)[0]?.treat('answered')
    exchange.open()
    await exchange.clock.sleep(1)
    exchange.held.splice(0)[0]?.treat('answered')
    await one.ready
    expect(exchange.asked()).toEqual(Array(2).fill('public/subscribe e1'))
    expect(one.heard).toEqual([])
  })

  it('ends a channel that is not served any more', async () => {
    const unknown: string[] = []
    const exchange = opened({ unknown })
    const [gone, stays] = [hearing(exchange, 'n1'), hearing(exchange, 'n2')]
    await Promise.all([gone.ready, stays.ready])
    unknown.push('n1')
    exchange.lose()
    exchange.open()
    await exchange.quiet()
    expect(gone.heard.at(-1)).toEqual({ told: 'end', code: 'deribit/channels-refused' })
    expect(stays.heard.at(-1)).toEqual({ told: 'restart', epoch: 2 })
  })

  it('for good ends everything, now and later', async () => {
    const exchange = opened({ isHeld: true })
    const waiting = hearing(exchange, 'e1')
    exchange.close(clientClosed())
    expect(await outcomeOf(waiting.ready)).toMatchObject({ code: 'deribit/closed' })
    const late = hearing(exchange, 'e1')
    expect(late.heard).toEqual([])
    expect(await outcomeOf(late.ready)).toMatchObject({ code: 'deribit/closed' })
    expect([waiting.heard, late.heard]).toEqual(Array(2).fill([{ told: 'end', code: 'deribit/closed' }]))
    const left = hearing(exchange, 'e1')
    left.detach()
    left.resync()
    await exchange.quiet()
    expect(left.heard).toEqual([])
  })
})

describe('one who comes late', () => {
  it('does not get what came last on a connection that was lost', async () => {
    const exchange = opened()
    const first = hearing(exchange, 'n1')
    await first.ready
    exchange.send('n1')
    exchange.lose()
    exchange.open()
    await exchange.quiet()
    const second = hearing(exchange, 'n1')
    await exchange.quiet()
    expect([first.data(), second.data()]).toEqual([[1], []])
    exchange.send('n1')
    expect([first.data(), second.data()]).toEqual([[1, 2], [2]])
  })

  it('gets what came last where only the newest counts, and not before it is attached', async () => {
    const exchange = opened()
    const first = hearing(exchange, 'n1')
    await first.ready
    exchange.send('n1')
    exchange.send('n1')
    const late = hearing(exchange, 'n1')
    expect(late.heard).toEqual([])
    await late.ready
    expect(late.data()).toEqual([2])
    const later = hearing(exchange, 'n1')
    exchange.send('n1')
    await exchange.quiet()
    expect([first.data(), late.data(), later.data()]).toEqual([[1, 2, 3], [2, 3], [3]])
  })

  it('gets nothing of an earlier connection', async () => {
    const exchange = opened()
    await hearing(exchange, 'n1').ready
    exchange.send('n1')
    exchange.lose()
    const late = hearing(exchange, 'n1')
    exchange.open()
    await exchange.quiet()
    expect(late.heard).toEqual([])
  })

  it('makes a channel that starts whole begin anew for all', async () => {
    const exchange = opened()
    const first = hearing(exchange, 'w1')
    await first.ready
    exchange.send('w1')
    const late = hearing(exchange, 'w1')
    exchange.send('w1')
    await late.ready
    exchange.send('w1')
    expect(exchange.asked().slice(1)).toEqual(['public/unsubscribe w1', 'public/subscribe w1'])
    expect(late.heard).toEqual([
      { told: 'data', n: 4, whole: true, epoch: 2 },
      { told: 'data', n: 5, whole: false, epoch: 2 },
    ])
    expect(first.heard.slice(2)).toEqual([
      { told: 'data', n: 3, whole: false, epoch: 1 },
      { told: 'pause' },
      { told: 'restart', epoch: 2 },
      ...late.heard,
    ])
  })
})

describe('a resynchronisation', () => {
  it('that has to wait is waited for once, and not over a lost connection', async () => {
    const exchange = opened()
    const [first, other] = [hearing(exchange, 'w1'), hearing(exchange, 'w2')]
    await Promise.all([first.ready, other.ready])
    for (let times = 0; times < 2; times += 1) {
      for (const { resync } of [first, other]) resync()
      await exchange.clock.sleep(10)
    }
    hearing(exchange, 'e1')
    await exchange.clock.sleep(10)
    expect(exchange.sleepers()).toBe(1)
    exchange.lose()
    await exchange.clock.sleep(1)
    expect(exchange.sleepers()).toBe(0)
  })

  it('is one for all who ask in the same breath', async () => {
    const exchange = opened()
    const [first, second] = [hearing(exchange, 'w1'), hearing(exchange, 'w1')]
    await Promise.all([first.ready, second.ready])
    first.resync()
    second.resync()
    first.resync()
    await exchange.quiet()
    expect(exchange.asked()).toEqual(['public/subscribe w1', 'public/unsubscribe w1', 'public/subscribe w1'])
    expect(first.heard).toEqual([
      { told: 'data', n: 1, whole: true, epoch: 1 },
      { told: 'pause' },
      { told: 'restart', epoch: 2 },
      { told: 'data', n: 2, whole: true, epoch: 2 },
    ])
  })

  it('is asked for ever more slowly where each snapshot is followed by the next', async () => {
    const exchange = opened()
    const book = createRecorder()
    const times: number[] = []
    const attachment = exchange.registry.attach(modelChannel('w1'), {
      ...book.sink,
      onData() {
        times.push(exchange.clock.now())
        attachment.resync()
      },
    })
    await exchange.clock.sleep(300_000)
    attachment.detach()
    expect(times.length).toBeLessThan(20)
    expect(times.slice(1, 6).map((ms) => ms - (times[0] ?? 0))).toEqual([0, 1_000, 3_000, 7_000, 15_000])
  })
})

describe('one who hears', () => {
  it('may fail without harm to the others', async () => {
    const exchange = opened()
    const bad = () => {
      throw new Error('secret words')
    }
    exchange.registry.attach(modelChannel('w1'), {
      onData: bad,
      onRestart: bad,
      onUnreadable: bad,
      onEnd: bad,
      onPause: bad,
    })
    const good = hearing(exchange, 'w1')
    await good.ready
    exchange.send('w1')
    exchange.lose()
    exchange.open()
    await exchange.quiet()
    exchange.close(clientClosed())
    expect(good.heard.map(({ told }) => told)).toEqual(['data', 'data', 'pause', 'restart', 'data', 'end'])
    expect(exchange.logged.filter(({ level }) => level === 'error')).toEqual([
      { level: 'error', message: 'a listener of a channel failed', facts: { channel: 'w1', error: 'Error' } },
    ])
    expect(JSON.stringify(exchange.logged)).not.toContain('secret words')
  })

  it('may leave, and come, while all are told', async () => {
    const exchange = opened()
    const recorder = createRecorder()
    const come: ReturnType<typeof hearing>[] = []
    exchange.registry.attach(modelChannel('e1'), {
      ...recorder.sink,
      onData() {
        second.detach()
        come.push(hearing(exchange, 'e1'))
      },
    })
    const second = hearing(exchange, 'e1')
    await second.ready
    exchange.send('e1')
    expect([second.heard, come[0]?.heard]).toEqual([[], []])
    exchange.send('e1')
    expect([second.data(), come[0]?.data()]).toEqual([[], [2]])
  })

  it('is told nothing after it left', async () => {
    const exchange = opened()
    const one = hearing(exchange, 'w1')
    await one.ready
    const before = one.heard.length
    one.detach()
    exchange.send('w1')
    exchange.lose()
    exchange.close(clientClosed())
    expect(one.heard.length).toBe(before)
  })

  it('is refused what it left before it was accepted', async () => {
    const exchange = opened({ isHeld: true })
    const one = hearing(exchange, 'e1')
    one.detach()
    expect(await outcomeOf(one.ready)).toMatchObject({ code: 'deribit/subscription-closed' })
  })
})

describe('what cannot be read', () => {
  const damaged = { whole: 'yes', n: 1 }

  it('is passed over where only the newest counts', async () => {
    const exchange = opened()
    const one = hearing(exchange, 'n1')
    await one.ready
    exchange.registry.take('n1', damaged, 0)
    exchange.registry.take('n1', damaged, 0)
    exchange.send('n1')
    expect(one.heard).toEqual([
      ...Array(2).fill({ told: 'unreadable', code: 'deribit/unexpected-notification' }),
      { told: 'data', n: 1, whole: false, epoch: 1 },
    ])
    const warnings = exchange.logged.filter(({ level }) => level === 'warn')
    expect(warnings).toEqual([
      {
        level: 'warn',
        message: 'a notification cannot be read',
        facts: { channel: 'n1', path: 'data.whole', expected: 'true or false', received: 'text' },
      },
    ])
  })

  it('ends a channel where every one counts, and leaves it', async () => {
    const exchange = opened()
    const one = hearing(exchange, 'e1')
    await one.ready
    await exchange.quiet()
    exchange.registry.take('e1', damaged, 0)
    exchange.send('e1')
    await exchange.quiet()
    expect(one.heard.map(({ told }) => told)).toEqual(['unreadable', 'end'])
    expect(exchange.asked().at(-1)).toBe('public/unsubscribe e1')
  })

  it('is a new field in strict mode, and otherwise told once for all channels of a kind', async () => {
    for (const strict of [true, false]) {
      const exchange = opened({ strict })
      const all = ['n1', 'n2'].map((name) => {
        const recorder = createRecorder()
        exchange.registry.attach({ ...modelChannel(name), kind: 'n.*' }, recorder.sink)
        return recorder
      })
      await exchange.quiet()
      for (const name of ['n1', 'n2']) exchange.registry.take(name, { whole: true, n: 1, fresh: 1 }, 0)
      expect(all.map(({ heard }) => heard[0]?.told)).toEqual(Array(2).fill(strict ? 'unreadable' : 'data'))
      expect(exchange.drifts).toEqual(strict ? [] : [{ method: 'n.*', path: 'data.fresh', kind: 'unknown-field' }])
    }
  })

  it('is nothing where nobody hears it', async () => {
    const exchange = opened()
    for (let i = 0; i < 5; i++) exchange.registry.take('stranger\n', damaged, 0)
    expect(exchange.logged.map(({ facts }) => facts)).toEqual([{ count: 1 }, { count: 2 }, { count: 4 }])
  })
})
