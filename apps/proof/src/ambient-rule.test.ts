import { join } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { sourceOptions } from './ambient-program.js'
import { findAmbient } from './ambient-rule.js'
import { repositoryRoot } from './workspace.js'

/** What each planted source reaches for, once per line and name. */
const REACHES: Readonly<Record<string, readonly [source: string, ...what: string[]]>> = {
  'the plain call': ['export const t = Date.now()', 'Date.now'],
  'a date of now': ['export const t = new Date()', 'new Date()'],
  'a date of now without parentheses': ['export const t = new Date', 'new Date()'],
  'a date of now by spread': ['const none: [] = []\nexport const t = new Date(...none)', 'new Date()'],
  'a text of now': ['export const t = Date()', 'Date()'],
  'an alias of Date': ['const D = Date\nexport const t = D.now()\nexport const u = new D()', 'Date.now', 'new Date()'],
  'a subclass of Date': ['class Day extends Date {}\nexport const t = new Day()', 'new Date()'],
  'a destructured member': ['const { now } = Date\nexport const t = now()', 'Date.now'],
  'a renamed member': ['export const { now: mine } = Date', 'Date.now'],
  'a destructured parameter': ['export const read = ({ now } = Date) => now()', 'Date.now'],
  'a nested destructuring': ['export const { Date: { now } } = globalThis', 'Date.now', 'globalThis'],
  'a destructuring assignment': ['let mine: () => number\n;({ now: mine } = Date)\nexport { mine }', 'Date.now'],
  'a shorthand assignment': ['let now: () => number\n;({ now } = Date)\nexport { now }', 'Date.now'],
  'a literal key': ["export const t = Date['now']()", 'Date.now'],
  'a constant key': ["const key = 'now'\nexport const t = Date[key]()", 'Date.now'],
  'an optional call': ['export const t = Date?.now?.()', 'Date.now'],
  'a reference without a call': ['export const clock: { now: () => number } = { now: Date.now }', 'Date.now'],
  'a default argument': ['export const at = (now = Date.now) => now()', 'Date.now'],
  'a decoy in parentheses': ['export const t = (0, Date.now)()', 'Date.now'],
  globalThis: ['export const t = globalThis.Date.now()', 'Date.now', 'globalThis'],
  'a key of globalThis': ["globalThis['setTimeout'](() => {}, 1)", 'setTimeout', 'globalThis'],
  'globalThis handed on': ['export const all: any = globalThis', 'globalThis'],
  global: ['global.setTimeout(() => {}, 1)', 'setTimeout', 'globalThis'],
  'a bare timer': ['setTimeout(() => {}, 1)', 'setTimeout'],
  'an alias of a timer': ['const t = setTimeout\nt(() => {}, 1)', 'setTimeout'],
  'a timer as a value': ['export const deps = { setInterval }', 'setInterval'],
  setImmediate: ['setImmediate(() => {})', 'setImmediate'],
  'a timer of node': ["import { setTimeout as s } from 'node:timers'\ns(() => {}, 1)", 'node:timers', 'setTimeout'],
  'a promised timer': ["import { setTimeout as s } from 'node:timers/promises'\nawait s(1)", 'node:timers/promises'],
  'a module without node:': ["import timers from 'timers'\nexport const { clearTimeout } = timers", 'node:timers'],
  'a lazy import': ["export const load = () => import('node:timers/promises')", 'node:timers/promises'],
  'a computed import': ['export const load = (name: string) => import(name)', 'import() of a computed name'],
  'a re-export': ["export { setTimeout } from 'node:timers/promises'", 'node:timers/promises'],
  'a re-export of everything': ["export * from 'node:timers'", 'node:timers'],
  'node:module': ["import { createRequire } from 'node:module'\nexport { createRequire }", 'node:module'],
  'a deadline signal': ['export const s = AbortSignal.timeout(5)', 'AbortSignal.timeout'],
  'performance.now': ['export const t = performance.now()', 'performance'],
  'performance.timeOrigin': ['const { timeOrigin } = performance\nexport { timeOrigin }', 'performance'],
  'node:perf_hooks': ["import { performance as p } from 'node:perf_hooks'\np.now()", 'node:perf_hooks'],
  'process.hrtime': ['export const t = process.hrtime.bigint()', 'process.hrtime'],
  'the environment': ['export const key = process.env.KEY', 'process.env'],
  'the environment of node:process': [
    "import { env } from 'node:process'\nexport const key = env.KEY",
    'node:process',
    'process.env',
  ],
  'Math.random': ['export const x = Math.random()', 'Math.random'],
  'an alias of Math': ['const { random: dice } = Math\nexport const x = dice()', 'Math.random'],
  'global crypto': ['export const id = crypto.randomUUID()', 'crypto'],
  randomUUID: ["import { randomUUID } from 'node:crypto'\nexport const id = randomUUID()", 'crypto.randomUUID'],
  'a namespace of crypto': [
    "import * as c from 'node:crypto'\nexport const b = c.randomBytes(8)",
    'crypto.randomBytes',
  ],
  'the default of crypto': [
    "import c from 'crypto'\nexport const b = c.getRandomValues(new Uint8Array(8))",
    'crypto.getRandomValues',
  ],
  webcrypto: ["import { webcrypto as w } from 'node:crypto'\nexport const id = w.randomUUID()", 'crypto.webcrypto'],
  console: ["console.log('x')", 'console'],
  fetch: ["export const load = () => fetch('http://localhost')", 'fetch'],
  disk: ["import { readFileSync } from 'node:fs'\nexport { readFileSync }", 'node:fs'],
  'disk in promises': ["import { open } from 'fs/promises'\nexport { open }", 'node:fs/promises'],
}

