import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, inject, it } from 'vitest'
import { bookChangeSchema, type WireBookChange } from '../wire/book-change.js'
import { createOrderBook, isWholeBook } from './order-book.js'

type Levels = WireBookChange['bids']

const SNAPSHOT: WireBookChange = {
  type: 'snapshot',
  instrument_name: 'BTC-15SEP26-77000-C',
  timestamp: 1_000,
  change_id: 100,
  bids: [
    ['new', 0.0065, 10],
    ['new', 0.006, 4],
  ],
  asks: [
    ['new', 0.0075, 10],
    ['new', 0.009, 1],
  ],
}

function change(bids: Levels, asks: Levels = [], ids: Partial<WireBookChange> = {}): WireBookChange {
  const { instrument_name } = SNAPSHOT
  return { type: 'change', instrument_name, timestamp: 2_000, prev_change_id: 100, change_id: 117, bids, asks, ...ids }
}

function bookOf(...messages: WireBookChange[]) {
  const book = createOrderBook()
  return { book, applied: messages.map(book.apply) }
}

describe('a book', () => {
  it('has levels once a snapshot is there, best first', () => {
    const { book, applied } = bookOf(SNAPSHOT)
    expect(applied).toEqual([{ kind: 'whole' }])
    expect(book.levels('bids')).toEqual([
      { price: 0.0065, amount: 10 },
      { price: 0.006, amount: 4 },
    ])
    expect(book.best('asks')).toEqual({ price: 0.0075, amount: 10 })
    expect(book.levels('asks', 1)).toEqual([{ price: 0.0075, amount: 10 }])
    expect([book.changeId(), book.timestampMs()]).toEqual([100, 1_000])
  })

  it('follows a change of each kind, and ids that jump', () => {
    const { book, applied } = bookOf(
      SNAPSHOT,
      change([['new', 0.007, 2]], [['delete', 0.009, 0]]),
      change([['delete', 0.0065, 0]], [['change', 0.0075, 3]], { prev_change_id: 117, change_id: 5_000 }),
    )
    expect(applied.map(({ kind }) => kind)).toEqual(['whole', 'changed', 'changed'])
    expect(book.levels('bids').map(({ price }) => price)).toEqual([0.007, 0.006])
    expect(book.levels('asks')).toEqual([{ price: 0.0075, amount: 3 }])
  })

  it('does not change a list that it has given out', () => {
    const { book } = bookOf(SNAPSHOT)
    const before = book.levels('bids')
    book.apply(change([['delete', 0.0065, 0]]))
    expect(before).toHaveLength(2)
    expect(book.levels('bids')).toHaveLength(1)
  })

  it.each([
    ['no-snapshot', 'a change comes first', [change([])]],
    ['missed', 'a change before was missed', [SNAPSHOT, change([], [], { prev_change_id: 105 })]],
    ['missed', 'a change begins before the last one', [SNAPSHOT, change([], [], { prev_change_id: 99 })]],
    ['contradiction', 'a change does not say what it follows', [SNAPSHOT, change([], [], { prev_change_id: null })]],
    ['contradiction', 'an amount is 0 and not deleted', [SNAPSHOT, change([['change', 0.0065, 0]])]],
    ['contradiction', 'an amount is negative', [SNAPSHOT, change([['new', 0.005, -1]])]],
    ['contradiction', 'a bid is at the best ask', [SNAPSHOT, change([['new', 0.0075, 1]])]],
    [
      'contradiction',
      'a snapshot says a price twice',
      [
        {
          ...SNAPSHOT,
          asks: [
            ['new', 1, 1],
            ['new', 1, 2],
          ] as Levels,
        },
      ],
    ],
    ['contradiction', 'a snapshot deletes', [{ ...SNAPSHOT, bids: [['delete', 0.001, 0]] as Levels }]],
  ])('is unknown after a gap (%s) where %s', (reason, _why, messages) => {
    const { book, applied } = bookOf(...messages)
    expect(applied.at(-1)).toEqual({ kind: 'gap', reason })
    expect(book.isWhole()).toBe(false)
    expect([book.best('bids'), book.levels('asks'), book.changeId()]).toEqual([undefined, [], undefined])
    expect(book.apply({ ...SNAPSHOT, change_id: 9_000 })).toEqual({ kind: 'whole' })
    expect(book.levels('bids')).toHaveLength(2)
  })

  it.each([
    ['the same change', change([['new', 0.007, 2]])],
    ['an older change', change([['new', 0.007, 9]], [], { prev_change_id: 90, change_id: 100 })],
    ['an older snapshot', { ...SNAPSHOT, change_id: 90, bids: [] }],
  ])('leaves out %s', (_what, late) => {
    const { book } = bookOf(SNAPSHOT, change([['new', 0.007, 2]]))
    const before = book.levels('bids')
    expect(book.apply(late)).toEqual({ kind: 'duplicate' })
    expect(book.levels('bids')).toEqual(before)
  })

  it('takes what deletes a level that is not there, and what calls a known one new, as amounts are absolute', () => {
    const { book, applied } = bookOf(SNAPSHOT, change([['new', 0.0065, 3]], [['delete', 0.5, 0]]))
    expect(applied.at(-1)).toEqual({ kind: 'changed' })
    expect(book.best('bids')).toEqual({ price: 0.0065, amount: 3 })
    expect(book.levels('asks')).toHaveLength(2)
  })

  it('knows a snapshot before 2020, which has no type, and one that has a prev_change_id all the same', () => {
    const { type: _, ...old } = SNAPSHOT
    expect(bookOf(old).applied).toEqual([{ kind: 'whole' }])
    expect(bookOf({ ...SNAPSHOT, prev_change_id: 20 }).applied).toEqual([{ kind: 'whole' }])
    const { type: __, ...oldChange } = change([['new', 0.007, 2]])
    expect(bookOf(old, oldChange).applied.at(-1)).toEqual({ kind: 'changed' })
  })
})

