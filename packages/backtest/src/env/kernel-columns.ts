/** Kinds of action, in the order of their codes. */
export const ACTION_KINDS = ['DO_NOTHING', 'OPEN_COVERED_CALL', 'ROLL_COVERED_CALL', 'CLOSE_COVERED_CALL'] as const
export const HOLD = 0
export const OPEN = 1
export const ROLL = 2
export const CLOSE = 3

/** Why an action was not done, in the order of their codes. */
export const REFUSALS = [
  'none',
  'call-is-open',
  'no-open-call',
  'not-offered',
  'same-call',
  'earlier-expiry',
  'no-ask',
  'not-covered',
  'size-too-small',
] as const
export type Refusal = (typeof REFUSALS)[number]

/** Flags of what happened in a step. */
export const SOLD = 1
export const BOUGHT_BACK = 2
export const DELIVERED = 4
export const LIQUIDATED = 8

/** Accounts side by side: one entry for each environment in every column. */
export type KernelColumns = Readonly<Record<FloatColumn, Float64Array>> & {
  /** Index of the present decision time. */
  readonly time: Int32Array
  /** Index of the decision time at which the episode is cut off. */
  readonly cutTime: Int32Array
  /** The call that is open, −1: none; its row of quotes at the present time, and the time by which it has expired. */
  readonly contract: Int32Array
  readonly row: Int32Array
  readonly endTime: Int32Array
  /** Of the last step: code of `REFUSALS`, flags of what happened, and 1 where the episode ended. */
  readonly refusal: Uint8Array
  readonly events: Uint8Array
  readonly terminated: Uint8Array
  readonly truncated: Uint8Array
}

/** The account. Coin but the deltas, which are of one coin; `sale…` are of the open call when it was sold. */
export const ACCOUNT_COLUMNS = [
  'depositCoin',
  'cashCoin',
  'sizeCoin',
  'salePriceCoin',
  'saleDelta',
  'saleNetDelta',
  'markCoin',
  'delta',
  'equityCoin',
] as const
type AccountColumn = (typeof ACCOUNT_COLUMNS)[number]

/** What a step reads of the quotes before and after it, of the open call. */
const QUOTE_COLUMNS = [
  'fromMark',
  'fromDelta',
  'fromNetDelta',
  'toMark',
  'toDelta',
  'toAsk',
  'toAskFee',
  'toWorstAsk',
  'toRolls',
] as const
type QuoteColumn = (typeof QUOTE_COLUMNS)[number]

/**
 * What the last step did: fees, change of the cash, change of the equity, and that change by its sources, of which
 * `passive`, `timing`, `shortVol` and `trade` add up to `reward`.
 */
export const STEP_COLUMNS = [
  'feeCoin',
  'flowCoin',
  'rewardCoin',
  'passiveCoin',
  'timingCoin',
  'shortVolCoin',
  'tradeCoin',
  'rewardUsd',
  'passiveUsd',
  'timingUsd',
  'shortVolUsd',
  'tradeUsd',
] as const
type StepColumn = (typeof STEP_COLUMNS)[number]

type FloatColumn = AccountColumn | StepColumn | QuoteColumn

export function createKernelColumns(count: number): KernelColumns {
  const floats = [...ACCOUNT_COLUMNS, ...STEP_COLUMNS, ...QUOTE_COLUMNS].map(
    (name) => [name, new Float64Array(count)] as const,
  )
  return {
    ...(Object.fromEntries(floats) as Record<FloatColumn, Float64Array>),
    time: new Int32Array(count),
    cutTime: new Int32Array(count),
    contract: new Int32Array(count).fill(-1),
    row: new Int32Array(count),
    endTime: new Int32Array(count),
    refusal: new Uint8Array(count),
    events: new Uint8Array(count),
    terminated: new Uint8Array(count),
    truncated: new Uint8Array(count),
  }
}
