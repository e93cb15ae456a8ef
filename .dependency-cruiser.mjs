// @ts-check
import { PACKAGES } from './apps/proof/src/architecture.ts'
import { entriesOf, readWorkspace } from './apps/proof/src/workspace.ts'

const TESTS = ['\\.(test|test-d|fixture|bench)\\.ts$', '/(test|bench)/', '\\.config\\.ts$']
const entries = readWorkspace(process.cwd()).flatMap(entriesOf)
const exactly = (/** @type {string} */ path) => `^${path.replaceAll('.', '\\.')}$`

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...Object.entries(PACKAGES).map(([id, { floor, mayImport }]) => ({
      name: `${id}-imports-only-below`,
      comment: `@cc/${id} stands on floor ${floor} and may import ${mayImport.join(', ') || 'no package'}.`,
      severity: /** @type {const} */ ('error'),
      from: { path: `^packages/${id}/` },
      to: {
        path: ['^(packages|apps|examples)/', '^@cc/'],
        pathNot: `^(packages|@cc)/(${[id, ...mayImport].join('|')})(/|$)`,
      },
    })),
    {
      name: 'apps-import-only-packages',
      severity: 'error',
      from: { path: '^(apps/[^/]+|examples)/' },
      to: { path: '^(apps|examples)/', pathNot: '^$1/' },
    },
    {
      name: 'policy-llm-cannot-trade',
      comment: 'A model proposes. It never gets near the exchange or the executor.',
      severity: 'error',
      from: { path: '^packages/policy-llm/' },
      to: { path: '^packages/(deribit-client|exec)/' },
    },
    {
      name: 'approval-is-sealed',
      comment: 'Only risk seals an approval, and only exec cuts orders from it.',
      severity: 'error',
      from: { pathNot: ['^packages/models/', '^packages/risk/src/approve\\.ts$', '^packages/exec/src/'] },
      to: { path: '^packages/models/src/approval\\.ts$' },
    },
    {
      name: 'doubles-stay-in-tests',
      comment: '@cc/models/testing can mint approvals.',
      severity: 'error',
      from: {
        pathNot: ['^packages/models/', '^examples/', '^apps/proof/', '\\.(test|test-d|fixture)\\.ts$', '/test/'],
      },
      to: { path: '^packages/models/src/testing/' },
    },
    {
      name: 'no-deep-import',
      comment: 'Another package is reached by the entries of its exports map.',
      severity: 'error',
      from: { path: '^((?:packages|apps)/[^/]+|examples)/' },
      to: { path: '^packages/', pathNot: ['^$1/', ...entries.map(({ source }) => exactly(source))] },
    },
    {
      name: 'no-relative-path-into-another-package',
      severity: 'error',
      from: { path: '^((?:packages|apps)/[^/]+|examples)/' },
      to: { path: '^(packages|apps)/', pathNot: '^$1/', dependencyTypes: ['local'] },
    },
    { name: 'no-circle', severity: 'error', from: {}, to: { circular: true } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'declared',
      comment: 'What is imported is in the package.json of the importer.',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-dev-dependency-at-run-time',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: TESTS },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm', 'npm-peer', 'npm-optional'] },
    },
    {
      name: 'no-test-in-source',
      severity: 'error',
      from: { path: '/src/', pathNot: TESTS },
      to: { path: TESTS },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    exclude: { path: ['^(packages|apps)/[^/]+/(dist|coverage)/', '/\\.tmp-'] },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@cc/source', 'types', 'node', 'import', 'default'],
      extensions: ['.ts', '.js', '.mjs', '.json', '.d.ts'],
    },
  },
}
