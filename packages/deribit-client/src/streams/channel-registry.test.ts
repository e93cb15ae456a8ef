import { describe, expect, it } from 'vitest'
import { clientClosed } from '../errors.js'
import { createRecorder, hearing, modelChannel, openedExchange } from './model-exchange.fixture.js'

async function outcomeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'resolved',
    (error) => error,
  )
}

describe('a connection that is lost', () => {
  it('is followed by the same channels, which begin anew', async () => {
    const exchange = openedExchange()
    const [book, user] = [hearing(exchange, 'w1'), hearing(exchange, 'user1')]
    await Promise.all([book.ready, user.ready])
    exchange.send('w1')
    exchange.lose()
    exchange.registry.take('w1', { whole: false, n: 99 }, 0)
    expect(book.heard.at(-1)).toEqual({ told: 'pause' })
    exchange.open()
    await exchange.quiet()
    expect(book.heard).toEqual([
      { told: 'begin', epoch: 1 },
      { told: 'data', n: 1, whole: true, epoch: 1 },
      { told: 'data', n: 2, whole: false, epoch: 1 },
      { told: 'pause' },
      { told: 'begin', epoch: 2 },
      { told: 'data', n: 3, whole: true, epoch: 2 },
    ])
    expect(user.heard).toEqual([{ told: 'begin', epoch: 1 }, { told: 'pause' }, { told: 'begin', epoch: 2 }])
    expect([...exchange.served].sort()).toEqual(['user1', 'w1'])
  })

  it('ends what was asked of it', async () => {
    const exchange = openedExchange({ isHeld: true })
    const one = hearing(exchange, 'e1')
    await exchange.clock.sleep(1)
    exchange.lose()
    exchange.held.splice(0)[0]?.treat('answered')
    exchange.open()
    await exchange.clock.sleep(1)
    exchange.held.splice(0)[0]?.treat('answered')
    await one.ready
    expect(exchange.asked()).toEqual(Array(2).fill('public/subscribe e1'))
    expect(one.heard).toEqual([{ told: 'begin', epoch: 2 }])
  })

  it('ends a channel that is not served any more', async () => {
    const unknown: string[] = []
    const exchange = openedExchange({ unknown })
    const [gone, stays] = [hearing(exchange, 'n1'), hearing(exchange, 'n2')]
    await Promise.all([gone.ready, stays.ready])
    unknown.push('n1')
    exchange.lose()
    exchange.open()
    await exchange.quiet()
    expect(gone.heard.at(-1)).toEqual({ told: 'end', code: 'deribit/channels-refused' })
    expect(stays.heard.at(-1)).toEqual({ told: 'begin', epoch: 2 })
  })

  it('for good ends everything, now and later', async () => {
    const exchange = openedExchange({ isHeld: true })
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
    const exchange = openedExchange()
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
    const exchange = openedExchange()
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
    expect([first.data(), late.data(), later.data()]).toEqual([
      [1, 2, 3],
      [2, 3],
      [2, 3],
    ])
  })

  it('gets nothing of an earlier connection', async () => {
    const exchange = openedExchange()
    await hearing(exchange, 'n1').ready
    exchange.send('n1')
    exchange.lose()
    const late = hearing(exchange, 'n1')
    exchange.open()
    await exchange.quiet()
    expect(late.heard).toEqual([{ told: 'begin', epoch: 2 }])
  })

  it('is not accepted before the channel begins anew for it', async () => {
    const exchange = openedExchange({ isHeld: true })
    hearing(exchange, 'w1')
    await exchange.clock.sleep(1)
    exchange.held.splice(0)[0]?.treat('not-answered')
    await exchange.clock.sleep(600)
    const late = hearing(exchange, 'w1')
    let isReady = false
    late.ready.then(() => {
      isReady = true
    })
    exchange.held.splice(0)[0]?.treat('answered')
    await exchange.clock.sleep(1)
    expect([isReady, late.heard]).toEqual([false, []])
    for (let turn = 0; turn < 3; turn += 1) {
      exchange.held.splice(0)[0]?.treat('answered')
      await exchange.clock.sleep(1)
    }
    expect([isReady, late.heard[0]]).toEqual([true, { told: 'begin', epoch: 2 }])
  })

  it('makes a channel that starts whole begin anew for all', async () => {
    const exchange = openedExchange()
    const first = hearing(exchange, 'w1')
    await first.ready
    exchange.send('w1')
    const late = hearing(exchange, 'w1')
    exchange.send('w1')
    await late.ready
    exchange.send('w1')
    expect(exchange.asked().slice(1)).toEqual(['public/unsubscribe w1', 'public/subscribe w1'])
    expect(late.heard).toEqual([
      { told: 'begin', epoch: 2 },
      { told: 'data', n: 4, whole: true, epoch: 2 },
      { told: 'data', n: 5, whole: false, epoch: 2 },
    ])
    expect(first.heard.slice(3)).toEqual([
      { told: 'data', n: 3, whole: false, epoch: 1 },
      { told: 'pause' },
      ...late.heard,
    ])
  })
})

