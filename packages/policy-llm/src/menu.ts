import type { AgentState } from '@cc/models'
import { type Line, legalLines } from './legal-lines.js'
import { HOLD_FACTS, MENU_COLUMNS } from './menu-facts.js'
import { chanceOf, drawIds, shuffled } from './menu-ids.js'
import type { Menu } from './menu-item.js'
import type { LlmOptions } from './options.js'
import type { LlmDeps } from './ports.js'
import { promptFacts } from './prompt-facts.js'

/**
 * Lists every legal action with its symbol and size, and `HOLD`, in a shuffled order under ids that say nothing.
 *
 * A sale is offered in each of `sizeShares` of the largest size that is legal for it, a roll and a close in the whole
 * position. Past `maxItems` every close stays as far as there is room, then what the state ranks best. Order and ids
 * follow from the seed and from what the model is told: the same state gives the same menu, and no symbol has a say in it.
 */
export function buildMenu(
  state: AgentState,
  { isLegal, options }: { isLegal: LlmDeps['isLegal']; options: LlmOptions },
): Menu {
  const { sizeShares, maxItems } = options.menu
  const { closes, sales } = legalLines(state, { isLegal, sizeShares })
  const lines = [HOLD, ...closes, ...sales]
  const kept = lines.slice(0, maxItems)

  const told = [options.seed, promptFacts(state, options), kept.map(({ facts }) => rowOf(facts)), lines.length]
  const chance = chanceOf(JSON.stringify(told))
  const ids = drawIds(kept.length, chance)
  return {
    items: shuffled(kept, chance).map((line, place) => ({ id: ids[place] as string, ...line })),
    leftOut: lines.length - kept.length,
  }
}

/** The facts of a line in the order of `MENU_COLUMNS`. */
export function rowOf(facts: Line['facts']) {
  return MENU_COLUMNS.map((column) => facts[column] ?? null)
}

const HOLD: Line = { action: { action: 'DO_NOTHING', params: {} }, facts: HOLD_FACTS }
