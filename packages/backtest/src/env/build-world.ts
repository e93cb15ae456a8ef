import { CcError, type Currency, type MarketSource, type OptionInstrument } from '@cc/models'
import { deliveryFeeCoin, nextPriceDown, nextPriceUp, payoutCoin, shortCallMargin, tradeFeeCoin } from '@cc/pricing'
import {
  ASK,
  ASK_FEE,
  BID,
  BID_FEE,
  FORWARD_USD,
  INITIAL_MARGIN,
  IV,
  MARK,
  MARKET_FEATURES,
  type Menu,
  NET_DELTA,
  QUOTE_WIDTH,
  ROLLS,
  TERM_WIDTH,
  WORST_ASK,
  type World,
  type WorldContracts,
} from './world.js'

/** What a world is made of, before its quotes stand in one table. */
export type WorldParts = {
  currency: Currency
  source: MarketSource
  timeMs: Float64Array
  indexUsd: Float64Array
  features: Float64Array
  menu: Pick<Menu, 'tenorsDays' | 'deltas' | 'contract'>
  contracts: readonly ContractLife[]
  /** Rows of quotes up to `NET_DELTA` and of terms up to `IV`, contract by contract; the rest is filled in. */
  quotes: Float64Array
  terms: Float64Array
}

/** A contract and the decision times at which it is quoted: from `firstTime` until before `endTime`. */
export type ContractLife = {
  instrument: OptionInstrument
  deliveryUsd: number
  firstTime: number
  endTime: number
}

/**
 * Joins the parts of a world: where rows begin, what is offered, which margins are asked.
 *
 * @throws CcError `backtest/bad-world` (recovery `halt`) naming what does not fit.
 */
export function buildWorld(parts: WorldParts): World {
  const { timeMs, indexUsd, features, menu, quotes, terms } = parts
  const times = timeMs.length
  const slots = menu.tenorsDays.length * menu.deltas.length
  const columns = contractColumns(parts.contracts)
  requireThat(times >= 2, 'timeMs', times, 'at least two decision times')
  requireThat(indexUsd.length === times, 'indexUsd', indexUsd.length, `${times} entries`)
  requireThat(features.length === times * MARKET_FEATURES.length, 'features', features.length, 'a row for each time')
  requireThat(menu.contract.length === times * slots, 'menu.contract', menu.contract.length, `${times * slots} entries`)
  requireThat(quotes.length === columns.rows * QUOTE_WIDTH, 'quotes', quotes.length, `${columns.rows} rows`)
  requireThat(terms.length === columns.rows * TERM_WIDTH, 'terms', terms.length, `${columns.rows} rows`)
  requireColumns(parts)
  addFeesAndMargins(parts)
  const offers = offersOf(parts, columns, slots)
  addRolls({ ...parts.menu, ...offers, slots }, columns, quotes)
  const lastSettlement = columns.endTime.reduce((last, end) => Math.max(last, end), 0)
  requireThat(lastSettlement > 0, 'contracts', 0, 'at least one call that is delivered before the end')
  requireThat(lastSettlement < times, 'endTime', lastSettlement, 'deliveries before the end of the world')
  return {
    currency: parts.currency,
    source: parts.source,
    timeMs,
    indexUsd,
    features,
    menu: { ...menu, slots, ...offers },
    contracts: columns,
    quotes,
    terms,
    lastSettlement,
  }
}

/** Whether the exchange stands still for its settlement: risk lets nothing be sent from 07:59:30 until 08:02 UTC. */
export function isSettling(atMs: number): boolean {
  const inDay = atMs % DAY_MS
  return inDay >= SETTLEMENT_MS - 30_000 && inDay < SETTLEMENT_MS + 120_000
}

type Columns = WorldContracts & { rows: number }

