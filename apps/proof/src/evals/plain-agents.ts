import { createHash } from 'node:crypto'
import { decideAction, type RulesOptionsInput } from '@cc/policy-rules'
import { createSeededRandom } from '../seeded-random.ts'
import type { Agent, Answer } from './agent.ts'
import { type Choice, fitsOne, nameOfChoice } from './predicate.ts'

/** Times that the random agent draws from each menu. */
const DRAWS = 50

/** Filters and exits that the rules leave off by default, as somebody who trusts the forecast would set them. */
const CAREFUL: RulesOptionsInput = {
  writeWhen: { minEdge: 0, maxDayChangePct: 8, maxDvolRisePoints: 10 },
  closeWhen: { pnl: 0.85, minDte: 2 },
}

/** Agents that need no model: the ends of the scale, and the rules. */
export const PLAIN_AGENTS: readonly Agent[] = [
  {
    name: 'oracle',
    description: 'Knows what is expected. Of several right lines it takes the same one, wherever that stands.',
    gate: 'perfect',
    async answer({ scenario, state, menu }) {
      const right = menu.items
        .map(({ action }) => action)
        .filter((choice) => fitsOne(scenario.expect, choice, state) && !fitsOne(scenario.forbid, choice, state))
        .toSorted((a, b) => (nameOfChoice(a) < nameOfChoice(b) ? -1 : 1))
      return [own(right[0] ?? HOLD)]
    },
  },
  {
    name: 'rules',
    description: 'The rules of `@cc/policy-rules` with their defaults.',
    gate: 'never-forbidden',
    answer: async ({ state }) => [own(decideAction(state).proposal)],
  },
  {
    name: 'rules-careful',
    description:
      'The same with a least edge of 0, profits taken at 85 %, nothing sold on days of 8 % or 10 vol points.',
    gate: 'never-forbidden',
    answer: async ({ state }) => [own(decideAction(state, CAREFUL).proposal)],
  },
  {
    name: 'hold',
    description: 'Always does nothing.',
    gate: 'none',
    answer: async () => [own(HOLD)],
  },
  {
    name: 'random-menu',
    description: `Draws any line of the menu, ${DRAWS} times each.`,
    gate: 'none',
    async answer({ scenario, menu, seed }) {
      const random = createSeededRandom(wholeNumberOf(`${scenario.id} ${seed}`))
      const draw = () => own(random.pick(menu.items).action)
      return [draw(), ...Array.from({ length: DRAWS - 1 }, draw)]
    },
  },
]

const HOLD: Choice = { action: 'DO_NOTHING', params: {} }

function own(choice: Choice): Answer {
  return { choice, fallback: null }
}

/** The same for the same text. */
function wholeNumberOf(text: string): number {
  return createHash('sha256').update(text).digest().readInt32BE(0)
}
