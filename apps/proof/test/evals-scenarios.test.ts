import { join } from 'node:path'
import { agentStateSchema } from '@cc/models'
import { mandatoryExit } from '@cc/policy-rules'
import { describe, expect, it } from 'vitest'
import { type Choice, fitsOne, nameOfChoice, type Predicate } from '../src/evals/predicate.ts'
import { createScenarioReader } from '../src/evals/scenario.ts'
import { scenesOf } from '../src/evals/scene.ts'
import { repositoryRoot } from '../src/workspace.ts'

const reader = createScenarioReader(join(repositoryRoot, 'packages/policy-llm/evals'))
const scenarios = reader.readAll()

describe('the golden scenarios', () => {
  it('are at least 60, and every group has at least 4', () => {
    expect(scenarios.length).toBeGreaterThanOrEqual(60)
    for (const tag of reader.tags) {
      expect({ tag, count: scenarios.filter(({ tags }) => tags.includes(tag)).length >= 4 }).toEqual({
        tag,
        count: true,
      })
    }
  })

  it.each(scenarios.map((scenario) => ({ id: scenario.id, scenario })))('$id makes sense', ({ scenario }) => {
    const [first] = scenesOf(scenario, 1)
    const { state, menu } = first!
    expect(agentStateSchema.safeParse(state).error).toBeUndefined()
    const choices = menu.items.map(({ action }) => action)
    const expected = choices.filter((choice) => fitsOne(scenario.expect, choice, state))
    const forbidden = choices.filter((choice) => fitsOne(scenario.forbid, choice, state))
    const exit = mandatoryExit(state)
    expect(exit === undefined ? [] : state.underlyings.map(({ currency }) => currency)).toEqual(scenario.mandatory)
    expect(expected.filter((choice) => !forbidden.includes(choice))).not.toEqual([])
    expect(expected.filter((choice) => forbidden.includes(choice))).toEqual([])
  })
})

describe('a predicate', () => {
  const scenario = scenarios.find(({ id }) => id === 'half-of-the-coins-are-short')!
  const { state } = scenesOf(scenario, 1)[0]!
  const [held, offered] = ['BTC-16JAN26-98000-C', 'BTC-30JAN26-100000-C'] as const
  const nothing: Choice = { action: 'DO_NOTHING', params: {} }
  const open: Choice = { action: 'OPEN_COVERED_CALL', params: { symbol: offered, size: 1 } }
  const close: Choice = { action: 'CLOSE_COVERED_CALL', params: { symbol: held, size: 1 } }
  const roll: Choice = { action: 'ROLL_COVERED_CALL', params: { fromSymbol: held, toSymbol: offered, size: 1 } }
  const unknown: Choice = { action: 'OPEN_COVERED_CALL', params: { symbol: 'BTC-30JAN26-1-C', size: 1 } }

  it.each<{ why: string; predicate: Predicate; choice: Choice; fits: boolean }>([
    { why: 'the action alone', predicate: { action: 'DO_NOTHING' }, choice: nothing, fits: true },
    { why: 'another action', predicate: { action: 'OPEN_COVERED_CALL' }, choice: nothing, fits: false },
    {
      why: 'the strike that is sold',
      predicate: { action: 'OPEN_COVERED_CALL', strike: 100_000 },
      choice: open,
      fits: true,
    },
    {
      why: 'a strike beyond a bound',
      predicate: { action: 'OPEN_COVERED_CALL', strikeBelow: 100_000 },
      choice: open,
      fits: false,
    },
    {
      why: 'a delta between bounds',
      predicate: { action: 'OPEN_COVERED_CALL', deltaAbove: 0.2, deltaBelow: 0.3 },
      choice: open,
      fits: true,
    },
    {
      why: 'a delta below the least',
      predicate: { action: 'OPEN_COVERED_CALL', deltaAbove: 0.3 },
      choice: open,
      fits: false,
    },
    {
      why: 'the strike that is bought back',
      predicate: { action: 'CLOSE_COVERED_CALL', strike: 98_000 },
      choice: close,
      fits: true,
    },
    {
      why: 'an edge that a close has not',
      predicate: { action: 'CLOSE_COVERED_CALL', edgeAbove: -1 },
      choice: close,
      fits: false,
    },
    {
      why: 'the strike that a roll goes to',
      predicate: { action: 'ROLL_COVERED_CALL', strike: 100_000 },
      choice: roll,
      fits: true,
    },
    {
      why: 'the credit of a roll: 0.0175 for 0.0115',
      predicate: { action: 'ROLL_COVERED_CALL', creditAbove: 0.0059, creditBelow: 0.0061 },
      choice: roll,
      fits: true,
    },
    { why: 'a size at the bound', predicate: { action: 'OPEN_COVERED_CALL', sizeBelow: 1 }, choice: open, fits: false },
    { why: 'another currency', predicate: { action: 'OPEN_COVERED_CALL', currency: 'ETH' }, choice: open, fits: false },
    {
      why: 'a number of a call that the state does not know',
      predicate: { action: 'OPEN_COVERED_CALL', deltaBelow: 1 },
      choice: unknown,
      fits: false,
    },
  ])('$why: $fits', ({ predicate, choice, fits }) => {
    expect(fitsOne([predicate], choice, state)).toBe(fits)
    expect(fitsOne([], choice, state)).toBe(false)
  })

  it('is of the tuple, however its parameters are ordered', () => {
    const turned: Choice = { action: 'OPEN_COVERED_CALL', params: { size: 1, symbol: offered } }
    expect(nameOfChoice(turned)).toBe(nameOfChoice(open))
    expect(new Set([nothing, open, close, roll, unknown].map(nameOfChoice)).size).toBe(5)
  })
})

describe('a scenario that is not in form is refused', () => {
  it.each([
    { why: 'an unknown field', change: { hints: [] }, words: /wrong.json, scenario a-b: it .*hints/ },
    { why: 'an action that does not exist', change: { expect: [{ action: 'BUY' }] }, words: /expect\.0\.action must/ },
    {
      why: 'a predicate with a typo',
      change: { forbid: [{ action: 'DO_NOTHING', deltaBellow: 1 }] },
      words: /deltaBellow/,
    },
    { why: 'a tag of no group', change: { tags: ['other'] }, words: /tags\.0 must/ },
    { why: 'no currency at all', change: { state: {} }, words: /BTC/ },
    { why: 'nothing expected', change: { expect: [] }, words: /expect/ },
  ])('$why', ({ change, words }) => {
    const sound = {
      ...{ id: 'a-b', tags: ['roll'], why: 'It is made to be refused here.', state: { BTC: { coins: 1 } } },
      ...{ expect: [{ action: 'DO_NOTHING' }], forbid: [] },
    }
    expect(reader.parse(JSON.stringify([sound]), 'sound.json')).toHaveLength(1)
    expect(() => reader.parse(JSON.stringify([{ ...sound, ...change }]), 'wrong.json')).toThrow(words)
  })
})
