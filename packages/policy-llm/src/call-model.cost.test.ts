import { createSystemClock, createVirtualClock } from '@cc/models/clock'
import { describe, expect, it } from 'vitest'
import { costOf, worstCaseCost } from './cost.js'
import { callerForTest, errorReply, fetchOf, jsonReply, REQUEST, responseBody } from './model-call.fixture.js'

const NOW_MS = Date.parse('2026-11-27')
const BYTES = REQUEST.instructions.length + REQUEST.input.length + JSON.stringify(REQUEST.schema).length + 500
const WORST_USD = (BYTES * 0.125 + 2_000 * 0.5) / 1e6
const TOLD_USD = (900 * 0.1 + 500 * 0.01 + 100 * 0.125 + 600 * 0.5) / 1e6
const USAGE = { inputTokens: 1_500, cachedTokens: 500, cacheWriteTokens: 100, outputTokens: 600 }

const ok = () => jsonReply(responseBody())

describe('the cost of a call', () => {
  const clock = () => createVirtualClock({ startMs: NOW_MS })

  it.each<[string, (() => Response)[], { usage: object | null; costUsd: number }]>([
    ['is nothing where nothing can have been done', [() => errorReply(401)], { usage: { inputTokens: 0 }, costUsd: 0 }],
    [
      'counts an attempt that told nothing as the worst',
      [() => errorReply(500), ok],
      { usage: null, costUsd: WORST_USD + TOLD_USD },
    ],
    ['leaves an attempt out that cost nothing', [() => errorReply(429), ok], { usage: USAGE, costUsd: TOLD_USD }],
    [
      'is the worst where usage is missing',
      [() => jsonReply(responseBody({ usage: null }))],
      { usage: null, costUsd: WORST_USD },
    ],
    [
      'is told also of a failed answer',
      [() => jsonReply(responseBody({ status: 'incomplete' }))],
      { usage: USAGE, costUsd: TOLD_USD },
    ],
  ])('%s', async (_, replies, { usage, costUsd }) => {
    // The virtual clock jumps when nothing happens, so the deadline is out of its reach.
    const { fetch } = fetchOf(...replies)
    const outcome = await callerForTest({ fetch, clock: { ...clock(), sleep: createSystemClock().sleep } }).call(
      REQUEST,
    )
    if (usage === null) expect(outcome.usage).toBeNull()
    else expect(outcome.usage).toMatchObject(usage)
    expect(outcome.costUsd).toBeCloseTo(costUsd, 12)
  })

  it('never is above the worst that was reckoned before', async () => {
    const options = { effort: 'low', maxAttempts: 2 } as const
    const worst = worstCaseCost(REQUEST, 'gpt-6-luna', options, NOW_MS)
    const outcome = await callerForTest({ fetch: fetchOf(() => errorReply(500)).fetch }).call(REQUEST)
    expect(outcome.costUsd).toBeCloseTo(worst ?? 0, 12)
    expect(costOf(USAGE, 'gpt-6-luna', NOW_MS)).toBeLessThan(worst ?? 0)
  })
})
