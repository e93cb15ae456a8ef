import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { createSystemClock } from '@cc/models/clock'
import { answerTo } from './answers.js'
import type { Behaviour, Exchange, Play } from './behaviour.js'
import { BEHAVIOURS, type BehaviourName } from './behaviours.js'
import { readRequest, type SeenRequest } from './seen-request.js'

/** How a fake provider answers where nothing else is said. */
export type FakeScript = {
  /** The id that is chosen. Default: the line that holds, else the first id. */
  choose?: (request: SeenRequest) => string
  /** Done with the first requests, one each. Default: none. */
  next?: readonly Doing[]
  /** Done with all other requests. Default: `ok`. */
  always?: Doing
}

/** A behaviour by its name or as it is, or what is done with one request. */
export type Doing = BehaviourName | Behaviour | Play

/** A provider of models on a real socket of this machine, which does what it is told. */
export type FakeProvider = {
  /** With the path that the API lies under: `http://127.0.0.1:<port>/v1`. */
  readonly url: string
  readonly requests: readonly SeenRequest[]
  /** What arrived at another host that only redirects lead to. */
  readonly elsewhere: readonly SeenRequest[]
  /** Connections that were taken, and those of them that are there still. */
  readonly connections: { readonly taken: number; readonly open: number }
  /** Does these with the next requests; of a behaviour of several plays, all of them in turn. */
  next(...doings: readonly Doing[]): void
  /** Does this with every request that `next` says nothing of. */
  always(doing: Doing): void
  /**
   * Breaks off every connection and frees the ports. Rejects with what a play threw while its connection was there:
   * that is a mistake of the play.
   */
  close(): Promise<void>
}

const HOST = '127.0.0.1'

/**
 * Starts a fake provider on loopback. It speaks the Responses API and chat completions as far as the `openai` client
 * needs them, and answers validly by itself: it reads the ids out of the request. For tests only.
 */
export async function createFakeProvider(script: FakeScript = {}): Promise<FakeProvider> {
  const { choose = ({ holdId, ids }) => holdId ?? ids[0] ?? '', next = [], always = 'ok' } = script
  const clock = createSystemClock()
  const plan = createPlan(next, always)
  const requests: SeenRequest[] = []
  const elsewhere: SeenRequest[] = []
  const sockets = new Set<Socket>()
  const problems: unknown[] = []
  let elsewhereUrl = ''

  const serve = async (incoming: IncomingMessage, response: ServerResponse) => {
    const { socket } = response
    const request = await seen(incoming)
    if (socket === null || request === undefined) return
    requests.push(request)
    const gone = new AbortController()
    const leave = () => gone.abort(new Error('the connection is closed'))
    socket.once('close', leave)
    // A connection that is kept carries many requests.
    response.once('close', () => {
      socket.off('close', leave)
      if (socket.destroyed) leave()
    })
    if (socket.destroyed) return
    const sleep: Exchange['sleep'] = (durationMs) => clock.sleep(durationMs, gone.signal)
    try {
      await plan.play()({ request, answer: answerTo(request, choose(request)), response, socket, elsewhereUrl, sleep })
    } catch (error) {
      if (gone.signal.aborted) return
      problems.push(error)
      socket.destroy()
    }
  }

  const server = createServer((incoming, response) => void serve(incoming, response))
  server.on('connection', (socket) => plan.onConnection(socket))
  const trap = createServer(async (incoming, response) => {
    const request = await seen(incoming)
    if (request !== undefined) elsewhere.push(request)
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
  let taken = 0
  for (const each of [server, trap])
    each.on('connection', (socket: Socket) => {
      if (each === server) taken += 1
      sockets.add(socket)
      // A connection that the other side breaks off is no error of this one.
      socket.on('error', () => {}).once('close', () => sockets.delete(socket))
    })
  const url = `http://${HOST}:${await listen(server)}/v1`
  elsewhereUrl = `http://${HOST}:${await listen(trap)}/v1`

  return {
    url,
    requests,
    elsewhere,
    get connections() {
      return { taken, open: sockets.size }
    },
    next: plan.next,
    always: plan.always,
    async close() {
      const closed = [server, trap].map((each) => new Promise<void>((done) => each.close(() => done())))
      for (const socket of sockets) socket.destroy()
      await Promise.all(closed)
      if (problems.length > 0) throw problems[0]
    },
  }
}

/** What comes next: first what is queued, then the same again and again. */
function createPlan(first: readonly Doing[], rest: Doing) {
  const queue = first.flatMap(stepsOf)
  let standing = stepsOf(rest)
  let turn = 0
  const current = (): Step => queue[0] ?? (standing[turn % standing.length] as Step)
  const advance = () => {
    if (queue.shift() === undefined) turn += 1
  }
  return {
    next: (...doings: readonly Doing[]) => void queue.push(...doings.flatMap(stepsOf)),
    always(doing: Doing) {
      standing = stepsOf(doing)
      turn = 0
    },
    onConnection(socket: Socket) {
      const { onConnection } = current()
      if (onConnection === undefined) return
      advance()
      onConnection(socket)
    },
    play(): Play {
      const { play } = current()
      advance()
      return play
    },
  }
}

type Step = { play: Play; onConnection?: (socket: Socket) => void }

function stepsOf(doing: Doing): Step[] {
  if (typeof doing === 'function') return [{ play: doing }]
  const { plays, onConnection } = typeof doing === 'string' ? (BEHAVIOURS[doing] as Behaviour) : doing
  return plays.map((play) => ({ play, ...(onConnection === undefined ? {} : { onConnection }) }))
}

/** `undefined` where the other side goes before it has said all. */
async function seen(incoming: IncomingMessage): Promise<SeenRequest | undefined> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of incoming) chunks.push(chunk)
  } catch {
    return undefined
  }
  const { method = '', url = '', headers } = incoming
  return readRequest({ method, path: url, headers }, Buffer.concat(chunks).toString('utf8'))
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, HOST, () => resolve((server.address() as AddressInfo).port))
  })
}
