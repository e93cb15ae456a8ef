import { isUtf8 } from 'node:buffer'

/**
 * What is wrong with the bytes of a line, whatever its place in the log, as the end of a sentence: `is not UTF-8`.
 * `null` where they are a JSON object.
 */
export function damageOf(line: Buffer): string | null {
  if (line.length === 0) return 'is empty'
  if (line.indexOf(BYTE_ORDER_MARK) === 0) return 'begins with a byte order mark'
  // A file system may give a block of zeros for what was not on disk when the power went.
  if (line.includes(0)) return 'holds NUL bytes'
  if (line.at(-1) === CARRIAGE_RETURN) return 'ends in a carriage return'
  if (!isUtf8(line)) return 'is not UTF-8'
  return isJsonObject(line.toString('utf8')) ? null : 'is not a JSON object'
}

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf])
const CARRIAGE_RETURN = 0x0d

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}
