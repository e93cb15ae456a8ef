import { inspect } from 'node:util'

/** Everything that a person or a log could get to see of a value. */
export function visible(value: unknown): string {
  const seen = [inspect(value, { depth: Number.POSITIVE_INFINITY, showHidden: true, maxStringLength: null })]
  try {
    seen.push(JSON.stringify(value) ?? '')
  } catch {
    // What cannot be written cannot leak that way.
  }
  if (value instanceof Error) {
    seen.push(value.message, value.stack ?? '', visible(value.cause), visible(Object.getOwnPropertyDescriptors(value)))
  }
  return seen.join('\n')
}
