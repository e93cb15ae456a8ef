import type { AgentState, Decision, ProposedAction } from '@cc/models'
import { withDeadline } from '@cc/models/clock'
import { type Asked, createAsker } from './ask-model.js'
import { conclude, type Draft, type Outcome } from './conclude.js'
import { createTeller } from './fallback-teller.js'
import { stalenessOf } from './freshness.js'
import type { Finding } from './guard.js'
import { buildMenu } from './menu.js'
import type { MenuItem } from './menu-item.js'
import type { LlmOptions } from './options.js'
import type { LlmDeps } from './ports.js'
import { quiet } from './quiet-logger.js'
import { choiceReasoning } from './reasoning.js'
import { inTurn } from './turns.js'

/** Decides on a state. Never rejects. */
export type Decider = (state: AgentState, signal?: AbortSignal) => Promise<Decision>

/**
 * Makes what decides. An exit that waits for nobody is answered at once, also while another decision waits for the model;
 * of the others one is made at a time, so that breaker and budgets see every call before the next: one that has waited for
 * the whole deadline, or is stopped meanwhile, asks nobody.
 */
export function createDecider(options: LlmOptions, ports: LlmDeps): Decider {
  const logger = quiet(ports.logger)
  const spareMs = Math.max(LEAST_SPARE_MS, options.deadlineMs / 5)
  const bounded = <T>(what: string, work: () => Promise<T>) =>
    withDeadline(ports.clock, { what, durationMs: spareMs }, () => work())
  const deps = { ...ports, logger, bounded }
  const ask = createAsker(options, deps)
  const tell = createTeller(logger, options)

  /** Asking takes real time, and none of the exchange's. */
  function held<T>(work: () => Promise<T>): Promise<T> {
    const { venueClock } = ports
    return venueClock.hold === undefined ? work() : venueClock.hold(work)
  }

  /** Fills in the draft. A throw is somebody's fault that leaves it as far as it came. */
  async function choose(state: AgentState, draft: Draft, signal: AbortSignal | undefined): Promise<Outcome> {
    const note = (findings: readonly Finding[]) => {
      const subject = state.underlyings.map(({ currency }) => currency).join('+')
      draft.trace.push(...findings.map(({ rule, fired, facts }) => ({ rule, subject, fired, facts })))
    }
    const menu = buildMenu(state, { isLegal: deps.isLegal, options })
    const lines = menu.items.length
    note([{ rule: 'llm-menu', fired: lines > 1, facts: { lines, leftOut: menu.leftOut } }])
    if (lines <= 1) return { kind: 'no-choice' }
    draft.menu = menu

    const asked = await held(() => ask(state, menu, signal))
    draft.asked = asked
    const item = menu.items.find(({ id }) => id === asked.answer?.choice)
    note([...asked.trace, answerFinding(asked, item)])
    if (asked.answer === null || item === undefined) return { kind: 'fallback', reason: asked.failure ?? 'unexpected' }

    const { rationale, confidence } = asked.answer
    const reasoning = choiceReasoning(item.action, state, { rationale, confidence, lines })
    const proposal: ProposedAction = { ...item.action, reasoning }
    const stale = await stalenessOf(item.action, state, { options, deps }).catch(() => CLOCK_FAILED)
    const why = stale ?? (isNowIllegal(proposal, state) ? { why: 'no-longer-legal', facts: {} } : undefined)
    note([{ rule: 'llm-stale', fired: why !== undefined, facts: { ...why?.facts, why: why?.why ?? null } }])
    if (why !== undefined) return { kind: 'fallback', reason: 'stale' }
    if (signal?.aborted === true) return { kind: 'fallback', reason: 'stopped' }
    return { kind: 'chosen', proposal }
  }

  function isNowIllegal(proposal: ProposedAction, state: AgentState): boolean {
    return proposal.action !== 'DO_NOTHING' && deps.isLegal(proposal, state) !== true
  }

  function rulesOf(state: AgentState): Decision | undefined {
    try {
      return deps.rules(state)
    } catch {
      return undefined
    }
  }

  return async (state, signal) => {
    const draft: Draft = { menu: undefined, asked: undefined, trace: [] }
    let rules: Decision | undefined
    let outcome: Outcome
    let problem: string | null = null
    try {
      const exit = deps.mandatoryExit(state)
      if (exit !== undefined) return exit
      rules = deps.rules(state)
      const wait = { clock: ports.clock, durationMs: options.deadlineMs, signal }
      outcome = await inTurn(ports.store, wait, () => choose(state, draft, signal))
      problem = draft.asked?.problem ?? null
    } catch (error) {
      outcome = { kind: 'fallback', reason: 'unexpected' }
      problem = error instanceof Error ? `${error.constructor.name}: ${error.message}`.slice(0, 300) : null
      // Where the exit could not be judged, the rules' own may still say one.
      rules ??= rulesOf(state)
    }
    tell(outcome.kind === 'fallback' ? outcome.reason : null, { asked: draft.asked, problem })
    return conclude(outcome, draft, { rules, options, provider: deps.provider })
  }
}

function answerFinding({ answer, failure }: Asked, item: MenuItem | undefined): Finding {
  const facts = { choice: answer?.choice ?? null, action: item?.action.action ?? null }
  return { rule: 'llm-answer', fired: answer !== null, facts: { ...facts, failure } }
}

/** An age that nobody can tell is too old. */
const CLOCK_FAILED = { why: 'no-venue-time', facts: {} }

/** A store or a book may be slow even where a model must be quick, ms. */
const LEAST_SPARE_MS = 1_000
