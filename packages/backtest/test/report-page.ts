import type { CoinCharts } from '../src/report/chart.js'
import type { PageFigure } from './report-figures.js'

/*
 * What a test asks of a page, run inside it: each function is sent by its text, so it uses nothing but the browser.
 */

/** Figures and words with a path, and names of counts with the path of their count. */
export function figures(): PageFigure[] {
  return [...document.querySelectorAll<HTMLElement>('[data-path]')].map((element) => ({
    path: element.dataset.path ?? '',
    format: element.dataset.format ?? '',
    text: element.textContent ?? '',
  }))
}

/** Texts with a digit that are no figure, no name of a count, no label of an axis, nor a known word with a digit in it. */
export function looseNumbers(): string[] {
  const loose: string[] = []
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement
    if (parent === null || parent.closest('[data-path],[data-key],.tick,script') !== null) continue
    const text = (walker.currentNode.textContent ?? '').replace(/95\u00a0%|95th percentile/g, '')
    if (/\d/.test(text)) loose.push(text)
  }
  return loose
}

/** How far the page can be scrolled sideways, in pixels. */
export function sidewaysScroll(): number {
  return document.documentElement.scrollWidth - document.documentElement.clientWidth
}

/** Pairs of neighbours that cover each other, labels of an axis among them, and texts wider than their box. */
export function overlaps(): string[] {
  const name = (element: Element) =>
    `<${element.tagName} ${element.getAttribute('class') ?? ''}> ${element.textContent?.slice(0, 30)}`
  const boxes = (element: Element) =>
    [...element.getClientRects()].filter(({ width, height }) => width > 0 && height > 0)
  const cover = (one: Element, other: Element) =>
    boxes(one).some((a) =>
      boxes(other).some(
        (b) =>
          Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
          Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1,
      ),
    )
  const found: string[] = []
  for (const parent of document.body.querySelectorAll('*')) {
    if (parent.closest('.uplot') !== null || (parent.closest('svg') !== null && !parent.matches('.tick'))) continue
    const children = [...parent.children]
    for (const [at, one] of children.entries()) {
      for (const other of children.slice(at + 1)) if (cover(one, other)) found.push(`${name(one)} | ${name(other)}`)
    }
    const isScrolled = parent.closest('.scroll') !== null
    if (!isScrolled && parent.scrollWidth > parent.clientWidth + 1 && getComputedStyle(parent).display !== 'inline') {
      found.push(`wider than its box: ${name(parent)}`)
    }
  }
  return found
}

/** Texts with less than 4.5 to 1 against the ground that they stand on. */
export function faintTexts(): string[] {
  const levels = (colour: string) => (colour.match(/[\d.]+/g) ?? []).map(Number)
  const luminance = (colour: string) => {
    const [red = 0, green = 0, blue = 0] = levels(colour).map((level) => {
      const share = level / 255
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const groundOf = (element: Element | null): string => {
    if (element === null) return 'rgb(255, 255, 255)'
    const colour = getComputedStyle(element).backgroundColor
    return levels(colour)[3] === 0 ? groundOf(element.parentElement) : colour
  }
  const faint: string[] = []
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement
    const text = walker.currentNode.textContent?.trim() ?? ''
    if (parent === null || text === '' || parent.closest('script') !== null || parent.getClientRects().length === 0)
      continue
    const style = getComputedStyle(parent)
    const colour = parent.closest('svg') === null ? style.color : style.fill
    const [high = 0, low = 0] = [luminance(colour), luminance(groundOf(parent))].sort((a, b) => b - a)
    if ((high + 0.05) / (low + 0.05) < 4.5) faint.push(`${text.slice(0, 40)}: ${colour} on ${groundOf(parent)}`)
  }
  return faint
}

/** How many drawings and how many charts can be seen. */
export function visiblePlots(): { drawn: number; live: number } {
  const count = (selector: string) =>
    [...document.querySelectorAll(selector)].filter((element) => element.getClientRects().length > 0).length
  return { drawn: count('.plot'), live: count('.live canvas') }
}

/** The data of the charts. */
export function chartData(): CoinCharts[] {
  return JSON.parse(document.getElementById('chart-data')?.textContent ?? '[]')
}

/** The picture of a canvas, as text. */
export function pixels(canvas: HTMLElement | SVGElement): string {
  return (canvas as HTMLCanvasElement).toDataURL()
}

/** The colour that the page stands on. */
export function ground(): string {
  return getComputedStyle(document.body).backgroundColor
}
