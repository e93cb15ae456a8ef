import type { AgentState, Decision, Logger, OptionQuote, ProposedAction } from '@cc/models'
import { createSystemClock } from '@cc/models/clock'
import {
  candidateForTest,
  createMemoryStore,
  positionForTest,
  stateForTest,
  underlyingForTest,
} from '@cc/models/testing'
import { createLlmPolicy } from './choose-action.js'
import type { LlmOptionsInput } from './options.js'
import type { LlmDeps } from './ports.js'
import type { Provider } from './provider.js'

/** A call that may be sold, one that is short, and one that it may be rolled to. */
export const SALE = 'BTC-30JAN26-100000-C'
export const HELD = 'BTC-16JAN26-95000-C'

/** Two coins, one call short, one candidate: all four actions are there. */
export const STATE: AgentState = stateForTest({
  underlyings: [
    underlyingForTest({
      candidates: [candidateForTest(SALE, { bidPriceCoin: 0.01 })],
      portfolio: { balanceCoin: 2, positions: [positionForTest(HELD, { askPriceCoin: 0.005 })] },
    }),
  ],
})

/** What the rules of the test say: a sale, so that it differs from doing nothing. */
export const RULES: Decision = {
  proposal: { action: 'OPEN_COVERED_CALL', params: { symbol: SALE, size: 0.1 }, reasoning: 'The rules sell.' },
  rules: [{ rule: 'best-candidate', subject: SALE, fired: true, facts: { score: 1 } }],
}
export const EXIT: Decision = {
  proposal: { action: 'CLOSE_COVERED_CALL', params: { symbol: HELD, size: 1 }, reasoning: 'It must end.' },
  rules: [{ rule: 'defend-delta', subject: HELD, fired: true, facts: { delta: 0.9 } }],
}

const KEY = 'sk-canary-9f3LkQ'

const PROVIDER: Provider = {
  name: 'openai',
  baseUrl: 'https://api.openai.com/v1',
  host: 'api.openai.com',
  apiKey: () => KEY,
}

/** A request as a fake model sees it: its menu by the word of each line. */
export type Seen = { body: { model: string }; ids: readonly string[]; idOf(word: string): string }
/** What a fake model does with a request. */
export type Model = (seen: Seen, signal: AbortSignal | null | undefined) => Response | Promise<Response>

/** Chooses the first line with that word: `HOLD`, `OPEN`, `ROLL` or `CLOSE`. */
export const chooses =
  (word: string, rationale = 'The edge is there.'): Model =>
  (seen) =>
    saysText(
      JSON.stringify({ rationale, reason_codes: ['edge-positive'], choice: seen.idOf(word), confidence: 'high' }),
    )

/** A whole reply of the Responses API with this text. */
export function saysText(text: string, changes: object = {}): Response {
  const content = [{ type: 'output_text', text, annotations: [] }]
  return Response.json({
    id: 'resp_1',
    object: 'response',
    status: 'completed',
    error: null,
    model: 'gpt-6-luna-2026-09-22',
    output: [{ id: 'msg_1', type: 'message', role: 'assistant', status: 'completed', content }],
    usage: {
      input_tokens: 1_000,
      input_tokens_details: { cached_tokens: 400, cache_write_tokens: 0 },
      output_tokens: 100,
      output_tokens_details: { reasoning_tokens: 60 },
      total_tokens: 1_100,
    },
    ...changes,
  })
}

/** Says no, with this status and code. */
export const refuses =
  (status: number, code = 'x'): Model =>
  () =>
    Response.json({ error: { message: `no, ${KEY}`, code, type: code } }, { status })

/** What a test says of the world around the policy; the rest works. */
export type MindParts = { options?: LlmOptionsInput; deps?: Partial<LlmDeps>; model?: Model }

/** A policy whose model is a function, and what can be seen of it from outside. */
export function mindOf({ options = {}, deps = {}, model = chooses('OPEN') }: MindParts = {}) {
  const seen: Seen[] = []
  const told: { level: keyof Logger; message: string; facts: unknown }[] = []
  const texts = new Map<string, string>()
  const tell = (level: keyof Logger) => (message: string, facts?: unknown) => void told.push({ level, message, facts })
  const world = { model }
  const fetch: typeof globalThis.fetch = async (_, init) => {
    const request = seenOf(String(init?.body))
    seen.push(request)
    return world.model(request, init?.signal)
  }
  const ports: LlmDeps = {
    provider: PROVIDER,
    clock: createSystemClock(),
    venueClock: { now: () => STATE.timeMs + 1_000 },
    store: createMemoryStore(),
    logger: { debug: tell('debug'), info: tell('info'), warn: tell('warn'), error: tell('error') },
    rules: () => RULES,
    mandatoryExit: () => undefined,
    isLegal: () => true,
    quote: async (symbol) => quoteOf(symbol),
    keepText: async (hash, text) => void texts.set(hash, text),
    fetch,
    ...deps,
  }
  const settings = { maxAttempts: 1, deadlineMs: 5_000, menu: { sizeShares: [1] }, ...options }
  return { policy: createLlmPolicy(settings, ports), ports, settings, world, seen, told, texts, key: KEY }
}

/** The book of a call as the state shows it, where nothing else is said. */
export function quoteOf(symbol: string, changes: Partial<OptionQuote> = {}): OptionQuote {
  return {
    symbol,
    bidPriceCoin: symbol === SALE ? 0.01 : 0.0045,
    askPriceCoin: symbol === SALE ? 0.0105 : 0.005,
    markPriceCoin: 0.0102,
    markIv: 0.45,
    forwardUsd: 90_000,
    openInterestCoin: 100,
    volumeCoin: 10,
    timestampMs: STATE.timeMs,
    bidSizeCoin: 10,
    askSizeCoin: 10,
    indexUsd: 90_000,
    greeks: null,
    minPriceCoin: null,
    maxPriceCoin: null,
    ...changes,
  }
}

/** The same without the words. */
export function withoutReasoning({ reasoning: _, ...action }: ProposedAction) {
  return action
}

function seenOf(text: string): Seen {
  const body = JSON.parse(text)
  const { columns, rows } = JSON.parse(body.input).menu as { columns: string[]; rows: unknown[][] }
  const place = columns.indexOf('action')
  return {
    body,
    ids: body.text.format.schema.properties.choice.enum,
    idOf: (word) => String(rows.find((row) => row[place] === word)?.[0]),
  }
}
