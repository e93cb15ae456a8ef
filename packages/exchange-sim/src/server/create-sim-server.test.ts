import { createSystemClock, createVirtualClock } from '@cc/models/clock'
import { describe, expect, it } from 'vitest'
import { createSyntheticMarket } from '../synthetic/synthetic-market.js'
import { createSimServer } from './create-sim-server.js'
import { METHOD_TABLE } from './method-table.js'
import type { SimServerOptionsInput } from './options.js'
import { byCredentials, CREDENTIALS, type Envelope } from './protocol.fixture.js'

const START_MS = Date.UTC(2026, 0, 2)
const market = createSyntheticMarket({ seed: 1, startMs: START_MS })

async function open(options: SimServerOptionsInput = {}, clock = createVirtualClock({ startMs: START_MS })) {
  const server = await createSimServer(options, { clock, market, credentials: CREDENTIALS })
  async function call(method: string, params: Record<string, unknown> = {}): Promise<Envelope> {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
    const headers = { 'Content-Type': 'application/json' }
    const response = await fetch(`${server.httpUrl}/api/v2/${method}`, { method: 'POST', body, headers })
    return (await response.json()) as Envelope
  }
  const auth = (await call('public/auth', byCredentials())).result as { access_token: string }
  const access_token = auth.access_token
  return { server, call, callPrivate: (method: string, params = {}) => call(method, { access_token, ...params }) }
}

type Instrument = { instrument_name: string; option_type: string; expiration_timestamp: number }
type Ticker = { instrument_name: string; best_bid_price: number; best_bid_amount: number }

describe('a served exchange', () => {
  it('sells a call at its bid and delivers it when its time has come', async () => {
    const { server, call, callPrivate } = await open({
      virtualTime: true,
      accessTokenSec: 86_400 * 30,
      rateLimits: 'off',
    })
    const listed = (await call('public/get_instruments', { currency: 'BTC', kind: 'option' })).result as Instrument[]
    const firstExpiryMs = Math.min(...listed.map(({ expiration_timestamp }) => expiration_timestamp))
    const calls = listed.filter((each) => each.option_type === 'call' && each.expiration_timestamp === firstExpiryMs)
    const tickers = await Promise.all(
      calls.map(async ({ instrument_name }) => (await call('public/ticker', { instrument_name })).result as Ticker),
    )
    const { instrument_name, best_bid_price: price } =
      tickers.find((ticker) => ticker.best_bid_amount >= 0.1) ?? expect.fail('no call has a bid')
    const sale = { instrument_name, amount: 0.1, price, type: 'limit', post_only: false, label: 'first' }
    expect((await callPrivate('private/sell', sale)).result).toMatchObject({
      order: { order_state: 'filled', label: 'first', filled_amount: 0.1 },
      trades: [{ instrument_name, price, amount: 0.1 }],
    })
    const positions = async () =>
      (await callPrivate('private/get_positions', { currency: 'BTC', kind: 'option' })).result
    expect(await positions()).toMatchObject([{ instrument_name, size: -0.1 }])
    await call('sim/advance_time', { to_timestamp: firstExpiryMs + 60_000 })
    expect(await positions()).toEqual([])
    expect(server.requests()).toMatchObject({ 'private/sell': 1, 'private/get_positions': 2, 'sim/advance_time': 1 })
    await server.close()
  })

  it('has every method of its table: none fails inside, and none that is private is open', async () => {
    const { server, call } = await open({ rateLimits: 'off' })
    for (const { name, scope } of METHOD_TABLE) {
      const code = (await call(name)).error?.code
      if (scope === null) expect([name, code]).not.toEqual([name, expect.toBeOneOf([-32601, 11094])])
      else expect([name, code]).toEqual([name, 13009])
    }
    expect(Object.keys(server.requests())).toHaveLength(METHOD_TABLE.length + 1)
    expect(server.methods).toEqual(expect.arrayContaining(METHOD_TABLE.map(({ name }) => name)))
    expect(server.methods).not.toContain('sim/advance_time')
    await server.close()
  })

  it('deposits the coins that it is told to, at the time of its clock', async () => {
    const clock = createSystemClock({ startMs: START_MS + 86_400_000 })
    const { server, callPrivate } = await open({ currencies: ['ETH'], depositsCoin: { ETH: 5 } }, clock)
    expect((await callPrivate('private/get_account_summary', { currency: 'ETH' })).result).toMatchObject({ balance: 5 })
    const time = (await callPrivate('public/get_time')).result as number
    expect(time).toBeGreaterThanOrEqual(START_MS + 86_400_000)
    await server.close()
  })
})

it('refuses a clock before its market, a coin that it does not have, and settings that it does not know', async () => {
  const deps = { clock: createVirtualClock({ startMs: START_MS }), market, credentials: CREDENTIALS }
  const early = { ...deps, clock: createVirtualClock({ startMs: START_MS - 1 }) }
  await expect(createSimServer({}, early)).rejects.toMatchObject({ code: 'exchange-sim/clock-before-market' })
  const bitcoin = createSyntheticMarket({ seed: 1, startMs: START_MS, currencies: ['BTC'] })
  await expect(createSimServer({ currencies: ['ETH'] }, { ...deps, market: bitcoin })).rejects.toMatchObject({
    code: 'exchange-sim/unknown-currency',
  })
  await expect(createSimServer({ prot: 1 } as never, deps)).rejects.toThrow('prot')
  await expect(createSimServer({ port: 70_000 }, deps)).rejects.toThrow()
})
