import { createServer, request as httpRequest } from 'node:http'
import { type FaultyExchange, onFaultyExchange, type SetUp } from './faulty-exchange.ts'

/** Stands between a client and an exchange over HTTP, and changes what is answered. */
export type EditingProxy = {
  readonly url: string
  /** Changes the next reply to a method, once. */
  readonly editNext: (method: string, edit: (reply: Reply) => unknown) => void
  /** Methods that came by, in their order. */
  readonly seen: readonly string[]
  readonly close: () => Promise<void>
}

/** A reply of JSON-RPC. */
export type Reply = { result?: unknown; error?: unknown; [member: string]: unknown }

/** Runs a test on an exchange that its client reaches through such a proxy, and closes all of them. */
export async function onEditingProxy(
  setUp: SetUp,
  test: (exchange: FaultyExchange, proxy: EditingProxy) => Promise<void>,
): Promise<void> {
  let target = ''
  const proxy = await startEditingProxy(() => target)
  const seenAt = (httpUrl: string) => {
    target = httpUrl
    return proxy.url
  }
  try {
    await onFaultyExchange('http', { ...setUp, seenAt }, (exchange) => test(exchange, proxy))
  } finally {
    await proxy.close()
  }
}

/** `target` is asked for each time: the exchange is made after the proxy. */
async function startEditingProxy(target: () => string): Promise<EditingProxy> {
  const edits = new Map<string, (reply: Reply) => unknown>()
  const seen: string[] = []
  const server = createServer((incoming, outgoing) => {
    const method = (incoming.url ?? '').replace('/api/v2/', '')
    seen.push(method)
    const { host: _, ...headers } = incoming.headers
    const passed = httpRequest(
      `${target()}${incoming.url}`,
      { method: 'POST', headers: { ...headers, connection: 'close' }, agent: false },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', () => outgoing.destroy())
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString()
          const edit = edits.get(method)
          edits.delete(method)
          const body = edit === undefined ? text : JSON.stringify(edit(JSON.parse(text) as Reply))
          outgoing.writeHead(response.statusCode ?? 502, {
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(body),
          })
          outgoing.end(body)
        })
      },
    )
    passed.on('error', () => outgoing.destroy())
    incoming.pipe(passed)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the proxy has no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    seen,
    editNext: (method, edit) => void edits.set(method, edit),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
