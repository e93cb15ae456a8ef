import { CURRENCIES, type Currency } from '@cc/models'
import { ACTION_SLOTS, actionIndexSql, CANDIDATE_SLOTS, maskSql, openingsSql } from './action-slots.js'
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
  state: {
    ...MOMENT_PICK,
    underlyings: UNDERLYING_PICK,
    memory: { mode: true, guards: { latched: true }, setAside: true, unresolved: { symbol: true } },
  },
  decision: { proposal: PROPOSAL_PICK, alternatives: { probability: true } },
  verdict: { allowed: true },
  execution: EXECUTION_PICK,
}
const LEDGER: Picked = {
  ledger: { id: true, currency: true, timestampMs: true, kind: true, changeCoin: true },
}

/** `BTC` as part of a name, and as what its state is called in the query. */
const capitalised = (currency: Currency) => `${currency[0]}${currency.slice(1).toLowerCase()}`
const stateOf = (currency: Currency) => currency.toLowerCase()

/** Numbers of the state of one currency, at the time of the decision. */
function observationColumns(currency: Currency): Column[] {
  return underlyingColumns(stateOf(currency))
    .filter(({ type, unit }) => type !== 'VARCHAR' && unit !== 'ms')
    .map((column) => ({
      ...column,
      name: `obs${capitalised(currency)}${column.name[0]?.toUpperCase()}${column.name.slice(1)}`,
      meaning: `${currency}: ${column.meaning}`,
    }))
}

const accountTimes = CURRENCIES.map(
  (currency): Column => ({
    name: `account${capitalised(currency)}Ms`,
    type: 'BIGINT',
    unit: 'ms',
    meaning: `When the account in ${currency} was so: rewards are from here to there.`,
    sql: `${stateOf(currency)}.parts.account.timestampMs`,
  }),
)

const ACTION_COLUMNS: readonly Column[] = [
  ...columnsOf('VARCHAR', null, [
    ['action', 'What was proposed.', 'decision.proposal.action'],
    [
      'symbol',
      'Call that was to be sold (open, roll) or bought back (close).',
      'coalesce(decision.proposal.params.symbol, decision.proposal.params.toSymbol)',
    ],
    ['fromSymbol', 'Call that a roll was to buy back.', 'decision.proposal.params.fromSymbol'],
  ]),
  ...columnsOf('DOUBLE', 'coin', [['sizeCoin', 'Size that was proposed.', 'decision.proposal.params.size']]),
  ...columnsOf('BIGINT', null, [
    [
      'actionIndex',
      `Place of the proposal in \`mask\`, from 0. Absent for a call that is none of the first ${CANDIDATE_SLOTS} candidates.`,
      actionIndexSql(stateOf),
    ],
  ]),
  ...columnsOf('BOOLEAN[]', null, [
    [
      'mask',
      `${ACTION_SLOTS} truths: what the state left open. First to do nothing; then for BTC and for ETH to sell each of ${CANDIDATE_SLOTS} candidates, to roll to each of them, to close. The risk engine may refuse it still.`,
      maskSql(stateOf),
    ],
  ]),
  ...columnsOf('DOUBLE', 'ratio', [
    [
      'propensity',
      'Probability with which the policy made this proposal in this state: what its alternatives leave, 1 where it is the rules. Absent where it is not known.',
      `CASE WHEN decision.alternatives IS NOT NULL
        THEN greatest(0, 1 - coalesce(list_sum(list_transform(decision.alternatives, lambda a: a.probability)), 0))
        WHEN policy = 'rules' THEN 1 END`,
    ],
  ]),
  ...columnsOf('BOOLEAN', null, [
    ['allowed', "The risk engine's verdict. Absent where it gave none.", 'verdict.allowed'],
  ]),
  ...columnsOf('VARCHAR', null, [
    ['execution', '`no-action`, `filled`, `partial`, `not-filled`, `unknown`, or `dry-run`.', 'execution.status'],
    [
      'done',
      'What was traded: the action where any of it was filled, `DO_NOTHING` where it was refused, not filled or a dry run. Absent where that is not known.',
      DONE_SQL,
    ],
  ]),
]

const name = (what: string, currency: Currency, unit: string) => `${what}${capitalised(currency)}${unit}`
const equity = (currency: Currency, unit: 'Coin' | 'Usd') => name('obs', currency, `Equity${unit}`)
const next = (column: string) => `lead("${column}") OVER run`
const moved = (currency: Currency) => `coalesce(moved${capitalised(currency)}, 0)`
const change = (currency: Currency, unit: 'Coin' | 'Usd') =>
  `${next(equity(currency, unit))} - "${equity(currency, unit)}"`

const usdOf = (currency: Currency) =>
  `(${change(currency, 'Usd')} - ${moved(currency)} * ${next(name('obs', currency, 'SpotUsd'))})`
const isRuined = `(${CURRENCIES.map((currency) => `coalesce(${next(equity(currency, 'Coin'))}, 0) <= 0`).join(' AND ')})`
const isNextLast = `(lead(seq, 2) OVER run IS NULL)`
const ifNext = (sql: string) => `CASE WHEN ${next('seq')} IS NOT NULL THEN ${sql} END`

