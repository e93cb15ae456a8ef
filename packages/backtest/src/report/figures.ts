import type { Estimate } from '../results/result.js'
import { type FigureFormat, formatDay, formatFigure, formatMinute, MISSING } from './figure-format.js'
import { html, type Markup } from './markup.js'
import type { Spot } from './spot.js'

/** `missing` says why there is no figure, where that is known. */
export type FigureOptions = { signed?: boolean; missing?: string }

/** A figure of the result, in a span that names its path and its format. */
export function figure(spot: Spot<number | null>, format: FigureFormat, options: FigureOptions = {}): Markup {
  const text = formatFigure(spot.value, format, options)
  const tone = options.signed === true && spot.value !== null ? toneOf(spot.value) : null
  return span(spot.path, format, text, { tone, missing: options.missing })
}

/** A figure with the interval of its bootstrap below it, where there is one. */
export function estimate(spot: Spot<Estimate>, format: FigureFormat, options: FigureOptions = {}): Markup {
  const value = figure(spot.at('value'), format, options)
  if (spot.value.low === null || spot.value.high === null) return value
  const low = figure(spot.at('low'), format, {})
  return html`${value} <small class="interval">(${low} to ${figure(spot.at('high'), format, {})})</small>`
}

/** The UTC day of a time of the result. */
export function day(spot: Spot<number | null>, options: FigureOptions = {}): Markup {
  return timeMarkup(spot, 'day', formatDay, options)
}

/** A time of the result to the minute, UTC. */
export function minute(spot: Spot<number | null>, options: FigureOptions = {}): Markup {
  return timeMarkup(spot, 'minute', formatMinute, options)
}

/** A text of the result. It comes from outside: kept apart from the direction and the markup around it. */
export function words(spot: Spot<string | null>): Markup {
  if (spot.value === null) return span(spot.path, 'text', MISSING, { tone: null, missing: 'none' })
  return html`<bdi data-path="${spot.path}" data-format="text">${spot.value}</bdi>`
}

/** A text of the result that is a code, a hash or a command. */
export function code(spot: Spot<string | null>): Markup {
  return html`<code data-path="${spot.path}" data-format="text">${spot.value ?? MISSING}</code>`
}

function timeMarkup(
  spot: Spot<number | null>,
  format: 'day' | 'minute',
  textOf: (timeMs: number) => string,
  options: FigureOptions,
): Markup {
  const timeMs = spot.value
  if (timeMs === null) return span(spot.path, format, MISSING, { tone: null, missing: options.missing })
  const iso = new Date(timeMs).toISOString()
  return html`<time datetime="${iso}" data-path="${spot.path}" data-format="${format}">${textOf(timeMs)}</time>`
}

function span(
  path: string,
  format: string,
  text: string,
  { tone, missing }: { tone: string | null; missing: string | undefined },
): Markup {
  const label = text === MISSING ? html` title="${missing ?? 'cannot be stated for this run'}"` : null
  const shade = tone === null ? null : html` class="${tone}"`
  return html`<span data-path="${path}" data-format="${format}"${shade}${label}>${text}</span>`
}

function toneOf(value: number): string | null {
  if (value === 0) return null
  return value > 0 ? 'gain' : 'loss'
}