function contractColumns(contracts: readonly ContractLife[]): Columns {
  const firstRow = new Int32Array(contracts.length)
  let rows = 0
  contracts.forEach(({ firstTime, endTime }, contract) => {
    firstRow[contract] = rows
    rows += endTime - firstTime
  })
  return {
    instruments: contracts.map(({ instrument }) => instrument),
    expiryMs: Float64Array.from(contracts, ({ instrument }) => instrument.expiryMs),
    strikeUsd: Float64Array.from(contracts, ({ instrument }) => instrument.strikeUsd),
    deliveryUsd: Float64Array.from(contracts, ({ deliveryUsd }) => deliveryUsd),
    payoutCoin: Float64Array.from(contracts, payoutOf),
    deliveryFeeCoin: Float64Array.from(contracts, (contract) =>
      deliveryFeeCoin({
        sizeCoin: 1,
        payoutCoin: payoutOf(contract),
        daily: contract.instrument.settlementPeriod === 'day',
      }),
    ),
    firstTime: Int32Array.from(contracts, ({ firstTime }) => firstTime),
    endTime: Int32Array.from(contracts, ({ endTime }) => endTime),
    firstRow,
    rows,
  }
}

function payoutOf({ instrument, deliveryUsd }: ContractLife): number {
  return payoutCoin({ kind: 'call', strikeUsd: instrument.strikeUsd, deliveryUsd })
}

function requireColumns({ timeMs, indexUsd, features, contracts, quotes, terms }: WorldParts): void {
  timeMs.forEach((atMs, time) => {
    requireThat(time === 0 || atMs > (timeMs[time - 1] as number), `timeMs[${time}]`, atMs, 'ascending times')
    requireThat(!isSettling(atMs), `timeMs[${time}]`, atMs, 'a time outside the settlement at 08:00 UTC')
    const indexNow = indexUsd[time] as number
    requireThat(indexNow > 0 && indexNow < Infinity, `indexUsd[${time}]`, indexNow, 'a price > 0')
  })
  features.forEach((value, at) => {
    requireThat(Number.isFinite(value), `features[${at}]`, value, 'a finite number')
  })
  let row = 0
  for (const { instrument, deliveryUsd, firstTime, endTime } of contracts) {
    requireThat(instrument.kind === 'call', instrument.symbol, instrument.kind, 'a call')
    requireThat(endTime > firstTime, instrument.symbol, endTime, 'quotes before its expiry')
    requireThat(deliveryUsd > 0, `${instrument.symbol} deliveryUsd`, deliveryUsd, 'a price > 0')
    for (const end = row + endTime - firstTime; row < end; row++) {
      for (let column = MARK; column <= NET_DELTA; column++) {
        const value = quotes[row * QUOTE_WIDTH + column] as number
        requireThat(Number.isFinite(value), `${instrument.symbol} column ${column}`, value, 'a finite number')
      }
      const forwardUsd = terms[row * TERM_WIDTH + FORWARD_USD] as number
      const iv = terms[row * TERM_WIDTH + IV] as number
      requireThat(forwardUsd > 0 && forwardUsd < Infinity, `${instrument.symbol} forwardUsd`, forwardUsd, 'a price > 0')
      requireThat(iv > 0 && iv < Infinity, `${instrument.symbol} iv`, iv, 'a volatility > 0')
    }
  }
  const [first, ...others] = contracts.map(({ instrument }) => instrument)
  const odd = others.find(
    ({ minSizeCoin, sizeStepCoin, takerFeeRate }) =>
      minSizeCoin !== first?.minSizeCoin || sizeStepCoin !== first.sizeStepCoin || takerFeeRate !== first.takerFeeRate,
  )
  requireThat(odd === undefined, 'contracts', odd?.symbol, 'one smallest size, size step and fee for all')
}

