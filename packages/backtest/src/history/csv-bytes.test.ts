import { CcError } from '@cc/models'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CsvColumn, readCsv } from './csv-bytes.js'

const COLUMNS: readonly CsvColumn[] = [
  { name: 'a', as: 'number' },
  { name: 'b', as: 'percent' },
  { name: 'c', as: 'text' },
  { name: 'd', as: 'number', optional: true },
]

function rowsOf(text: string, columns = COLUMNS) {
  const rows = readCsv('file.csv', new TextEncoder().encode(text), columns)
  const found: { row: number; numbers: number[]; text: string; problem: unknown }[] = []
  while (rows.next()) {
    found.push({ row: rows.row(), numbers: [...rows.numbers], text: rows.text(2), problem: rows.problem() })
  }
  return found
}
const numberOf = (text: string) => rowsOf(`a,b,c\n${text},,\n`)[0]?.numbers[0]
const ratioOf = (text: string) => rowsOf(`a,b,c\n,${text},\n`)[0]?.numbers[1]

describe('numbers of bytes', () => {
  it.each([
    ['1', 'a whole number'],
    ['-17.25', 'a negative number'],
    ['-0.0', 'negative zero'],
    ['0.000000', 'zero'],
    ['2.2e-05', 'an exponent'],
    ['-1e-20', 'the smallest exponent of the short way'],
    ['1e-21', 'an exponent beyond it'],
    ['7e-5', 'an exponent of one digit'],
    ['7e-005', 'an exponent of three digits'],
    ['0.000123456789012e-05', 'an exponent after many decimals'],
    ['1E+3', 'an exponent in upper case'],
    ['9007199254740993', 'more digits than a double holds'],
    ['0.1234567890123456789', 'many decimals'],
    ['123456789012345', 'the most digits of the short way'],
    ['0.30000000000000004', 'digits that round'],
  ])('reads %s as Number does: %s', (text) => {
    expect(numberOf(text)).toBe(Number(text))
  })

  it('reads whatever a number is written as, bit for bit', () => {
    const decimals = fc
      .tuple(fc.maxSafeInteger(), fc.integer({ min: 0, max: 12 }))
      .map(([digits, places]) => (digits / 10 ** places).toFixed(places))
    fc.assert(
      fc.property(fc.oneof(decimals, fc.double({ noNaN: true, noDefaultInfinity: true }).map(String)), (text) => {
        expect(numberOf(text)).toBe(Number(text))
      }),
    )
  })

  it('moves the point of a percentage before it rounds', () => {
    expect(ratioOf('44.8')).toBe(0.448)
    expect(44.8 / 100).not.toBe(0.448)
    expect(ratioOf('4.48e1')).toBe(0.448)
    expect(ratioOf('4.48e-05')).toBe(4.48e-7)
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000 }), (hundredths) => {
        expect(ratioOf((hundredths / 100).toFixed(2))).toBe(Number((hundredths / 10_000).toFixed(4)))
      }),
    )
  })

  it.each([
    'NaN',
    'Infinity',
    '1e999',
    '0x10',
    ' 1',
    '1 ',
    '-',
    '.',
    '1.2.3',
    '1-2',
    '"1"',
    '--1',
    'abc',
    'e-05',
    '1e-',
    '1e-0x',
    '.e-05',
  ])('does not take %j for a number', (text) => {
    const [row] = rowsOf(`a,b,c\n${text},,\n`)
    expect(row?.problem).toEqual({ field: 'a', value: text, expected: 'a number or nothing' })
  })
})

describe('rows of bytes', () => {
  it('reads columns by name, whatever their order, and passes over the others', () => {
    expect(rowsOf('x,c,b,y,a\n7,text,50,,3\n')).toEqual([
      { row: 1, numbers: [3, 0.5, Number.NaN, Number.NaN], text: 'text', problem: undefined },
    ])
  })

  it('reads an empty cell as NaN, never as zero', () => {
    expect(rowsOf('a,b,c,d\n,,,\n')[0]?.numbers).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN])
  })

  it.each([
    ['a,b,c\r\n1,2,x\r\n3,4,y\r\n', 'lines that end in CRLF'],
    ['a,b,c\n1,2,x\n3,4,y', 'a last line without an end'],
    ['\uFEFFa,b,c\n1,2,x\n3,4,y\n', 'a byte order mark'],
    ['a,b,c\n1,2,x\n3,4,y\n\n\n', 'blank lines at the end'],
  ])('reads %j: %s', (text) => {
    expect(rowsOf(text).map(({ row, numbers, text: c }) => [row, numbers[0], c])).toEqual([
      [1, 1, 'x'],
      [2, 3, 'y'],
    ])
  })

  it('reads any table as splitting it would', () => {
    const cell = fc.oneof(
      fc.constant(''),
      fc.integer().map(String),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
    )
    const table = fc.array(fc.tuple(cell, cell, cell), { maxLength: 8 })
    fc.assert(
      fc.property(table, fc.constantFrom('\n', '\r\n'), fc.boolean(), (lines, lineEnd, isEnded) => {
        const text = ['x,a,d', ...lines.map((cells) => cells.join(','))].join(lineEnd) + (isEnded ? lineEnd : '')
        const rows = readCsv('file.csv', new TextEncoder().encode(text), [
          { name: 'd', as: 'number' },
          { name: 'a', as: 'number' },
        ])
        const found: number[][] = []
        while (rows.next()) found.push([...rows.numbers])
        expect(found).toEqual(
          lines.map((cells) => [cells[2], cells[1]].map((one) => (one === '' ? Number.NaN : Number(one)))),
        )
      }),
    )
  })

  it('counts blank lines, so that a row is found where an editor shows it', () => {
    expect(rowsOf('a,b,c\n1,2,x\n\n3,4,y\n').map(({ row }) => row)).toEqual([1, 3])
  })

  it.each([
    ['1,2', '2', 'a cell too few'],
    ['1,2,x,9', '4', 'a cell too many'],
    ['1', '1', 'a line that was cut'],
  ])('tells that %s has %s cells: %s', (line, value) => {
    const [first, second] = rowsOf(`a,b,c\n${line}\n3,4,y\n`)
    expect(first?.problem).toEqual({ field: 'columns', value, expected: '3 cells' })
    expect(second).toMatchObject({ row: 2, text: 'y', problem: undefined })
  })

  it('compares text without decoding it', () => {
    const rows = readCsv('file.csv', new TextEncoder().encode('c\nfill\n'), [{ name: 'c', as: 'text' }])
    rows.next()
    expect([rows.is(0, 'fill'), rows.is(0, 'fil'), rows.is(0, 'fills'), rows.is(0, 'full')]).toEqual([
      true,
      false,
      false,
      false,
    ])
  })

  it.each(['', 'a,b', 'A,B,C', '"a","b","c"', '1,2,3'])('refuses the header %j and names what is missing', (header) => {
    const read = () => rowsOf(`${header}\n1,2,3\n`)
    expect(read).toThrow(CcError)
    expect(read).toThrow(/^file\.csv: expected a column [abc], got the header/)
  })

  it('refuses a column that is there twice: one of them would be lost', () => {
    expect(() => rowsOf('a,b,c,b\n1,2,x,3\n')).toThrow('file.csv: expected one column b, got the header "a,b,c,b".')
    expect(rowsOf('a,b,c,y,y\n1,2,x,3,4\n')[0]?.numbers[0]).toBe(1)
  })

  it('refuses a file without a byte', () => {
    expect(() => rowsOf('')).toThrow('expected a column a, got the header ""')
  })
})
