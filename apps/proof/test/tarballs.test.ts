import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packPublished } from '../src/pack.js'
import { entriesOf, isPublished, readWorkspace, repositoryRoot } from '../src/workspace.js'

/*
 * What a user gets: all packages packed, installed together into a project outside of the repository, and used
 * there. Nothing is published yet, so overrides point every package's own dependencies at the tarballs too.
 */

const published = readWorkspace().filter(isPublished)
const node = join(repositoryRoot, 'node_modules/node/bin/node')
const tsc = fileURLToPath(import.meta.resolve('typescript/bin/tsc'))
let outside: string

beforeAll(() => {
  const unbuilt = published.filter(({ folder }) => !existsSync(join(repositoryRoot, folder, 'dist')))
  expect(
    unbuilt.map(({ folder }) => folder),
    'these packages are not built: run `pnpm build`',
  ).toEqual([])

  outside = mkdtempSync(join(tmpdir(), 'cc-outside-'))
  mkdirSync(join(outside, 'tarballs'))
  const tarballs = packPublished(repositoryRoot, join(outside, 'tarballs'))
  expect(tarballs).toHaveLength(published.length)
  writeProject(tarballs)
  install()
})

afterAll(() => rmSync(outside, { recursive: true, force: true }))

describe.each(published)('the tarball of $manifest.name', ({ id, folder, manifest, ...rest }) => {
  it('brings no test and its licence', () => {
    const files = spawnSync('tar', ['tzf', tarballOf(manifest.name)], { encoding: 'utf8' }).stdout.split('\n')
    expect(files.filter((path) => /\.(test|test-d|fixture|bench)\.ts$/.test(path))).toEqual([])
    expect(files).toEqual(expect.arrayContaining(['package/README.md', 'package/LICENSE', 'package/dist/index.d.ts']))
  })

  it.each(entriesOf({ id, folder, manifest, ...rest }))('imports $specifier under node', ({ specifier }) => {
    const { status, output } = run(node, [
      '--input-type=module',
      '--eval',
      `const names = Object.keys(await import('${specifier}')); process.exitCode = names.length > 0 ? 0 : 9`,
    ])
    expect({ status, output }).toEqual({ status: 0, output: '' })
  })

  it('runs the example of its README and prints what that promises', () => {
    const { status, stdout, output } = run(node, [join('examples', `${id}.ts`)])
    expect(status, output).toBe(0)
    const promised = [...exampleOf(folder).matchAll(/^console\.log\(.*\) \/\/ (.*)$/gm)].map(([, comment]) => comment)
    expect(stdout.split('\n').slice(0, -1)).toEqual(promised)
  })
})

it('type-checks every entry and every example in a strict project', () => {
  const { status, output } = run(node, [tsc, '-p', '.'])
  expect({ status, output }).toEqual({ status: 0, output: '' })
})

/** Without `openai`: optional, and loaded at the first request alone, so that nothing here may need it. */
function writeProject(tarballs: readonly string[]): void {
  const { openai: _, ...peers } = Object.assign({}, ...published.map(({ manifest }) => manifest.peerDependencies ?? {}))
  const own = Object.fromEntries(published.map(({ manifest }) => [manifest.name, `file:${tarballOf(manifest.name)}`]))
  expect(Object.values(own).sort()).toEqual(tarballs.map((path) => `file:${path}`).sort())
  const project = {
    private: true,
    type: 'module',
    dependencies: { ...peers, ...own, '@types/node': '^24' },
    overrides: Object.fromEntries(Object.keys(own).map((name) => [name, `$${name}`])),
  }
  const compilerOptions = {
    strict: true,
    target: 'ES2023',
    module: 'NodeNext',
    moduleResolution: 'NodeNext',
    types: ['node'],
    noEmit: true,
  }
  const specifiers = published.flatMap(entriesOf).map(({ specifier }) => specifier)
  mkdirSync(join(outside, 'examples'))
  writeFileSync(join(outside, 'package.json'), JSON.stringify(project, null, 2))
  writeFileSync(join(outside, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts', 'examples'] }))
  writeFileSync(
    join(outside, 'every-entry.ts'),
    specifiers.map((specifier, index) => `export * as entry${index} from '${specifier}'\n`).join(''),
  )
  for (const { id, folder } of published) writeFileSync(join(outside, 'examples', `${id}.ts`), exampleOf(folder))
}

function install(): void {
  const { status, output } = run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts'])
  expect(
    status,
    `npm could not install the tarballs and what they depend on. This test needs the npm registry.\n${output}`,
  ).toBe(0)
}

function exampleOf(folder: string): string {
  const path = join(repositoryRoot, folder, 'README.md')
  const example = existsSync(path) ? /```ts\n(.*?)```/s.exec(readFileSync(path, 'utf8'))?.[1] : undefined
  return example ?? `throw new Error('${folder}/README.md has no example')\n`
}

function tarballOf(name: string): string {
  const { version } = JSON.parse(
    readFileSync(join(repositoryRoot, 'packages', name.replace('@cc/', ''), 'package.json'), 'utf8'),
  )
  return join(outside, 'tarballs', `${name.replace('@', '').replace('/', '-')}-${version}.tgz`)
}

/** In the outside project, without what pnpm tells the npm of its scripts. */
function run(
  command: string,
  parameters: readonly string[],
): { status: number | null; stdout: string; output: string } {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([key]) => !/^npm_(config_(?!registry|cache)|package|lifecycle)/i.test(key)),
  )
  const { status, stdout, stderr, error } = spawnSync(command, parameters, { cwd: outside, encoding: 'utf8', env })
  if (error !== undefined) throw error
  return { status, stdout, output: `${stdout}${stderr}` }
}
