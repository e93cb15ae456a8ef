import { decisionSchema } from '@cc/models'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { FALLBACK_REASONS, type FallbackReason } from './fallback-reason.js'
import {
  chooses,
  EXIT,
  HELD,
  type MindParts,
  mindOf,
  quoteOf,
  RULES,
  refuses,
  SALE,
  STATE,
  saysText,
  withoutReasoning,
} from './mind.fixture.js'
import type { LlmDeps } from './ports.js'

const breaks = () => {
  throw new Error('broken')
}

const failsWith = (code: string) => () => {
  throw Object.assign(new TypeError('fetch failed'), { cause: Object.assign(new Error(code), { code }) })
}

const HALF = { store: { load: async () => ({ half: true }), save: async () => {} } }
const OPEN_BREAKER = { failuresInARow: 1, lastTen: [true], openings: 1, openUntilMs: Number.MAX_SAFE_INTEGER }

/** What makes each reason. */
const CAUSES: Record<FallbackReason, MindParts> = {
  disabled: { deps: { provider: null } },
  deadline: { options: { deadlineMs: 60 }, model: () => new Promise<Response>(() => {}) },
  timeout: { model: failsWith('UND_ERR_HEADERS_TIMEOUT') },
  connection: { model: failsWith('ECONNREFUSED') },
  'rate-limited': { model: refuses(429) },
  quota: { model: refuses(429, 'insufficient_quota') },
  auth: { model: refuses(401) },
  'model-gone': { model: refuses(404) },
  'bad-request': { model: refuses(400) },
  server: { model: refuses(503) },
  refusal: {
    model: () => {
      const content = [{ type: 'refusal', refusal: 'I do not trade.' }]
      return saysText('', { output: [{ type: 'message', role: 'assistant', content }] })
    },
  },
  incomplete: {
    model: () => saysText('{"rat', { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }),
  },
  failed: { model: () => saysText('', { status: 'failed', error: { code: 'server_error', message: 'no' } }) },
  empty: { model: () => saysText('', { output: [] }) },
  'invalid-json': { model: () => saysText('I would sell the call.') },
  schema: { model: () => saysText('{"choice":"SELL"}') },
  'bad-payload': { model: () => new Response('<html>', { headers: { 'content-type': 'text/html' } }) },
  stale: { deps: { quote: async (symbol) => quoteOf(symbol, { bidPriceCoin: 0.005 }) } },
  'breaker-open': { deps: { store: storeWith({ breaker: OPEN_BREAKER }) } },
  budget: { options: { budget: { usdPerCall: 1e-9 } } },
  'replay-miss': { model: refuses(404, 'cassette_miss') },
  // Stopped by the test, before it decides.
  stopped: {},
  unexpected: { deps: { rules: breaks } },
}

/** A store of a life with these settings, kept as it keeps it. */
function storeWith(kept: object): LlmDeps['store'] {
  let value: Record<string, unknown> | undefined
  return {
    async load() {
      if (value === undefined) {
        // The fingerprint of the settings is ours to learn: a first life is lived to be told it.
        const life = mindOf()
        await life.policy.decide(STATE)
        value = (await life.ports.store.load('llm-guard')) as Record<string, unknown>
      }
      return { ...value, ...kept }
    },
    save: async () => {},
  }
}

describe('whatever fails', () => {
  it.each(FALLBACK_REASONS.map((reason) => ({ reason })))(
    'is DO_NOTHING with its reason: $reason',
    async ({ reason }) => {
      const { policy } = mindOf(CAUSES[reason])
      const signal = reason === 'stopped' ? AbortSignal.abort() : undefined
      const decision = decisionSchema.parse(await policy.decide(STATE, signal))
      expect(decision.modelCall?.fallback).toBe(reason)
      expect(decision.proposal.action).toBe('DO_NOTHING')
      expect(decision.proposal.reasoning).toContain(`(${reason})`)
    },
  )

  it.each(FALLBACK_REASONS.filter((reason) => reason !== 'unexpected').map((reason) => ({ reason })))(
    'is what the rules say where they are the fallback: $reason',
    async ({ reason }) => {
      const cause = CAUSES[reason]
      const { policy } = mindOf({ ...cause, options: { ...cause.options, fallback: 'rules' } })
      const decision = decisionSchema.parse(
        await policy.decide(STATE, reason === 'stopped' ? AbortSignal.abort() : undefined),
      )
      expect(decision.modelCall?.fallback).toBe(reason)
      expect(decision.proposal).toEqual(RULES.proposal)
    },
  )

  it.each<{ reason: FallbackReason }>([{ reason: 'disabled' }, { reason: 'breaker-open' }, { reason: 'budget' }])(
    'makes no request where it need not: $reason',
    async ({ reason }) => {
      const { policy, seen } = mindOf(CAUSES[reason])
      expect((await policy.decide(STATE)).modelCall).toMatchObject({ attempts: 0, costUsd: 0, inputTokens: null })
      expect(seen).toEqual([])
    },
  )

  it('keeps what the model chose where that is not followed', async () => {
    const { policy, seen } = mindOf(CAUSES.stale)
    const { modelCall, rules } = await policy.decide(STATE)
    expect(modelCall).toMatchObject({ choice: seen[0]?.idOf('OPEN'), confidence: 'high', attempts: 1 })
    expect(rules?.at(-1)).toMatchObject({ rule: 'llm-stale', fired: true, facts: { why: 'bid-fell', symbol: SALE } })
  })
})

