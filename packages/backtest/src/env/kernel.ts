import type { OptionInstrument } from '@cc/models'
import {
  ACCOUNT_COLUMNS,
  BOUGHT_BACK,
  CLOSE,
  createKernelColumns,
  DELIVERED,
  HOLD,
  type KernelColumns,
  LIQUIDATED,
  OPEN,
  REFUSALS,
  SOLD,
  STEP_COLUMNS,
} from './kernel-columns.js'
import { createMasks, type KernelMasks } from './kernel-mask.js'
import { createSizeRounder } from './size-rounder.js'
import {
  ASK,
  ASK_FEE,
  BID,
  BID_FEE,
  DELTA,
  MARK,
  NET_DELTA,
  QUOTE_WIDTH,
  ROLLS,
  TERM_WIDTH,
  WORST_ASK,
  type World,
} from './world.js'

/** The environment's loop: accounts that sell covered calls, from decision time to decision time. */
export type Kernel = {
  readonly world: World
  readonly columns: KernelColumns
  /** Opens account `i` with its deposit at a decision time; what the last step did stays as it is. */
  begin(i: number, episode: { startTime: number; cutTime: number; depositCoin: number }): void
  /** Forgets what the last step of account `i` did. */
  clear(i: number): void
  /**
   * Does one action of account `i` at the quotes of its time, then goes to the next time: deliveries, marks, margin.
   * What cannot be done is not done, and `refusal` has the reason. `share` is that of the free coins that a sale takes,
   * 0..1; a roll takes the whole of the open call. Not after an episode is terminated: the world has no time after its last.
   */
  step(i: number, kind: number, slot: number, share: number): void
  /** The same for every account whose code, kind + 4 · slot, is not negative. */
  stepAll(codes: Int32Array, shares: Float64Array): void
} & Pick<KernelMasks, 'maskOf'>

/**
 * Creates the kernel over `count` accounts: the one loop beside the agent's own.
 *
 * It does what the exchange does, in the exchange's order: trades cross the book for all they want, fees are capped,
 * calls are delivered at 08:00 UTC. An account whose maintenance margin is above its cash is liquidated at the ask, or at
 * the mark where nobody offers: that is its end, as are coins below the smallest order.
 *
 * Attribution is Israelov and Nielsen's ("Covered Calls Uncovered", 2015). Its average delta is the one that the open
 * call was sold at, which is known when it counts; the coin's own move is 1 − S/S′, what an inverse perpetual earns.
 */
