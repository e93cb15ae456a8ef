import { expect, it } from 'vitest'
import { given, readDate, readDeposit, readDuration, readPort, readSeed, readSize, readSpeed } from './flags.js'

it.each([
  ['30d', 30 * 86_400_000],
  ['1h', 3_600_000],
  ['15m', 900_000],
  ['30s', 30_000],
  ['1h30m', 5_400_000],
  ['1d1h1m1s', 90_061_000],
])('reads the duration %s', (text, ms) => {
  expect(readDuration(text)).toBe(ms)
})

it.each(['', '0', '30', '0d', '-1h', '1.5h', '1e3s', '1 h', '30 d', 'd', '1m1h', '1h1h', '4000d', '1w', '1H'])(
  'refuses the duration %j',
  (text) => expect(() => readDuration(text)).toThrow(/duration|missing/),
)

it.each([
  ['2026-01-02', Date.UTC(2026, 0, 2)],
  ['2026-01-02T08:00Z', Date.UTC(2026, 0, 2, 8)],
  ['2026-01-02T08:00:30Z', Date.UTC(2026, 0, 2, 8, 0, 30)],
  ['2024-02-29', Date.UTC(2024, 1, 29)],
])('reads the date %s', (text, ms) => {
  expect(readDate(text)).toBe(ms)
})

it.each([
  '2026-02-30',
  '1950-01-01',
  '2000-12-31',
  '2098-01-01',
  '2026-02-29',
  '2026-13-01',
  '2026-1-2',
  '2026',
  '01/02/2026',
  '2026-01-02T25:00Z',
  '2026-01-02T08:00',
  '2026-01-02T24:00Z',
  'today',
  '1767312000000',
])('refuses the date %j', (text) => expect(() => readDate(text)).toThrow('a day from 2001'))

it.each(['1.5', '-1', '1e3', '0x10', '01', 'abc', ' 1', '9007199254740993'])('refuses the seed %j', (text) => {
  expect(() => readSeed(text)).toThrow('whole number')
})

it('reads seeds, ports, speeds, sizes and deposits', () => {
  expect(readSeed('0')).toBe(0)
  expect(readPort('0')).toBe(0)
  expect(readPort('65535')).toBe(65_535)
  expect(readSpeed('max')).toBe('max')
  expect(readSpeed('3600')).toBe(3_600)
  expect(readSize('0.5')).toEqual({ BTC: 0.5, ETH: 0.5 })
  expect(readSize('BTC=0.5,ETH=10')).toEqual({ BTC: 0.5, ETH: 10 })
  expect(readDeposit('BTC=2,ETH=20')).toEqual({ BTC: 2, ETH: 20 })
  expect(readDeposit('ETH=0.25')).toEqual({ ETH: 0.25 })
})

it.each(['0', '-1', 'fast', '1e3', '2000000'])('refuses the speed %j', (text) => {
  expect(() => readSpeed(text)).toThrow('real time')
})

it.each(['0', '-1', '1e1', 'all', '0,5', 'BTC=0', 'DOGE=1'])('refuses the size %j', (text) => {
  expect(() => readSize(text)).toThrow('coins')
})

it.each(['2', 'BTC', 'BTC=', 'BTC=x', 'BTC=-1', 'DOGE=1', 'BTC=1,BTC=2', 'BTC=1,', 'BTC=1=2', 'btc=1'])(
  'refuses the deposit %j',
  (text) => expect(() => readDeposit(text)).toThrow('BTC=2,ETH=20'),
)

it('takes the next flag for a forgotten value', () => {
  expect(() => given('--fresh')).toThrow('missing')
  expect(given('logs')).toBe('logs')
})
