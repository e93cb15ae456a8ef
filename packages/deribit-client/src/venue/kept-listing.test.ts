import type { OptionInstrument } from '@cc/models'
import { describe, expect, it } from 'vitest'
import { createJoinedReads } from './joined-reads.js'
import { createKeptListing } from './kept-listing.js'

const HOUR_MS = 3_600_000
const NOON_MS = Date.UTC(2026, 0, 5, 12)
const listed = (symbol: string, state = 'open', currency = 'BTC') => ({ symbol, state, currency }) as OptionInstrument

function scripted(instruments = [listed('a'), listed('b')]) {
  const world = { nowMs: NOON_MS, instruments, reads: 0, asked: [] as (readonly string[])[] }
  const listing = createKeptListing(
    async (currencies) => {
      world.reads += 1
      world.asked.push(currencies)
      return world.instruments
    },
    { nowMs: () => world.nowMs, join: createJoinedReads() },
  )
  return { world, listing }
}

describe('createKeptListing', () => {
  it('asks once within six hours', async () => {
    const { world, listing } = scripted()
    await listing.instruments('BTC')
    world.nowMs += 6 * HOUR_MS - 1
    expect(await listing.instruments('BTC')).toEqual(world.instruments)
    expect(world.reads).toBe(1)
    world.nowMs += 1
    await listing.instruments('BTC')
    expect(world.reads).toBe(2)
  })

  it('asks anew for a currency that it has forgotten, for no other', async () => {
    const { world, listing } = scripted([listed('a'), listed('e', 'open', 'ETH')])
    await Promise.all([listing.instruments('BTC'), listing.instruments('ETH')])
    listing.forget('BTC')
    await Promise.all([listing.instruments('BTC'), listing.instruments('ETH')])
    expect(world.asked.slice(1)).toEqual([['BTC']])
  })

  it('asks for each currency, and once for those that are wanted in one breath', async () => {
    const { world, listing } = scripted([listed('a'), listed('e', 'open', 'ETH')])
    await listing.instruments('BTC')
    await listing.instruments('ETH')
    expect(world.asked).toEqual([['BTC'], ['ETH']])
    world.nowMs += 6 * HOUR_MS
    const both = await Promise.all([listing.instruments('BTC'), listing.instruments('ETH')])
    expect(world.asked.at(-1)).toEqual(['BTC', 'ETH'])
    expect(both.map((instruments) => instruments.map(({ symbol }) => symbol))).toEqual([['a'], ['e']])
  })

  it('asks anew after 08:00 UTC, and keeps nothing of the minutes after it', async () => {
    const { world, listing } = scripted()
    world.nowMs = Date.UTC(2026, 0, 5, 7, 59, 59, 999)
    await listing.instruments('BTC')
    world.nowMs += 1
    await listing.instruments('BTC')
    await listing.instruments('BTC')
    expect(world.reads).toBe(3)
    world.nowMs += 15 * 60_000
    await listing.instruments('BTC')
    await listing.instruments('BTC')
    expect(world.reads).toBe(4)
  })

  it.each(['settlement', 'locked', 'halted'])('keeps nothing while a book is %s', async (state) => {
    const { world, listing } = scripted([listed('a'), listed('b', state)])
    await listing.instruments('BTC')
    await listing.instruments('BTC')
    expect(world.reads).toBe(2)
  })

  it('forgets a listing without what the chain quotes, and keeps one that has more', async () => {
    const { world, listing } = scripted()
    await listing.instruments('BTC')
    listing.mustHave('BTC', [{ symbol: 'a' }])
    await listing.instruments('BTC')
    expect(world.reads).toBe(1)
    listing.mustHave('BTC', [{ symbol: 'a' }, { symbol: 'new' }])
    await listing.instruments('BTC')
    expect(world.reads).toBe(2)
  })
})
