import type { Figure, Survivor } from './evidence.ts'

/** What is read of Stryker's report: https://github.com/stryker-mutator/mutation-testing-elements */
export type MutationReport = { files: Readonly<Record<string, MutatedFile>> }
type MutatedFile = { source: string; mutants: readonly Mutant[] }
type Mutant = { mutatorName: string; replacement?: string; status: Status; location: { start: { line: number } } }
type Status = 'Killed' | 'Timeout' | 'Survived' | 'NoCoverage' | 'CompileError' | 'RuntimeError' | 'Ignored' | 'Pending'

/** Figures of one package's report, and every fault that nothing noticed. `folder` is where its files lie. */
export function readMutationReport(
  { files }: MutationReport,
  folder: string,
): { figures: readonly Figure[]; survivors: readonly Survivor[]; score: number } {
  const mutants = Object.values(files).flatMap((file) => file.mutants)
  const count = (...statuses: readonly Status[]) => mutants.filter(({ status }) => statuses.includes(status)).length
  const noticed = count('Killed', 'Timeout')
  const unnoticed = count('Survived', 'NoCoverage')
  const score = noticed + unnoticed === 0 ? 0 : (100 * noticed) / (noticed + unnoticed)
  const figure = (name: string, value: number, unit = ''): Figure => ({ name, value, unit })
  return {
    score,
    figures: [
      figure('score', score, '%'),
      figure('mutants', noticed + unnoticed),
      figure('killed', count('Killed')),
      figure('timed out', count('Timeout')),
      figure('survived', count('Survived')),
      figure('not covered', count('NoCoverage')),
      figure('broken, not counted', count('CompileError', 'RuntimeError')),
      figure('ignored', count('Ignored', 'Pending')),
    ],
    survivors: Object.entries(files).flatMap(([path, file]) =>
      file.mutants
        .filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
        .map((mutant) => survivorOf(mutant, { path: `${folder}/${path}`, source: file.source })),
    ),
  }
}

function survivorOf(
  { mutatorName, replacement = '', location }: Mutant,
  of: { path: string; source: string },
): Survivor {
  const lineText = of.source.split('\n')[location.start.line - 1] ?? ''
  return { file: of.path, lineText: lineText.trim(), mutator: mutatorName, replacement: replacement.trim() }
}
