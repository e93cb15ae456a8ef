import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { type Provider, type ProviderValues, resolveProvider } from './provider.js'

const KEY = 'sk-proj-0123456789abcdef'
const REPLIT: ProviderValues = {
  AI_INTEGRATIONS_OPENAI_API_KEY: '_DUMMY_API_KEY_',
  AI_INTEGRATIONS_OPENAI_BASE_URL: 'http://localhost:1106/modelfarm/openai',
}

function found(values: ProviderValues): Provider {
  const provider = resolveProvider(values)
  if ('missing' in provider) throw new Error(provider.missing)
  return provider
}

describe('resolveProvider', () => {
  it.each<[string, ProviderValues, { name: string; baseUrl: string; host: string; key: string }]>([
    [
      "Replit's pair, whatever else is set",
      { ...REPLIT, OPENAI_API_KEY: KEY, OPENAI_BASE_URL: 'https://gateway.example/v1' },
      {
        name: 'replit',
        baseUrl: 'http://localhost:1106/modelfarm/openai',
        host: 'localhost:1106',
        key: '_DUMMY_API_KEY_',
      },
    ],
    [
      'a key alone',
      { OPENAI_API_KEY: KEY },
      { name: 'openai', baseUrl: 'https://api.openai.com/v1', host: 'api.openai.com', key: KEY },
    ],
    [
      "a key for another address of OpenAI's",
      { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: 'https://eu.api.openai.com/v1/' },
      { name: 'openai', baseUrl: 'https://eu.api.openai.com/v1', host: 'eu.api.openai.com', key: KEY },
    ],
    [
      'a key for a gateway',
      { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: 'https://gateway.example:8443/openai/v1' },
      {
        name: 'compatible',
        baseUrl: 'https://gateway.example:8443/openai/v1',
        host: 'gateway.example:8443',
        key: KEY,
      },
    ],
    [
      'a server of this machine without a key',
      { OPENAI_BASE_URL: 'http://127.0.0.1:11434/v1' },
      { name: 'compatible', baseUrl: 'http://127.0.0.1:11434/v1', host: '127.0.0.1:11434', key: 'local' },
    ],
    [
      'a server of this machine with a key',
      { OPENAI_BASE_URL: 'http://[::1]:8000/v1', OPENAI_API_KEY: KEY },
      { name: 'compatible', baseUrl: 'http://[::1]:8000/v1', host: '[::1]:8000', key: KEY },
    ],
    [
      "half of Replit's pair beside a key",
      { AI_INTEGRATIONS_OPENAI_BASE_URL: 'http://localhost:1106/modelfarm/openai', OPENAI_API_KEY: KEY },
      { name: 'openai', baseUrl: 'https://api.openai.com/v1', host: 'api.openai.com', key: KEY },
    ],
    [
      'a key between blanks, and a blank address',
      { OPENAI_API_KEY: ` ${KEY}\n`, OPENAI_BASE_URL: '  ' },
      { name: 'openai', baseUrl: 'https://api.openai.com/v1', host: 'api.openai.com', key: KEY },
    ],
  ])('takes %s', (_, values, { key, ...told }) => {
    const provider = found(values)
    expect(provider).toMatchObject(told)
    expect(provider.apiKey()).toBe(key)
  })

  it.each<[string, ProviderValues, RegExp]>([
    ['nothing is set', {}, /^OPENAI_API_KEY is not set\.$/],
    ['all is blank', { OPENAI_API_KEY: ' ', AI_INTEGRATIONS_OPENAI_API_KEY: '' }, /^OPENAI_API_KEY is not set\.$/],
    ["Replit's address is missing", { AI_INTEGRATIONS_OPENAI_API_KEY: 'x' }, /AI_INTEGRATIONS_OPENAI_BASE_URL is not/],
    [
      "Replit's key is missing",
      { AI_INTEGRATIONS_OPENAI_BASE_URL: REPLIT.AI_INTEGRATIONS_OPENAI_BASE_URL ?? '' },
      /AI_INTEGRATIONS_OPENAI_API_KEY is not/,
    ],
    ["Replit's placeholder is meant for OpenAI", { OPENAI_API_KEY: '_DUMMY_API_KEY_' }, /placeholder/],
    ['a placeholder is', { OPENAI_API_KEY: 'your-api-key-here' }, /placeholder/],
    [
      "Replit's pair leads to OpenAI",
      { ...REPLIT, AI_INTEGRATIONS_OPENAI_BASE_URL: 'https://api.openai.com/v1' },
      /AI_INTEGRATIONS_OPENAI_API_KEY is a placeholder/,
    ],
    ['a remote address has no key', { OPENAI_BASE_URL: 'https://gateway.example/v1' }, /OPENAI_API_KEY is not set/],
    [
      'a key would go out in the clear',
      { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: 'http://gateway.example/v1' },
      /must begin with https/,
    ],
    [
      'a host only looks like this machine',
      { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: 'http://localhost.gateway.example/v1' },
      /must begin with https/,
    ],
    ['a scheme is none of the web', { OPENAI_BASE_URL: 'file:///etc/passwd' }, /must begin with https/],
    ['an address is none', { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: 'gateway' }, /is no address/],
    [
      'an address holds a password',
      { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: `https://me:${KEY}@gateway.example/v1` },
      /must be an address alone/,
    ],
    [
      'an address holds a query',
      { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: `https://gateway.example/v1?key=${KEY}` },
      /must be an address alone/,
    ],
    ['a key breaks a header', { OPENAI_API_KEY: `${KEY}\r\nx-evil: 1` }, /characters that are in no key/],
  ])('says what is missing where %s', (_, values, words) => {
    const provider = resolveProvider(values)
    expect(provider).toEqual({ missing: expect.stringMatching(words) })
    expect(JSON.stringify(provider)).not.toContain(KEY)
  })

  it('shows the key in no dump', () => {
    const provider = found({ OPENAI_API_KEY: KEY })
    const dumps = [
      inspect(provider, { showHidden: true, depth: null }),
      JSON.stringify(provider),
      `${provider}`,
      `${provider.apiKey}`,
      JSON.stringify(Object.getOwnPropertyDescriptors(provider)),
    ]
    expect(dumps.join('\n')).not.toContain(KEY)
  })
})
