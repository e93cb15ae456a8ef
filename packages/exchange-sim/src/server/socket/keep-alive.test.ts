import { describe, expect, it } from 'vitest'
import { createKeepAlive } from './keep-alive.js'
import { createSteppedClock } from './socket.fixture.js'

function open() {
  const clock = createSteppedClock(0)
  const said: string[] = []
  const keepAlive = createKeepAlive({
    clock,
    send: (text) => said.push(`${JSON.parse(text).params.type} ${clock.now()}`),
    giveUp: (reason) => said.push(`${reason} ${clock.now()}`),
  })
  return { clock, said, keepAlive }
}

describe('heartbeats', () => {
  it('of 10 s ask after 12 s and then every 10.6 s, with a heartbeat before for who hears nothing', async () => {
    const { clock, said, keepAlive } = open()
    keepAlive.setHeartbeat(10)
    for (let second = 0; second < 34; second += 1) {
      await clock.advance(1_000)
      keepAlive.answerTestRequest()
    }
    expect(said).toEqual([
      'heartbeat 10000',
      'test_request 12000',
      'heartbeat 22000',
      'test_request 22600',
      'heartbeat 32600',
      'test_request 33200',
    ])
    keepAlive.end()
    expect(clock.sleepers()).toBe(0)
  })

  it('leave the heartbeat out for who is being told things', async () => {
    const { clock, said, keepAlive } = open()
    keepAlive.setHeartbeat(10)
    for (let second = 0; second < 25; second += 1) {
      await clock.advance(1_000)
      keepAlive.notified()
      keepAlive.answerTestRequest()
    }
    expect(said).toEqual(['test_request 12000', 'test_request 22600'])
    keepAlive.end()
  })

  it('give up who has not answered by the next time, whatever else it says', async () => {
    const { clock, said, keepAlive } = open()
    keepAlive.setHeartbeat(10)
    for (let second = 0; second < 30; second += 1) {
      await clock.advance(1_000)
      keepAlive.heard()
    }
    expect(said.filter((each) => !each.startsWith('heartbeat '))).toEqual([
      'test_request 12000',
      'heartbeat_timeout 22600',
    ])
    expect(clock.sleepers()).toBe(0)
  })

  it('begin anew with another interval, and end', async () => {
    const { clock, said, keepAlive } = open()
    keepAlive.setHeartbeat(10)
    await clock.advance(12_000)
    keepAlive.setHeartbeat(20)
    await clock.advance(22_000)
    keepAlive.setHeartbeat(null)
    await clock.advance(60_000)
    expect(said).toEqual(['heartbeat 10000', 'test_request 12000', 'heartbeat 32000', 'test_request 34000'])
    keepAlive.end()
    keepAlive.setHeartbeat(10)
    expect(clock.sleepers()).toBe(0)
  })
})

describe('a silent client', () => {
  it('is given up ten minutes after its last frame', async () => {
    const { clock, said, keepAlive } = open()
    await clock.advance(599_000)
    keepAlive.heard()
    await clock.advance(599_999)
    expect(said).toEqual([])
    await clock.advance(1)
    expect(said).toEqual(['inactivity_timeout 1199000'])
    expect(clock.sleepers()).toBe(0)
  })

  it('is never given up where there is no time', () => {
    const keepAlive = createKeepAlive({ clock: null, send: () => {}, giveUp: () => expect.fail('given up') })
    keepAlive.setHeartbeat(10)
    keepAlive.heard()
    keepAlive.end()
  })
})
