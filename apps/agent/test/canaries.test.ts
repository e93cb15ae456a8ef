import { readdirSync, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { EXPORT_TABLES, readDecisions } from '@cc/logging'
import { decisionRecordSchema } from '@cc/models'
import { describe, expect, it, onTestFinished } from 'vitest'
import { settingsUnder } from '../src/flags.js'
import { headingOf } from '../src/log-heading.js'
import { planRun } from '../src/run-plan.js'
import { enterFolder, openSimulatedSession } from '../src/session.js'
import { type Access, DAY, envOf, localExchange } from './local-exchange.js'
import { opened } from './records.js'
import { runCli } from './run-cli.js'
import { tempFolder } from './temp-folder.js'

/** Keys as a person sets them, with what JSON, URLs and base64 write in another way. */
const KEYS = {
  DERIBIT_CLIENT_ID: 'canary-id-7Qx/2b+Z',
  DERIBIT_CLIENT_SECRET: 'canary-secret-"u\\p"/+=&%41-Vb4kq',
  OPENAI_API_KEY: 'sk-canary-0Nf3yqk2bQm8tVxLw5Jr',
  AI_INTEGRATIONS_OPENAI_API_KEY: 'canary-replit-Hc7DzEgPaSuTiYo1',
}

describe('a key of the settings', () => {
  it('is in nothing that a run prints or writes, nor in the print of the settings', async () => {
    const folder = tempFolder()
    const printed = [
      await runCli(['run', '--for', '1d', '--every', '1h', '--verbose'], { folder, env: KEYS }),
      await runCli(['once', '--json'], { folder, env: KEYS }),
      await runCli(['config', 'print'], { folder, env: KEYS }),
      await runCli(['config', 'print', '--json'], { folder, env: KEYS }),
    ]
    expect(printed.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0])
    expect(leaksOf(Object.values(KEYS), { folder, printed })).toEqual([])
  })
})

/** What an exchange, or a gateway in front of it, may do with what it was sent: repeat it. */
type Echo = 'error' | 'page' | 'ledger'

describe('a key, a header or a token that the exchange repeats', () => {
  it.each([
    ['error', 'private/get_account_summaries', 'in a refusal of a private call'],
    ['error', 'public/get_instruments', 'in a refusal of a public call'],
    ['error', 'public/auth', 'in a refusal to sign in'],
    ['page', 'public/get_instruments', 'on a page that is no reply'],
    ['page', 'private/get_account_summaries', 'on a page in place of the account'],
    ['ledger', 'private/get_transaction_log', 'in the rows of its ledger'],
  ] as const)('is in no byte of log and console: %s of %s, %s', async (echo, method, _why) => {
    const exchange = await localExchange(DAY)
    const { httpUrl, secrets, echoed } = await talkative(exchange, { echo, method })
    const folder = tempFolder()
    const env = { ...envOf({ ...exchange, httpUrl }), OPENAI_API_KEY: KEYS.OPENAI_API_KEY }
    const args = ['once', '--venue', 'testnet', '--allow-loopback', '--verbose', '--log-dir', 'logs']
    const printed = [await runCli(args, { folder, env }), await runCli([...args, '--json'], { folder, env })]
    expect(echoed()).toBeGreaterThan(0)
    expect(leaksOf(secrets(), { folder, printed })).toEqual([])
  })
})

/** Every text of a decision that comes from outside or from a model. */
function recordWith(text: string) {
  const record = opened(Date.UTC(2026, 0, 2, 9))
  const proposal = { action: 'DO_NOTHING', params: {}, reasoning: `the prompt said ${text}` } as const
  return decisionRecordSchema.parse({
    ...record,
    decision: {
      proposal: { ...record.decision?.proposal, reasoning: text },
      rules: [{ rule: text, subject: text, fired: true, facts: { [text]: text } }],
      alternatives: [{ proposal, probability: 0.5 }],
      others: [{ policy: text, proposal }],
      modelCall: {
        provider: text,
        model: `Authorization: Bearer ${text}`,
        mode: 'act',
        promptHash: '0'.repeat(64),
        inputHash: null,
        answerHash: null,
        menu: [{ id: text, action: 'OPEN_COVERED_CALL', symbol: text, toSymbol: text, sizeCoin: 1 }],
        choice: text,
        confidence: null,
        reasonCodes: [text],
        attempts: 1,
        inputTokens: null,
        cachedTokens: null,
        outputTokens: null,
        costUsd: null,
        fallback: `answer: {"reasoning":${JSON.stringify(text)}}`,
      },
    },
    failure: { code: 'llm/refused', recovery: 'skip', message: `POST with ${text}`, facts: { header: text } },
  })
}