const HARMLESS: Readonly<Record<string, string>> = {
  'a date of a given time': 'export const day = (ms: number) => new Date(ms).toISOString()',
  'calendar arithmetic': "export const t = Date.UTC(2026, 0, 2) + Date.parse('2026-01-02')",
  'an own clock': 'export const age = (clock: { now(): number }) => clock.now()',
  'an own timer': 'export const run = (deps: { setTimeout: () => void }) => deps.setTimeout()',
  'an own fetch': 'export const load = (fetch: (url: string) => string) => fetch("x")',
  'names in types': 'export type Deps = { fetch: typeof fetch; now: typeof Date.now }',
  'type imports': "import type { Stats } from 'node:fs'\nexport type Size = Stats['size']",
  createHash: "import { createHash } from 'node:crypto'\nexport const h = createHash('sha256')",
  'signals without time': 'export const both = (a: AbortSignal, b: AbortSignal) => AbortSignal.any([a, b])',
  microtasks: 'queueMicrotask(() => {})',
  'a date among other things': 'export const isDay = (value: unknown) => value instanceof Date',
}

const planted = new Map<string, string>()
const pathOf = (title: string) => `packages/planted/src/${title.replaceAll(/[^a-zA-Z]+/g, '-')}.ts`
for (const [title, [source]] of Object.entries(REACHES)) planted.set(pathOf(title), source)
for (const [title, source] of Object.entries(HARMLESS)) planted.set(pathOf(title), source)

const EXEMPT = 'packages/models/src/clock/virtual-clock.ts'
const LOGGING = 'packages/logging/src/planted-file.ts'
planted.set(EXEMPT, 'setImmediate(() => {})\nexport const t = Date.now()')
planted.set(LOGGING, "import { openSync } from 'node:fs'\nexport const t = Date.now()\nexport { openSync }")

const program = programOf(planted)

describe('findAmbient', () => {
  it.each(Object.entries(REACHES))('finds %s', (title, [source, ...what]) => {
    const findings = findAmbient(program, [pathOf(title)])
    expect([...new Set(findings.map((finding) => finding.what))].sort(), source).toEqual(what.sort())
  })

  it.each(Object.entries(HARMLESS))('leaves %s alone', (title) => {
    expect(findAmbient(program, [pathOf(title)])).toEqual([])
  })

  it('names the line', () => {
    expect(findAmbient(program, [pathOf('an alias of Date')])).toEqual([
      { file: 'packages/planted/src/an-alias-of-Date.ts', line: 2, what: 'Date.now' },
      { file: 'packages/planted/src/an-alias-of-Date.ts', line: 3, what: 'new Date()' },
    ])
  })

  it('lets the virtual clock use setImmediate and nothing else', () => {
    expect(findAmbient(program, [EXEMPT])).toEqual([{ file: EXEMPT, line: 2, what: 'Date.now' }])
  })

  it('lets logging use the disk and nothing else', () => {
    expect(findAmbient(program, [LOGGING])).toEqual([{ file: LOGGING, line: 2, what: 'Date.now' }])
  })

  it('refuses a program without the types of Node, in which it would find nothing', () => {
    const bare = programOf(new Map([['a.ts', 'export const a = 1']]), { types: [] })
    expect(() => findAmbient(bare, ['a.ts'])).toThrow('types of Node')
  })
})

function programOf(sources: ReadonlyMap<string, string>, changed: ts.CompilerOptions = {}): ts.Program {
  const options = { ...sourceOptions(repositoryRoot), types: ['node'], ...changed }
  const texts = new Map([...sources].map(([path, text]) => [join(repositoryRoot, path), `${text}\nexport {}\n`]))
  const host = ts.createCompilerHost(options)
  const { fileExists, readFile, getSourceFile } = host
  host.getCurrentDirectory = () => repositoryRoot
  host.fileExists = (path) => texts.has(path) || fileExists(path)
  host.readFile = (path) => texts.get(path) ?? readFile(path)
  host.getSourceFile = (path, ...rest) => {
    const text = texts.get(path)
    return text === undefined
      ? getSourceFile(path, ...rest)
      : ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true)
  }
  return ts.createProgram({ rootNames: [...texts.keys()], options, host })
}
