import type { ProposedAction } from '@cc/models'

type WithoutReasoning<Action> = Action extends { reasoning: string } ? Omit<Action, 'reasoning'> : never
/** An action with its parameters, before anybody has given a reason for it. */
export type MenuAction = WithoutReasoning<ProposedAction>

/** The only things that a prompt may hold: numbers, truth, nothing, and words of ours. */
export type PromptValue = number | boolean | null | PromptWord
/** Every word that may stand in a prompt as a value. */
export type PromptWord = 'HOLD' | 'OPEN' | 'ROLL' | 'CLOSE' | 'BTC' | 'ETH' | 'coin' | 'usd' | 'normal' | 'reduce-only'

/** One choice: what it does, and what the model is told of it. */
export type MenuItem = {
  /** Neutral, and of this call alone: it says nothing of the action. */
  id: string
  action: MenuAction
  /** Columns of the menu by name. */
  facts: Readonly<Record<string, PromptValue>>
}

/** All that may be chosen, shuffled. `HOLD` is among it. */
export type Menu = {
  items: readonly MenuItem[]
  /** Legal lines that were left out because there were more than `maxItems`. */
  leftOut: number
}
