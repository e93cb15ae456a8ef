import { createHash } from 'node:crypto'

/** Lines as any version chains them. */
export function chained(records: readonly object[]): string {
  let before = '0'.repeat(64)
  return records
    .map((record, seq) => {
      const line = JSON.stringify({ ...record, seq })
      before = createHash('sha256').update(`${before}${line}`).digest('hex')
      return `${line.slice(0, -1)},"hash":"${before}"}\n`
    })
    .join('')
}
