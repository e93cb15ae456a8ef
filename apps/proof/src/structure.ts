import { CATCH_ALL_NAMES, isTestFile, MAX_LINES, PACKAGES, TOP_FLOOR } from './architecture.ts'

/** A source file of the repository: path relative to the root, and its text. */
export type SourceFile = { path: string; text: string }

type PackagePicture = {
  folder: string
  floor: number
  files: number
  lines: { min: number; median: number; max: number; longest: string }
  /** Folders that its sources import, type imports included. */
  imports: readonly string[]
}

export type Structure = { packages: readonly PackagePicture[]; problems: readonly string[] }

/** Measures the sources that ship, tests left out, and finds what breaks the rules of their shape. */
export function measureStructure(sources: readonly SourceFile[]): Structure {
  const shipped = sources.filter(({ path }) => !isTestFile(path))
  const folders = [...new Set(shipped.map(({ path }) => folderOf(path)))].sort()
  const packages = folders
    .map((folder) =>
      pictureOf(
        folder,
        shipped.filter(({ path }) => folderOf(path) === folder),
      ),
    )
    .sort((a, b) => a.floor - b.floor || a.folder.localeCompare(b.folder))
  return {
    packages,
    problems: [
      ...shipped.flatMap(fileProblems),
      ...packages.flatMap(placeProblems),
      ...packages.flatMap((picture) => importProblems(picture, packages)),
    ],
  }
}

/** The picture as text: floors from the top down, then what is wrong. */
export function describeStructure({ packages, problems }: Structure): string {
  const floors = [...new Set(packages.map(({ floor }) => floor))].sort((a, b) => b - a)
  const width = Math.max(...packages.map(({ folder }) => folder.length))
  const lines = floors.flatMap((floor) => [
    `floor ${floor}`,
    ...packages.filter((picture) => picture.floor === floor).map((picture) => describePackage(picture, width)),
    '',
  ])
  const total = packages.reduce((sum, { files }) => sum + files, 0)
  return [
    ...lines,
    `${packages.length} packages, ${total} source files, ${problems.length} problems`,
    ...problems.map((problem) => `  ${problem}`),
    '',
  ].join('\n')
}

function describePackage({ folder, files, lines, imports }: PackagePicture, width: number): string {
  const size = `${String(files).padStart(3)} files  lines ${[lines.min, lines.median, lines.max].map((n) => String(n).padStart(3)).join(' / ')}`
  const targets = imports.map((target) => target.replace(/^packages\//, '')).join(' ')
  return `  ${folder.padEnd(width)}  ${size}  → ${targets || 'nothing'}`
}

function pictureOf(folder: string, sources: readonly SourceFile[]): PackagePicture {
  const sizes = sources
    .map(({ path, text }) => ({ path, lines: linesOf(text) }))
    .sort((a, b) => a.lines - b.lines || a.path.localeCompare(b.path))
  const at = (index: number) => sizes[index] ?? { path: '', lines: 0 }
  const longest = at(sizes.length - 1)
  return {
    folder,
    floor: floorOf(folder),
    files: sizes.length,
    lines: {
      min: at(0).lines,
      median: at(Math.floor((sizes.length - 1) / 2)).lines,
      max: longest.lines,
      longest: longest.path,
    },
    imports: [...new Set(sources.flatMap(({ text }) => importsOf(text)))].filter((target) => target !== folder).sort(),
  }
}

function fileProblems({ path, text }: SourceFile): readonly string[] {
  const lines = linesOf(text)
  const name = path.replace(/^.*\//, '').replace(/\.ts$/, '')
  return [
    ...(lines > MAX_LINES ? [`${path} has ${lines} lines, more than ${MAX_LINES}: it holds more than one idea`] : []),
    ...(CATCH_ALL_NAMES.includes(name) ? [`${path}: the name says nothing about what is inside`] : []),
    ...(/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) ? [] : [`${path}: file names are kebab-case`]),
  ]
}

function placeProblems({ folder }: PackagePicture): readonly string[] {
  const [top, id = ''] = folder.split('/')
  return top === 'packages' && !Object.hasOwn(PACKAGES, id)
    ? [`${folder} has no floor: give it a place in apps/proof/src/architecture.ts`]
    : []
}

function importProblems(picture: PackagePicture, packages: readonly PackagePicture[]): readonly string[] {
  return picture.imports.flatMap((target) => {
    const floor = packages.find(({ folder }) => folder === target)?.floor ?? floorOf(target)
    return floor < picture.floor
      ? []
      : [`${picture.folder} (floor ${picture.floor}) imports ${target} (floor ${floor}): imports point down only`]
  })
}

function floorOf(folder: string): number {
  const id = folder.replace(/^packages\//, '')
  return Object.hasOwn(PACKAGES, id) ? (PACKAGES[id]?.floor ?? TOP_FLOOR) : TOP_FLOOR
}

function folderOf(path: string): string {
  return path.split('/').slice(0, 2).join('/')
}

function linesOf(text: string): number {
  return text.replace(/\n$/, '').split('\n').length
}

/** Packages named in `from '@cc/…'`, `import '@cc/…'` and `import('@cc/…')`. */
function importsOf(text: string): readonly string[] {
  return [...text.matchAll(/(?:\bfrom|\bimport|\bimport\()\s*['"]@cc\/([a-z-]+)/g)].map(([, id]) => `packages/${id}`)
}
