import { type AgentMemory, riskGuardsSchema } from '@cc/models'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  CALL,
  close,
  NOW_MS,
  open,
  openedAgo,
  positionOf,
  stateOf,
  type UnderlyingParts,
  underlyingOf,
} from '../test/agent-state.js'
import { pendingDeliveries } from './guards.js'
import { checkActionAllowed, createRiskGate, type RiskLimitsInput } from './index.js'

const CALM: AgentMemory['guards'] = { latched: null, crashedMs: {} }
const EXPIRED = 'BTC-2JAN26-90000-C'
const owed = { BTC: { balanceCoin: 1, positions: [{ symbol: EXPIRED, sizeCoin: -0.1 }] } }
const guard = (parts: UnderlyingParts, memory: Partial<AgentMemory>, limits: RiskLimitsInput = {}) =>
  createRiskGate(limits).guard(stateOf(parts, { memory }))

it('remembers nothing of a calm state', () => {
  expect(guard({}, {})).toEqual(CALM)
})

it('waits for the delivery of an option from its expiry on, and of no symbol that cannot be read', () => {
  const positions = ['calls', EXPIRED].map((symbol) => ({ symbol, sizeCoin: -0.1 }))
  const { memory } = stateOf({}, { memory: { explained: { BTC: { balanceCoin: 1, positions } } } })
  const expiryMs = Date.UTC(2026, 0, 2, 8)
  expect(pendingDeliveries('BTC', memory, expiryMs - 1)).toEqual([])
  expect(pendingDeliveries('BTC', memory, expiryMs)).toEqual([{ symbol: EXPIRED, expiryMs }])
  expect(pendingDeliveries('ETH', memory, expiryMs)).toEqual([])
})

describe('latches', () => {
  const often = { recentOpens: [openedAgo(1), openedAgo(2)] }

  it('repeated execution from the first state that shows it', () => {
    expect(guard({}, often, { maxOpensPerDay: 3 })).toEqual(CALM)
    expect(guard({}, often, { maxOpensPerDay: 2 }).latched).toEqual({ code: 'repeated-execution', sinceMs: NOW_MS })
  })

  it('a delivery that is missing for longer than it may be, of any coin', () => {
    const maxDeliveryMs = 2 * 3_600_000
    expect(guard({}, { explained: owed }, { maxDeliveryMs })).toEqual(CALM)
    expect(guard({}, { explained: owed }, { maxDeliveryMs: maxDeliveryMs - 1 }).latched).toEqual({
      code: 'delivery-missing',
      sinceMs: NOW_MS,
    })
    // A ledger that could not be read says nothing of what is in it.
    const unread = { explained: owed, ledgerReadMs: NOW_MS - 1 }
    expect(guard({}, unread, { maxDeliveryMs: maxDeliveryMs - 1 })).toEqual(CALM)
    expect(guard({}, { explained: owed, ledgerReadMs: null }, { maxDeliveryMs: 1 })).toEqual(CALM)
    const state = stateOf(
      {},
      {
        memory: { explained: { ETH: { ...owed.BTC, positions: [{ symbol: 'ETH-2JAN26-3000-C', sizeCoin: -1 }] } } },
        others: [underlyingOf('ETH')],
      },
    )
    expect(createRiskGate().guard(state).latched?.code).toBe('delivery-missing')
    expect(checkActionAllowed(state, open(CALL, 0.5)).reasons).toEqual([
      'An expired call was not delivered in time: since 2026-01-02T10:00:00.000Z a person must enable the agent.',
    ])
  })

  it('until a person lifts it, whatever comes', () => {
    const latched = { code: 'delivery-missing' as const, sinceMs: NOW_MS - 5 }
    expect(guard({}, { ...often, guards: { ...CALM, latched } }, { maxOpensPerDay: 2 }).latched).toEqual(latched)
    expect(guard({}, { guards: { ...CALM, latched } }).latched).toEqual(latched)
  })

  it('and stops sales alone', () => {
    for (const code of ['repeated-execution', 'delivery-missing'] as const) {
      const memory = { guards: { ...CALM, latched: { code, sinceMs: NOW_MS - 5 } } }
      const state = stateOf({ portfolio: { positions: [positionOf('BTC-16JAN26-95000-C', -0.5)] } }, { memory })
      const verdict = checkActionAllowed(state, open(CALL, 0.1))
      expect(verdict.allowed ? [] : verdict.breaches).toEqual([expect.objectContaining({ code, sinceMs: NOW_MS - 5 })])
      expect(checkActionAllowed(state, close('BTC-16JAN26-95000-C', 0.5)).allowed).toBe(true)
    }
  })

  it('one, and tells the other while it lasts', () => {
    const latched = { code: 'delivery-missing' as const, sinceMs: NOW_MS - 5 }
    const verdict = checkActionAllowed(
      stateOf({}, { memory: { ...often, guards: { ...CALM, latched } } }),
      open(CALL, 0.1),
      { maxOpensPerDay: 2, cooldownMs: 60_000 },
    )
    expect(verdict.allowed ? [] : verdict.breaches.map(({ code }) => code)).toEqual([
      'cooldown',
      'repeated-execution',
      'delivery-missing',
    ])
  })
})

