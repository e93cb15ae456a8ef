import fc from 'fast-check'
import { describe, expect, inject, it } from 'vitest'
import { createFrameReader } from '../src/socket/frame-reader.js'
import { channels } from '../src/streams/channels.js'
import { createModelExchange } from '../src/streams/model-exchange.fixture.js'
import { closureGuard, generatedGuard } from '../src/wire/guard.js'
import { damaged } from '../src/wire/shape.fixture.js'
import { shapeOf } from '../src/wire/shape.js'
import { type RecordedFrame, recordedFrames } from './recorded-frames.js'

const recordings = inject('recordings')

/** Nobody recorded or documented a notification of these. */
const unrecorded = ['instrument.creation.*', 'user.mmp_trigger.*']

/** Sends every frame through reader and registry to one who hears its channel. */
async function heardOf(frames: readonly RecordedFrame[], { strict }: { strict: boolean }) {
  const exchange = createModelExchange({ strict })
  exchange.open()
  const read = createFrameReader({
    onNotification: exchange.registry.take,
    onReply: () => undefined,
    onTestRequest: () => undefined,
    onMalformed: (problem) => expect.fail(problem),
  })
  const problems: string[] = []
  for (const { source, channel, text } of frames) {
    const heard: unknown[] = []
    const attachment = exchange.registry.attach(channel, {
      onData: (data) => heard.push(data),
      onUnreadable: (error) => problems.push(`${source}: ${(error as Error).message}`),
      onEnd: () => undefined,
    })
    await exchange.clock.sleep(1)
    read(text, 0)
    attachment.detach()
    await exchange.clock.sleep(1)
    if (heard.length > 0) expect(heard).toEqual([JSON.parse(text).params.data])
    else if (!problems.at(-1)?.startsWith(source)) problems.push(`${source}: not heard`)
  }
  return { problems, drifts: exchange.drifts }
}

describe.skipIf(recordings === null)('on recorded and documented notifications of 2018 to 2026', () => {
  const frames = recordings === null ? [] : recordedFrames(recordings)

  it('has one of nearly every channel', () => {
    const recorded = new Set(frames.map(({ channel }) => channel.kind))
    const known = [
      ...Object.values(channels).map((make) => (make as (...some: unknown[]) => { kind?: string })(...someOf(make))),
    ].map(({ kind }) => kind)
    expect(known.filter((kind) => !recorded.has(kind))).toEqual(unrecorded)
    expect(frames.filter(({ year }) => year >= 2025).length).toBeGreaterThan(10)
  })

  it.each([false, true])('hears every one of them, and knows every field: strict %s', async (strict) => {
    expect(await heardOf(frames, { strict })).toEqual({ problems: [], drifts: [] })
  })

  it.each([...new Map(frames.map((frame) => [frame.channel.kind, frame])).values()])(
    'guards $channel.kind as its schema does, where a notification is damaged',
    ({ channel, text }) => {
      const shape = shapeOf(channel.data)
      const [generated, closure] = [generatedGuard(shape), closureGuard(shape)]
      fc.assert(
        fc.property(damaged(JSON.parse(text).params.data), (value) => {
          const accepted = channel.data.safeParse(value).success
          expect([generated?.(value), closure(value)]).toEqual([accepted, accepted])
        }),
      )
    },
  )
})

function someOf(make: unknown): unknown[] {
  const group = { kind: 'option', currency: 'BTC' }
  if (make === channels.instrumentState || make === channels.instrumentCreation) return [group]
  if (make === channels.userPortfolio) return ['BTC']
  if (make === channels.chartTrades) return ['BTC-PERPETUAL', '1']
  const ofIndex: unknown[] = [
    channels.markPrices,
    channels.priceIndex,
    channels.volatilityIndex,
    channels.estimatedExpirationPrice,
    channels.userMmpTrigger,
  ]
  return [ofIndex.includes(make) ? 'btc_usd' : 'BTC-PERPETUAL']
}
