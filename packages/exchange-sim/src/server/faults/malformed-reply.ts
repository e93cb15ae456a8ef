import type { MalformedForm } from './fault.js'

/** The bytes of a reply that is not what it should be. Whether the connection outlives `cut-off` is for others to see to. */
export function malformedReply(form: MalformedForm, text: string): Buffer {
  switch (form) {
    case 'empty':
      return Buffer.alloc(0)
    case 'not-json':
      return Buffer.from('upstream connect error or disconnect/reset before headers')
    case 'truncated':
    case 'cut-off':
      return firstHalf(text)
    case 'invalid-utf8':
      return withBrokenByte(text)
    case 'not-an-object':
      return Buffer.from('"ok"')
    case 'wrong-id':
      return edited(text, ({ id }) => ({
        id: typeof id === 'number' ? id + 1_000_003 : `not ${String(id ?? 'yours')}`,
      }))
    case 'no-result':
      return edited(text, () => ({ result: undefined, error: undefined }))
    case 'result-and-error':
      return edited(text, ({ result = 'ok', error }) => ({
        result,
        error: error ?? { code: 11_094, message: 'internal_server_error' },
      }))
    case 'wrong-version':
      return edited(text, () => ({ jsonrpc: '1.0' }))
  }
}

/** Not valid JSON either, whatever the text is: an envelope ends with its brace. */
export function firstHalf(text: string): Buffer {
  const bytes = Buffer.from(text)
  return bytes.subarray(0, bytes.length >> 1)
}

function edited(text: string, change: (envelope: Record<string, unknown>) => Record<string, unknown>): Buffer {
  const envelope = JSON.parse(text) as Record<string, unknown>
  return Buffer.from(JSON.stringify({ ...envelope, ...change(envelope) }))
}

/** A byte that no UTF-8 has stands inside the first text of the message. */
function withBrokenByte(text: string): Buffer {
  const bytes = Buffer.from(text)
  const quote = bytes.indexOf('"') + 1
  return Buffer.concat([bytes.subarray(0, quote), Buffer.from([0xff]), bytes.subarray(quote)])
}