describe('a crash', () => {
  it('is remembered by its last sight, of its coin', () => {
    expect(guard({ dayChangePct: -9 }, {}).crashedMs).toEqual({ BTC: NOW_MS })
    expect(guard({ vol: { dvolDayChange: 0.1 } }, {}).crashedMs).toEqual({ BTC: NOW_MS })
    expect(
      guard({ dayChangePct: 9 }, { guards: { ...CALM, crashedMs: { BTC: NOW_MS - 1, ETH: 5 } } }).crashedMs,
    ).toEqual({ BTC: NOW_MS, ETH: 5 })
    expect(guard({}, { guards: { ...CALM, crashedMs: { BTC: NOW_MS - 1 } } }).crashedMs).toEqual({ BTC: NOW_MS - 1 })
  })

  it('is not seen earlier by a state that is older', () => {
    expect(guard({ dayChangePct: 9 }, { guards: { ...CALM, crashedMs: { BTC: NOW_MS + 1 } } }).crashedMs).toEqual({
      BTC: NOW_MS + 1,
    })
  })

  it('takes ten points of volatility for ten, whatever the floats', () => {
    expect(guard({ vol: { dvolDayChange: 0.55 - 0.45 } }, {}).crashedMs).toEqual({ BTC: NOW_MS })
  })
})

it('is the same for the same state, and changes nothing that it was given', () => {
  const memories = fc.record({
    recentOpens: fc.array(
      fc.integer({ min: 0, max: 90_000_000 }).map((ms) => openedAgo(ms)),
      { maxLength: 12 },
    ),
    enabledMs: fc.option(fc.integer({ min: NOW_MS - 90_000_000, max: NOW_MS })),
    explained: fc.constantFrom({}, owed),
    guards: fc.record({
      latched: fc.constantFrom(null, { code: 'repeated-execution' as const, sinceMs: 7 }),
      crashedMs: fc.constantFrom({}, { BTC: NOW_MS - 9 }, { ETH: 3 }),
    }),
  })
  fc.assert(
    fc.property(memories, fc.integer({ min: -20, max: 20 }), (memory, dayChangePct) => {
      const gate = createRiskGate()
      const state = stateOf({ dayChangePct }, { memory })
      const before = structuredClone(state)
      const guards = gate.guard(state)
      expect(riskGuardsSchema.parse(JSON.parse(JSON.stringify(guards)))).toEqual(guards)
      expect(gate.guard({ ...state, memory: { ...state.memory, guards } })).toEqual(guards)
      expect(state).toEqual(before)
      // A bare check is as strict as one that the engine remembered for.
      const remembered = { ...state, memory: { ...state.memory, guards } }
      expect(checkActionAllowed(remembered, open(CALL, 0.5)).reasons).toEqual(
        checkActionAllowed(state, open(CALL, 0.5)).reasons,
      )
    }),
  )
})
