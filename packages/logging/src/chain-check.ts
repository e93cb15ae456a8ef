import { hash } from 'node:crypto'
import { type Link, PROOF_BYTES } from './chained-line.js'
import { damageOf } from './line-damage.js'

/**
 * Checks that a line stands right behind another and is what was written there. Looks at bytes alone: no JSON is parsed
 * for a line that fits.
 *
 * @param line the bytes of the line, without its newline
 * @returns the line's own place and proof, or what is wrong with it as the end of a sentence: `is not UTF-8`
 */
export function checkLine(line: Buffer, previous: Link): Link | string {
  const link = linkOf(line)
  if (link === null) return damageOf(line) ?? 'does not end in its seq and hash'
  const expected = previous.seq + 1
  if (link.seq !== expected) return damageOf(line) ?? `has seq ${link.seq} where ${expected} was expected`
  if (proofOf(line, previous.hash) !== link.hash) {
    return damageOf(line) ?? 'does not fit its hash: it was changed, or written behind another line'
  }
  return link
}

/** The place and proof that a line claims, unchecked; `null` where it has none. */
export function linkOf(line: Buffer): Link | null {
  const end = line.toString('latin1', Math.max(0, line.length - LONGEST_LINK))
  const [, digits, proof] = LINK.exec(end) ?? []
  if (digits === undefined || proof === undefined) return null
  const seq = Number(digits)
  return Number.isSafeInteger(seq) ? { seq, hash: proof } : null
}

const LINK = /,"seq":(0|[1-9]\d{0,15}),"hash":"([0-9a-f]{64})"\}$/
const HASH_DIGITS = 64
const CLOSING_BRACE = 0x7d
/** `,"seq":` and sixteen digits before the proof. */
const LONGEST_LINK = 23 + PROOF_BYTES

/** What is hashed stands here, one line after another. */
let scratch = Buffer.allocUnsafeSlow(64 * 1024)

function proofOf(line: Buffer, previousHash: string): string {
  const coveredBytes = line.length - PROOF_BYTES
  const size = HASH_DIGITS + coveredBytes + 1
  if (scratch.length < size) scratch = Buffer.allocUnsafeSlow(2 * size)
  scratch.write(previousHash, 0, 'latin1')
  line.copy(scratch, HASH_DIGITS, 0, coveredBytes)
  scratch[size - 1] = CLOSING_BRACE
  return hash('sha256', scratch.subarray(0, size), 'hex')
}
