import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../src/errors.ts'
import { createDetectors } from '../../src/masking/detectors.ts'
import type { MaskStyle } from '../../src/masking/rules.ts'
import {
  type ColumnPlan,
  createRowMasker,
  type Field,
  frame,
  maskErrorOrNotice,
  maskNotification,
  maskParameterStatus,
  maskRowDescription,
  parseRowDescription,
} from '../../src/protocols/postgres/masking.ts'
import { TYPE } from '../../src/protocols/postgres/types.ts'

const detectors = createDetectors()
const key = Buffer.alloc(32, 7)
type Value = string | Buffer | null

function field(name: string, typeOid: number, format = 0): Field {
  return { name, tableOid: 16_384, attnum: 1, typeOid, typmod: -1, format }
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value | 0)
  return bytes
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeInt16BE(value)
  return bytes
}

function row(values: readonly Value[]): Buffer {
  return frame('D', [int16(values.length), ...values.flatMap((value) => (value === null ? [int32(-1)] : [int32(Buffer.from(value).length), Buffer.from(value)]))])
}

/** Reads a DataRow strictly: what it cannot read is no well-formed message. */
function cells(message: Buffer): (Buffer | null)[] {
  expect(message[0]).toBe(0x44)
  expect(message.readInt32BE(1)).toBe(message.length - 1)
  const out: (Buffer | null)[] = []
  let at = 7
  for (let i = 0; i < message.readInt16BE(5); i++) {
    const length = message.readInt32BE(at)
    at += 4
    out.push(length === -1 ? null : message.subarray(at, at + length))
    at += Math.max(0, length)
  }
  expect(at).toBe(message.length)
  return out
}

function masker(fields: readonly Field[], plans: readonly ColumnPlan[], options: { readonly detect?: boolean; readonly formats?: readonly number[] } = {}) {
  return createRowMasker({ fields, plan: (_, index) => plans[index] ?? 'whole', key, detectors, detect: options.detect ?? false, ...(options.formats === undefined ? {} : { formats: options.formats }) })
}

const style = (name: MaskStyle): ColumnPlan => ({ style: name, domain: 'd' })
const texts = (message: Buffer): (string | null)[] => cells(message).map((cell) => (cell === null ? null : cell.toString('utf8')))

function rowDescription(fields: readonly Field[]): Buffer {
  return frame('T', [
    int16(fields.length),
    ...fields.flatMap((one) => [Buffer.from(one.name), Buffer.from([0]), int32(one.tableOid), int16(one.attnum), int32(one.typeOid), int16(-1), int32(one.typmod), int16(one.format)]),
  ])
}

describe('RowDescription', () => {
  const fields = [field('id', TYPE.int4), { ...field('e-mail', TYPE.text, 1), tableOid: 4_000_000_000, attnum: -1 }]

  it('is read as it was written', () => {
    expect(parseRowDescription(rowDescription(fields))).toEqual(fields)
    expect(parseRowDescription(rowDescription([]))).toEqual([])
  })

  it('is refused when cut or extended at any byte', () => {
    const whole = rowDescription(fields)
    for (let length = 0; length < whole.length; length++) {
      const cut = Buffer.from(whole.subarray(0, length))
      if (length >= 5) cut.writeInt32BE(length - 1, 1)
      expect(() => parseRowDescription(cut)).toThrow(GatewayError)
    }
    expect(() => parseRowDescription(frame('T', [whole.subarray(5), Buffer.from('x')]))).toThrow(GatewayError)
  })

  it('does not carry data in a column name', () => {
    const named = [field('ann@example.com', TYPE.text), field('ok', TYPE.int4)]
    expect(parseRowDescription(maskRowDescription(rowDescription(named), detectors)).map((one) => one.name)).toEqual(['‹email›', 'ok'])
    const clean = rowDescription(fields)
    expect(maskRowDescription(clean, detectors)).toBe(clean)
  })
})

