import { expect, it } from 'vitest'
import { isLocked, lockOf, type WireStatus } from './platform.js'

it.each<{ status: WireStatus; lock: string; btc: boolean; eth: boolean; why: string }>([
  { status: { locked: 'false' }, lock: 'none', btc: false, eth: false, why: 'today' },
  { status: { locked: false }, lock: 'none', btc: false, eth: false, why: 'before' },
  { status: { locked: 'true' }, lock: 'all', btc: true, eth: true, why: 'everything' },
  { status: { locked: true, locked_currencies: [] }, lock: 'all', btc: true, eth: true, why: 'no names needed' },
  { status: { locked: 'partial', locked_indices: ['btc_usd'] }, lock: 'some', btc: true, eth: false, why: 'by index' },
  {
    status: { locked: 'partial', locked_currencies: ['ETH'] },
    lock: 'some',
    btc: false,
    eth: true,
    why: 'by currency',
  },
  { status: { locked: 'partial', locked_indices: ['sol_usdc'] }, lock: 'some', btc: false, eth: false, why: 'neither' },
  { status: { locked: 'partial' }, lock: 'some', btc: true, eth: true, why: 'it does not say of what' },
  { status: { locked: 'partial', locked_indices: [] }, lock: 'some', btc: true, eth: true, why: 'nor here' },
  { status: {}, lock: 'all', btc: true, eth: true, why: 'unknown is locked' },
  { status: { locked: null }, lock: 'all', btc: true, eth: true, why: 'unknown is locked' },
  { status: { locked: 'maybe' }, lock: 'all', btc: true, eth: true, why: 'unknown is locked' },
])('reads $status as locked: $lock ($why)', ({ status, lock, btc, eth }) => {
  expect(lockOf(status)).toBe(lock)
  expect([isLocked(status, 'BTC'), isLocked(status, 'ETH')]).toEqual([btc, eth])
})