export function createKernel(world: World, count: number): Kernel {
  const { indexUsd, menu, contracts, quotes, terms, lastSettlement } = world
  const { slots, offered, coverCoin } = menu
  const [{ minSizeCoin, sizeStepCoin, takerFeeRate }] = contracts.instruments as [OptionInstrument]
  const roundDown = createSizeRounder(sizeStepCoin)
  const columns = createKernelColumns(count)
  const { time, cutTime, contract, row, endTime, refusal, events, terminated, truncated } = columns
  const { fromMark, fromDelta, fromNetDelta, toMark, toDelta, toAsk, toAskFee, toWorstAsk, toRolls } = columns
  const { maskOf, neededCover } = createMasks(world, columns)
  const { depositCoin, cashCoin, sizeCoin, salePriceCoin, saleDelta, saleNetDelta, markCoin, delta } = columns
  const { equityCoin, feeCoin, flowCoin, rewardCoin, passiveCoin, timingCoin, shortVolCoin, tradeCoin } = columns
  const { rewardUsd, passiveUsd, timingUsd, shortVolUsd, tradeUsd } = columns

  function book(i: number, changeCoin: number, fee: number): void {
    cashCoin[i] = (cashCoin[i] as number) + changeCoin
    flowCoin[i] = (flowCoin[i] as number) + changeCoin
    feeCoin[i] = (feeCoin[i] as number) + fee
  }

  function sell(i: number, at: number, size: number): void {
    const call = menu.contract[at] as number
    const opened = menu.row[at] as number
    const quote = opened * QUOTE_WIDTH
    const priceCoin = quotes[quote + BID] as number
    const fee = size * (terms[opened * TERM_WIDTH + BID_FEE] as number)
    book(i, priceCoin * size - fee, fee)
    tradeCoin[i] = (tradeCoin[i] as number) + (size * (priceCoin - (quotes[quote + MARK] as number)) - fee)
    contract[i] = call
    row[i] = opened
    endTime[i] = contracts.endTime[call] as number
    sizeCoin[i] = size
    salePriceCoin[i] = priceCoin
    saleDelta[i] = quotes[quote + DELTA] as number
    saleNetDelta[i] = quotes[quote + NET_DELTA] as number
    events[i] = (events[i] as number) | SOLD
  }

  function buyBack(i: number, priceCoin: number, fee: number, mark: number): void {
    const size = sizeCoin[i] as number
    book(i, -(priceCoin * size) - fee, fee)
    tradeCoin[i] = (tradeCoin[i] as number) - (size * (priceCoin - mark) + fee)
    end(i, BOUGHT_BACK)
  }

  function end(i: number, event: number): void {
    contract[i] = -1
    sizeCoin[i] = 0
    markCoin[i] = 0
    delta[i] = 0
    events[i] = (events[i] as number) | event
  }

  /** Trades where the action can be done, and says why not. */
  function act(i: number, kind: number, slot: number, share: number): number {
    if (kind === HOLD) return 0
    const now = time[i] as number
    const held = contract[i] as number
    const wanted = now * slots + slot
    const isOffered = ((offered[now] as number) & (1 << slot)) !== 0
    if (kind === OPEN) {
      if (held >= 0) return CALL_IS_OPEN
      if (!isOffered) return NOT_OFFERED
      const size = roundDown((cashCoin[i] as number) * share)
      if (!(size >= minSizeCoin)) return SIZE_TOO_SMALL
      sell(i, wanted, size)
      return 0
    }
    if (held < 0) return NO_OPEN_CALL
    const quote = (row[i] as number) * QUOTE_WIDTH
    const askCoin = quotes[quote + ASK] as number
    const fee = (sizeCoin[i] as number) * (quotes[quote + ASK_FEE] as number)
    const leftCoin = (cashCoin[i] as number) + (-(askCoin * (sizeCoin[i] as number)) - fee)
    if (kind === CLOSE) {
      if (!(leftCoin >= 0)) return NO_ASK
      buyBack(i, askCoin, fee, quotes[quote + MARK] as number)
      return 0
    }
    if (menu.contract[wanted] === held) return SAME_CALL
    if (!isOffered) return NOT_OFFERED
    if ((((quotes[quote + ROLLS] as number) >>> slot) & 1) === 0) return EARLIER_EXPIRY
    if (!(leftCoin >= 0)) return NO_ASK
    if (!((coverCoin[wanted] as number) >= neededCover(i, quotes[quote + WORST_ASK] as number))) return NOT_COVERED
    const size = sizeCoin[i] as number
    buyBack(i, askCoin, fee, quotes[quote + MARK] as number)
    sell(i, wanted, size)
    return 0
  }

  /** Does an action at the present quotes. */
  function trade(i: number, kind: number, slot: number, share: number): void {
    events[i] = 0
    feeCoin[i] = 0
    flowCoin[i] = 0
    tradeCoin[i] = 0
    refusal[i] = act(i, kind, slot, share)
  }

  /** Reads the quotes of the open call, if any, before and after the move. */
  function read(i: number): void {
    if ((contract[i] as number) < 0) return
    const quote = (row[i] as number) * QUOTE_WIDTH
    fromMark[i] = quotes[quote + MARK] as number
    fromDelta[i] = quotes[quote + DELTA] as number
    fromNetDelta[i] = quotes[quote + NET_DELTA] as number
    if ((time[i] as number) + 1 >= (endTime[i] as number)) return
    row[i] = (row[i] as number) + 1
    toMark[i] = quotes[quote + QUOTE_WIDTH + MARK] as number
    toDelta[i] = quotes[quote + QUOTE_WIDTH + DELTA] as number
    toAsk[i] = quotes[quote + QUOTE_WIDTH + ASK] as number
    toAskFee[i] = quotes[quote + QUOTE_WIDTH + ASK_FEE] as number
    toWorstAsk[i] = quotes[quote + QUOTE_WIDTH + WORST_ASK] as number
    toRolls[i] = quotes[quote + QUOTE_WIDTH + ROLLS] as number
  }

  /** Goes to the next time: delivery, marks, margin, and what the equity has changed by. */
  function move(i: number): void {
    const now = time[i] as number
    const next = now + 1
    const fromUsd = indexUsd[now] as number
    const toUsd = indexUsd[next] as number
    const openingCoin = equityCoin[i] as number
    time[i] = next
    tradeUsd[i] = (tradeCoin[i] as number) * fromUsd
    if ((contract[i] as number) < 0) rest(i, toUsd - fromUsd)
    else hold(i, fromUsd, toUsd)
    const closingCoin = equityCoin[i] as number
    rewardCoin[i] = closingCoin - openingCoin
    rewardUsd[i] = closingCoin * toUsd - openingCoin * fromUsd

    const isFlat = (contract[i] as number) < 0
    const isRuined = isFlat && ((cashCoin[i] as number) < minSizeCoin || ((events[i] as number) & LIQUIDATED) !== 0)
    const isOver = isRuined || next >= lastSettlement
    terminated[i] = isOver ? 1 : 0
    truncated[i] = !isOver && next >= (cutTime[i] as number) ? 1 : 0
  }

  function rest(i: number, moveUsd: number): void {
    const coins = cashCoin[i] as number
    equityCoin[i] = coins
    markCoin[i] = 0
    delta[i] = 0
    passiveCoin[i] = 0
    timingCoin[i] = 0
    shortVolCoin[i] = 0
    passiveUsd[i] = coins * moveUsd
    timingUsd[i] = 0
    shortVolUsd[i] = 0
  }

  function hold(i: number, fromUsd: number, toUsd: number): void {
    const size = sizeCoin[i] as number
    const coins = cashCoin[i] as number
    const tradedCoin = tradeCoin[i] as number
    if ((time[i] as number) < (endTime[i] as number)) keep(i, size, coins)
    else expire(i, contract[i] as number, size)
    tradeUsd[i] = (tradeUsd[i] as number) + ((tradeCoin[i] as number) - tradedCoin) * toUsd

    const fromCoin = fromMark[i] as number
    const toCoin = toMark[i] as number
    const average = saleDelta[i] as number
    const netAverage = saleNetDelta[i] as number
    const deltaNow = fromDelta[i] as number
    const netDeltaNow = fromNetDelta[i] as number
    const moveUsd = toUsd - fromUsd
    const moveCoin = 1 - fromUsd / toUsd
    passiveCoin[i] = -size * netAverage * moveCoin
    timingCoin[i] = size * (netAverage - netDeltaNow) * moveCoin
    shortVolCoin[i] = -size * (toCoin - fromCoin - netDeltaNow * moveCoin)
    passiveUsd[i] = (coins - size * average) * moveUsd
    timingUsd[i] = size * (average - deltaNow) * moveUsd
    shortVolUsd[i] = -size * (toCoin * toUsd - fromCoin * fromUsd - deltaNow * moveUsd)
  }

  /** The open call goes on, unless the account can no longer carry it. */
  function keep(i: number, size: number, coins: number): void {
    const mark = toMark[i] as number
    markCoin[i] = mark
    delta[i] = toDelta[i] as number
    equityCoin[i] = coins - size * mark
    if (size * (MAINTENANCE + mark) <= coins) return
    const askCoin = toAsk[i] as number
    // Nobody offers: it ends at the mark, for the fee that no price of that height is above.
    if (askCoin > 0) buyBack(i, askCoin, size * (toAskFee[i] as number), mark)
    else buyBack(i, mark, size * takerFeeRate, mark)
    end(i, LIQUIDATED)
    equityCoin[i] = cashCoin[i] as number
  }

  function expire(i: number, call: number, size: number): void {
    const payout = contracts.payoutCoin[call] as number
    const fee = size * (contracts.deliveryFeeCoin[call] as number)
    toMark[i] = payout
    book(i, payout === 0 ? 0 : -size * payout - fee, fee)
    tradeCoin[i] = (tradeCoin[i] as number) - fee
    end(i, DELIVERED)
    equityCoin[i] = cashCoin[i] as number
  }

  return {
    world,
    columns,
    begin(i, episode) {
      for (const name of ACCOUNT_COLUMNS) columns[name][i] = 0
      time[i] = episode.startTime
      cutTime[i] = episode.cutTime
      depositCoin[i] = episode.depositCoin
      cashCoin[i] = episode.depositCoin
      equityCoin[i] = episode.depositCoin
      contract[i] = -1
    },

    clear(i) {
      for (const name of STEP_COLUMNS) columns[name][i] = 0
      refusal[i] = 0
      events[i] = 0
      terminated[i] = 0
      truncated[i] = 0
    },

    step(i, kind, slot, share) {
      trade(i, kind, slot, share)
      read(i)
      move(i)
    },

    stepAll(codes, shares) {
      // Pass by pass: the quotes of many accounts are on their way from memory at once.
      for (let i = 0; i < count; i++) {
        const code = codes[i] as number
        if (code >= 0) trade(i, code & 3, code >> 2, shares[i] as number)
      }
      for (let i = 0; i < count; i++) if ((codes[i] as number) >= 0) read(i)
      for (let i = 0; i < count; i++) if ((codes[i] as number) >= 0) move(i)
    },

    maskOf,
  }
}

/** Maintenance margin of a short call beside its mark, coin per coin: see `shortCallMargin` of `@cc/pricing`. */
const MAINTENANCE = 0.075
const CALL_IS_OPEN = REFUSALS.indexOf('call-is-open')
const NO_OPEN_CALL = REFUSALS.indexOf('no-open-call')
const NOT_OFFERED = REFUSALS.indexOf('not-offered')
const SAME_CALL = REFUSALS.indexOf('same-call')
const EARLIER_EXPIRY = REFUSALS.indexOf('earlier-expiry')
const NO_ASK = REFUSALS.indexOf('no-ask')
const NOT_COVERED = REFUSALS.indexOf('not-covered')
const SIZE_TOO_SMALL = REFUSALS.indexOf('size-too-small')
