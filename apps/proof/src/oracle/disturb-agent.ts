import { type Disturbance, inScene, moveTo } from './scene.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** Of the agent, its venue, its memory and the time. */
export const OF_THE_AGENT: readonly Disturbance[] = [
  ({ state }, chance) => {
    state.memory.mode = chance.pick(['halted', 'reduce-only'])
  },
  ({ state }) => {
    state.venue.testnet = false
  },
  ({ state }, chance) => {
    state.venue.locked = chance.pick([['BTC'], ['ETH'], ['BTC', 'ETH']])
  },
  ({ state }, chance) => {
    state.venue.clockErrorMs = chance.around(1_000, 1)
  },
  (scenario, chance) => {
    scenario.nowMs = scenario.state.timeMs + chance.pick([-1, chance.around(-5_000, 1), chance.around(120_000, 1)])
  },
  ({ state, nowMs }, chance) => {
    const { parts } = chance.pick(state.underlyings)
    const part = chance.pick(['account', 'chain', 'index', 'instruments', 'tickers'] as const)
    const ageMs = chance.pick([chance.around(-5_000, 1), chance.around(120_000, 1)])
    parts[part] = { timestampMs: nowMs - ageMs, ageMs: state.timeMs - nowMs + ageMs }
  },
  inScene(({ scenario, chance, call }) => {
    if (call !== undefined) call.quotedMs = scenario.nowMs - chance.pick([-1, chance.around(120_000, 1)])
  }),
  (scenario, chance) => {
    const edge = chance.pick([8 * HOUR_MS - 30_000, 8 * HOUR_MS + 120_000])
    moveTo(scenario, Math.floor(scenario.nowMs / DAY_MS) * DAY_MS + chance.around(edge, 1))
  },
  ({ state }, chance) => {
    state.memory.rejectsInARow = chance.around(5, 1)
  },
  ({ state, nowMs }, chance) => {
    const { currency } = chance.pick(state.underlyings)
    const total = chance.around(chance.pick([30, 100]), 1)
    const far = chance.pick([HOUR_MS, DAY_MS])
    for (let count = 0; count < total; count++) {
      const timeMs = nowMs - (count === 0 ? far + chance.int(-2, 2) : chance.int(1, far - 10))
      state.memory.recentSends.push({ label: `cc-send-${count}`, symbol: `${currency}-25DEC26-200000-C`, timeMs })
    }
  },
  ({ state, nowMs }, chance) => {
    const { currency } = chance.pick(state.underlyings)
    const timeMs = nowMs - chance.around(chance.pick([1_800_000, DAY_MS, 600_000]), 1)
    const action = chance.pick(['OPEN_COVERED_CALL', 'OPEN_COVERED_CALL', 'ROLL_COVERED_CALL'] as const)
    state.memory.recentOpens.push({ decisionId: 'aa00aa00', action, symbol: `${currency}-25DEC26-200000-C`, timeMs })
  },
  ({ state }, chance) => {
    const total = chance.around(10, 1)
    for (let count = 0; count < total; count++) {
      const timeMs = state.timeMs - (count === 0 ? DAY_MS + chance.int(-2, 2) : chance.int(2 * HOUR_MS, DAY_MS - 10))
      const action = chance.pick(['OPEN_COVERED_CALL', 'ROLL_COVERED_CALL'] as const)
      state.memory.recentOpens.push({ decisionId: 'bb00bb00', action, symbol: 'BTC-25DEC26-200000-C', timeMs })
    }
    state.memory.enabledMs = chance.pick([null, state.timeMs - 3 * HOUR_MS, state.timeMs - DAY_MS])
  },
  ({ state }, chance) => {
    const sinceMs = state.timeMs - chance.int(1, 100) * HOUR_MS
    state.memory.guards.latched = { code: chance.pick(['repeated-execution', 'delivery-missing']), sinceMs }
    state.memory.enabledMs = chance.pick([null, sinceMs - HOUR_MS, sinceMs + HOUR_MS])
  },
  ({ state, nowMs }, chance) => {
    const { currency } = chance.pick(state.underlyings)
    state.memory.guards.crashedMs[currency] = nowMs - chance.around(DAY_MS, 1)
  },
  ({ state }, chance) => {
    chance.pick(state.underlyings).vol.dvolDayChange = chance.pick([null, chance.around(0.1, 1e-4)])
  },
  ({ state }, chance) => {
    chance.pick(state.underlyings).dayChangePct = chance.pick([null, chance.pick([-1, 1]) * chance.around(8, 0.01)])
  },
  (scenario, chance) => {
    scenario.limits.minIvrv = 1.1
    chance.pick(scenario.state.underlyings).vol.ivrv = chance.pick([null, chance.around(1.1, 0.0001)])
  },
]
