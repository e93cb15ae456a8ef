import { createVirtualClock } from '@cc/models/clock'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createBucket } from './bucket.js'

const never = new AbortController().signal
const turn = { keep: 0, urgent: false, deadlineMs: Number.MAX_SAFE_INTEGER, signal: never }

function setUp(limit = { rate: 5, burst: 20 }) {
  const clock = createVirtualClock({ startMs: 0 })
  return { clock, bucket: createBucket(clock, 'matching', limit) }
}

describe('a bucket', () => {
  it('lets its burst go at once and the rest at its rate', async () => {
    const { clock, bucket } = setUp({ rate: 5, burst: 3 })
    const wentAtMs: number[] = []
    await Promise.all(Array.from({ length: 6 }, () => bucket.take(turn).then(() => wentAtMs.push(clock.now()))))
    expect(wentAtMs).toEqual([0, 0, 0, 200, 400, 600])
  })

  it('serves who came first, first', async () => {
    const { bucket } = setUp({ rate: 5, burst: 1 })
    const order: number[] = []
    await Promise.all([1, 2, 3, 4].map((name) => bucket.take(turn).then(() => order.push(name))))
    expect(order).toEqual([1, 2, 3, 4])
  })

  it('serves who is urgent before all that are not', async () => {
    const { bucket } = setUp({ rate: 5, burst: 1 })
    const order: string[] = []
    const take = (name: string, urgent: boolean) => bucket.take({ ...turn, urgent }).then(() => order.push(name))
    await Promise.all([take('a', false), take('b', false), take('c', false), take('x', true), take('y', true)])
    expect(order).toEqual(['a', 'x', 'y', 'b', 'c'])
  })

  it('keeps back what must stay possible', async () => {
    const { clock, bucket } = setUp({ rate: 1, burst: 7 })
    await bucket.take({ ...turn, keep: 5 })
    await bucket.take({ ...turn, keep: 5 })
    const order = bucket.take({ ...turn, keep: 5 }).then(() => clock.now())
    for (let cancel = 0; cancel < 5; cancel += 1) await bucket.take({ ...turn, urgent: true })
    expect(clock.now()).toBe(0)
    expect(await order).toBe(6_000)
  })

  it('refuses at once what cannot go before its deadline', async () => {
    const { clock, bucket } = setUp({ rate: 5, burst: 1 })
    await bucket.take(turn)
    const first = bucket.take({ ...turn, deadlineMs: 200 })
    await expect(bucket.take({ ...turn, deadlineMs: 399 })).rejects.toMatchObject({
      code: 'deribit/rate-limited',
      recovery: 'retry',
      facts: { pool: 'matching', waitMs: 400 },
    })
    expect(clock.now()).toBe(0)
    await first
    expect(clock.now()).toBe(200)
  })

  it('refuses what an urgent one has pushed behind its deadline', async () => {
    const { bucket } = setUp({ rate: 5, burst: 1 })
    await bucket.take(turn)
    const pushed = bucket.take({ ...turn, deadlineMs: 200 })
    const urgent = bucket.take({ ...turn, urgent: true })
    await expect(pushed).rejects.toMatchObject({ code: 'deribit/rate-limited' })
    await urgent
  })

  it('gives the place of one that is aborted to the next', async () => {
    const { clock, bucket } = setUp({ rate: 5, burst: 1 })
    await bucket.take(turn)
    const controller = new AbortController()
    const given = bucket.take({ ...turn, signal: controller.signal })
    controller.abort(new Error('enough'))
    await expect(given).rejects.toThrow('enough')
    await bucket.take(turn)
    expect(clock.now()).toBe(200)
  })

  it('stops for as long as the exchange says, urgent or not', async () => {
    const { clock, bucket } = setUp()
    bucket.drain(3_000)
    await bucket.take({ ...turn, urgent: true })
    expect(clock.now()).toBe(3_000)
  })

  it('stops until it is full again where the exchange does not say', async () => {
    const { clock, bucket } = setUp({ rate: 5, burst: 20 })
    bucket.drain(null)
    await bucket.take(turn)
    expect(clock.now()).toBe(4_000)
  })

  it('lets what is urgent go as soon as it holds one again, where the exchange does not say', async () => {
    const { clock, bucket } = setUp({ rate: 5, burst: 20 })
    bucket.drain(null)
    const other = bucket.take(turn)
    await bucket.take({ ...turn, urgent: true })
    expect(clock.now()).toBe(200)
    await other
    expect(clock.now()).toBe(4_000)
  })

  it('is empty after a stop that was shorter than the refill', async () => {
    const { clock, bucket } = setUp({ rate: 1, burst: 20 })
    bucket.drain(10)
    await bucket.take(turn)
    expect(clock.now()).toBe(1_000)
  })

  it('takes over another size', async () => {
    const { clock, bucket } = setUp({ rate: 1, burst: 1 })
    bucket.resize({ rate: 100, burst: 2 })
    await bucket.take(turn)
    await bucket.take(turn)
    expect(clock.now()).toBe(10)
  })

  it('never lets more go than it holds and refills, whoever comes when', async () => {
    const request = fc.record({
      afterMs: fc.integer({ min: 0, max: 400 }),
      keep: fc.constantFrom(0, 3),
      urgent: fc.boolean(),
      patienceMs: fc.integer({ min: 0, max: 3_000 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(request, { maxLength: 30 }), async (requests) => {
        const { clock, bucket } = setUp({ rate: 4, burst: 5 })
        const wentAtMs: number[] = []
        const waiting: Promise<void>[] = []
        for (const { afterMs, patienceMs, ...rest } of requests) {
          await clock.sleep(afterMs)
          const deadlineMs = clock.now() + patienceMs
          waiting.push(
            bucket.take({ ...turn, ...rest, deadlineMs }).then(
              () => {
                expect(clock.now()).toBeLessThanOrEqual(deadlineMs)
                wentAtMs.push(clock.now())
              },
              (error) => expect(error).toMatchObject({ code: 'deribit/rate-limited' }),
            ),
          )
        }
        await Promise.all(waiting)
        for (const [from, startMs] of wentAtMs.entries()) {
          for (const [to, endMs] of wentAtMs.entries()) {
            if (to < from) continue
            expect(to - from + 1).toBeLessThanOrEqual(5 + ((endMs - startMs) / 1_000) * 4 + 1e-6)
          }
        }
      }),
      { numRuns: 200 },
    )
  })
})
