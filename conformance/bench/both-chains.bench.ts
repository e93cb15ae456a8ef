import { execFileSync, fork } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { chainReplies } from './chain-replies.ts'
import { contenders } from './contenders.ts'

/**
 * Both chains (2 × 1,000 options) from a server on this machine to typed values: ours against ccxt with its rate limiter
 * off, and against undici with a bare `JSON.parse`. Each contender runs in its own process, in turn; figures are medians
 * of paired ratios.
 */
const ROUNDS = 9
const WARM_UPS = 18
const PASSES = 30

const [role, name, url] = process.argv.slice(2)
if (role === 'serve') serve()
else if (role === 'run' && name !== undefined && url !== undefined) console.log(await millisecondsPerRead(name, url))
else await compare()

async function compare(): Promise<void> {
  if (chainReplies() === undefined) {
    console.log('both-chains skipped: no recordings beside the project')
    return
  }
  const file = fileURLToPath(import.meta.url)
  const server = fork(file, ['serve'])
  const address = await new Promise<string>((resolve) => server.once('message', (message) => resolve(String(message))))
  const run = (contender: string) => Number(execFileSync(process.execPath, [file, 'run', contender, address]))
  const names = Object.keys(contenders)
  const rounds = Array.from({ length: ROUNDS }, () => Object.fromEntries(names.map((each) => [each, run(each)])))
  server.kill()

  for (const each of names)
    console.log(`both-chains-${each} ${median(rounds.map((round) => round[each])).toFixed(2)} ms`)
  const ratio = (a: string, b: string) => median(rounds.map((round) => Number(round[a]) / Number(round[b]))).toFixed(2)
  console.log(`both-chains-ccxt-over-ours ${ratio('ccxt', 'ours')} ratio`)
  console.log(`both-chains-ccxt-without-markets-over-ours ${ratio('ccxt-without-markets', 'ours')} ratio`)
  console.log(`both-chains-ours-over-bare ${ratio('ours', 'bare')} ratio`)
  // How much faster than ccxt a client could be that looks at nothing.
  console.log(`both-chains-ccxt-over-bare ${ratio('ccxt', 'bare')} ratio`)
}

/** Sends ready-made bytes, so that what is measured is the client. */
function serve(): void {
  const chains = chainReplies() ?? []
  const replies = new Map(chains.map(({ currency, afterId }) => [currency, afterId]))
  const instruments = JSON.stringify({ jsonrpc: '2.0', result: chains.flatMap((chain) => chain.instruments) })
  const server = createServer((request, response) => {
    let asked = request.url ?? ''
    request.on('data', (chunk) => {
      asked += chunk
    })
    request.on('end', () => {
      if (asked.includes('get_instruments')) return response.end(instruments)
      if (asked.includes('get_currencies')) return response.end('{"jsonrpc":"2.0","result":[]}')
      const id = /"id":(\d+)/.exec(asked)?.[1]
      response.setHeader('content-type', 'application/json')
      response.write(`{"jsonrpc":"2.0",${id === undefined ? '' : `"id":${id},`}`)
      response.end(replies.get(asked.includes('ETH') ? 'ETH' : 'BTC'))
    })
  })
  server.listen(0, '127.0.0.1', () => process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`))
}

async function millisecondsPerRead(contender: string, address: string): Promise<number> {
  const create = contenders[contender]
  if (create === undefined) throw new Error(`There is no contender ${contender}.`)
  const { read, close } = await create(address)
  for (let pass = 0; pass < WARM_UPS; pass++) await check(read)
  const start = process.hrtime.bigint()
  for (let pass = 0; pass < PASSES; pass++) await check(read)
  const elapsed = Number(process.hrtime.bigint() - start) / 1e6
  await close()
  return elapsed / PASSES
}

async function check(read: () => Promise<number>): Promise<void> {
  const quotes = await read()
  if (quotes < 1_900) throw new Error(`Only ${quotes} quotes were read.`)
}

function median(values: readonly (number | undefined)[]): number {
  return values.map(Number).toSorted((a, b) => a - b)[values.length >> 1] as number
}
