import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type ForeignClient, openForeignClient } from './foreign-client.ts'

/* All that ccxt reads of the market and of an account that has not traded yet. */
describe('ccxt reading', () => {
  let foreign: ForeignClient
  let client: ForeignClient['client']
  let call: string

  before(async () => {
    foreign = await openForeignClient()
    client = foreign.client
    call = await foreign.nearCall('BTC')
  })
  after(() => foreign.exchange.stop())

  const future = () => Object.values(client.markets).find((market) => market.future)?.symbol ?? ''

  it('is not limited in an ordinary start: markets, then thirty quick calls', async () => {
    await client.loadMarkets(true)
    for (let i = 0; i < 30; i += 1) await client.fetchTicker(call)
  })

  it('gets the candles that it asks for, in every resolution', async () => {
    for (const symbol of ['BTC/USD:BTC', future()]) {
      for (const timeframe of Object.keys(client.timeframes)) {
        const stepMs = client.parseTimeframe(timeframe) * 1_000
        const fromMs = Math.floor((Date.now() - 50 * stepMs) / stepMs) * stepMs
        const candles = await client.fetchOHLCV(symbol, timeframe, fromMs, 10)
        assert.deepEqual(
          candles.map(([openMs]) => openMs),
          Array.from({ length: 10 }, (_, bar) => fromMs + bar * stepMs),
          `${symbol} ${timeframe}`,
        )
      }
    }
    assert.deepEqual(await client.fetchOHLCV(call, '1h'), [], 'nothing has traded')
  })

  it('gets order books as deep as Deribit has them, of options and futures', async () => {
    for (const symbol of [call, 'BTC/USD:BTC', future()]) {
      for (const depth of [1, 5, 10, 20, 50, 100, 1_000, 10_000]) {
        const { bids, asks, nonce } = await client.fetchOrderBook(symbol, depth)
        assert.ok(Number(bids[0]?.[0]) < Number(asks[0]?.[0]), `${symbol} ${depth}`)
        assert.ok(Number(nonce) > 0)
      }
    }
  })

  it('sees no crossed book and no unknown name in a chain', async () => {
    for (const code of ['BTC', 'ETH']) {
      for (const [symbol, { bid, ask }] of Object.entries(await client.fetchTickers(undefined, { code }))) {
        assert.ok(client.markets[symbol], symbol)
        if (bid !== undefined && ask !== undefined) assert.ok(bid < ask, symbol)
      }
    }
  })

  it('reads funding, open interest and fees', async () => {
    assert.equal((await client.fetchFundingRate('BTC/USD:BTC')).fundingRate, 0)
    const funding = await client.fetchFundingRateHistory('BTC/USD:BTC', Date.now() - 86_400_000)
    assert.equal(funding.length, 24)
    for (const symbol of [call, 'BTC/USD:BTC'])
      assert.equal((await client.fetchOpenInterest(symbol)).info.open_interest, 0)
    assert.equal((await client.fetchTradingFees())[call]?.maker, 0.0003)
    assert.deepEqual(await client.fetchLiquidations('BTC/USD:BTC'), [])
  })

  it('reads what came into the account, and that nothing left it', async () => {
    const [deposit, ...others] = await client.fetchDeposits('BTC')
    assert.deepEqual([deposit?.amount, deposit?.status, deposit?.type, others.length], [2, 'ok', 'deposit', 0])
    assert.deepEqual(await client.fetchWithdrawals('BTC'), [])
    assert.deepEqual(await client.fetchTransfers('BTC'), [])
    assert.equal((await client.fetchAccounts())[0]?.type, 'main')
  })

  it('reads that nothing is held', async () => {
    for (const kind of ['option', 'future']) assert.deepEqual(await client.fetchPositions(undefined, { kind }), [])
    for (const symbol of [call, 'BTC/USD:BTC']) assert.equal((await client.fetchPosition(symbol)).contracts, 0)
  })
})
