import type { Breach } from '@cc/models'
import { type Check, COARSE_NOISE, ofOpen, ofSellingAccount } from './check.js'
import { opensOf } from './guards.js'
import { startOfDay } from './settlement-window.js'
import { mayBeOf } from './symbol-parts.js'

/** Losses, regimes, rates and latches: what stops an agent that is otherwise right. */
export const STOP_CHECKS: readonly Check[] = [
  {
    code: 'daily-loss',
    rule: 'R24',
    refuses: 'coin equity has fallen too far since the UTC day began',
    limits: 'maxDailyLossPct',
    exits: 'skipped',
    judge: ofSellingAccount(({ currency: on, portfolio }, { state, limits }) => {
      const start = state.memory.dayStart[on]
      if (start === undefined || start.dayMs !== startOfDay(state.timeMs)) return undefined
      const lossPct = fallPct(start.equityCoin, portfolio.equityCoin)
      const { maxDailyLossPct: maxPct } = limits
      return lossPct > maxPct + COARSE_NOISE ? { code: 'daily-loss', on, lossPct, maxPct } : undefined
    }),
  },
  {
    code: 'drawdown',
    rule: 'R25',
    refuses: 'coin equity has fallen too far from its high-water mark',
    limits: 'maxDrawdownPct',
    exits: 'skipped',
    judge: ofSellingAccount(({ currency: on, portfolio }, { state, limits }) => {
      const drawdownPct = fallPct(state.memory.highWaterCoin[on] ?? 0, portfolio.equityCoin)
      const { maxDrawdownPct: maxPct } = limits
      return drawdownPct > maxPct + COARSE_NOISE ? { code: 'drawdown', on, drawdownPct, maxPct } : undefined
    }),
  },
  {
    code: 'crash-regime',
    rule: 'R26',
    refuses: 'index or volatility have moved too far within a day, now or not long ago',
    limits: 'crash',
    exits: 'skipped',
    judge: ofSellingAccount(({ currency: on }, of) => {
      const crashedMs = of.guards().crashedMs[on] ?? Number.NEGATIVE_INFINITY
      const untilMs = crashedMs + of.limits.crash.forMs
      return of.nowMs < untilMs ? { code: 'crash-regime', on, crashedMs, untilMs } : undefined
    }),
  },
  {
    code: 'low-iv-regime',
    rule: 'R27',
    refuses: 'implied volatility is too low against realised',
    limits: 'minIvrv',
    exits: 'skipped',
    judge: ofSellingAccount(({ currency: on, vol }, { limits }) => {
      const { minIvrv: min } = limits
      const { ivrv } = vol
      return min !== null && ivrv !== null && ivrv < min ? { code: 'low-iv-regime', on, ivrv, min } : undefined
    }),
  },
  {
    code: 'cooldown',
    rule: 'R28',
    refuses: 'a call of the coin was opened not long ago; a roll is not held to it',
    limits: 'cooldownMs',
    exits: 'skipped',
    judge: ofSellingAccount(({ currency: on }, { state, nowMs, limits, trade }) => {
      if (trade.close !== undefined) return undefined
      let openedMs = Number.NEGATIVE_INFINITY
      for (const { action, symbol, timeMs } of state.memory.recentOpens) {
        if (action === 'OPEN_COVERED_CALL' && mayBeOf(on, symbol)) openedMs = Math.max(openedMs, timeMs)
      }
      const untilMs = openedMs + limits.cooldownMs
      return nowMs < untilMs ? { code: 'cooldown', on, openedMs, untilMs } : undefined
    }),
  },
  {
    code: 'send-rate-exceeded',
    rule: 'R29',
    refuses:
      'as many orders as may be sent in the coin were sent within an hour or a day, of which a fifth is kept for exits; a roll needs room for two',
    limits: 'maxSends',
    exits: 'held',
    judge: (of) => {
      const { close, open } = of.trade
      const needed = close !== undefined && open !== undefined ? 2 : 1
      const breaches: Breach[] = []
      for (const { on, sends, max, windowMs } of of.sends()) {
        if (sends + needed > max) breaches.push({ code: 'send-rate-exceeded', on, sends, max, windowMs })
      }
      return breaches
    },
  },
  {
    code: 'repeated-execution',
    rule: 'R30',
    refuses:
      'as many calls were sold within a day as are ever meant to be: nothing is sold until a person enables it again',
    limits: 'maxOpensPerDay',
    exits: 'sales only',
    judge: ofOpen((_, of) => {
      const { memory, timeMs } = of.state
      const { latched } = of.guards()
      const { maxOpensPerDay: max } = of.limits
      const opens = opensOf(memory, timeMs)
      // Another latch may be on, which does not undo this one.
      if (latched?.code === 'repeated-execution')
        return { code: 'repeated-execution', opens, max, sinceMs: latched.sinceMs }
      return opens >= max ? { code: 'repeated-execution', opens, max, sinceMs: timeMs } : undefined
    }),
  },
  {
    code: 'delivery-missing',
    rule: 'R09',
    refuses: 'the delivery of an expired call did not come in time: nothing is sold until a person enables it again',
    limits: 'maxDeliveryMs',
    exits: 'sales only',
    judge: ofOpen((_, of) => {
      const { latched } = of.guards()
      return latched?.code === 'delivery-missing' ? { code: 'delivery-missing', sinceMs: latched.sinceMs } : undefined
    }),
  },
  {
    code: 'rejects-in-a-row',
    rule: 'R31',
    refuses: 'the venue has rejected too many orders one after the other',
    limits: 'maxRejectsInARow',
    exits: 'sales only',
    judge: ofOpen((_, { state, limits }) => {
      const { rejectsInARow: rejects } = state.memory
      const { maxRejectsInARow: max } = limits
      return rejects >= max ? { code: 'rejects-in-a-row', rejects, max } : undefined
    }),
  },
]

/** How far a value is below another, percent; 0 where there is nothing to fall from. */
function fallPct(from: number, to: number): number {
  return from > 0 ? 100 * (1 - to / from) : 0
}
