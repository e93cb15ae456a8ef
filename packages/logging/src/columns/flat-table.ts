import { type Column, columnsOf, type ExportTable, selected } from './column.js'
import {
  DECISION_COLUMNS,
  DECISION_PICK,
  DONE_SQL,
  EXECUTION_PICK,
  MOMENT_PICK,
  PROPOSAL_PICK,
  REQUIRE_HONEST,
} from './decision-columns.js'
import type { Picked } from './duckdb-type.js'
import { decisionsSql } from './log-source.js'
import { UNDERLYING_PICK, underlyingColumns } from './underlying-columns.js'

const READ: Picked = {
  ...DECISION_PICK,
  state: { ...MOMENT_PICK, underlyings: UNDERLYING_PICK },
  decision: { proposal: PROPOSAL_PICK },
  verdict: { allowed: true, breaches: { code: true } },
  execution: EXECUTION_PICK,
  failure: { code: true },
}

/** Whether the proposal is of the row's currency. `DO_NOTHING` is of none. */
function actionIn(currency: string): string {
  return `coalesce(split_part(coalesce(decision.proposal.params.symbol, decision.proposal.params.toSymbol), '-', 1) = ${currency}, false)`
}

const proposed = 'decision.proposal'
const leg = (name: 'close' | 'open') => `list_filter(execution.legs, lambda l: l.leg = '${name}')[1]`
const ifOwn = (sql: string) => `CASE WHEN own THEN ${sql} END`

const ACTION_COLUMNS: readonly Column[] = [
  ...columnsOf('VARCHAR', null, [
    [
      'action',
      'What was proposed for the currency: `DO_NOTHING` also where the proposal is of the other coin. Absent without a decision.',
      `CASE WHEN own THEN ${proposed}.action WHEN decision IS NOT NULL THEN 'DO_NOTHING' END`,
    ],
    [
      'symbol',
      'Call that was to be sold (open, roll) or bought back (close).',
      ifOwn(`coalesce(${proposed}.params.symbol, ${proposed}.params.toSymbol)`),
    ],
    ['fromSymbol', 'Call that a roll was to buy back.', ifOwn(`${proposed}.params.fromSymbol`)],
    ['reasoning', "The policy's own words for the decision, of whichever currency it is.", `${proposed}.reasoning`],
  ]),
  ...columnsOf('DOUBLE', 'coin', [['sizeCoin', 'Size that was proposed.', ifOwn(`${proposed}.params.size`)]]),
  ...columnsOf('BOOLEAN', null, [
    [
      'allowed',
      "The risk engine's verdict on the proposal of this currency. Absent where it gave none.",
      ifOwn('verdict.allowed'),
    ],
  ]),
  ...columnsOf('VARCHAR', null, [
    [
      'breaches',
      'Codes of all reasons to refuse, with blanks between.',
      ifOwn(`array_to_string(list_transform(verdict.breaches, lambda b: b.code), ' ')`),
    ],
    [
      'execution',
      '`filled`, `partial`, `not-filled`, `unknown`, or `dry-run`, of the proposal of this currency.',
      ifOwn('execution.status'),
    ],
    [
      'done',
      'What was traded in the currency: the action where any of it was filled, `DO_NOTHING` where it was refused, not filled or a dry run. Absent where that is not known.',
      `CASE WHEN own THEN done WHEN decision IS NOT NULL THEN 'DO_NOTHING' END`,
    ],
  ]),
  ...columnsOf('DOUBLE', 'coin', [
    ['soldCoin', 'Size of the call that was sold.', ifOwn(`${leg('open')}.filledCoin`)],
    ['soldPriceCoin', 'Average price of the sale, per coin of size.', ifOwn(`${leg('open')}.averagePriceCoin`)],
    ['boughtCoin', 'Size of the call that was bought back.', ifOwn(`${leg('close')}.filledCoin`)],
    ['boughtPriceCoin', 'Average price of the purchase, per coin of size.', ifOwn(`${leg('close')}.averagePriceCoin`)],
    [
      'feeCoin',
      'Trade fees of all fills. Absent where one is not known.',
      ifOwn(`CASE WHEN list_bool_and(list_transform(execution.legs, lambda l: l.feeCoin IS NOT NULL))
        THEN list_sum(list_transform(execution.legs, lambda l: l.feeCoin)) END`),
    ],
  ]),
  ...columnsOf('VARCHAR', null, [['failure', 'Code of what ended the cycle before its time.', 'failure.code']]),
]

const CURRENCY_COLUMN: Column = {
  name: 'currency',
  type: 'VARCHAR',
  unit: null,
  meaning: 'BTC or ETH. Absent where a cycle failed before it saw anything.',
  sql: 'u.currency',
}

/**
 * One row per decision and currency: what was seen of the currency, what was proposed for it, and what came of it. A
 * cycle that failed before it saw anything is one row without a currency.
 */
export const flatTable: ExportTable = {
  name: 'flat',
  row: 'a decision and one currency of its state',
  columns: [...DECISION_COLUMNS, CURRENCY_COLUMN, ...underlyingColumns('u'), ...ACTION_COLUMNS],
  sqlOver: (paths) => `WITH decisions AS (${decisionsSql(paths, READ)}),
    seen AS (SELECT *, unnest(coalesce(state.underlyings, [NULL])) AS u FROM decisions),
    acted AS (SELECT *, ${actionIn('u.currency')} AS own, ${DONE_SQL} AS done FROM seen WHERE ${REQUIRE_HONEST})
    SELECT ${flatTable.columns.map(selected).join(',\n')} FROM acted`,
}
