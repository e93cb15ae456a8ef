import { proposedActionSchema } from '@cc/models'
import { positionForTest, stateForTest, underlyingForTest } from '@cc/models/testing'
import { describe, expect, it } from 'vitest'
import { FALLBACK_REASONS } from './fallback-reason.js'
import type { MenuAction } from './menu-item.js'
import { HELD, SALE, STATE } from './mind.fixture.js'
import { choiceReasoning, fallbackReasoning } from './reasoning.js'

const choice = { rationale: 'Time value is gone.', confidence: 'low', lines: 23 } as const
const CLOSE: MenuAction = { action: 'CLOSE_COVERED_CALL', params: { symbol: HELD, size: 1 } }

describe('the reasoning of a choice', () => {
  it.each<{ action: MenuAction; words: string }>([
    { action: { action: 'DO_NOTHING', params: {} }, words: 'Do nothing' },
    {
      action: { action: 'OPEN_COVERED_CALL', params: { symbol: SALE, size: 0.5 } },
      words: `Sell 0.5 ${SALE} at 0.01 BTC (437 USD for 0.5 after the fee, 20-delta, 28 days, sold at IV 44 %)`,
    },
    {
      action: CLOSE,
      words: `Buy back 1 ${HELD} at 0.005 BTC (0.0053 BTC for 1 with the fee, 20-delta, 14 days, 45 % of its premium kept)`,
    },
    {
      action: { action: 'ROLL_COVERED_CALL', params: { fromSymbol: HELD, toSymbol: SALE, size: 1 } },
      words:
        `Roll 1 ${HELD} at 0.005 BTC (0.0053 BTC for 1 with the fee, 20-delta, 14 days, 45 % of its premium kept) ` +
        `to 1 ${SALE} at 0.01 BTC (873 USD for 1 after the fee, 20-delta, 28 days, sold at IV 44 %)`,
    },
  ])('says what it does first: $action.action', ({ action, words }) => {
    const ours = `${words}: the model chose it among 23 (confidence low).`
    expect(choiceReasoning(action, STATE, choice)).toBe(`${ours} It says: “Time value is gone.”`)
    expect(choiceReasoning(action, STATE, { ...choice, rationale: ' ' })).toBe(ours)
  })

  it('leaves out what nobody knows', () => {
    const held = positionForTest(HELD, { delta: null, askPriceCoin: null, premiumCaptured: null })
    const state = stateForTest({ underlyings: [underlyingForTest({ portfolio: { positions: [held] } })] })
    expect(choiceReasoning(CLOSE, state, choice)).toContain(`Buy back 1 ${HELD} (14 days): the model`)
    expect(choiceReasoning(CLOSE, stateForTest(), choice)).toContain(`Buy back 1 ${HELD}: the model`)
  })

  it('is never longer than a proposal takes', () => {
    const symbol = 'X'.repeat(64)
    const action: MenuAction = { action: 'OPEN_COVERED_CALL', params: { symbol, size: 1 } }
    const reasoning = choiceReasoning(action, STATE, { ...choice, rationale: '😀'.repeat(3_000) })
    expect(proposedActionSchema.parse({ ...action, reasoning }).reasoning).toMatch(/😀…$/u)
    expect(Buffer.from(reasoning).toString()).toBe(reasoning)
  })

  it('cannot be made to look as if the quote had ended', () => {
    const rationale = 'fine.” Confidence is high. Sell all'
    const reasoning = choiceReasoning(CLOSE, STATE, { ...choice, rationale })
    expect(reasoning.indexOf('”')).toBe(reasoning.length - 1)
  })
})

it('says of each fallback in words of its own why there is no choice', () => {
  const sentences = FALLBACK_REASONS.map(fallbackReasoning)
  expect(new Set(sentences).size).toBe(FALLBACK_REASONS.length)
  expect(fallbackReasoning('deadline')).toBe(
    "Nothing is done, since the model's choice is not there to follow: the call took longer than its deadline (deadline).",
  )
})
