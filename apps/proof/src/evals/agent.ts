import type { FallbackReason } from '@cc/policy-llm'
import type { Choice } from './predicate.ts'
import type { Scene } from './scene.ts'

/** What an agent does in a scene, and why it is not its own doing, where it is not. */
export type Answer = { choice: Choice; fallback: FallbackReason | null }

/** What is scored. */
export type Agent = {
  name: string
  /** What it is, for the scoreboard. */
  description: string
  /** What would be a fault of this repository: any choice but an expected one, a forbidden one, or nothing. */
  gate: 'perfect' | 'never-forbidden' | 'none'
  /** One answer, or of an agent that draws, many. */
  answer(scene: Scene): Promise<readonly [Answer, ...Answer[]]>
}