function addFeesAndMargins({ contracts, quotes, terms }: WorldParts): void {
  let row = 0
  for (const { instrument, firstTime, endTime } of contracts) {
    const { strikeUsd, takerFeeRate: feeRate } = instrument
    const feeAt = (priceCoin: number) =>
      priceCoin > 0 ? tradeFeeCoin({ sizeCoin: 1, priceCoin, feeRate }) : Number.NaN
    for (const end = row + endTime - firstTime; row < end; row++) {
      const at = row * QUOTE_WIDTH
      const askCoin = quotes[at + ASK] as number
      const worstCoin = askCoin > 0 ? nextPriceUp(askCoin, instrument) : Number.NaN
      quotes[at + ASK_FEE] = feeAt(askCoin)
      quotes[at + WORST_ASK] = worstCoin + feeAt(worstCoin)
      terms[row * TERM_WIDTH + BID_FEE] = feeAt(quotes[at + BID] as number)
      terms[row * TERM_WIDTH + INITIAL_MARGIN] = shortCallMargin({
        sizeCoin: 1,
        strikeUsd,
        underlyingUsd: terms[row * TERM_WIDTH + FORWARD_USD] as number,
        markCoin: quotes[at + MARK] as number,
      }).initialMarginCoin
    }
  }
}

/**
 * Rows of the slots, bits of those that can be sold, and what their sale adds to the cover. A call that asks for more than a
 * coin of margin is not offered: so margin refuses no sale that its coins cover.
 */
function offersOf(
  { menu, quotes, terms }: WorldParts,
  { firstRow, firstTime, instruments }: Columns,
  slots: number,
): Pick<Menu, 'row' | 'offered' | 'coverCoin'> {
  const offered = new Int32Array(menu.contract.length / slots)
  const coverCoin = new Float64Array(menu.contract.length).fill(Number.NaN)
  const row = menu.contract.map((contract, at) => {
    if (contract < 0) return -1
    const time = Math.floor(at / slots)
    const found = (firstRow[contract] as number) + time - (firstTime[contract] as number)
    const bidCoin = quotes[found * QUOTE_WIDTH + BID] as number
    const askCoin = quotes[found * QUOTE_WIDTH + ASK] as number
    const marginCoin = terms[found * TERM_WIDTH + INITIAL_MARGIN] as number
    if (bidCoin > 0 && askCoin > bidCoin && marginCoin <= 1) {
      offered[time] = (offered[time] as number) | (1 << (at % slots))
      coverCoin[at] = Math.min(worstSaleCoin(bidCoin, instruments[contract] as OptionInstrument), 1 - marginCoin)
    }
    return found
  })
  return { row, offered, coverCoin }
}

/** What a sale brings at its worst price, fee paid. A price is never below a tick. */
function worstSaleCoin(bidCoin: number, instrument: OptionInstrument): number {
  const priceCoin = Math.max(nextPriceDown(bidCoin, instrument), instrument.tickSizeCoin)
  return priceCoin - tradeFeeCoin({ sizeCoin: 1, priceCoin, feeRate: instrument.takerFeeRate })
}

/** Fills in what each call can be rolled to: risk takes no roll to an earlier expiry. */
function addRolls(
  { contract: menu, offered, slots }: Pick<Menu, 'contract' | 'offered' | 'slots'>,
  { firstRow, firstTime, endTime, expiryMs }: Columns,
  quotes: Float64Array,
): void {
  expiryMs.forEach((fromMs, held) => {
    const first = firstTime[held] as number
    for (let time = first; time < (endTime[held] as number); time++) {
      let bits = 0
      for (let slot = 0; slot < slots; slot++) {
        const call = menu[time * slots + slot] as number
        if (call >= 0 && call !== held && (expiryMs[call] as number) >= fromMs) bits |= 1 << slot
      }
      quotes[((firstRow[held] as number) + time - first) * QUOTE_WIDTH + ROLLS] = bits & (offered[time] as number)
    }
  })
}

function requireThat(isMet: boolean, field: string, value: unknown, expected: string): void {
  if (isMet) return
  throw new CcError(`A world needs ${expected}: ${field} is ${String(value)}.`, {
    code: 'backtest/bad-world',
    recovery: 'halt',
    facts: { field, value: String(value), expected },
  })
}

const DAY_MS = 86_400_000
/** 08:00 UTC. */
const SETTLEMENT_MS = 8 * 3_600_000
