import { hash } from 'node:crypto'

/*
 * Every line ends in its place and its proof:
 *
 *   {"kind":"decision", …, "seq":12,"hash":"<64 hex digits>"}\n
 *
 * `seq` counts the lines of the whole log, over all its files. `hash` is SHA-256 over the hash of the line before (64
 * hex digits; zeros before the first line) and then the bytes of this line as it would read without its own hash. So
 * one that is changed, left out, written twice or moved no longer fits, and neither does any after it.
 */

/** A line's place in the log and its proof. */
export type Link = { seq: number; hash: string }

/** What stands before the first line. */
export const CHAIN_START: Link = { seq: -1, hash: '0'.repeat(64) }

/** Bytes of `,"hash":"…"}`: what a line carries behind what its hash covers. */
export const PROOF_BYTES = 75

/**
 * Adds place and proof to one JSON object in one line.
 *
 * @param json the text of an object with at least one key, none of them `seq` or `hash`
 */
export function chainLine(json: string, previous: Link): { line: string; link: Link } {
  const { bytes, link } = chainBytes(json, previous)
  return { line: bytes.toString(), link }
}

/** The same in bytes, which the next call overwrites: a line is put together once, where it is hashed and written from. */
export function chainBytes(json: string, previous: Link): { bytes: Buffer; link: Link } {
  const seq = previous.seq + 1
  const place = `,"seq":${seq}}`
  const mostBytes = HASH_DIGITS + json.length * BYTES_A_LETTER + place.length + PROOF_BYTES + 1
  if (scratch.length < mostBytes) scratch = Buffer.allocUnsafeSlow(mostBytes)
  scratch.write(previous.hash, 0, 'latin1')
  // The closing braces of the text, and then of what is covered, are written over.
  const placeAt = HASH_DIGITS + scratch.write(json, HASH_DIGITS, 'utf8') - 1
  const proofAt = placeAt + scratch.write(place, placeAt, 'latin1') - 1
  const proof = hash('sha256', scratch.subarray(0, proofAt + 1), 'hex')
  const end = proofAt + scratch.write(`,"hash":"${proof}"}\n`, proofAt, 'latin1')
  return { bytes: scratch.subarray(HASH_DIGITS, end), link: { seq, hash: proof } }
}

const HASH_DIGITS = 64
/** At most, in UTF-8, for each unit of a string's length. */
const BYTES_A_LETTER = 3
let scratch = Buffer.allocUnsafeSlow(128 * 1024)
