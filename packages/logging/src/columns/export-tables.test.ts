import { describe, expect, it } from 'vitest'
import { exportSql, refusalOf } from './export-sql.js'
import { EXPORT_TABLES } from './export-tables.js'

describe.each(Object.values(EXPORT_TABLES))('the $name table', ({ columns, ...table }) => {
  it('calls no two columns the same, however they are spelled', () => {
    const names = columns.map(({ name }) => name.toLowerCase())
    expect(names).toEqual([...new Set(names)])
  })

  it('says of each column what it means, in sentences', () => {
    for (const { name, meaning } of columns) expect(meaning, name).toMatch(/^.+\.$/)
  })

  it('gives each number its unit: in the name where it is an amount, and in the column', () => {
    const suffixes = { Coin: 'coin', Usd: 'USD', Ms: 'ms', Pct: 'percent', Dte: 'days' }
    for (const { name, unit } of columns) {
      const suffix = Object.entries(suffixes).find(([end]) => name.endsWith(end))
      if (suffix !== undefined) expect(unit, name).toBe(suffix[1])
    }
  })

  it('reads the files that it is given, whatever they are called', () => {
    const sql = table.sqlOver(["/logs/it's/a*.jsonl", '/logs/b[1]?.jsonl'])
    expect(sql).toContain("['/logs/it''s/a[*].jsonl', '/logs/b[[]1][?].jsonl']")
  })
})

it('writes to a file, whatever it is called', () => {
  const [zone, copy] = exportSql(EXPORT_TABLES.flat, { paths: ['/a'], to: "/it's.csv", format: 'csv' })
  expect(zone).toBe("SET TimeZone = 'UTC'")
  expect(copy).toMatch(/^COPY \(.*\) TO '\/it''s\.csv' \(FORMAT csv, HEADER\)$/s)
})

it('knows a refusal from any other error', () => {
  expect(refusalOf(new Error('Invalid Input Error: refused: line 3 is so'))).toBe('line 3 is so')
  expect(refusalOf(new Error('IO Error: No space left'))).toBeUndefined()
})
