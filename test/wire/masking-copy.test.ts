import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../src/errors.ts'
import { createDetectors } from '../../src/masking/detectors.ts'
import { type CopyOutOptions, createCopyOutMasker, MAX_COPY_ROW_BYTES } from '../../src/protocols/postgres/copy-masking.ts'
import { type ColumnPlan, frame } from '../../src/protocols/postgres/masking.ts'
import { TYPE } from '../../src/protocols/postgres/types.ts'

const partial: ColumnPlan = { style: 'partial', domain: 'd' }
const TEXT: CopyOutOptions = {
  format: 'text', delimiter: '\t', nullString: '\\N', quote: '"', escape: '"', header: false,
  columns: ['pass', partial], detectors: createDetectors(), key: Buffer.alloc(32, 7),
}
const CSV: CopyOutOptions = { ...TEXT, format: 'csv', delimiter: ',', nullString: '' }
const BINARY: CopyOutOptions = { ...TEXT, format: 'binary', typeOids: [TYPE.int4, TYPE.text] }

function run(options: CopyOutOptions, chunks: readonly (string | Buffer)[]): Buffer {
  const masker = createCopyOutMasker(options)
  const out = [...chunks.map((chunk) => masker.data(frame('d', [Buffer.from(chunk)]))), masker.end()]
  return Buffer.concat(
    out.map((message) => {
      if (message.length === 0) return message
      expect(message[0]).toBe(0x64)
      expect(message.readInt32BE(1)).toBe(message.length - 1)
      return message.subarray(5)
    }),
  )
}

const bytesOf = (data: Buffer): Buffer[] => Array.from(data, (byte) => Buffer.from([byte]))

describe('COPY in text format', () => {
  it('masks by column, keeps NULL, and finds what passes', () => {
    expect(run(TEXT, ['1\tmaria@example.com\n', '2\t\\N\n', 'see bob@example.com\tx\n']).toString()).toBe('1\tm***@example.com\n2\t\\N\nsee ‹email›\t*****\n')
  })

  it('reads and writes the escapes', () => {
    const columns: readonly ColumnPlan[] = ['pass', { style: 'last4', domain: 'd' }]
    expect(run({ ...TEXT, columns }, ['a\\tb\\\\\tlong value \\\\\\n1234\n']).toString()).toBe('a\\tb\\\\\t**** 1234\n')
    expect(run(TEXT, ['a\\tbob@example.com\\\\\tx\n']).toString()).toBe('a\\t‹email›\\\\\t*****\n')
  })

  it('finds rows in whatever pieces they come', () => {
    const data = Buffer.from('1\tmaria@example.com\n2\ta\\\\b\\tc\n3\t\\N\n')
    const whole = run(TEXT, [data])
    for (let at = 0; at <= data.length; at++) expect(run(TEXT, [data.subarray(0, at), data.subarray(at)])).toEqual(whole)
    expect(run(TEXT, bytesOf(data))).toEqual(whole)
  })

  it('sends one message for one row', () => {
    const masker = createCopyOutMasker(TEXT)
    expect(masker.data(frame('d', [Buffer.from('1\tma')])).length).toBe(0)
    expect(masker.data(frame('d', [Buffer.from('ria\n')])).subarray(5).toString()).toBe('1\tm*****\n')
  })

  it('masks all of a row that has not the fields it should, and all of every row when nothing is known', () => {
    expect(run(TEXT, ['a\tb\tc\n', 'a\n']).toString()).toBe('‹masked›\t‹masked›\t‹masked›\n‹masked›\n')
    expect(run({ ...TEXT, columns: 'whole-row' }, ['secret\t\\N\n']).toString()).toBe('‹masked›\t\\N\n')
  })

  it('leaves the header but for finds, and a last row without newline masked', () => {
    expect(run({ ...TEXT, header: true }, ['id\tann@example.com\n', '1\tmaria']).toString()).toBe('id\t‹email›\n1\tm*****')
  })

  it('makes a masked number NULL and keeps JSON JSON where types are known', () => {
    const columns: readonly ColumnPlan[] = [partial, partial, 'pass']
    expect(run({ ...TEXT, columns, typeOids: [TYPE.int4, TYPE.jsonb, TYPE.json] }, ['42\t{"a": "\\\\n"}\t{"m": "a@example.com", "c": 4111111111111111}\n']).toString()).toBe(
      '\\N\t"‹masked›"\t{"m": "‹email›", "c": "‹card›"}\n',
    )
  })

  it('finds an address also where its @ is the delimiter', () => {
    expect(run({ ...TEXT, delimiter: '@', columns: ['pass', 'pass'] }, ['ann\\@example.com@x\n']).toString()).toBe('‹email›@x\n')
  })

  it('refuses a row without end', () => {
    const masker = createCopyOutMasker(TEXT)
    const chunk = frame('d', [Buffer.alloc(8 * 1024 * 1024, 'x')])
    expect(() => {
      for (let sent = 0; sent <= 2 * MAX_COPY_ROW_BYTES; sent += chunk.length) masker.data(chunk)
    }).toThrow(GatewayError)
  })

  it('refuses what is no CopyData, and separators of more than one byte', () => {
    expect(() => createCopyOutMasker(TEXT).data(Buffer.from('c\0\0\0\x04'))).toThrow(GatewayError)
    expect(() => createCopyOutMasker({ ...TEXT, delimiter: '€' })).toThrow(GatewayError)
  })
})

