import { riskLimitsSchema } from '@cc/risk'
import { CHECKS } from '../src/checks.js'

const LIMITS: Readonly<Record<string, unknown>> = riskLimitsSchema.parse({})

/** The README's table of breaches, made of the checks themselves. */
export function breachTable(): string {
  const rows = CHECKS.map(({ code, rule, refuses, limits, exits }) => [
    `\`${code}\``,
    refuses,
    limits === '' ? '' : limits.split(', ').map(withDefault).join('; '),
    exits,
    rule,
  ])
  return table(['code', 'the proposal is refused because', 'limit and default', 'exits', 'rule'], rows)
}

/** A limit's default in words: `5 BTC` reads `BTC 5`. */
export function defaultOf(limit: string): string {
  return inWords(LIMITS[limit])
}

function withDefault(limit: string): string {
  return `\`${limit}\` ${defaultOf(limit)}`
}

function inWords(value: unknown): string {
  if (value === null) return 'none'
  if (typeof value !== 'object') return String(value)
  return Object.entries(value as object)
    .map(([name, inner]) => `${name} ${inWords(inner)}`)
    .join(', ')
}

/** In columns of one width, as the formatter leaves it. */
function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = heads.map((head, column) => Math.max(...[head, ...rows.map((row) => row[column] ?? '')].map(lengthOf)))
  const line = (cells: readonly string[], fill = ' ') =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0, fill)).join(' | ')} |`
  return [
    line(heads),
    line(
      heads.map(() => ''),
      '-',
    ),
    ...rows.map((row) => line(row)),
  ].join('\n')
}

function lengthOf({ length }: string): number {
  return length
}