describe('a key in what a model was told or said', () => {
  it.each([
    ['as it is', (key: string) => key],
    ['within JSON', (key: string) => JSON.stringify({ prompt: key })],
    ['in a URL', (key: string) => `https://x.test/?key=${encodeURIComponent(key)}`],
    ['in a header for a name and it', (key: string) => `Basic ${Buffer.from(`user:${key}`).toString('base64')}`],
  ])('is in no byte of the log, nor of what is made of it: %s', async (_how, told) => {
    const folder = tempFolder()
    const io = { env: KEYS, folder }
    const plan = planRun({}, settingsUnder({}, io), io)
    const logFolder = await enterFolder(join(folder, 'logs'), { host: null })
    const session = await openSimulatedSession(logFolder, headingOf(plan, 'canaries'), { fresh: false })
    for (const [index, key] of Object.values(KEYS).entries()) {
      await session.decisions.record({ ...recordWith(told(key)), cycle: index })
    }
    await session.close()
    logFolder.leave()

    const kept = []
    for await (const { failure } of readDecisions(join(folder, 'logs'))) kept.push(failure?.message)
    expect(kept.filter((message) => message?.includes('[redacted:'))).toHaveLength(Object.keys(KEYS).length)
    const printed = [
      await runCli(['logs', 'verify', 'logs', '--json'], { folder }),
      await runCli(['decisions', 'logs', '--json'], { folder }),
      await runCli(['decisions', 'logs'], { folder }),
    ]
    for (const table of Object.keys(EXPORT_TABLES)) {
      printed.push(await runCli(['data', 'export', 'logs', '--table', table, '--format', 'csv'], { folder, env: KEYS }))
    }
    expect(printed.filter(({ exitCode }) => exitCode !== 0)).toEqual([])
    expect(leaksOf(Object.values(KEYS), { folder, printed })).toEqual([])
  })
})

/** Passes on to an exchange what it is asked, and of one method repeats request and headers in its answer. */
async function talkative(exchange: Access, { echo, method }: { echo: Echo; method: string }) {
  const tokens = new Set<string>()
  let echoed = 0
  const server = createServer(async (request, response) => {
    let asked = ''
    for await (const piece of request.setEncoding('utf8')) asked += piece
    const call = JSON.parse(asked) as { id: number; method: string; params: Record<string, unknown> }
    const sent = `${JSON.stringify(request.headers)} ${asked} ${[...tokens].join(' ')} ${exchange.clientSecret}`
    const say = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json', 'x-echo': encodeURIComponent(sent) })
      response.end(typeof body === 'string' ? body : JSON.stringify(body))
    }
    if (call.method === method && echo !== 'ledger') {
      echoed += 1
      const error = {
        code: 11050,
        message: `bad_request ${sent}`,
        data: { reason: sent, param: exchange.clientSecret },
      }
      return echo === 'error' ? say(400, { jsonrpc: '2.0', id: call.id, error, testnet: true }) : say(502, `<p>${sent}`)
    }
    const { authorization } = request.headers
    const passed = await fetch(`${exchange.httpUrl}${request.url}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(authorization === undefined ? {} : { authorization }) },
      body: asked,
    })
    const reply = (await passed.json()) as { result?: Record<string, unknown> }
    for (const name of ['access_token', 'refresh_token']) {
      if (typeof reply.result?.[name] === 'string') tokens.add(reply.result[name])
    }
    if (call.method === method && reply.result !== undefined) {
      const { currency, start_timestamp: timestamp } = call.params
      const row = { id: 1, type: exchange.clientSecret, currency, timestamp, change: 0, balance: 2, info: sent }
      reply.result.logs = [row]
      echoed += 1
    }
    return say(passed.status, reply)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return {
    httpUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    secrets: () => [exchange.clientId, exchange.clientSecret, KEYS.OPENAI_API_KEY, ...tokens],
    echoed: () => echoed,
  }
}

type Place = { folder: string; printed: readonly { stdout: string; stderr: string }[] }

/** Where one of some secrets can be read: in a file, its name, or on the console. */
function leaksOf(secrets: readonly string[], { folder, printed }: Place): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(folder, name)).isFile(),
  )
  const places = [
    ...files.map((name) => [name, `${name}\n${readFileSync(join(folder, name), 'latin1')}`] as const),
    ...printed.flatMap(({ stdout, stderr }, index) => [
      [`stdout ${index}`, stdout] as const,
      [`stderr ${index}`, stderr] as const,
    ]),
  ]
  return places.flatMap(([place, text]) =>
    secrets.flatMap((secret) => (holds(text, secret) ? [`${place}: ${secret}`] : [])),
  )
}

/** As it is, with the escapes of JSON, of URLs, and within any base64. */
function holds(text: string, secret: string): boolean {
  const escaped = JSON.stringify(secret).slice(1, -1)
  const spelled = [secret, escaped, JSON.stringify(escaped).slice(1, -1), encodeURIComponent(secret)]
  if (spelled.some((form) => text.includes(form))) return true
  const runs = text.match(/[A-Za-z0-9+/_-]{12,}/g) ?? []
  return runs.some((run) => [0, 1, 2, 3].some((from) => Buffer.from(run.slice(from), 'base64').includes(secret)))
}
