import { describe, expect, it } from 'vitest'
import { executeAt, START_MS } from './scripted-broker.fixture.js'

const countOf = (events: readonly string[], call: string) => events.filter((event) => event.startsWith(call)).length

describe('a resting order', () => {
  it('is read each pollMs and cancelled when its time is up', async () => {
    const { events, clock } = await executeAt([{}, { fillNow: 1 }], { options: { restMs: 2_500 } })
    expect(countOf(events, 'order ')).toBe(3)
    expect(countOf(events, 'cancel ')).toBe(1)
    expect(clock.now() - START_MS).toBe(2_500)
  })

  it('rests no longer than its time where it is read less often', async () => {
    const { clock } = await executeAt([{}, { fillNow: 1 }], { options: { restMs: 500 } })
    expect(clock.now() - START_MS).toBe(500)
  })

  it('is not read any more once it is stopped', async () => {
    const { events, clock } = await executeAt([{}], {
      prepare: ({ clock, halt }) => {
        void clock.sleep(5_500).then(() => halt.latch('kill'))
        return undefined
      },
    })
    expect(clock.now() - START_MS).toBe(5_500)
    expect(countOf(events, 'order ')).toBe(5)
    expect(countOf(events, 'cancel ')).toBe(1)
  })

  it('that cannot be cancelled is tried three times and read once', async () => {
    const { events, result } = await executeAt([{}], { options: { restMs: 500 }, failing: { cancel: 99 } })
    expect(result.status).toBe('unknown')
    expect(countOf(events, 'cancel ')).toBe(3)
    expect(countOf(events, 'order ')).toBe(2)
  })
})

it('does not rest what the venue leaves open of an immediate-or-cancel order', async () => {
  const { events, clock, order, sent } = await executeAt([{ answer: { state: 'open' } }], { options: { pegs: 1 } })
  expect(sent).toHaveLength(1)
  expect(clock.now()).toBe(START_MS)
  expect(countOf(events, 'cancel ')).toBe(1)
  expect(order).toMatchObject({ outcome: 'cancelled' })
})
