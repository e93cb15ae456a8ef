/**
 * Reads a JSON object and, unlike `JSON.parse`, tells of keys that are written twice, where the last one
 * would silently win. Keys inside nested values are not looked at.
 */
export function parseStrictObject(
  text: string,
): { value: Record<string, unknown>; problem?: never } | { value?: never; problem: string } {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return { problem: `it is not JSON: ${firstLine(error)}${lineOf(text, error)}` }
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { problem: 'it must be one JSON object, { "KEY": value, … }' }
  }
  const twice = firstRepeated(topLevelKeys(text))
  if (twice !== undefined) return { problem: `it has the key ${JSON.stringify(twice)} twice` }
  return { value: value as Record<string, unknown> }
}

function topLevelKeys(text: string): string[] {
  const keys: string[] = []
  let depth = 0
  for (const [token, string, opening, closing] of text.matchAll(
    /("(?:[^"\\]|\\.)*")(?=\s*:)|"(?:[^"\\]|\\.)*"|([{[])|([}\]])/g,
  )) {
    if (string !== undefined && depth === 1) keys.push(JSON.parse(token) as string)
    if (opening !== undefined) depth += 1
    if (closing !== undefined) depth -= 1
  }
  return keys
}

function firstRepeated(keys: readonly string[]): string | undefined {
  return keys.find((key, index) => keys.indexOf(key) !== index)
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''
}

function lineOf(text: string, error: unknown): string {
  const position = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1]
  if (position === undefined || /line \d+/.test(String(error))) return ''
  return ` (line ${text.slice(0, Number(position)).split('\n').length})`
}