describe('a port that throws', () => {
  const rejects = async () => breaks()
  const hangs = () => new Promise<never>(() => {})
  const logger = { debug: breaks, info: breaks, warn: breaks, error: breaks }
  const { store } = mindOf().ports

  it.each<{ what: string; deps: Partial<LlmDeps>; fallback: FallbackReason | null; action?: string }>([
    { what: 'mandatoryExit', deps: { mandatoryExit: breaks }, fallback: 'unexpected' },
    { what: 'rules', deps: { rules: breaks }, fallback: 'unexpected' },
    { what: 'quote, at once', deps: { quote: breaks }, fallback: 'stale' },
    { what: 'quote, later', deps: { quote: rejects }, fallback: 'stale' },
    { what: 'keepText, at once', deps: { keepText: breaks }, fallback: null },
    { what: 'keepText, later', deps: { keepText: rejects }, fallback: null },
    { what: 'store.load, at once', deps: { store: { ...store, load: breaks } }, fallback: 'budget' },
    { what: 'store.load, later', deps: { store: { ...store, load: rejects } }, fallback: 'budget' },
    { what: 'store.save, at once', deps: { store: { ...store, save: breaks } }, fallback: 'budget' },
    { what: 'store.save, later', deps: { store: { ...store, save: rejects } }, fallback: 'budget' },
    { what: 'a store that holds nonsense', deps: HALF, fallback: 'budget' },
    { what: 'logger', deps: { logger }, fallback: null },
    { what: 'logger, and everything to log', deps: { logger, keepText: breaks, quote: breaks }, fallback: 'stale' },
    { what: 'venueClock', deps: { venueClock: { now: breaks } }, fallback: 'stale' },
    { what: 'a venueClock without numbers', deps: { venueClock: { now: () => Number.NaN } }, fallback: 'stale' },
    { what: 'clock', deps: { clock: { now: breaks, sleep: rejects, hold: rejects } }, fallback: 'unexpected' },
    { what: 'fetch', deps: { fetch: breaks }, fallback: 'connection' },
    {
      what: 'the key',
      deps: { provider: { name: 'openai', baseUrl: 'https://x.test', host: 'x.test', apiKey: breaks } },
      fallback: 'unexpected',
    },
  ])('never gets a throw out: $what', async ({ deps, fallback }) => {
    const { policy } = mindOf({ deps })
    const decision = decisionSchema.parse(await policy.decide(STATE))
    expect(decision.modelCall?.fallback).toBe(fallback)
    expect(decision.proposal.action).toBe(fallback === null ? 'OPEN_COVERED_CALL' : 'DO_NOTHING')
  })

  it('that judges what is legal leaves nothing to choose', async () => {
    const decision = decisionSchema.parse(await mindOf({ deps: { isLegal: breaks } }).policy.decide(STATE))
    expect(decision.proposal.action).toBe('DO_NOTHING')
    expect(decision.modelCall).toBeUndefined()
  })

  it('that judges the final proposal has none followed', async () => {
    const isLegal: LlmDeps['isLegal'] = ({ reasoning }) => (reasoning.includes('confidence') ? breaks() : true)
    const { modelCall, proposal } = await mindOf({ deps: { isLegal } }).policy.decide(STATE)
    expect(proposal.action).toBe('DO_NOTHING')
    expect(modelCall).toMatchObject({ fallback: 'unexpected', attempts: 1 })
  })

  it('where risk allows it no more, has it not followed', async () => {
    const isLegal: LlmDeps['isLegal'] = ({ reasoning }) => !reasoning.includes('confidence')
    const { modelCall, rules } = await mindOf({ deps: { isLegal } }).policy.decide(STATE)
    expect(modelCall?.fallback).toBe('stale')
    expect(rules?.at(-1)?.facts).toEqual({ why: 'no-longer-legal' })
  })

  it('asks the rules for an exit where that alone cannot be judged', async () => {
    const deps: Partial<LlmDeps> = { mandatoryExit: breaks, rules: () => EXIT }
    const { proposal, modelCall } = await mindOf({ deps, options: { fallback: 'rules' } }).policy.decide(STATE)
    expect(proposal).toEqual(EXIT.proposal)
    expect(modelCall?.fallback).toBe('unexpected')
  })

  it.each<{ what: string; deps: Partial<LlmDeps>; fallback: FallbackReason | null }>([
    { what: 'quote', deps: { quote: hangs }, fallback: 'stale' },
    { what: 'keepText', deps: { keepText: hangs }, fallback: null },
    { what: 'store.load', deps: { store: { ...store, load: hangs } }, fallback: 'budget' },
    { what: 'store.save', deps: { store: { ...store, save: hangs } }, fallback: 'budget' },
  ])('is not waited for without end: $what', async ({ deps, fallback }) => {
    const { modelCall } = await mindOf({ deps }).policy.decide(STATE)
    expect(modelCall?.fallback).toBe(fallback)
  })
})