describe('a resynchronisation', () => {
  it('that has to wait is waited for once, and not over a lost connection', async () => {
    const exchange = openedExchange()
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
    const exchange = openedExchange()
    const [first, second] = [hearing(exchange, 'w1'), hearing(exchange, 'w1')]
    await Promise.all([first.ready, second.ready])
    first.resync()
    second.resync()
    first.resync()
    await exchange.quiet()
    expect(exchange.asked()).toEqual(['public/subscribe w1', 'public/unsubscribe w1', 'public/subscribe w1'])
    expect(first.heard).toEqual([
      { told: 'begin', epoch: 1 },
      { told: 'data', n: 1, whole: true, epoch: 1 },
      { told: 'pause' },
      { told: 'begin', epoch: 2 },
      { told: 'data', n: 2, whole: true, epoch: 2 },
    ])
  })

  it('is asked for ever more slowly where each snapshot is followed by the next', async () => {
    const exchange = openedExchange()
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
    const exchange = openedExchange()
    const bad = () => {
      throw new Error('secret words')
    }
    exchange.registry.attach(modelChannel('w1'), {
      onData: bad,
      onBegin: bad,
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
    expect(good.heard.map(({ told }) => told)).toEqual(['begin', 'data', 'data', 'pause', 'begin', 'data', 'end'])
    expect(exchange.logged.filter(({ level }) => level === 'error')).toEqual([
      { level: 'error', message: 'a sink of a channel failed', facts: { channel: 'w1', error: 'Error' } },
    ])
    expect(JSON.stringify(exchange.logged)).not.toContain('secret words')
  })

  it('may leave, and come, while all are told', async () => {
    const exchange = openedExchange()
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
    expect([second.data(), come[0]?.heard]).toEqual([[], []])
    exchange.send('e1')
    expect([second.data(), come[0]?.data()]).toEqual([[], [2]])
  })

  it('is told nothing after it left', async () => {
    const exchange = openedExchange()
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
    const exchange = openedExchange({ isHeld: true })
    const one = hearing(exchange, 'e1')
    one.detach()
    expect(await outcomeOf(one.ready)).toMatchObject({ code: 'deribit/subscription-closed' })
  })
})

describe('what cannot be read', () => {
  const damaged = { whole: 'yes', n: 1 }

  it('is passed over where only the newest counts', async () => {
    const exchange = openedExchange()
    const one = hearing(exchange, 'n1')
    await one.ready
    exchange.registry.take('n1', damaged, 0)
    exchange.registry.take('n1', damaged, 0)
    exchange.send('n1')
    expect(one.heard).toEqual([
      { told: 'begin', epoch: 1 },
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
    const exchange = openedExchange()
    const one = hearing(exchange, 'e1')
    await one.ready
    await exchange.quiet()
    exchange.registry.take('e1', damaged, 0)
    exchange.send('e1')
    await exchange.quiet()
    expect(one.heard.map(({ told }) => told)).toEqual(['begin', 'unreadable', 'end'])
    expect(exchange.asked().at(-1)).toBe('public/unsubscribe e1')
  })

  it('is a new field in strict mode, and otherwise told once for all channels of a kind', async () => {
    for (const strict of [true, false]) {
      const exchange = openedExchange({ strict })
      const all = ['n1', 'n2'].map((name) => {
        const recorder = createRecorder()
        exchange.registry.attach({ ...modelChannel(name), kind: 'n.*' }, recorder.sink)
        return recorder
      })
      await exchange.quiet()
      for (const name of ['n1', 'n2']) exchange.registry.take(name, { whole: true, n: 1, fresh: 1 }, 0)
      expect(all.map(({ heard }) => heard[1]?.told)).toEqual(Array(2).fill(strict ? 'unreadable' : 'data'))
      expect(exchange.drifts).toEqual(strict ? [] : [{ method: 'n.*', path: 'data.fresh', kind: 'unknown-field' }])
    }
  })

  it('is nothing where nobody hears it', async () => {
    const exchange = openedExchange()
    for (let i = 0; i < 5; i++) exchange.registry.take('stranger\n', damaged, 0)
    expect(exchange.logged.map(({ facts }) => facts)).toEqual([{ count: 1 }, { count: 2 }, { count: 4 }])
  })
})
