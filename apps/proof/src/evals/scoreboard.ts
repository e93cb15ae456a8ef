import type { Share } from './interval.ts'
import type { Score } from './score.ts'

/** What a scoreboard tells of. */
export type Scoreboard = { promptHash: string; scenarios: number; seeds: number; scores: readonly Score[] }

/** The scoreboard as JSON, numbers rounded to 4 places, with the keys in a fixed order, laid out as the formatter would. */
export function scoreboardJson(board: Scoreboard): string {
  const round = (_: string, value: unknown) => (typeof value === 'number' ? Number(value.toFixed(4)) : value)
  return `${JSON.stringify(board, round, 2).replaceAll(LIST_OF_WORDS, inOneLine)}\n`
}

const LIST_OF_WORDS = /^( *"\w+": )\[\n((?: *"[^"]*",?\n)+) *\](,?)$/gm
const LINE_WIDTH = 120

function inOneLine(list: string, name: string, lines: string, end: string): string {
  const words = lines.split('\n').map((word) => word.trim())
  const line = `${name}[${words.join(' ').trim()}]${end}`
  return line.length > LINE_WIDTH ? list : line
}

/** The scoreboard as a page. */
export function scoreboardPage({ promptHash, scenarios, seeds, scores }: Scoreboard): string {
  const tags = Object.keys(scores[0]?.byTag ?? {})
  return [
    '# Scoreboard',
    '',
    `Made by \`pnpm evals\` from ${scenarios} golden scenarios (\`scenarios/*.json\`), each with its menu shuffled by ${seeds} seeds.`,
    'Models are replayed from `cassettes/`; a name that begins with `fake-` is no model, but a program that answers in its place.',
    `Legal is what risk allows with its defaults. Prompt: \`${promptHash}\`.`,
    '',
    ...table(
      ['agent', 'expected', 'forbidden', 'same under all seeds', 'first line', 'refused by risk', 'fallbacks'],
      scores.map((score) => [
        `\`${score.agent}\``,
        interval(score.expected),
        `${percent(score.forbidden.rate)} of ${score.answers}`,
        interval(score.agreement),
        `${interval(score.firstSlot)}, by chance ${percent(score.firstSlot.byChance)}`,
        String(score.refused),
        fallbackWords(score),
      ]),
    ),
    '',
    '- **expected**: the mean share of right choices over the scenarios, with its 95 % interval (Wilson) for so many scenarios.',
    '- **forbidden**: choices that nobody may make, of all answers.',
    '- **same under all seeds**: scenarios with a real choice in which the order of the menu changed nothing.',
    '- **first line**: how often the first line of the menu was chosen. A chooser without a liking for places lies near what chance gives.',
    '- **refused by risk**: answers that count as doing nothing, since risk refuses them. What is on a menu never is.',
    '',
    ...scores.map(({ agent, description }) => `- \`${agent}\`: ${description}`),
    '',
    '## Expected choices by group',
    '',
    ...table(
      ['group', ...scores.map(({ agent }) => `\`${agent}\``)],
      tags.map((tag) => [tag, ...scores.map(({ byTag }) => percent(byTag[tag] ?? 0))]),
    ),
    '',
    '## Forbidden choices',
    '',
    ...forbiddenWords(scores),
    '',
  ].join('\n')
}

/** Draws a line of everything sooner or later, so that its forbidden choices say nothing. */
const DRAWS_EVERYTHING = 'random-menu'

function forbiddenWords(scores: readonly Score[]): readonly string[] {
  const told = scores.filter(({ agent }) => agent !== DRAWS_EVERYTHING)
  const lines = told.flatMap(({ agent, forbiddenChoices }) =>
    forbiddenChoices.map(({ scenario, choice }) => `- \`${agent}\` in \`${scenario}\`: ${choice}`),
  )
  return lines.length === 0 ? [`None, but of \`${DRAWS_EVERYTHING}\`.`] : lines
}

function fallbackWords({ fallbacks }: Score): string {
  const words = Object.entries(fallbacks).map(([reason, count]) => `${reason} ${count}`)
  return words.length === 0 ? 'none' : words.join(', ')
}

function interval({ rate, low, high }: Share): string {
  return `${percent(rate)} (${percent(low)} to ${percent(high)})`
}

function percent(ratio: number): string {
  return `${(100 * ratio).toFixed(1)} %`
}

/** Laid out as the formatter would. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const widths = head.map((_, column) => Math.max(3, ...[head, ...rows].map((cells) => (cells[column] ?? '').length)))
  const line = (cells: readonly string[]) => `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)]
}