describe('DataRow', () => {
  it('goes through untouched where there is nothing to do', () => {
    const one = masker([field('a', TYPE.text)], ['pass'])
    expect(one.passThrough).toBe(true)
    const message = row(['ann@example.com'])
    expect(one.row(message)).toBe(message)
  })

  it('shows text in its style, in both formats, and leaves the other columns', () => {
    for (const format of [0, 1]) {
      const one = masker([field('id', TYPE.int4, format), field('mail', TYPE.varchar, format), field('n', TYPE.text, format)], ['pass', style('partial'), style('null')])
      expect(texts(one.row(row(['42', 'maria@example.com', 'x'])))).toEqual(['42', 'm***@example.com', null])
      expect(texts(one.row(row([null, null, null])))).toEqual([null, null, null])
    }
  })

  it('makes what has no mask NULL, and says so where words can stand', () => {
    const nothing = [TYPE.bool, TYPE.interval, TYPE.money, 3904, 999_999]
    const words = [TYPE.text, TYPE.bytea, TYPE.xml]
    for (const format of [0, 1]) {
      const fields = [...nothing, ...words].map((oid) => field('c', oid, format))
      const values = row(fields.map(() => '1234'))
      for (const name of ['pseudonym', 'partial', 'last4', 'hash', 'redact', 'null'] as const) {
        expect(texts(masker(fields, fields.map(() => style(name))).row(values)).slice(0, nothing.length)).toEqual(nothing.map(() => null))
      }
      const bytea = format === 1 ? '‹masked›' : `\\x${Buffer.from('‹masked›').toString('hex')}`
      expect(texts(masker(fields, fields.map(() => 'whole')).row(values))).toEqual([...nothing.map(() => null), '‹masked›', bytea, '<masked>‹masked›</masked>'])
    }
  })

  it('makes a value that is none of its type NULL', () => {
    for (const format of [0, 1]) {
      const fields = [TYPE.int4, TYPE.uuid, TYPE.timestamptz, TYPE.inet, TYPE.numeric, 1009].map((oid) => field('c', oid, format))
      expect(texts(masker(fields, fields.map(() => style('pseudonym'))).row(row(fields.map(() => 'zzz'))))).toEqual(fields.map(() => null))
    }
  })

  it('keeps masked JSON JSON, also with the version byte of binary jsonb', () => {
    for (const name of ['pseudonym', 'partial', 'last4', 'hash', 'redact'] as const) {
      const one = masker([field('j', TYPE.json), field('b', TYPE.jsonb, 1)], [style(name), style(name)])
      const [json, jsonb] = cells(one.row(row(['{"a":1}', '\x01{"a":1}'])))
      expect(typeof JSON.parse(json!.toString())).toBe('string')
      expect(jsonb![0]).toBe(1)
      expect(JSON.parse(jsonb!.subarray(1).toString())).toBe(JSON.parse(json!.toString()))
    }
  })

  it('takes the formats from Bind, and binary where they are in doubt', () => {
    const fields = [field('a', 1009), field('b', 1009)]
    const value = '{ann@example.com}'
    const seen = (formats: readonly number[]) => texts(masker(fields, ['pass', 'pass'], { detect: true, formats }).row(row([value, value])))
    expect(seen([])).toEqual(['{‹email›}', '{‹email›}'])
    expect(seen([1])).toEqual([null, null])
    expect(seen([0, 1])).toEqual(['{‹email›}', null])
    expect(() => seen([0, 1, 0])).toThrow(GatewayError)
  })

  it('runs detectors on text, JSON and unknown types, and not on numbers, times and uuids', () => {
    const types = [TYPE.text, TYPE.json, TYPE.jsonb, 999_999, TYPE.int8, TYPE.numeric]
    const one = masker(types.map((oid) => field('c', oid)), types.map(() => 'pass'), { detect: true })
    expect(one.detectOnly).toBe(true)
    const card = '4111111111111111'
    expect(texts(one.row(row([card, card, `{"c":${card}}`, card, card, card])))).toEqual(['‹card›', '"‹card›"', '{"c":"‹card›"}', '‹card›', card, card])
    const binary = masker([field('c', TYPE.jsonb, 1), field('c', TYPE.jsonb, 1)], ['pass', 'pass'], { detect: true })
    expect(texts(binary.row(row(['\x01["a@example.com"]', '\x02["a@example.com"]'])))).toEqual(['\x01["‹email›"]', null])
  })

  it('returns the message itself when the detectors find nothing', () => {
    const one = masker([field('a', TYPE.text), field('b', TYPE.uuid)], ['pass', 'pass'], { detect: true })
    const message = row(['nothing here', '2f1e8a54-0000-1234-5678-123456789012'])
    expect(one.row(message)).toBe(message)
  })

  it('is refused when it does not fit its description or is cut anywhere', () => {
    const one = masker([field('a', TYPE.text), field('b', TYPE.int4)], [style('redact'), 'pass'])
    expect(() => one.row(row(['a']))).toThrow(GatewayError)
    expect(() => one.row(row(['a', 'b', 'c']))).toThrow(GatewayError)
    const whole = row(['abc', '12'])
    for (let length = 0; length < whole.length; length++) {
      const cut = Buffer.from(whole.subarray(0, length))
      if (length >= 5) cut.writeInt32BE(length - 1, 1)
      expect(() => one.row(cut)).toThrow(GatewayError)
    }
    const negative = Buffer.from(whole)
    negative.writeInt32BE(-2, 7)
    expect(() => one.row(negative)).toThrow(GatewayError)
  })

  it('masks a cell of 32 MiB', () => {
    const big = Buffer.alloc(32 * 1024 * 1024, 'lorem ipsum ')
    const mail = Buffer.from(' ann@example.com')
    const one = masker([field('a', TYPE.text), field('b', TYPE.text)], ['pass', style('last4')], { detect: true })
    const [first, second] = cells(one.row(row([Buffer.concat([big, mail]), Buffer.alloc(big.length, '1')])))
    expect(first!.subarray(-8).toString()).toBe('email›')
    expect(first!.includes('ann@')).toBe(false)
    expect(first!.length).toBe(big.length + Buffer.byteLength(' ‹email›'))
    expect(second!.toString()).toBe('**** 1111')
  })

  it('stays well-formed, keeps passing columns byte for byte, and lets nothing of a masked value through', () => {
    const oid = fc.constantFrom(TYPE.text, TYPE.varchar, TYPE.name, TYPE.json, TYPE.jsonb, TYPE.int4, TYPE.numeric, TYPE.uuid, TYPE.bytea, 1009, 70_000)
    const column = fc.record({
      oid,
      format: fc.constantFrom(0, 1),
      plan: fc.constantFrom<ColumnPlan>('pass', 'whole', style('pseudonym'), style('hash'), style('redact'), style('null')),
      value: fc.option(fc.oneof(fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes)), fc.string({ maxLength: 40 }).map((text) => Buffer.from(text))), { nil: null }),
    })
    fc.assert(
      fc.property(fc.array(column, { maxLength: 12 }), (columns) => {
        const one = masker(columns.map(({ oid: type, format }) => field('c', type, format)), columns.map(({ plan }) => plan))
        const out = cells(one.row(row(columns.map(({ value }) => value))))
        expect(out.length).toBe(columns.length)
        columns.forEach(({ plan, value }, index) => {
          const shown = out[index] ?? null
          if (plan === 'pass' || value === null) expect(shown).toEqual(value)
          else if (shown !== null) for (let i = 0; i + 6 <= value.length; i++) expect(shown.includes(value.subarray(i, i + 6))).toBe(false)
        })
      }),
      { numRuns: 1000 },
    )
  })
})

