import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { tempFolder } from '../test/temp-folder.js'
import { type FolderOwner, ownerOf } from './folder-owner.js'
import { enterFolder, enterPassingFolder, openAccountSession, openSimulatedSession } from './session.js'

const TESTNET: FolderOwner = { kind: 'deribit-testnet', host: 'test.deribit.com', account: '0123456789abcdef' }
const LOCAL: FolderOwner = { kind: 'local-exchange', host: '127.0.0.1:8080', account: '0123456789abcdef' }

const HEADING = { runId: '0123456789abcdef', codeVersion: '0.0.0', configuration: {}, secrets: [] }

/** One life of an agent on an account. */
async function live(path: string, owner: FolderOwner): Promise<void> {
  const folder = await enterFolder(path, owner)
  onTestFinished(folder.leave)
  try {
    const session = await openAccountSession(folder, HEADING, async () => owner)
    await session.store.save('lives', (Number(await session.store.load('lives')) || 0) + 1)
    await session.close()
  } finally {
    folder.leave()
  }
}

async function simulate(path: string, { fresh = false } = {}): Promise<void> {
  const folder = await enterFolder(path, { host: null })
  try {
    await (await openSimulatedSession(folder, HEADING, { fresh })).close()
  } finally {
    folder.leave()
  }
}

it('continues the folder of an account, which says whose it is and shows no key', async () => {
  const path = tempFolder()
  await live(path, TESTNET)
  await live(path, TESTNET)
  expect(JSON.parse(readFileSync(join(path, 'memory.json'), 'utf8'))).toEqual({ lives: 2 })
  expect(JSON.parse(readFileSync(join(path, 'venue.json'), 'utf8'))).toEqual(TESTNET)
  expect(statSync(join(path, 'venue.json')).mode & 0o777).toBe(0o600)
})

it.each([
  ['another account', { ...TESTNET, account: 'fedcba9876543210' }, 'another account at test.deribit.com'],
  ['another exchange', LOCAL, 'an account at test.deribit.com, and not one at 127.0.0.1:8080'],
])('refuses the folder of %s, and leaves it as it is', async (_, owner, words) => {
  const path = tempFolder()
  await live(path, TESTNET)
  await expect(live(path, owner)).rejects.toMatchObject({ code: 'agent/account-mismatch', recovery: 'halt' })
  await expect(live(path, owner)).rejects.toThrow(words)
  expect(readdirSync(path).sort()).toEqual(['.ballast', 'intents.jsonl', 'memory.json', 'venue.json'])
  await live(path, TESTNET)
})

it('keeps accounts and simulated runs apart, also with --fresh', async () => {
  const ofAccount = tempFolder()
  await live(ofAccount, TESTNET)
  for (const fresh of [false, true]) {
    await expect(simulate(ofAccount, { fresh })).rejects.toMatchObject({ code: 'agent/account-mismatch' })
  }
  expect(readdirSync(ofAccount)).toContain('intents.jsonl')

  const ofRun = tempFolder()
  await simulate(ofRun)
  await expect(live(ofRun, TESTNET)).rejects.toThrow('holds a simulated run')
  expect(readdirSync(ofRun)).toEqual(['intents.jsonl'])
})

it('takes a folder that nothing was written to by a life that could not sign in', async () => {
  const path = tempFolder()
  for (const host of ['test.deribit.com', '127.0.0.1:8080', null]) (await enterFolder(path, { host })).leave()
  expect(readdirSync(path)).toEqual([])
  await simulate(path)
})

it('takes a folder whose life ended between its name and its record', async () => {
  const path = tempFolder({ 'venue.json': JSON.stringify(TESTNET) })
  await live(path, TESTNET)
})

it('takes a folder whose life ended while it wrote whose it is', async () => {
  const path = tempFolder({ 'venue.json.new': '{"kind":' })
  await live(path, TESTNET)
  expect(readdirSync(path).sort()).toEqual(['.ballast', 'intents.jsonl', 'memory.json', 'venue.json'])
})

it.each([
  ['is garbage', '{"host":'],
  ['is of another shape', '{"kind":"deribit-testnet","host":"test.deribit.com"}'],
  ['has a key more', JSON.stringify({ ...TESTNET, secret: 'x' })],
])('refuses a folder whose owner %s', async (_, text) => {
  const path = tempFolder({ 'venue.json': text, 'intents.jsonl': '' })
  for (const host of ['test.deribit.com', null]) {
    await expect(enterFolder(path, { host })).rejects.toMatchObject({ code: 'agent/log-folder' })
  }
  expect(readdirSync(path)).not.toContain('agent.lock')
})

it('does not follow a link for the owner', async () => {
  const elsewhere = tempFolder({ 'venue.json': JSON.stringify(TESTNET) })
  const path = tempFolder()
  symlinkSync(join(elsewhere, 'venue.json'), join(path, 'venue.json'))
  await expect(enterFolder(path, TESTNET)).rejects.toMatchObject({ code: 'agent/log-folder' })
})

it('passes through a folder that is gone afterwards, whatever was written there', async () => {
  const folder = await enterPassingFolder()
  const session = await openAccountSession(folder, HEADING, () =>
    Promise.reject(new Error('it was asked for its owner')),
  )
  await session.close()
  mkdirSync(join(folder.path, 'more'))
  writeFileSync(join(folder.path, 'more', 'x'), '')
  folder.leave()
  expect(() => statSync(folder.path)).toThrow('ENOENT')
})

it('knows an account at the testnet by its number, and one of a local exchange by its key', async () => {
  const never = () => Promise.reject(new Error('it was asked'))
  const testnet = (clientId: string, id: number | null) =>
    ownerOf({ host: 'test.deribit.com', isLocal: false, clientId, accountId: async () => id })
  const local = (clientId: string) => ownerOf({ host: '127.0.0.1:8080', isLocal: true, clientId, accountId: never })
  expect(await testnet('old-key', 12_345)).toEqual(await testnet('new-key', 12_345))
  expect(await testnet('old-key', 12_345)).not.toEqual(await testnet('old-key', 12_346))
  expect(await testnet('old-key', null)).not.toEqual(await testnet('new-key', null))
  expect(await local('old-key')).not.toEqual(await local('new-key'))
  expect(JSON.stringify([await testnet('a-key', 12_345), await local('a-key')])).not.toMatch(/a-key|12345/)
})
