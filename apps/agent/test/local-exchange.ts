import { onTestFinished } from 'vitest'
import { z } from 'zod'
import { type CliResult, runCli } from './run-cli.js'

export const accessSchema = z.strictObject({
  httpUrl: z.string(),
  wsUrl: z.string(),
  clientId: z.string(),
  clientSecret: z.string(),
})
export type Access = z.infer<typeof accessSchema>

/** A day on which calls are sold, so that no test depends on the one that it runs on. */
export const DAY = ['--start', '2026-01-02'] as const

/** Serves `ccagent sim --json <args>` in this process until the test is over. */
export async function localExchange(args: readonly string[] = []): Promise<Access & { end(): Promise<CliResult> }> {
  const stop = new AbortController()
  let tell = (_: string) => {}
  const line = new Promise<string>((resolve) => {
    tell = resolve
  })
  const ended = runCli(['sim', '--json', ...args], { stop: stop.signal, onOutput: (text) => tell(text) })
  const end = () => {
    stop.abort('SIGTERM')
    return ended
  }
  onTestFinished(async () => void (await end()))
  const first = await Promise.race([line, ended])
  if (typeof first !== 'string') throw new Error(`the local exchange ended: ${first.stderr}`)
  return { ...accessSchema.parse(JSON.parse(first)), end }
}

/** The environment under which ccagent trades there. */
export function envOf({ httpUrl, clientId, clientSecret }: Omit<Access, 'wsUrl'>): Record<string, string> {
  return { DERIBIT_BASE_URL: httpUrl, DERIBIT_CLIENT_ID: clientId, DERIBIT_CLIENT_SECRET: clientSecret }
}

/** One method in the protocol itself, its result; with the key of `access` where it is private. */
export async function rpc(
  { httpUrl, clientId, clientSecret }: Pick<Access, 'httpUrl' | 'clientId' | 'clientSecret'>,
  method: string,
  params: Readonly<Record<string, unknown>> = {},
): Promise<unknown> {
  const key = Buffer.from(`${clientId}:${clientSecret}`).toString('base64')
  const response = await fetch(`${httpUrl}/api/v2`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(method.startsWith('private/') ? { authorization: `Basic ${key}` } : {}),
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
  const reply = (await response.json()) as { result?: unknown; error?: unknown }
  if (reply.error !== undefined) throw new Error(JSON.stringify(reply.error))
  return reply.result
}