/** What an exchange sends of one book, and what is in it after each. */
function history(steps: readonly { side: 'bids' | 'asks'; tick: number; amount: number; jump: number }[]) {
  const sides = { bids: new Map<number, number>(), asks: new Map<number, number>() }
  let id = 1
  const levels = (side: 'bids' | 'asks'): [number, number][] =>
    [...sides[side]].sort(([a], [b]) => (side === 'bids' ? b - a : a - b))
  const state = () => JSON.stringify([levels('bids'), levels('asks')])
  const news = (side: 'bids' | 'asks'): Levels => levels(side).map(([price, amount]) => ['new', price, amount])
  const snapshot = (): WireBookChange => ({ ...SNAPSHOT, change_id: id, bids: news('bids'), asks: news('asks') })
  const sent: { message: WireBookChange; snapshot: WireBookChange; state: string }[] = []
  sent.push({ message: snapshot(), snapshot: snapshot(), state: state() })
  for (const { side, tick, amount, jump } of steps) {
    const price = side === 'bids' ? 100 - tick : 101 + tick
    const isThere = sides[side].has(price)
    if (amount === 0 && !isThere) continue
    if (amount === 0) sides[side].delete(price)
    else sides[side].set(price, amount)
    const action = amount === 0 ? 'delete' : isThere ? 'change' : 'new'
    const prev = id
    id += jump
    const message = change(
      side === 'bids' ? [[action, price, amount]] : [],
      side === 'asks' ? [[action, price, amount]] : [],
      {
        prev_change_id: prev,
        change_id: id,
      },
    )
    sent.push({ message, snapshot: snapshot(), state: state() })
  }
  return sent
}

const steps = fc.array(
  fc.record({
    side: fc.constantFrom('bids' as const, 'asks' as const),
    tick: fc.nat(12),
    amount: fc.nat(3),
    jump: fc.integer({ min: 1, max: 9 }),
  }),
  { minLength: 1, maxLength: 60 },
)

