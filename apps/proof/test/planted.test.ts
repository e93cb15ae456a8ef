import { spawnSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, delimiter, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { repositoryRoot } from '../src/workspace.js'

/*
 * A rule that never fails proves nothing: each is broken on purpose in a copy of the repository, where the
 * very commands of `pnpm check` must see it.
 */

let copy: string

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'cc-planted-'))
  copySources(repositoryRoot, copy)
})

afterAll(() => rmSync(copy, { recursive: true, force: true }))

describe('pnpm check', () => {
  it.each(['check:floors', 'check:ambient', 'check:structure'])('passes %s as the repository is', (script) => {
    expect(check(script)).toMatchObject({ status: 0 })
  })

  it.each(['check:floors', 'check:ambient', 'check:structure'])('runs %s', (script) => {
    expect(scripts().check?.split(' && ')).toContain(`pnpm ${script}`)
  })

  it.each([
    {
      why: 'an upward import',
      path: 'packages/models/src/planted.ts',
      source: "import { createRiskGate } from '@cc/risk'\nexport const gate = createRiskGate()\n",
      rule: 'models-imports-only-below',
    },
    {
      why: 'an upward import of a type',
      path: 'packages/pricing/src/planted.ts',
      source: "import type { Verdict } from '@cc/models'\nexport type Answer = Verdict\n",
      rule: 'pricing-imports-only-below',
    },
    {
      why: 'an upward import by a path',
      path: 'packages/models/src/planted.ts',
      source: "import type { RiskLimits } from '../../risk/src/options.js'\nexport type Limits = RiskLimits\n",
      rule: 'models-imports-only-below',
    },
    {
      why: 'an import between packages of one floor',
      path: 'packages/state/src/planted.ts',
      source: "export { createRiskGate } from '@cc/risk'\n",
      rule: 'state-imports-only-below',
    },
    {
      why: 'a second importer of the seal',
      path: 'packages/engine/src/planted.ts',
      source: "import { sealApproval } from '@cc/models/approval'\nexport const seal = sealApproval\n",
      rule: 'approval-is-sealed',
    },
    {
      why: 'a second importer of the seal in risk itself',
      path: 'packages/risk/src/planted.ts',
      source: "import { sealApproval } from '@cc/models/approval'\nexport const seal = sealApproval\n",
      rule: 'approval-is-sealed',
    },
    {
      why: 'a seal taken from the doubles of the tests',
      path: 'packages/engine/src/planted.ts',
      source: "export { approveForTest } from '@cc/models/testing'\n",
      rule: 'doubles-stay-in-tests',
    },
    {
      why: 'an import past the entries of a package',
      path: 'packages/risk/src/planted.ts',
      source: "export { CcError } from '@cc/models/src/errors.js'\n",
      rule: 'resolvable',
    },
    {
      why: 'a circle',
      path: 'packages/pricing/src/planted.ts',
      source: "export { black76 } from './index.js'\nexport * as itself from './planted.js'\n",
      rule: 'no-circle',
    },
    {
      why: 'a tool of the tests in a source',
      path: 'packages/risk/src/planted.ts',
      source: "export { expect } from 'vitest'\n",
      rule: 'no-dev-dependency-at-run-time',
    },
  ])('sees $why', ({ path, source, rule }) => {
    withPlanted(path, source, () => {
      const { status, output } = check('check:floors')
      expect(output).toMatch(new RegExp(`error ${rule}: ${path}`))
      expect(status).not.toBe(0)
    })
  })

  it('sees Date.now() in a package', () => {
    const path = 'packages/risk/src/planted.ts'
    withPlanted(path, 'export const age = (sinceMs: number) => Date.now() - sinceMs\n', () => {
      const { status, output } = check('check:ambient')
      expect(output).toContain(`${path}:1 reaches for Date.now\n`)
      expect(status).toBe(1)
    })
  })

  it('sees time and chance under other names, each with its line', () => {
    const path = 'packages/models/src/testing/planted.ts'
    const lines = ['export const { now } = globalThis.Date', "export { setTimeout } from 'node:timers/promises'"]
    withPlanted(path, [...lines, 'export const dice = [Math].map(({ random }) => random)', ''].join('\n'), () => {
      const { status, output } = check('check:ambient')
      expect(output).toContain(`${path}:1 reaches for Date.now\n`)
      expect(output).toContain(`${path}:2 reaches for node:timers/promises\n`)
      expect(output).toContain(`${path}:3 reaches for Math.random\n`)
      expect(status).toBe(1)
    })
  })

  it('sees a catch-all file', () => {
    withPlanted('packages/risk/src/utils.ts', 'export const one = 1\n', () => {
      const { status, output } = check('check:structure')
      expect(output).toContain('packages/risk/src/utils.ts')
      expect(status).toBe(1)
    })
  })
})

function scripts(): Readonly<Record<string, string>> {
  return JSON.parse(readFileSync(join(copy, 'package.json'), 'utf8')).scripts
}

/** Runs a script of the root manifest, and the scripts that it names, as pnpm would. */
function check(script: string): { status: number | null; output: string } {
  const command = (scripts()[script] ?? 'false').replaceAll(/\bpnpm (\S+)/g, (_, name) => scripts()[name] ?? 'false')
  const { status, stdout, stderr } = spawnSync(command, {
    cwd: copy,
    shell: true,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', PATH: `${join(copy, 'node_modules/.bin')}${delimiter}${process.env.PATH}` },
  })
  return { status, output: `${stdout}${stderr}` }
}

function withPlanted(path: string, source: string, work: () => void): void {
  mkdirSync(dirname(join(copy, path)), { recursive: true })
  writeFileSync(join(copy, path), source)
  try {
    work()
  } finally {
    rmSync(join(copy, path))
  }
}

/** Everything git knows or would know, with dependencies linked so that packages find the copies of each other. */
function copySources(from: string, to: string): void {
  const listed = spawnSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: from,
    encoding: 'utf8',
  })
  if (listed.status !== 0) throw new Error(`git ls-files failed: ${listed.stderr}`)
  const paths = listed.stdout.split('\0').filter((path) => path !== '' && !path.includes('/.tmp-'))
  for (const path of paths) cpSync(join(from, path), join(to, path), { force: true, errorOnExist: false })

  symlinkSync(join(from, 'node_modules'), join(to, 'node_modules'))
  for (const folder of globSync(['{packages,apps}/*/node_modules', 'examples/node_modules'], { cwd: from })) {
    cpSync(join(from, folder), join(to, folder), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => !basename(path).startsWith('.') && !basename(dirname(path)).startsWith('.'),
    })
  }
}
