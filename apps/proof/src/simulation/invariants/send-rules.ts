import { type Currency, type OrderTerms, type ProposedAction, parseSymbol, type VerdictRecord } from '@cc/models'
import type { DurableLog } from './durable-log.ts'
import type { ComingSale, ExchangeTruth } from './exchange-truth.ts'
import { type Accuse, NOISE_COIN } from './violation.ts'

/** What the gate said in one life. */
type Review = { proposal: ProposedAction; verdict: VerdictRecord; fromPolicy: boolean }

/** Limits that a run of sends is held to. */
type SendLimits = {
  perHour: number
  perDay: number
  opensPerDay: number
  cooldownMs: number
  maxCoverage: number
  maxExpiryExposure: number
}

/** All that may be asked of an order at the moment at which it leaves the agent. */
export type SendRules = {
  /** Forgets the reviews of an earlier life. */
  begin(): void
  reviewed(decisionId: string, review: Review): void
  sent(terms: OrderTerms, nowMs: number): void
  /** Orders that left and are known to be neither at the exchange nor settled in the journal. */
  coming(currency: Currency): ComingSale[]
  /** A person enabled the agent: opens are counted anew. */
  enabled(nowMs: number): void
  readonly count: number
}

type Sent = { terms: OrderTerms; decisionId: string; leg: 'close' | 'open'; timeMs: number; action: string | undefined }

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const MINUTE_MS = 60_000
const EXPIRY_OF_DAY_MS = 8 * HOUR_MS
/** From the verdict to the last order of its action. */
const LONGEST_ACTION_MS = 5 * MINUTE_MS
/** What the clocks of two lives may differ by. */
const CLOCKS_MS = 2_500

