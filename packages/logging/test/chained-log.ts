import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { RECORD_SCHEMA_VERSION } from '@cc/models'
import { CHAIN_START, chainLine, type Link } from '../src/chained-line.js'
import type { LogName } from '../src/file-records.js'

/** The files of a log as a writer leaves them: name, and lines with their newlines. */
export type ChainedLog = ReadonlyMap<string, readonly string[]>

/**
 * Chains records over several files, each of which a header opens. `life` stands for a header within a file: a process
 * that went on where another had ended.
 */
export function chainedLog(log: LogName, files: Readonly<Record<string, readonly (object | 'life')[]>>): ChainedLog {
  const chained = new Map<string, string[]>()
  let link: Link = CHAIN_START
  let lastFile: string | null = null
  for (const [file, records] of Object.entries(files)) {
    const lines: string[] = []
    for (const record of ['life' as const, ...records]) {
      const previous = lastFile === null ? null : { file: lastFile, ...link }
      const next = chainLine(JSON.stringify(record === 'life' ? header(log, previous) : record), link)
      lines.push(next.line)
      link = next.link
      lastFile = file
    }
    chained.set(file, lines)
  }
  return chained
}

export function header(log: LogName, previous: { file: string; seq: number; hash: string } | null) {
  return {
    kind: 'header',
    schemaVersion: RECORD_SCHEMA_VERSION,
    log,
    runId: '0123456789abcdef',
    codeVersion: '0.0.0',
    configuration: { venue: 'sim' },
    previous,
  }
}

/** Leaves exactly these files in a folder. */
export function writeFiles(folder: string, files: ReadonlyMap<string, Uint8Array | readonly string[]>): void {
  for (const name of readdirSync(folder)) rmSync(join(folder, name))
  for (const [name, content] of files) {
    writeFileSync(join(folder, name), content instanceof Uint8Array ? content : content.join(''))
  }
}

/** Place and proof of a line that ends in its newline. */
export function linkAt(line: string | undefined): Link {
  const { seq, hash } = JSON.parse(line ?? 'null')
  return { seq, hash }
}

export function dayFile(day: number): string {
  return `agent_decisions_202601${String(day).padStart(2, '0')}.jsonl`
}