describe('ErrorResponse and NoticeResponse', () => {
  const error = (fields: Readonly<Record<string, string>>, type = 'E'): Buffer => frame(type, [...Object.entries(fields).map(([code, value]) => Buffer.from(`${code}${value}\0`)), Buffer.from([0])])
  const read = (message: Buffer): Record<string, string> => {
    expect(message.readInt32BE(1)).toBe(message.length - 1)
    expect(message.at(-1)).toBe(0)
    return Object.fromEntries(message.subarray(5, -2).toString('utf8').split('\0').map((one) => [one.slice(0, 1), one.slice(1)]))
  }
  const failing = { S: 'FEHLER', V: 'ERROR', C: '23505', M: 'duplicate ann@example.com', D: 'Key (email)=(ann@example.com) exists.', H: 'Ask ann@example.com', W: 'SQL ann@example.com', q: 'SELECT ann', p: '3', s: 'public', t: 'customers', c: 'email', n: 'customers_email_key', F: 'nbtinsert.c', L: '666', R: '_bt_check_unique' }

  it('passes detectors over every text in it', () => {
    for (const type of ['E', 'N']) {
      const shown = maskErrorOrNotice(error(failing, type), { detectors, maskedTable: false, builtinOnly: true })
      expect(shown[0]).toBe(type.charCodeAt(0))
      expect(read(shown)).toEqual({ ...failing, M: 'duplicate ‹email›', D: 'Key (email)=(‹email›) exists.', H: 'Ask ‹email›', W: 'SQL ‹email›' })
    }
    const clean = error({ S: 'ERROR', C: '42601', M: 'syntax error' })
    expect(maskErrorOrNotice(clean, { detectors, maskedTable: false, builtinOnly: true })).toBe(clean)
  })

  it('says nothing but code and names when the statement touches masked columns', () => {
    const shown = read(maskErrorOrNotice(error({ ...failing, Z: 'future', n: 'x'.repeat(64) }), { detectors, maskedTable: true, builtinOnly: false }))
    const { M: message, ...rest } = shown
    expect(message).toMatch(/masked/)
    // A function may have chosen the names, and may have chosen the code too where it is none that every client knows.
    expect(rest).toEqual({ S: 'FEHLER', V: 'ERROR', C: '23505', F: 'nbtinsert.c', L: '666', R: '_bt_check_unique' })
    expect(read(maskErrorOrNotice(error({ ...failing, C: 'ANN12' }), { detectors, maskedTable: true, builtinOnly: false }))['C']).toBe('P0001')
    const own = read(maskErrorOrNotice(error({ ...failing, C: 'ANN12' }), { detectors, maskedTable: true, builtinOnly: true }))
    expect(own).toEqual({ S: 'FEHLER', V: 'ERROR', C: 'ANN12', M: message, s: 'public', t: 'customers', c: 'email', n: 'customers_email_key', F: 'nbtinsert.c', L: '666', R: '_bt_check_unique' })
  })

  it('keeps a message that names objects only, of code that is the server\'s own, and never its detail', () => {
    const unique = { ...failing, M: 'duplicate key value violates unique constraint "customers_email_key"' }
    const show = (fields: Readonly<Record<string, string>>, builtinOnly = true, type = 'E'): Record<string, string> => read(maskErrorOrNotice(error(fields, type), { detectors, maskedTable: true, builtinOnly }))
    expect(show(unique)['M']).toBe(unique.M)
    expect(['D', 'H', 'W', 'q', 'p'].filter((code) => code in show(unique))).toEqual([])
    // Anybody's function may raise any code with any text, and a notice is never one of these.
    expect(show(unique, false)['M']).toMatch(/masked/)
    expect(show(unique, true, 'N')['M']).toMatch(/masked/)
    expect(show({ ...unique, C: '22P02', M: 'invalid input syntax for type integer: "ann"' })['M']).toMatch(/masked/)
  })

  it('is shown when it is the parser that speaks of names in the client\'s own text, and nothing else is', () => {
    const typo = { S: 'ERROR', V: 'ERROR', C: '42703', M: 'column "emial" does not exist', P: '8' }
    const show = (fields: Readonly<Record<string, string>>, builtinOnly = true): string | undefined => read(maskErrorOrNotice(error(fields), { detectors, maskedTable: true, builtinOnly }))['M']
    expect(show(typo)).toBe(typo.M)
    // A value cast to regclass fails with the same class, but there is no position: it was met while rows were read.
    expect(show({ S: 'ERROR', V: 'ERROR', C: '42P01', M: 'relation "mann" does not exist' })).toMatch(/masked/)
    expect(show(typo, false)).toMatch(/masked/)
    expect(show({ ...typo, C: '22P02' })).toMatch(/masked/)
    // `('"' || iban)::regtype` is parsed at run time: class and position are those of a typo, and the text is the value.
    expect(show({ ...typo, C: '42601', M: 'unterminated quoted identifier at or near ""mann"', W: 'invalid type name ""mann"' })).toMatch(/masked/)
  })

  it('is replaced by one of ours when it cannot be read', () => {
    for (const body of [Buffer.alloc(0), Buffer.from([0]), Buffer.from('Mann@example.com'), Buffer.from('Mann@example.com\0'), Buffer.from('Mann@example.com\0\0x')]) {
      const shown = maskErrorOrNotice(frame('E', [body]), { detectors, maskedTable: false, builtinOnly: true })
      expect(read(shown)['C']).toBe('58000')
      expect(shown.includes('ann@')).toBe(false)
    }
  })
})

