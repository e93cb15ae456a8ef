import type { AgentState } from '@cc/models'
import { candidateForTest, positionForTest, stateForTest, underlyingForTest } from '@cc/models/testing'
import { describe, expect, it } from 'vitest'
import { buildMenu } from './menu.js'
import type { Menu } from './menu-item.js'
import { type LlmOptionsInput, llmOptionsSchema } from './options.js'
import type { LlmDeps } from './ports.js'

function menuOf(state: AgentState, input: LlmOptionsInput = {}, isLegal: LlmDeps['isLegal'] = () => true): Menu {
  return buildMenu(state, { isLegal, options: llmOptionsSchema.parse(input) })
}

/** Two coins, a call held of each, and so many candidates of each. */
function stateOf(candidates: number): AgentState {
  const underlyings = (['BTC', 'ETH'] as const).map((currency) =>
    underlyingForTest({
      currency,
      portfolio: { balanceCoin: 20, positions: [positionForTest(`${currency}-9JAN26-100000-C`)] },
      candidates: Array.from({ length: candidates }, (_, place) =>
        candidateForTest(`${currency}-30JAN26-${100_000 + 1_000 * place}-C`, { bidPriceCoin: 0.01 - place / 5_000 }),
      ),
    }),
  )
  return stateForTest({ underlyings })
}

const ids = ({ items }: Menu) => items.map(({ id }) => id)
const words = ({ items }: Menu) => items.map(({ facts }) => facts.action)

describe('buildMenu', () => {
  it('holds every legal line once, and HOLD', () => {
    const menu = menuOf(stateOf(3))
    expect(words(menu).toSorted()).toEqual([
      ...Array(2).fill('CLOSE'),
      'HOLD',
      ...Array(12).fill('OPEN'),
      ...Array(6).fill('ROLL'),
    ])
    expect(new Set(menu.items.map(({ action }) => JSON.stringify(action))).size).toBe(menu.items.length)
    expect(menu.leftOut).toBe(0)
  })

  it('holds HOLD alone where nothing else is legal', () => {
    const { items, leftOut } = menuOf(stateOf(3), {}, () => false)
    expect(items).toEqual([
      { id: expect.any(String), action: { action: 'DO_NOTHING', params: {} }, facts: expect.any(Object) },
    ])
    expect(leftOut).toBe(0)
  })

  it('keeps closes, then what the state ranks best of both coins, and counts the rest', () => {
    const { items, leftOut } = menuOf(stateOf(3), { menu: { maxItems: 9 } })
    const kept = items.map(({ action: { params } }) => Object.values(params).join(' '))
    expect(kept.toSorted()).toEqual(
      [
        '',
        'BTC-9JAN26-100000-C 1',
        'ETH-9JAN26-100000-C 1',
        'BTC-30JAN26-100000-C 19',
        'BTC-30JAN26-100000-C 9.5',
        'BTC-9JAN26-100000-C BTC-30JAN26-100000-C 1',
        'ETH-30JAN26-100000-C 19',
        'ETH-30JAN26-100000-C 9',
        'ETH-9JAN26-100000-C ETH-30JAN26-100000-C 1',
      ].toSorted(),
    )
    expect(leftOut).toBe(12)
  })

  it('is never longer than it may be, whatever is held', () => {
    const menu = menuOf(stateOf(3), { menu: { maxItems: 2 } })
    expect(words(menu).toSorted()).toEqual(['CLOSE', 'HOLD'])
    expect(menu.leftOut).toBe(19)
  })

  it('is the same for the same state', () => {
    expect(menuOf(stateOf(5))).toEqual(menuOf(stateOf(5)))
  })

  it('has other ids and another order with another seed, and the same lines', () => {
    const [one, other] = [menuOf(stateOf(5)), menuOf(stateOf(5), { seed: 1 })]
    expect(ids(one)).not.toEqual(ids(other))
    expect(words(one)).not.toEqual(words(other))
    expect(words(one).toSorted()).toEqual(words(other).toSorted())
  })

  it('has other ids as soon as the model is told another number, be it of no line', () => {
    const state = stateOf(5)
    const [btc, eth] = state.underlyings
    const moved = { ...state, underlyings: [{ ...btc!, dayChangePct: 1 }, eth!] }
    expect(ids(menuOf(state))).not.toEqual(ids(menuOf(moved)))
  })

  it('never gives two lines the same id, in the longest menus of many seeds', () => {
    for (let seed = 0; seed < 60; seed += 1) {
      const all = ids(menuOf(stateOf(50), { seed, menu: { maxItems: 250 } }))
      expect(all).toHaveLength(250)
      expect(new Set(all).size).toBe(250)
    }
  })

  it('shows HOLD in each place alike', () => {
    const draws = 4_000
    const state = stateForTest({ underlyings: [underlyingForTest({ portfolio: { balanceCoin: 2 } })] })
    const counts = [0, 0, 0]
    for (let seed = 0; seed < draws; seed += 1) counts[words(menuOf(state, { seed })).indexOf('HOLD')]! += 1
    for (const count of counts) {
      // A third of the draws is 1333, with a standard deviation of 30.
      expect(count).toBeGreaterThan(1_200)
      expect(count).toBeLessThan(1_470)
    }
  })

  it('says nothing of the action by the id', () => {
    const letters: Record<string, Set<unknown>> = {}
    for (let seed = 0; seed < 200; seed += 1) {
      for (const { id, facts } of menuOf(stateOf(3), { seed }).items) {
        letters[id.charAt(0)] = (letters[id.charAt(0)] ?? new Set()).add(facts.action)
      }
    }
    for (const actions of Object.values(letters)) expect(actions.size).toBe(4)
  })
})