function shown(book: ReturnType<typeof createOrderBook>): string {
  const list = (side: 'bids' | 'asks') => book.levels(side).map(({ price, amount }) => [price, amount])
  return JSON.stringify([list('bids'), list('asks')])
}

describe('whatever an exchange does', () => {
  it('is what a plain table of prices would be', () => {
    fc.assert(
      fc.property(steps, (script) => {
        const book = createOrderBook()
        for (const { message, state } of history(script)) {
          expect(book.apply(message).kind).toBe(isWholeBook(message) ? 'whole' : 'changed')
          expect(shown(book)).toBe(state)
          expect(book.best('bids')).toEqual(book.levels('bids')[0])
          expect(book.levels('asks', 3)).toEqual(book.levels('asks').slice(0, 3))
        }
      }),
    )
  })

  it('is never taken for whole and wrong, where notifications are lost, doubled and come late', () => {
    const faults = fc.array(fc.constantFrom('as-sent', 'as-sent', 'lose', 'double', 'swap', 'repeat-old', 'snapshot'))
    fc.assert(
      fc.property(steps, faults, (script, how) => {
        const sent = history(script)
        const states = new Map(sent.map(({ message, state }) => [message.change_id, state]))
        const heard = sent.flatMap((one, index) => {
          const { message } = one
          switch (how[index % Math.max(1, how.length)]) {
            case 'lose':
              return []
            case 'double':
              return [message, message]
            case 'swap':
              return [sent[index + 1]?.message ?? message, message]
            case 'repeat-old':
              return [message, sent[Math.floor(index / 2)]?.message ?? message]
            case 'snapshot':
              return [one.snapshot]
            default:
              return [message]
          }
        })
        const book = createOrderBook()
        for (const message of heard) {
          book.apply(message)
          const id = book.changeId()
          expect(id === undefined ? JSON.stringify([[], []]) : states.get(id)).toBe(shown(book))
        }
      }),
    )
  })
})

const recordings = inject('recordings')

describe.skipIf(recordings === null)('recorded books of 2019 to 2026', () => {
  const read = (file: string): unknown => JSON.parse(readFileSync(join(recordings ?? '', 'fixtures', file), 'utf8'))
  const recorded = [
    'testnet-2026/ws_book_option_snapshot_testnet.json',
    'testnet-2026/ws_book_option_change_testnet.json',
  ]
    .concat('testnet-2026/ws_book_perp_change_testnet.json', 'other/crypto_msg_parser_messages.json')
    .concat('other/tardis_ws_messages_2019-2020.json')
    .flatMap((file) => (recordings === null ? [] : ([read(file)].flat() as { msg?: object }[])))
    .map((message) => (message.msg ?? message) as { params?: { channel: string; data: unknown } })
    .flatMap(({ params }) => (params !== undefined && /^book\.[^.]+\.[^.]+$/.test(params.channel) ? [params.data] : []))
    .map((data) => bookChangeSchema.parse(data))

  it('are read, snapshots as such', () => {
    expect(recorded.filter(isWholeBook).length).toBeGreaterThanOrEqual(6)
    for (const message of recorded.filter(isWholeBook)) {
      const { book, applied } = bookOf(message)
      expect(applied).toEqual([{ kind: 'whole' }])
      expect(book.levels('bids')).toHaveLength(message.bids.length)
      expect(book.levels('asks')).toHaveLength(message.asks.length)
    }
  })

  it('are kept where they form a chain', () => {
    const chained = recorded.flatMap((before) =>
      recorded.filter((after) => after.prev_change_id === before.change_id).map((after) => [before, after] as const),
    )
    expect(chained.length).toBeGreaterThan(0)
    for (const [before, after] of chained) {
      expect(bookOf(before, after).applied.map(({ kind }) => kind)).toEqual(['whole', 'changed'])
    }
  })
})