describe('NotificationResponse', () => {
  const notification = (channel: string, payload: string): Buffer => frame('A', [int32(77), Buffer.from(`${channel}\0${payload}\0`)])

  it('carries no find in channel or payload', () => {
    expect(maskNotification(notification('ann@example.com', 'card 4111111111111111'), detectors)).toEqual(notification('‹email›', 'card ‹card›'))
    const clean = notification('jobs', '17')
    expect(maskNotification(clean, detectors)).toBe(clean)
    expect(() => maskNotification(frame('A', [int32(7), Buffer.from('x')]), detectors)).toThrow(GatewayError)
    expect(() => maskNotification(frame('A', []), detectors)).toThrow(GatewayError)
  })

  it('shows no payload where columns are masked, for it may be a value of one', () => {
    expect(maskNotification(notification('jobs', 'maria'), detectors, true)).toEqual(notification('jobs', '‹masked›'))
    const empty = notification('jobs', '')
    expect(maskNotification(empty, detectors, true)).toBe(empty)
  })
})

describe('ParameterStatus', () => {
  const status = (name: string, value: string): Buffer => frame('S', [Buffer.from(`${name}\0${value}\0`)])

  it('carries no value that a statement may have put there, and leaves what the server chose', () => {
    expect(maskParameterStatus(status('application_name', 'maria'), detectors, true)).toEqual(status('application_name', '‹masked›'))
    expect(maskParameterStatus(status('application_name', 'ann@example.com'), detectors, false)).toEqual(status('application_name', '‹email›'))
    for (const [name, value, touched] of [['application_name', 'psql', false], ['DateStyle', 'ISO, DMY', true], ['in_hot_standby', 'off', true]] as const) {
      const message = status(name, value)
      expect(maskParameterStatus(message, detectors, touched)).toBe(message)
    }
    expect(() => maskParameterStatus(frame('S', [Buffer.from('name')]), detectors, true)).toThrow(GatewayError)
  })
})
