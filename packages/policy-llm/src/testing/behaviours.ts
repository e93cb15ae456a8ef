import type { Behaviour } from './behaviour.js'
import { DRESSED_BODIES, LATIN_BODIES, MISPACKED_BODIES, WRONG_BODIES } from './body-behaviours.js'
import { CHAT_BEHAVIOURS } from './chat-behaviours.js'
import { OUTPUT_FORMS, RESPONSE_STATES } from './responses-behaviours.js'
import { RATE_LIMITS, REDIRECTS, STATUSES } from './status-behaviours.js'
import { BROKEN_TEXTS, VALID_TEXTS, WRONG_ANSWERS } from './text-behaviours.js'
import { BROKEN_CONNECTIONS, BROKEN_MESSAGES, HANGS, ODD_MESSAGES } from './wire-behaviours.js'

/** Everything that a fake provider can do by name. */
export const BEHAVIOURS = {
  ...VALID_TEXTS,
  ...BROKEN_TEXTS,
  ...WRONG_ANSWERS,
  ...OUTPUT_FORMS,
  ...RESPONSE_STATES,
  ...CHAT_BEHAVIOURS,
  ...STATUSES,
  ...RATE_LIMITS,
  ...REDIRECTS,
  ...DRESSED_BODIES,
  ...WRONG_BODIES,
  ...MISPACKED_BODIES,
  ...LATIN_BODIES,
  ...HANGS,
  ...BROKEN_CONNECTIONS,
  ...BROKEN_MESSAGES,
  ...ODD_MESSAGES,
} satisfies Record<string, Behaviour>
export type BehaviourName = keyof typeof BEHAVIOURS
