import { html, type Markup, type Slot } from './markup.js'

/** A row: its name and its cells. `kind: 'total'` stands out; `below` is a text under the whole row. */
export type Row = { name: Slot; cells: readonly Slot[]; kind?: 'total'; below?: Markup }

/** A column: its head, and whether figures stand in it (the default), words, or sentences. */
export type Column = string | { head: Slot; kind: 'num' | 'words' | 'why' }

/** A table with a caption and heads of both rows and columns, in a box of its own that scrolls where the page is narrow. */
export function table(caption: string, columns: readonly Column[], rows: readonly Row[]): Markup {
  const kinds = columns.map((column) => (typeof column === 'string' ? 'num' : column.kind))
  const heads = columns.map((column, at) => {
    const head = typeof column === 'string' ? column : column.head
    return at === 0 ? html`<th scope="col">${head}</th>` : html`<th scope="col" class="${kinds[at] ?? ''}">${head}</th>`
  })
  return scrollBox(
    caption,
    html`<table><caption><span>${caption}</span></caption>
<thead><tr>${heads}</tr></thead>
<tbody>${rows.map((row) => rowMarkup(row, kinds))}</tbody></table>`,
  )
}

/** A cell whose ground tells how much its figure is among its like: three steps of gain and of loss. */
export function heatCell(content: Markup, value: number | null, most: number): Markup {
  const shade = value === null || value === 0 || most === 0 ? '' : heatOf(value, most)
  const cell = html`<td class="num${shade}">${content}</td>`
  cells.add(cell)
  return cell
}

/** What may be wider than a phone. Reached by the keyboard, since it scrolls. */
export function scrollBox(name: string, content: Markup): Markup {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${name}">${content}</div>`
}

function rowMarkup({ name, cells: slots, kind, below }: Row, kinds: readonly string[]): Markup {
  const shade = below !== undefined ? html` class="has-below"` : kind === undefined ? null : html` class="${kind}"`
  const tds = slots.map((slot, at) => (isCell(slot) ? slot : html`<td class="${kinds[at + 1] ?? 'num'}">${slot}</td>`))
  const under =
    below === undefined ? null : html`<tr class="below"><td colspan="${String(kinds.length)}">${below}</td></tr>`
  return html`<tr${shade}><th scope="row">${name}</th>${tds}</tr>${under}
`
}

const cells = new WeakSet<object>()

function isCell(slot: Slot): boolean {
  return typeof slot === 'object' && slot !== null && cells.has(slot)
}

function heatOf(value: number, most: number): string {
  const step = Math.min(3, Math.max(1, Math.ceil((3 * Math.abs(value)) / most)))
  return ` heat-${value > 0 ? 'gain' : 'loss'}-${step}`
}
