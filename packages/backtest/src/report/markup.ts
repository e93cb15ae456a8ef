const trusted = Symbol('trusted markup')

/** Markup that is safe as it stands: only {@link html} makes it, so no text of a result can pass for it. */
export type Markup = { readonly [trusted]: string }

/** What a template takes: text is escaped, markup is not. A bare number does not fit: figures have a path and a format. */
export type Slot = string | Markup | readonly Slot[] | null

/** Markup of a template, every text in it escaped for elements and for quoted attributes. `null` leaves nothing. */
export function html(parts: TemplateStringsArray, ...slots: readonly Slot[]): Markup {
  return { [trusted]: parts.map((part, at) => part + (at < slots.length ? textOf(slots[at] ?? null) : '')).join('') }
}

/** The text of markup, for the file. */
export function markupText(markup: Markup): string {
  return markup[trusted]
}

/** Text of a script, style or data element: put in as it is. Throws where it would end the element early. */
export function rawText(text: string): Markup {
  if (/<\/(script|style)|<!--/i.test(text)) {
    throw new RangeError(
      'Expected the text of an element that holds no closing tag of a script or style, and no comment.',
    )
  }
  return { [trusted]: text }
}

/** Data as JSON inside a script element: no `<` is left to end it, and no line separator that is none in JSON. */
export function jsonText(data: unknown): Markup {
  return rawText(JSON.stringify(data).replace(/[<\u2028\u2029]/g, unicodeEscape))
}

/**
 * Text as a reader can see it: control characters, and the ones that turn the direction of what follows, are shown as
 * the replacement character. New lines and tabs stay.
 */
export function visibleText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\ufffd')
}

function textOf(slot: Slot): string {
  if (slot === null) return ''
  if (typeof slot === 'string') return escapeText(visibleText(slot))
  return isList(slot) ? slot.map(textOf).join('') : slot[trusted]
}

function isList(slot: Markup | readonly Slot[]): slot is readonly Slot[] {
  return Array.isArray(slot)
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
}

function escapeText(text: string): string {
  return text.replace(/[&<>"'`]/g, (character) => ENTITIES[character] ?? character)
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
