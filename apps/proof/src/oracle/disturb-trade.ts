import type { BookState, CandidateOption, OptionPosition } from '@cc/models'
import { decimal } from './chance.ts'
import { type Draft, step, TRAITS } from './market.ts'
import { addPosition, type Disturbance, inScene, moveTo, type Scenario } from './scene.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** Of the call, its instrument, its size and its book. */
export const OF_THE_TRADE: readonly Disturbance[] = [
  inScene(({ scenario, chance, call, position, underlying }) => {
    const { lotCoin } = TRAITS[underlying.currency]
    const sizes = [0, lotCoin / 2, lotCoin * 1.5, lotCoin - 1e-8, lotCoin + 1e-8, lotCoin * 3]
    const held = position === undefined ? [] : [-position.sizeCoin, decimal(lotCoin - position.sizeCoin)]
    const { proposal } = scenario
    if (proposal.action !== 'DO_NOTHING') proposal.params.size = decimal(chance.pick([...sizes, ...held]))
    if (call !== undefined && chance.once(3)) call.instrument.sizeStepCoin = lotCoin / 10
  }),
  inScene(({ scenario, chance, underlying, size }) => {
    scenario.limits.maxOrderCoin = { [underlying.currency]: Math.max(1e-8, chance.around(size, 1e-8)) }
  }),
  inScene(({ scenario, chance, underlying, size }) => {
    const { proposal, limits } = scenario
    underlying.spotUsd = Math.round(underlying.spotUsd)
    if (proposal.action !== 'DO_NOTHING')
      limits.maxOrderUsd = Math.max(1, chance.around(underlying.spotUsd * size, 0.01))
  }),
  inScene(({ scenario, chance, call }) => {
    if (call === undefined) return
    const edge = Math.round(call.delta * 1e4) / 1e4
    call.delta = chance.around(edge, 1e-6)
    if (chance.once(2)) scenario.limits.delta = { min: edge, max: 1 }
    else scenario.limits.delta = { max: edge }
  }),
  inScene(({ scenario, chance, call }) => {
    if (call === undefined) return
    const edge = chance.int(2, 8) / 4
    moveTo(
      scenario,
      scenario.nowMs + call.instrument.expiryMs - edge * DAY_MS - scenario.state.timeMs + chance.int(-1, 1),
    )
    if (chance.once(2)) scenario.limits.dte = { min: edge, max: 400 }
    else scenario.limits.dte = { max: edge }
  }),
  inScene(({ scenario, chance, call }) => {
    if (call === undefined) return
    const { instrument } = call
    scenario.limits.minMoneyness = chance.pick([0, 0, -0.03, 0.05])
    const edge = Math.round(instrument.strikeUsd / (1 + scenario.limits.minMoneyness))
    call.forwardUsd = chance.around(edge, 0.01)
    call.moneyness = instrument.strikeUsd / call.forwardUsd - 1
  }),
  inScene(({ scenario, chance, call, position }) => {
    const option = chance.once(2) ? (call ?? position) : (position ?? call)
    if (option === undefined) return
    const edge = chance.pick([0, HOUR_MS])
    if (chance.once(2)) moveTo(scenario, option.instrument.expiryMs - chance.around(edge, 1))
    else {
      const leftMs = chance.around(option.instrument.expiryMs - scenario.nowMs, 1)
      scenario.limits.minTimeLeftMs = Math.min(30 * DAY_MS, Math.max(600_000, leftMs))
    }
  }),
  inScene(({ scenario, chance, call, position }) => {
    const option = chance.once(2) ? (call ?? position) : (position ?? call)
    if (option === undefined) return
    const states: BookState[] = ['settlement', 'delivered', 'inactive', 'locked', 'halted', 'archivized']
    if (chance.once(2)) option.instrument.state = chance.pick(states)
    else turnIntoPut(scenario, option)
  }),
  inScene(({ chance, call, position }) => {
    const option = chance.once(2) ? (call ?? position) : (position ?? call)
    if (option === undefined) return
    const { bidPriceCoin, askPriceCoin, markPriceCoin } = option
    const middle = bidPriceCoin ?? askPriceCoin ?? markPriceCoin
    const asks = [
      null,
      middle,
      step(middle, -1),
      step(middle, 3),
      step(middle, 4),
      decimal(Math.round(middle * 12_857) / 1e4),
    ]
    option.askPriceCoin = chance.pick(asks)
    if (option === position && chance.once(4)) position.bidPriceCoin = null
  }),
  inScene(({ chance, call, position }) => {
    const option = chance.once(2) ? (call ?? position) : (position ?? call)
    if (option === undefined) return
    const { bidPriceCoin, askPriceCoin } = option
    const share = chance.pick([0.8, 1.25])
    const anchor = (option === call ? bidPriceCoin : askPriceCoin) ?? 0.01
    const far = chance.once(2) ? anchor / share : step(anchor, chance.pick([-3, 3]))
    option.markPriceCoin = Math.max(0, chance.around(Math.round(far * 1e4) / 1e4, 1e-4))
  }),
  inScene(({ chance, call }) => {
    if (call === undefined) return
    const ticks = chance.pick([1, 5, 8, 10, 11, 20, 49, 50, 55, 60])
    call.bidPriceCoin = ticks / 1e4
    call.askPriceCoin = step(call.bidPriceCoin, chance.int(1, 4))
    call.markPriceCoin = chance.pick([call.bidPriceCoin, call.askPriceCoin])
  }),
  inScene(({ scenario, chance, call, underlying }) => {
    if (call === undefined) return
    const net = call.bidPriceCoin - Math.min(call.instrument.takerFeeRate, call.bidPriceCoin / 8)
    underlying.spotUsd = Math.round(underlying.spotUsd)
    scenario.limits.minNetPremiumUsd = Math.max(0, chance.around(net * underlying.spotUsd, 1e-6))
  }),
  inScene(({ scenario, chance, call }) => {
    if (call === undefined) return
    scenario.limits.minMoneyness = -0.05
    const below = call.instrument.strikeUsd * (1 + chance.int(1, 50) / 1_000)
    call.forwardUsd = Math.round(below * 100) / 100
    call.moneyness = call.instrument.strikeUsd / call.forwardUsd - 1
    call.delta = 0.55
  }),
  inScene(({ scenario, chance, call, underlying, position }) => {
    const { proposal } = scenario
    if (proposal.action === 'OPEN_COVERED_CALL' && position === undefined && call !== undefined && chance.once(2)) {
      addPosition(underlying, call, chance)
    } else if (proposal.action === 'ROLL_COVERED_CALL') {
      const other = scenario.state.underlyings.find((entry) => entry !== underlying)
      if (chance.once(3)) proposal.params.toSymbol = proposal.params.fromSymbol
      else if (other !== undefined) proposal.params.toSymbol = chance.pick(other.candidates).instrument.symbol
    } else if (proposal.action !== 'DO_NOTHING') {
      proposal.params.symbol = chance.pick([
        `${underlying.currency}-25DEC26-777000-C`,
        'what-is-it',
        'ETH-25DEC26-9000-C',
      ])
    }
  }),
  inScene(({ scenario, chance, call, position }) => {
    if (call === undefined || position === undefined) return
    const ask = position.askPriceCoin ?? position.markPriceCoin
    scenario.limits.maxNetDebitCoin = chance.pick([null, Math.max(0, chance.around(ask - call.bidPriceCoin, 1e-4))])
  }),
  inScene(({ chance, call, position }) => {
    for (const option of [call, position]) {
      if (option === undefined) continue
      option.instrument.makerFeeRate = chance.pick([0, 0.0002, 0.0005])
      option.markPriceCoin = decimal(option.markPriceCoin + chance.int(0, 9_999) / 1e8)
    }
  }),
  (scenario, chance) => {
    scenario.quote.kind = chance.pick(['none', 'another-call', 'another-side', 'too-small'])
  },
  inScene(({ scenario, chance, call }) => {
    if (call === undefined) return
    if (chance.once(2)) scenario.quote.minPriceCoin = Math.max(0, chance.around(call.bidPriceCoin, 1e-4))
    else scenario.quote.maxPriceCoin = Math.max(0, chance.around(call.bidPriceCoin, 1e-4))
  }),
  ({ limits }, chance) => {
    limits.collar = {
      sellTicks: chance.int(0, 5),
      sellFraction: chance.pick([0, 0.1, 0.3]),
      buyTicks: chance.int(0, 5),
    }
    limits.spread = { ticks: chance.int(1, 5), fraction: chance.pick([0, 0.1, 0.5]) }
  },
]

/** Makes an option the put of its strike, everywhere that it is named. */
function turnIntoPut(
  { proposal, state }: Scenario,
  { instrument }: Draft<CandidateOption> | Draft<OptionPosition>,
): void {
  const from = instrument.symbol
  const to = from.replace(/C$/, 'P')
  instrument.kind = 'put'
  instrument.symbol = to
  for (const account of Object.values(state.memory.explained)) {
    for (const entry of account?.positions ?? []) if (entry.symbol === from) entry.symbol = to
  }
  if ('symbol' in proposal.params && proposal.params.symbol === from) proposal.params.symbol = to
  if (!('toSymbol' in proposal.params)) return
  if (proposal.params.toSymbol === from) proposal.params.toSymbol = to
  if (proposal.params.fromSymbol === from) proposal.params.fromSymbol = to
}
