import { createHash } from 'node:crypto'
import type { AgentState } from '@cc/models'
import { answerSchema } from './answer-form.js'
import { rowOf } from './menu.js'
import { MENU_COLUMNS } from './menu-facts.js'
import type { Menu } from './menu-item.js'
import type { ModelRequest } from './model-reply.js'
import type { LlmOptions } from './options.js'
import { promptFacts } from './prompt-facts.js'
import { PROMPT_TEXT } from './prompt-text.js'

/** SHA-256 of the standing text and the form of the answer, ids left out: another prompt has another. */
export const PROMPT_HASH = sha256(`${PROMPT_TEXT}\n${JSON.stringify(answerSchema([]))}`)

/**
 * Writes what a model is asked: the standing text, and as compact JSON the state's numbers and the menu. Nothing that
 * comes from outside is in it but numbers and known words, so that it tells neither a date nor a name, and the same
 * state and menu give the same bytes.
 */
export function promptOf(state: AgentState, menu: Menu, options: LlmOptions): ModelRequest & { inputHash: string } {
  const { items, leftOut } = menu
  const input = JSON.stringify({
    ...promptFacts(state, options),
    left_out: leftOut,
    menu: { columns: ['id', ...MENU_COLUMNS], rows: items.map(({ id, facts }) => [id, ...rowOf(facts)]) },
  })
  return {
    instructions: PROMPT_TEXT,
    input,
    schema: answerSchema(items.map(({ id }) => id)),
    promptHash: PROMPT_HASH,
    inputHash: sha256(input),
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