describe('COPY in CSV', () => {
  it('masks quoted and plain fields, keeps NULL, and knows an empty string from it', () => {
    expect(run(CSV, ['1,maria@example.com\n', '2,\n', '3,""\n', '"a, ""b"" bob@example.com","x\ny, z"\n']).toString()).toBe(
      '1,"m***@example.com"\n2,\n3,"*****"\n"a, ""b"" ‹email›","x*****"\n',
    )
  })

  it('finds rows in whatever pieces they come, with newlines and quotes inside fields', () => {
    for (const options of [CSV, { ...CSV, escape: '\\' }, { ...CSV, quote: "'", escape: '\\', delimiter: ';' }]) {
      const { quote: q, escape: e, delimiter: d } = options
      const data = Buffer.from(`1${d}maria@example.com\n${q}a\n${e}${q}${d}b${q}${d}${q}c\n${e}${q}d${e}${e}${q}\n3${d}\n`)
      const whole = run(options, [data])
      expect(whole.toString()).toBe(`1${d}${q}m***@example.com${q}\n${q}a\n${e}${q}${d}b${q}${d}${q}c*****${q}\n3${d}\n`)
      for (let at = 0; at <= data.length; at++) expect(run(options, [data.subarray(0, at), data.subarray(at)])).toEqual(whole)
      expect(run(options, bytesOf(data))).toEqual(whole)
    }
  })

  it('gives back every passing value and no masked one, whatever the values', () => {
    const value = fc.string({ unit: fc.constantFrom('a', 'b', '"', ',', '\n', '\r', 'é', ' '), minLength: 1, maxLength: 12 })
    const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`
    fc.assert(
      fc.property(fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 5 }), fc.integer({ min: 1, max: 20 }), (rows, size) => {
        const data = Buffer.from(rows.map(([a, b]) => `${quote(a)},${quote(b)}\n`).join(''))
        const chunks: Buffer[] = []
        for (let at = 0; at < data.length; at += size) chunks.push(data.subarray(at, at + size))
        expect(run({ ...CSV, columns: ['pass', 'whole'] }, chunks).toString()).toBe(rows.map(([a]) => `${quote(a)},"‹masked›"\n`).join(''))
      }),
      { numRuns: 500 },
    )
  })
})

describe('COPY in binary', () => {
  const HEADER = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1')
  const TRAILER = Buffer.from([0xff, 0xff])
  const tuple = (...values: readonly (Buffer | string | null)[]): Buffer => {
    const count = Buffer.alloc(2)
    count.writeInt16BE(values.length)
    return Buffer.concat([
      count,
      ...values.flatMap((value) => {
        const length = Buffer.alloc(4)
        length.writeInt32BE(value === null ? -1 : Buffer.from(value).length)
        return value === null ? [length] : [length, Buffer.from(value)]
      }),
    ])
  }
  const data = Buffer.concat([HEADER, tuple('\0\0\0\x01', 'maria@example.com'), tuple(null, null), TRAILER])
  const expected = Buffer.concat([HEADER, tuple('\0\0\0\x01', 'm***@example.com'), tuple(null, null), TRAILER])

  it('masks by column in whatever pieces it comes', () => {
    expect(run(BINARY, [data])).toEqual(expected)
    for (let at = 0; at <= data.length; at++) expect(run(BINARY, [data.subarray(0, at), data.subarray(at)])).toEqual(expected)
    expect(run(BINARY, bytesOf(data))).toEqual(expected)
  })

  it('makes NULL what it cannot rewrite', () => {
    const { typeOids: _, ...untyped } = BINARY
    expect(run(untyped, [data])).toEqual(Buffer.concat([HEADER, tuple('\0\0\0\x01', null), tuple(null, null), TRAILER]))
    expect(run({ ...BINARY, columns: ['pass', 'pass'], typeOids: [TYPE.int4, 1009] }, [data])).toEqual(Buffer.concat([HEADER, tuple('\0\0\0\x01', null), tuple(null, null), TRAILER]))
    expect(run({ ...BINARY, columns: ['pass'] }, [data])).toEqual(Buffer.concat([HEADER, tuple(null, '‹masked›'), tuple(null, null), TRAILER]))
  })

  it('finds what passes, in text and in jsonb', () => {
    const found = Buffer.concat([HEADER, tuple('ann@example.com', '\x01{"m":"ann@example.com"}')])
    expect(run({ ...BINARY, columns: ['pass', 'pass'], typeOids: [TYPE.text, TYPE.jsonb] }, [found])).toEqual(Buffer.concat([HEADER, tuple('‹email›', '\x01{"m":"‹email›"}')]))
  })

  it('refuses another header, data behind the trailer, and a row cut short', () => {
    expect(() => run(BINARY, [Buffer.alloc(40)])).toThrow(GatewayError)
    expect(() => run(BINARY, [data, tuple('x', 'y')])).toThrow(GatewayError)
    expect(() => run(BINARY, [data.subarray(0, 40)])).toThrow(GatewayError)
  })
})

describe('CopyData side by side', () => {
  const payload = (message: Buffer): Buffer => {
    const out: Buffer[] = []
    for (let at = 0; at < message.length; ) {
      expect(message[at]).toBe(0x64)
      const end = at + 1 + message.readInt32BE(at + 1)
      out.push(message.subarray(at + 5, end))
      at = end
    }
    return Buffer.concat(out)
  }
  const together = (options: CopyOutOptions, chunks: readonly Buffer[]): Buffer => {
    const masker = createCopyOutMasker(options)
    const out: Buffer[] = []
    masker.rows(Buffer.concat(chunks.map((chunk) => frame('d', [chunk]))), (piece) => out.push(Buffer.from(piece)))
    return payload(Buffer.concat([...out, masker.end()]))
  }

  const plan = fc.constantFrom<ColumnPlan>('pass', 'whole', partial, { style: 'pseudonym', domain: 'd' }, { style: 'last4', domain: 'd' }, { style: 'null', domain: 'd' })
  const syntax = fc.constantFrom<CopyOutOptions>(TEXT, CSV, { ...CSV, quote: "'", escape: '\\' }, { ...CSV, delimiter: '|', nullString: 'none' }, { ...TEXT, delimiter: ';', nullString: '' }, { ...CSV, header: true })
  const piece = fc.oneof({ weight: 4, arbitrary: fc.constantFrom('a', 'word', '17', ' ') }, fc.constantFrom('\t', ',', '|', ';', '"', "'", '\\', '\\N', '\\t', '""', 'none', 'ann@example.com', 'é', '4111111111111111'))
  const field = fc.oneof(fc.constantFrom('', '\\N', 'none', '"quoted, one"', '"a ""b"""', 'plain text', 'ann@example.com', "'x\\'y'"), fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join('')))
  const line = fc.oneof({ weight: 3, arbitrary: fc.array(field, { minLength: 1, maxLength: 4 }) }, { weight: 1, arbitrary: fc.array(piece, { maxLength: 8 }).map((pieces) => [pieces.join('')]) })
  const types = fc.option(fc.constant([TYPE.text, TYPE.int4, TYPE.date, 1009]), { nil: undefined })

  it('are masked as they are one by one, in text and csv, whatever stands in them', () => {
    fc.assert(fc.property(syntax, fc.array(plan, { maxLength: 4 }), types, fc.array(line, { maxLength: 8 }), fc.boolean(), (options, columns, typeOids, lines, endsWhole) => {
      const given: CopyOutOptions = { ...options, columns, ...(typeOids === undefined ? {} : { typeOids }) }
      const chunks = lines.map((fields, i) => Buffer.from(fields.join(options.delimiter) + (endsWhole || i % 3 !== 2 ? '\n' : '')))
      expect(together(given, chunks).toString()).toBe(run(given, chunks).toString())
    }), { numRuns: 3_000 })
  })

  it('are masked as they are one by one, in binary', () => {
    const value = fc.option(fc.oneof(fc.constantFrom('ann@example.com', '\x01{"a":"ann@example.com"}', 'word'), fc.string({ maxLength: 12 })), { nil: null })
    const row = fc.array(value, { maxLength: 4 }).map((values) => {
      const count = Buffer.alloc(2)
      count.writeInt16BE(values.length)
      return Buffer.concat([count, ...values.map((one) => {
        const bytes = one === null ? Buffer.alloc(0) : Buffer.from(one)
        const length = Buffer.alloc(4)
        length.writeInt32BE(one === null ? -1 : bytes.length)
        return Buffer.concat([length, bytes])
      })])
    })
    const header = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)])
    fc.assert(fc.property(fc.array(plan, { maxLength: 4 }), fc.array(row, { maxLength: 8 }), fc.boolean(), (columns, rows, apart) => {
      const given: CopyOutOptions = { ...BINARY, columns, typeOids: [TYPE.text, TYPE.jsonb, TYPE.text, 1009] }
      const pieces = apart ? [header, ...rows] : [Buffer.concat([header, ...rows.slice(0, 2)]), Buffer.concat(rows.slice(2))]
      const chunks = [...pieces.filter((chunk) => chunk.length > 0), Buffer.from([0xff, 0xff])]
      expect(together(given, chunks).equals(run(given, chunks))).toBe(true)
    }), { numRuns: 2_000 })
  })
})