/** What follows from a row and the next of its run. */
const LINKED_COLUMNS: readonly Column[] = [
  ...columnsOf('BIGINT', null, [
    ['step', '0, 1, 2 … within the run: an episode.', 'row_number() OVER run - 1'],
    ['nextSeq', '`seq` of the row that holds the next observation. Absent in the last of a run.', next('seq')],
  ]),
  ...CURRENCIES.flatMap((currency) => [
    ...columnsOf('DOUBLE', 'coin', [
      [
        name('reward', currency, 'Coin'),
        `Change of equity in ${currency} to the next row, without what was paid in or out. Absent in the last row.`,
        `${change(currency, 'Coin')} - ${moved(currency)}`,
      ],
    ]),
    ...columnsOf('DOUBLE', 'USD', [
      [
        name('reward', currency, 'Usd'),
        `Change of equity in ${currency} in USD, at the index of either row; what was paid in or out counts at that of the next.`,
        usdOf(currency),
      ],
    ]),
  ]),
  ...columnsOf('DOUBLE', 'USD', [
    [
      'rewardUsd',
      'Change of equity in USD, of both coins together. Absent where one of them is not known.',
      ifNext(
        `CASE WHEN ${CURRENCIES.map((currency) => `("${equity(currency, 'Usd')}" IS NULL OR ${usdOf(currency)} IS NOT NULL)`).join(' AND ')}
          THEN ${CURRENCIES.map((currency) => `coalesce(${usdOf(currency)}, 0)`).join(' + ')} END`,
      ),
    ],
  ]),
  ...columnsOf('BOOLEAN', null, [
    ['isFirst', 'First row of its run.', 'row_number() OVER run = 1'],
    [
      'isLast',
      'Last row of its run: an observation. What was done on it has no known consequence.',
      `${next('seq')} IS NULL`,
    ],
    [
      'terminated',
      'The next row is the last, and no equity is left in it. Absent in the last row.',
      ifNext(`${isNextLast} AND ${isRuined}`),
    ],
    [
      'truncated',
      'The next row is the last, because the log ends there. Absent in the last row.',
      ifNext(`${isNextLast} AND NOT ${isRuined}`),
    ],
  ]),
]

const OWN_COLUMNS = [...DECISION_COLUMNS, ...accountTimes, ...CURRENCIES.flatMap(observationColumns), ...ACTION_COLUMNS]

/**
 * One row per decision, in episodes of one run each: observation, action, mask, propensity, and what came of it by the next
 * row. Cycles that failed before they saw a state, or decided nothing, are left out: the reward of the row before runs on.
 */
export const trajectoryTable: ExportTable = {
  name: 'trajectory',
  row: 'a decision, with its state before and its reward after',
  columns: [...OWN_COLUMNS, ...LINKED_COLUMNS],
  sqlOver: (paths) => `WITH decisions AS (${decisionsSql(paths, READ)}),
    parted AS (SELECT *, ${CURRENCIES.map(
      (currency) => `list_filter(state.underlyings, lambda s: s.currency = '${currency}')[1] AS ${stateOf(currency)}`,
    ).join(', ')} FROM decisions WHERE state IS NOT NULL AND decision IS NOT NULL AND ${REQUIRE_HONEST}),
    held AS (SELECT *, ${openingsSql(stateOf)} FROM parted),
    steps AS (SELECT ${OWN_COLUMNS.map(selected).join(',\n')} FROM held),
    transfers AS (SELECT DISTINCT t.id, t.currency, t.timestampMs, t.changeCoin
      FROM (SELECT unnest(ledger) AS t FROM (${decisionsSql(paths, LEDGER)})) WHERE t.kind = 'transfer'),
    spans AS (SELECT seq, ${accountTimes.map((time) => `"${time.name}", ${next(time.name)} AS "next${time.name}"`).join(', ')}
      FROM steps WINDOW run AS (PARTITION BY runId ORDER BY seq)),
    ${CURRENCIES.map((currency) => movedSql(currency)).join(', ')}
    SELECT ${trajectoryTable.columns.map(({ name }) => `"${name}"`).join(', ')} FROM (
      SELECT steps.*, ${LINKED_COLUMNS.map(selected).join(',\n')} FROM steps
      ${CURRENCIES.map((currency) => `LEFT JOIN ${stateOf(currency)}Moved USING (seq)`).join(' ')}
      WINDOW run AS (PARTITION BY runId ORDER BY seq)) ORDER BY seq`,
}

/**
 * What was paid in or out of a currency between each row and the next. A log is of one account: what happened at the end
 * of one run is often told by the next.
 */
function movedSql(currency: Currency): string {
  const time = name('account', currency, 'Ms')
  return `${stateOf(currency)}Moved AS (SELECT seq, sum(changeCoin) AS moved${capitalised(currency)} FROM spans
    JOIN transfers ON currency = '${currency}'
      AND timestampMs > "${time}" AND timestampMs <= "next${time}" GROUP BY seq)`
}