it('is stopped while it waits for the model', async () => {
  const controller = new AbortController()
  const { policy, seen } = mindOf({ model: () => new Promise<Response>(() => {}) })
  const deciding = policy.decide(STATE, controller.signal)
  await vi.waitFor(() => expect(seen).toHaveLength(1), 60_000)
  controller.abort(new Error('pause'))
  expect((await deciding).modelCall?.fallback).toBe('stopped')
})

it('whatever the model says, the proposal is a line of the menu, HOLD, or what the rules say', async () => {
  const words = fc.constantFrom('HOLD', 'OPEN', 'ROLL', 'CLOSE', 'nonsense')
  const saying = fc.oneof(
    words.map((word) => chooses(word)),
    fc.jsonValue().map((value) => () => saysText(JSON.stringify(value))),
    fc.string({ unit: 'grapheme' }).map((text) => () => saysText(text)),
    fc.string().map((rationale) => chooses('ROLL', rationale)),
    fc.integer({ min: 300, max: 599 }).map((status) => refuses(status)),
  )
  const settings = fc.record({ mode: fc.constantFrom('act', 'shadow'), fallback: fc.constantFrom('nothing', 'rules') })
  await fc.assert(
    fc.asyncProperty(saying, settings, fc.boolean(), async (model, options, allowsSales) => {
      const isLegal: LlmDeps['isLegal'] = ({ action }) => allowsSales || action === 'CLOSE_COVERED_CALL'
      const { policy } = mindOf({ model, options, deps: { isLegal, guards: false } })
      const { proposal, modelCall, others } = decisionSchema.parse(await policy.decide(STATE))
      const isOfMenu = (size: number, symbols: readonly (string | null)[]) =>
        modelCall?.menu.some(
          (line) =>
            line.id === modelCall.choice &&
            line.sizeCoin === size &&
            symbols.includes(line.symbol) &&
            (line.toSymbol === null || symbols.includes(line.toSymbol)),
        )
      const spoken = [
        proposal,
        ...(others ?? []).filter(({ policy }) => policy === 'llm').map((other) => other.proposal),
      ]
      for (const said of spoken) {
        const isRules = JSON.stringify(said) === JSON.stringify(RULES.proposal)
        if (said.action === 'DO_NOTHING' || (isRules && (options.mode === 'shadow' || options.fallback === 'rules')))
          continue
        const params = withoutReasoning(said).params
        const symbols = [HELD, SALE].filter((symbol) => Object.values(params).includes(symbol))
        expect(isOfMenu('size' in params ? params.size : 0, symbols)).toBe(true)
        expect(modelCall?.fallback).toBeNull()
        expect(isLegal(said, STATE)).toBe(true)
      }
      if (modelCall?.fallback != null) expect(spoken.map(({ action }) => action)).not.toContain('CLOSE_COVERED_CALL')
    }),
    { numRuns: 200 },
  )
})
