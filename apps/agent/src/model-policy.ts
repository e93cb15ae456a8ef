import type { Clock, Logger, Policy, RiskGate, Venue } from '@cc/models'
import { createSystemClock } from '@cc/models/clock'
import type { FileTape, LlmDeps } from '@cc/policy-llm'
import { createCassetteFetch, createLlmPolicy, openTape, PROMPT_HASH } from '@cc/policy-llm'
import { decideAction, mandatoryExit } from '@cc/policy-rules'
import { secretsOf } from './log-heading.js'
import { modelOptionsOf, policyOptionsOf } from './part-options.js'
import type { PolicyPlan } from './policy-plan.js'
import type { RunPlan } from './run-plan.js'
import type { Session } from './session.js'

/** A policy, and what it holds open. */
export type OpenPolicy = { policy: Policy; close(): void }

/**
 * The policy in which a model chooses. The rules stand beside it, and their exits before it; a line of its menu is legal
 * where risk would allow it now. Its calls take no venue time: they are held.
 */
export function openModelPolicy(
  { settings, maxSizeCoin }: RunPlan,
  { provider, cassette }: Extract<PolicyPlan, { kind: 'model' }>,
  deps: { venue: Venue; session: Session; gate: RiskGate; logger: Logger },
): OpenPolicy {
  const { session, gate, logger } = deps
  const { clock, market } = deps.venue
  const rules = policyOptionsOf(settings, maxSizeCoin)
  const tape = cassette === null ? undefined : openTapeOf(cassette, settings)
  const llm: LlmDeps = {
    provider,
    clock: createSystemClock(),
    venueClock: clock,
    store: heldStore(clock, session.modelStore),
    logger,
    rules: (state) => decideAction(state, rules),
    mandatoryExit: (state) => mandatoryExit(state, rules),
    isLegal: (proposal, state) => !sellsWhatIsBoughtBack(proposal, state, settings) && isLegal(gate, proposal, state),
    quote: (symbol) => market.quote(symbol),
    keepText: (hash, text) => clock.hold(() => session.keepModelText(hash, text)),
    ...(tape === undefined || cassette === null
      ? {}
      : { fetch: createCassetteFetch({ mode: cassette.mode, tape, fetch, promptHash: PROMPT_HASH }) }),
    // What is replayed costs nothing, and must come to the same each time.
    guards: cassette?.mode !== 'replay',
  }
  return { policy: createLlmPolicy(modelOptionsOf(settings), llm), close: () => tape?.close() }
}

function openTapeOf(
  { path, mode }: { path: string; mode: 'replay' | 'record' | 'auto' },
  settings: RunPlan['settings'],
): FileTape {
  const secrets = secretsOf(settings).map(({ value }) => value)
  return openTape(path, { mode, promptHash: PROMPT_HASH, model: settings.LLM_MODEL_NAME, secrets })
}

/** Whether risk would allow it now. The venue is not asked for its margin: without a quote the formula is what counts. */
function isLegal(
  gate: RiskGate,
  proposal: Parameters<LlmDeps['isLegal']>[0],
  state: Parameters<LlmDeps['isLegal']>[1],
) {
  const margins = gate.ordersFor(proposal, state).map((order) => ({ ...order, ...NO_QUOTE }))
  return gate.review({ proposal, state, nowMs: state.timeMs, margins, decisionId: NO_DECISION }).allowed
}

/** Whether a mandatory exit would buy the call back at once. */
function sellsWhatIsBoughtBack(
  { action, params }: Parameters<LlmDeps['isLegal']>[0],
  { underlyings }: Parameters<LlmDeps['isLegal']>[1],
  { CLOSE_DELTA }: RunPlan['settings'],
): boolean {
  if (CLOSE_DELTA === undefined || action === 'CLOSE_COVERED_CALL') return false
  const sold = 'toSymbol' in params ? params.toSymbol : 'symbol' in params ? params.symbol : undefined
  const candidates = underlyings.flatMap((underlying) => underlying.candidates)
  return candidates.some(({ instrument, delta }) => instrument.symbol === sold && delta >= CLOSE_DELTA)
}

const NO_QUOTE = { initialMarginCoin: 0, minPriceCoin: null, maxPriceCoin: null }
/** An approval is thrown away here; it bears no decision's id. */
const NO_DECISION = '0'.repeat(64)

function heldStore(clock: Clock, store: Session['store']): Session['store'] {
  return {
    load: (key) => clock.hold(() => store.load(key)),
    save: (key, value) => clock.hold(() => store.save(key, value)),
  }
}
