import type { IntentRecord, JournalledSend, SendIntent } from '@cc/models'
import type { EntryOf } from './decode-line.js'

/** What a journal holds, without reading it again for each question. */
export type SendIndex = {
  /** Takes in what was appended. */
  add(entry: IntentRecord): void
  /** Sends whose outcome nobody wrote down, oldest first. */
  unfinished(): Promise<readonly SendIntent[]>
  /** Sends written down at or after a time, with what became of them, oldest first. */
  since(fromMs: number): Promise<readonly JournalledSend[]>
}

/**
 * Reads a journal at the first question; what is appended later it is told. In memory it keeps what is open, and what
 * was sent since the time that was last asked for: an earlier time has the journal read again.
 *
 * @param read what the journal holds, in its order, with or without what was appended since
 */
export function createSendIndex(read: () => AsyncIterable<{ entry: EntryOf['intents'] }>): SendIndex {
  /** Every send that is open, or was written down since `keptFromMs`; `undefined` before the first reading. */
  let sends: Map<string, JournalledSend> | undefined
  let keptFromMs = Number.NEGATIVE_INFINITY
  let appended: IntentRecord[] = []
  let reading: Promise<void> | undefined

  async function readAll(): Promise<void> {
    const found = new Map<string, JournalledSend>()
    for await (const { entry } of read()) take(found, entry)
    // Some of it may have been read as well: taken in again, in its order, it comes to the same.
    for (const entry of appended) take(found, entry)
    sends = found
    keptFromMs = Number.NEGATIVE_INFINITY
    appended = []
  }

  /** Questions that come at once share a reading. One that fails is not kept: the next question reads again. */
  async function answer<T>(fromMs: number, from: (known: Map<string, JournalledSend>) => T): Promise<T> {
    // Another question may have let go, meanwhile, of what this one needs: between look and answer nothing else runs.
    while (sends === undefined || fromMs < keptFromMs) {
      reading ??= readAll().finally(() => {
        reading = undefined
      })
      await reading
    }
    return from(sends)
  }

  return {
    add(entry) {
      if (sends === undefined || reading !== undefined) appended.push(entry)
      if (sends !== undefined) take(sends, entry)
    },
    unfinished: () =>
      answer(Number.POSITIVE_INFINITY, (known) =>
        [...known.values()].filter(({ outcome }) => outcome === null).map(({ intent }) => intent),
      ),
    async since(fromMs) {
      if (Number.isNaN(fromMs)) throw new RangeError('NaN is no time to look back to.')
      return answer(fromMs, (known) => {
        for (const [label, { intent, outcome }] of known) {
          if (outcome !== null && intent.timeMs < fromMs) known.delete(label)
        }
        keptFromMs = fromMs
        return [...known.values()].filter(({ intent }) => intent.timeMs >= fromMs)
      })
    },
  }
}

function take(sends: Map<string, JournalledSend>, entry: EntryOf['intents']): void {
  if (entry.kind === 'intent') sends.set(entry.terms.label, { intent: entry, outcome: null })
  else if (entry.kind === 'outcome') {
    const send = sends.get(entry.label)
    if (send !== undefined) sends.set(entry.label, { ...send, outcome: entry })
  }
}
