import { parseSymbol } from '@cc/models'
import type { Situation } from './situation.js'
import { missingWords } from './words.js'

/**
 * Why the market is none to sell into, in words, by every filter of `writeWhen` that is on; none: it is. A filter whose
 * number is missing keeps the rules from selling, and says that it is missing. What is off is listed as not fired.
 */
export function standAside(situation: Situation): readonly string[] {
  const { currency } = situation.underlying
  return [...cooldown(situation), ...dayColour(situation), ...ivPercentile(situation), ...crash(situation, currency)]
}

/**
 * Why the market moves too much to sell anything, rolls among it: the index has moved by `maxDayChangePct`, either way, or
 * the volatility index risen by `maxDvolRisePoints`, or its last crash is not `calmHours` ago.
 *
 * @param subject what the rules that are looked at speak of
 */
export function crash(situation: Situation, subject: string): readonly string[] {
  const { underlying, options, trace } = situation
  const { dayChangePct, missing } = underlying
  const { dvolDayChange } = underlying.vol
  const { maxDayChangePct, maxDvolRisePoints } = options.writeWhen
  const whys: string[] = []

  const moved = maxDayChangePct !== null && (dayChangePct === null || Math.abs(dayChangePct) >= maxDayChangePct)
  if (trace.look('max-day-change', subject, moved, { dayChangePct, maxDayChangePct })) {
    whys.push(
      dayChangePct === null
        ? `the change of the index over 24 h is ${missingWords('dayChangePct', missing)}`
        : `the index moved ${dayChangePct.toFixed(1)} % in 24 h, and from ${maxDayChangePct} % on nothing is sold`,
    )
  }

  const risePoints = dvolDayChange === null ? null : dvolDayChange * 100
  const rose = maxDvolRisePoints !== null && (risePoints === null || risePoints >= maxDvolRisePoints - NOISE_POINTS)
  if (trace.look('max-dvol-rise', subject, rose, { risePoints, maxDvolRisePoints })) {
    whys.push(
      risePoints === null
        ? `the change of the volatility index over 24 h is ${missingWords('vol.dvolDayChange', missing)}`
        : `the volatility index rose ${risePoints.toFixed(1)} points in 24 h, and from ${maxDvolRisePoints} on nothing is sold`,
    )
  }
  return [...whys, ...unrest(situation, subject)]
}

/** What the risk engine has seen and remembers of a crash. */
function unrest({ underlying, memory, timeMs, options, trace }: Situation, subject: string): readonly string[] {
  const { calmHours } = options.writeWhen
  const crashedMs = memory.guards.crashedMs[underlying.currency]
  const agoHours = crashedMs === undefined ? null : (timeMs - crashedMs) / HOUR_MS
  const isSoon = calmHours !== null && agoHours !== null && agoHours < calmHours
  if (!trace.look('calm-hours', subject, isSoon, { agoHours, calmHours })) return []
  return [`its market crashed less than ${calmHours} hours ago`]
}

const HOUR_MS = 3_600_000

/** A sale of a symbol that cannot be read may be of any coin. */
function cooldown({ underlying, memory, timeMs, options, trace }: Situation): readonly string[] {
  const { currency } = underlying
  const { cooldownMin } = options.writeWhen
  const opened = memory.recentOpens.filter(
    ({ action, symbol }) => action === 'OPEN_COVERED_CALL' && (parseSymbol(symbol)?.currency ?? currency) === currency,
  )
  const agoMin = opened.length === 0 ? null : (timeMs - Math.max(...opened.map((open) => open.timeMs))) / MINUTE_MS
  // Off is off, even where a sale has a later time than the state.
  const isEarly = cooldownMin > 0 && agoMin !== null && agoMin < cooldownMin
  if (!trace.look('cooldown', currency, isEarly, { agoMin, cooldownMin })) return []
  return [`a call was sold less than ${cooldownMin} ${cooldownMin === 1 ? 'minute' : 'minutes'} ago`]
}

const MINUTE_MS = 60_000

function dayColour({ underlying, options, trace }: Situation): readonly string[] {
  const { currency, dayChangePct, missing } = underlying
  const { green, red } = options.writeWhen
  const isBarred = !(green && red) && (dayChangePct === null || (dayChangePct > 0 ? !green : !red))
  if (!trace.look('day-colour', currency, isBarred, { dayChangePct, green, red })) return []
  const days = green ? 'green' : 'red'
  if (dayChangePct === null) {
    return [
      `calls are sold on ${days} days alone, and the change over 24 h is ${missingWords('dayChangePct', missing)}`,
    ]
  }
  return [`calls are sold on ${days} days alone, and the index moved ${dayChangePct.toFixed(1)} % in 24 h`]
}

function ivPercentile({ underlying, options, trace }: Situation): readonly string[] {
  const { currency, vol, missing } = underlying
  const { minIvPercentile } = options.writeWhen
  const percentile = vol.ivRank?.percentile ?? null
  const isLow = minIvPercentile !== null && (percentile === null || percentile < minIvPercentile)
  if (!trace.look('min-iv-percentile', currency, isLow, { percentile, minIvPercentile })) return []
  return [
    percentile === null
      ? `the percentile of the volatility index is ${missingWords('vol.ivRank', missing)}`
      : `the percentile of the volatility index is ${percentile.toFixed(2)}, below ${minIvPercentile}`,
  ]
}

/** Noise of float arithmetic in a difference of two closes, points. */
const NOISE_POINTS = 1e-9