export function createSendRules(
  truth: ExchangeTruth,
  log: DurableLog,
  { limits, accuse }: { limits: SendLimits; accuse: Accuse },
): SendRules {
  const sent = new Map<string, Sent>()
  let reviews = new Map<string, Review>()
  let enabledMs = Number.NEGATIVE_INFINITY

  const outcomeOf = (label: string) => log.sends.get(label)?.outcome ?? null

  function coming(currency: Currency): ComingSale[] {
    return [...sent.values()]
      .map(({ terms }) => terms)
      .filter(({ label, side, symbol }) => {
        const isUnknown = !truth.orders.has(label) && outcomeOf(label) === null
        return side === 'sell' && isUnknown && parseSymbol(symbol)?.currency === currency
      })
  }

  /** How much of an order may have traded, for all that anybody can know. */
  function atMostCoin({ terms }: { terms: OrderTerms }): number {
    const order = truth.orders.get(terms.label)
    if (order !== undefined) return order.state === 'open' ? order.sizeCoin : order.filledCoin
    return outcomeOf(terms.label) === null ? terms.sizeCoin : 0
  }

  function requireApproval(terms: OrderTerms, decisionId: string, leg: 'close' | 'open'): void {
    const { label, symbol, side, priceCoin, sizeCoin, reduceOnly, validUntilMs } = terms
    const review = reviews.get(decisionId)
    if (review === undefined || !review.verdict.allowed) {
      accuse('I3', `${label} left without an approval of this life`)
      return
    }
    const { legs, expiresMs, maxOrders } = review.verdict
    const bounds = legs.find((candidate) => candidate.leg === leg)
    if (bounds === undefined || bounds.symbol !== symbol || bounds.side !== side) {
      accuse('I3', `${label}: a ${side} of ${symbol} is no leg of its approval`)
      return
    }
    const isPriced = side === 'sell' ? priceCoin >= bounds.worstPriceCoin : priceCoin <= bounds.worstPriceCoin
    if (!isPriced) accuse('I3', `${label} at ${priceCoin} is worse than the approved ${bounds.worstPriceCoin}`)
    if (validUntilMs > expiresMs) accuse('I3', `${label} outlives its approval`)
    if (reduceOnly !== (leg === 'close')) accuse('I14', `${label} closes without reduce-only, or opens with it`)
    const mates = [...sent.values()].filter((other) => other.decisionId === decisionId && other.terms.label !== label)
    const sameLeg = mates.filter((other) => other.leg === leg)
    const committedCoin = sameLeg.reduce((sum, other) => sum + atMostCoin(other), sizeCoin)
    if (committedCoin > bounds.maxSizeCoin + NOISE_COIN) {
      accuse('I3', `${label} brings its leg to ${committedCoin} coin, of ${bounds.maxSizeCoin} approved`)
    }
    if (mates.length + 1 > maxOrders) accuse('I8', `${label} is order ${mates.length + 1} of ${maxOrders} approved`)
    if (leg === 'open' && legs.some((other) => other.leg === 'close')) requireClosed(label, committedCoin, mates)
    requireProposed(label, symbol, review)
  }

  /** The opening leg of a roll is at most what the closing leg bought back, by the exchange's own books. */
  function requireClosed(
    label: string,
    committedCoin: number,
    mates: readonly { terms: OrderTerms; leg: string }[],
  ): void {
    const closes = mates.filter(({ leg }) => leg === 'close').map(({ terms }) => truth.orders.get(terms.label))
    const closedCoin = closes.reduce((sum, order) => sum + (order?.filledCoin ?? 0), 0)
    if (committedCoin > closedCoin + NOISE_COIN) {
      accuse('I1', `${label}: a roll opens ${committedCoin} coin where ${closedCoin} were bought back`)
    }
    if (closes.some((order) => order?.state === 'open')) accuse('I1', `${label} opens while its close still rests`)
  }

  function requireProposed(label: string, symbol: string, { proposal, fromPolicy }: Review): void {
    const { params } = proposal
    const named =
      'symbol' in params ? [params.symbol] : 'fromSymbol' in params ? [params.fromSymbol, params.toSymbol] : []
    if (!named.includes(symbol)) accuse('I7', `${label} trades ${symbol}, which nobody proposed`)
    if (!fromPolicy && proposal.action !== 'CLOSE_COVERED_CALL')
      accuse('I7', `${label}: neither policy nor person asked for it`)
  }

  function requireCovered(terms: OrderTerms, currency: Currency): void {
    const { neededCoin, coveredCoin } = truth.naked(currency, coming(currency))
    if (neededCoin > coveredCoin + NOISE_COIN) {
      accuse('I1', `naked at the send of ${terms.label}: ${neededCoin} coin short or on sale, ${coveredCoin} cover it`)
    }
    for (const [label, { terms: other }] of sent) {
      if (label === terms.label || parseSymbol(other.symbol)?.currency !== currency) continue
      if (outcomeOf(label) === null) accuse('I3', `${terms.label} sells while the outcome of ${label} is not known`)
    }
  }

  /** The shares of the cover that are for sale at all, and on one expiry. */
  function requireShares({ label, symbol }: OrderTerms, currency: Currency): void {
    const { neededCoin, coveredCoin } = truth.naked(currency, coming(currency))
    if (neededCoin > limits.maxCoverage * coveredCoin + NOISE_COIN) {
      accuse(
        'I7',
        `${label} brings ${neededCoin} coin on sale or short, more than ${limits.maxCoverage} of ${coveredCoin}`,
      )
    }
    const isRoll = sent.get(label)?.action === 'ROLL_COVERED_CALL'
    const onExpiry = truth.naked(currency, coming(currency), parseSymbol(symbol)?.expiryMs)
    if (!isRoll && onExpiry.neededCoin > limits.maxExpiryExposure * coveredCoin + NOISE_COIN) {
      accuse(
        'I7',
        `${label} brings ${onExpiry.neededCoin} coin on one expiry, more than ${limits.maxExpiryExposure} of ${coveredCoin}`,
      )
    }
  }

  /** Between two decisions to open in one currency there is a pause. */
  function requireCooled(
    { label }: OrderTerms,
    { decisionId, currency, action }: { decisionId: string; currency: Currency; action: string | undefined },
    nowMs: number,
  ): void {
    if (action !== 'OPEN_COVERED_CALL') return
    for (const other of sent.values()) {
      const isOther = other.decisionId !== decisionId && other.action === action
      const isNear = other.timeMs > nowMs - limits.cooldownMs + CLOCKS_MS && other.timeMs > enabledMs
      if (!isOther || !isNear || parseSymbol(other.terms.symbol)?.currency !== currency) continue
      if ((truth.orders.get(other.terms.label)?.filledCoin ?? 0) > 0) {
        accuse('I8', `${label} opens ${nowMs - other.timeMs} ms after ${other.terms.label}`)
        return
      }
    }
  }

  /** Nothing is sent while expiries are delivered, and nothing sold that is about to expire. */
  function requireOpenHours({ label, side, symbol }: OrderTerms, nowMs: number): void {
    const sinceMs = (((nowMs - EXPIRY_OF_DAY_MS) % DAY_MS) + DAY_MS) % DAY_MS
    if (sinceMs < 2 * MINUTE_MS - CLOCKS_MS || sinceMs > DAY_MS - MINUTE_MS / 2 + CLOCKS_MS) {
      accuse('I7', `${label} left while expiries are delivered`)
    }
    const leftMs = (parseSymbol(symbol)?.expiryMs ?? 0) - nowMs
    if (side === 'sell' && leftMs < HOUR_MS - LONGEST_ACTION_MS)
      accuse('I7', `${label} sells ${leftMs} ms before the expiry`)
  }

  function requireRates(currency: Currency, nowMs: number): void {
    const sends = [...sent.values()].filter(({ terms }) => parseSymbol(terms.symbol)?.currency === currency)
    const within = (windowMs: number) => sends.filter(({ timeMs }) => timeMs > nowMs - windowMs + CLOCKS_MS).length
    if (within(HOUR_MS) > limits.perHour)
      accuse('I8', `${within(HOUR_MS)} sends of ${currency} in an hour, ${limits.perHour} allowed`)
    if (within(DAY_MS) > limits.perDay)
      accuse('I8', `${within(DAY_MS)} sends of ${currency} in a day, ${limits.perDay} allowed`)
    const fromMs = Math.max(enabledMs, nowMs - DAY_MS + CLOCKS_MS)
    const opens = new Set(
      [...sent.values()]
        .filter(
          ({ leg, timeMs, terms }) =>
            leg === 'open' && timeMs > fromMs && (truth.orders.get(terms.label)?.filledCoin ?? 0) > 0,
        )
        .map(({ decisionId }) => decisionId),
    )
    if (opens.size > limits.opensPerDay)
      accuse('I8', `${opens.size} decisions sold in a day, ${limits.opensPerDay} allowed`)
  }

  return {
    begin() {
      reviews = new Map()
    },
    reviewed(decisionId, review) {
      reviews.set(decisionId, review)
    },
    sent(terms, nowMs) {
      log.read()
      const journalled = log.sends.get(terms.label)
      const currency = parseSymbol(terms.symbol)?.currency
      if (currency === undefined) {
        accuse('I7', `${terms.label} trades ${terms.symbol}`)
        return
      }
      if (sent.has(terms.label)) accuse('I2', `${terms.label} is sent twice`)
      if (journalled === undefined || JSON.stringify(journalled.intent.terms) !== JSON.stringify(terms)) {
        accuse('I3', `${terms.label} left before its intent was on the disk`)
        return
      }
      const { decisionId, leg } = journalled.intent
      const action = reviews.get(decisionId)?.proposal.action
      sent.set(terms.label, { terms, decisionId, leg, timeMs: nowMs, action })
      requireApproval(terms, decisionId, leg)
      if (terms.side === 'sell') {
        requireCovered(terms, currency)
        requireShares(terms, currency)
        requireCooled(terms, { decisionId, currency, action }, nowMs)
      }
      requireRates(currency, nowMs)
      requireOpenHours(terms, nowMs)
    },
    coming,
    enabled(nowMs) {
      enabledMs = nowMs
    },
    get count() {
      return sent.size
    },
  }
}
