/** Asks a served exchange by plain HTTP, signed in with the key pair, and hands back the whole reply. */
export function createRpc(exchange: { httpUrl: string; credentials: { clientId: string; clientSecret: string } }) {
  const { clientId, clientSecret } = exchange.credentials
  const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`
  let id = 0
  return async (method: string, params: Readonly<Record<string, unknown>> = {}): Promise<Reply> => {
    id += 1
    const response = await fetch(`${exchange.httpUrl}/api/v2/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(method.startsWith('private/') ? { authorization } : {}) },
      body: JSON.stringify({ jsonrpc: '2.0', id, method, params }),
    })
    return (await response.json()) as Reply
  }
}

export type Reply = {
  result?: unknown
  error?: { code: number; message: string; data?: Record<string, unknown> }
  testnet?: boolean
}
