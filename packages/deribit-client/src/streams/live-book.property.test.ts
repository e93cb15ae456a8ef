import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { WireBookChange } from '../wire/book-change.js'
import { change, openedBook, snapshot } from './live-book.fixture.js'
import type { BookView } from './live-book.js'

describe('whatever comes', () => {
  it('is the newest of all that was told on this connection, or unknown, also where one overtakes another', async () => {
    const move = fc.constantFrom('send', 'send', 'send', 'hold', 'release', 'double', 'drop', 'reconnect')
    await fc.assert(
      fc.asyncProperty(fc.array(move, { minLength: 5, maxLength: 80 }), async (moves) => {
        const { book, begin, send, lose, regain, rest, world } = openedBook()
        begin()
        await rest()
        let id = 100
        let served = 0
        let newest = 0
        let held: WireBookChange[] = []
        const tell = (message: WireBookChange) => {
          send(message)
          newest = Math.max(newest, message.change_id)
          const { changeId, asks } = book.current() ?? {}
          expect([undefined, newest]).toContain(changeId)
          if (changeId !== undefined) expect(asks).toEqual([{ price: 0.02, amount: changeId }])
        }
        const next = () => {
          if (served === 0 || world.resyncs > served - 1) {
            served = world.resyncs + 1
            return snapshot(id)
          }
          id += 1
          return change(id)
        }
        for (const one of moves) {
          if (one === 'send') tell(next())
          if (one === 'hold') held.push(next())
          if (one === 'drop') next()
          if (one === 'release') for (const message of held.splice(0).reverse()) tell(message)
          if (one === 'double') {
            const message = next()
            tell(message)
            tell(message)
          }
          if (one === 'reconnect') {
            lose()
            held = []
            newest = 0
            regain()
            served = 0
          }
          await rest()
        }
        for (const message of held.splice(0)) tell(message)
        await rest(5_001)
        for (let calm = 0; calm < 3; calm += 1) tell(next())
        await rest(200_000)
        for (let calm = 0; calm < 3; calm += 1) tell(next())
        expect(book.current()?.changeId).toBe(id)
      }),
      { numRuns: 300 },
    )
  })

  it('what is shown was the book at that moment, and in the end it is the newest', async () => {
    const faults = fc.array(fc.constantFrom('as-sent', 'as-sent', 'lose', 'double', 'repeat-old', 'loss'), {
      minLength: 5,
      maxLength: 60,
    })
    await fc.assert(
      fc.asyncProperty(faults, async (how) => {
        const { book, send, lose, regain, rest, world } = openedBook()
        const seen: BookView[] = []
        const reading = (async () => {
          for await (const view of book) seen.push(view)
        })()
        let id = 100
        let resyncs = 0
        const ids = [id]
        send(snapshot(id))
        for (const fault of how) {
          id += 1
          ids.push(id)
          if (fault === 'loss') {
            lose()
            regain()
            send(snapshot(id))
          } else if (world.resyncs > resyncs) {
            resyncs = world.resyncs
            send(snapshot(id))
          } else if (fault !== 'lose') send(change(id))
          if (fault === 'double') send(change(id))
          if (fault === 'repeat-old') {
            const old = ids[Math.floor(ids.length / 2)] as number
            send(snapshot(old))
            send(change(old))
          }
          const now = book.current()
          if (now !== undefined) expect(now.bids).toEqual([{ price: 0.01, amount: now.changeId }])
          await rest()
        }
        for (let calm = 0; calm < 3; calm += 1) {
          id += 1
          const isAsked = world.resyncs > resyncs
          resyncs = world.resyncs
          send(isAsked ? snapshot(id) : change(id))
        }
        expect(book.current()?.changeId).toBe(id)
        book.close()
        await reading
        const changeIds = seen.map(({ changeId }) => changeId)
        expect(changeIds).toEqual(changeIds.toSorted((a, b) => a - b))
      }),
    )
  })
})
