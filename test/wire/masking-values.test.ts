import fc from 'fast-check'
import pg from 'pg'
import { to } from 'pg-copy-streams'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { maskText, type MaskStyle } from '../../src/masking/rules.ts'
import { valueMask } from '../../src/protocols/postgres/mask-values.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts'

// What a real server says of masked values: it sends each value in both formats, and is given back what a mask made of it.

let server: TestPostgres
let client: pg.Client
beforeAll(async () => {
  server = await startTestPostgres()
  client = new pg.Client({ host: server.host, port: server.port, user: server.superuser, password: server.superPassword, database: 'postgres' })
  await client.connect()
  await client.query(`CREATE TYPE mood AS ENUM ('glad', 'sad'); CREATE TYPE pair AS (a int, b text)`)
})
afterAll(async () => {
  await client.end()
  await server.stop()
})

const key = Buffer.alloc(32, 9)
const STYLES: readonly MaskStyle[] = ['pseudonym', 'partial', 'last4', 'hash', 'redact', 'null']

/** Values in words of SQL, by type. Each is long enough that a trace of it in its mask would be no accident. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  text: ['maria.rossi@example.com', '+39 347 555 0199', "it's \\ \"quoted\" ‹x›", ''],
  varchar: ['maria.rossi@example.com'],
  'char(80)': ['maria.rossi@example.com'],
  name: ['a_name_of_somebody', 'x'.repeat(63)],
  json: ['{"mail": "maria.rossi@example.com", "n": [1, null]}', '"maria.rossi@example.com"', '12345678901234567890'],
  jsonb: ['{"mail": "maria.rossi@example.com", "n": [1, null]}', '"maria.rossi@example.com"', 'null'],
  xml: ['<person><mail>maria.rossi@example.com</mail></person>', 'plain content'],
  bytea: ['\\x6d617269612e726f737369', '\\x', '\\x00ff5c'],
  uuid: ['6f9619ff-8b86-4d01-b42d-00cf4fc964ff'],
  int2: ['12345', '-32768', '0'],
  int4: ['48210573', '-2147483648', '7'],
  int8: ['48210573', '9223372036854775807', '-9007199254740993'],
  oid: ['4294967295', '48210573'],
  float4: ['48210.5', 'NaN', '-Infinity', '1e30', '16777216'],
  float8: ['48210573.25', 'NaN', 'Infinity', '1e300', '48210573', '1.5e-9'],
  numeric: ['48210573', '48210573.250', '0.00001234', '-98765432109876543210.123', 'NaN', 'Infinity', '10000', '100000000'],
  bool: ['true'],
  money: ['48210.57'],
  date: ['1985-07-23', '0044-03-15 BC', 'infinity', '2600-01-01', '0007-05-05'],
  time: ['23:41:17.123456', '24:00:00'],
  timetz: ['23:41:17.123456+05:30', '00:00:00-12'],
  timestamp: ['1985-07-23 23:41:17.123456', '-infinity', '1985-07-23 00:00:00'],
  timestamptz: ['1985-07-23 23:41:17.123456+05:30', 'infinity', '1890-01-01 00:00:00+00'],
  interval: ['1 mon -3 days 04:05:06'],
  inet: ['198.51.100.7', '198.51.100.7/24', '2001:db8::7', '::ffff:1.2.3.4'],
  cidr: ['198.51.100.0/24', '2001:db8::/32'],
  macaddr: ['08:00:2b:01:02:03'],
  macaddr8: ['08:00:2b:01:02:03:04:05'],
  'text[]': ['{maria.rossi@example.com,NULL,"a,b","NULL","q\\"\\\\"}', '[2:3]={a1b2c3d4,b}', '{{a,b},{c,d}}', '{}'],
  'int4[]': ['{48210573,NULL,7}', '{{1,2},{3,4}}', '{}'],
  'numeric[]': ['{48210573.250,NULL}'],
  'uuid[]': ['{6f9619ff-8b86-4d01-b42d-00cf4fc964ff}'],
  'timestamptz[]': ['{"1985-07-23 23:41:17.123456+05:30",infinity}'],
  'jsonb[]': ['{"{\\"mail\\": \\"maria.rossi@example.com\\"}"}'],
  'bytea[]': ['{"\\\\x6d617269612e726f737369"}'],
  'inet[]': ['{198.51.100.7,2001:db8::7}'],
  int4range: ['[48210573,48210600)'],
  int4multirange: ['{[48210573,48210600)}'],
  mood: ['glad'],
  'mood[]': ['{glad,sad}'],
  pair: ['(48210573,maria)'],
  point: ['(48210.5,7)'],
  bit: ['1'],
  tsvector: ["'maria' 'rossi'"],
  pg_lsn: ['16/B374D848'],
  regclass: ['pg_class'],
  '"char"': ['m'],
}

interface Sent {
  readonly type: number
  readonly bytes: Buffer
}

/** The value as the server sends it. Binary by way of COPY, since node-postgres reads every answer as text. */
async function sent(cast: string, value: string, binary: boolean): Promise<Sent> {
  const literal = `${client.escapeLiteral(value)}::${cast}`
  const { rows } = await client.query({ text: `SELECT ${literal} AS v, pg_typeof(${literal})::oid`, rowMode: 'array', types: { getTypeParser: () => (raw: string) => raw } as pg.CustomTypesConfig })
  const [text, oid] = rows[0] as unknown as [string, string]
  const type = Number(oid)
  if (!binary) return { type, bytes: Buffer.from(text) }
  const copied = Buffer.concat(await client.query(to(`COPY (SELECT ${literal}) TO STDOUT (FORMAT binary)`)).toArray())
  // Signature, flags, extension length, field count, field length; then the value, and the trailer.
  return { type, bytes: copied.subarray(25, 25 + copied.readInt32BE(21)) }
}

/** The server's own text of what it is given, in that format; throws when it is no value of that type. */
async function accepted(cast: string, bytes: Buffer, binary: boolean): Promise<string> {
  const { rows } = await client.query<{ v: string }>({ text: `SELECT ($1::${cast})::text AS v`, values: [binary ? bytes : bytes.toString('utf8')] })
  return (rows[0] as { v: string }).v
}

const masked = ({ type, bytes }: Sent, style: MaskStyle | 'whole', binary: boolean, domain = 'd'): Buffer | null =>
  valueMask(style === 'whole' ? 'whole' : { style, domain }, type, binary, key)?.(bytes, 0, bytes.length) ?? null

describe('a masked value', () => {
  for (const [cast, values] of Object.entries(VALUES)) {
    it(`is a value of its type to the server, in both formats: ${cast}`, async () => {
      for (const value of values) {
        const text = await sent(cast, value, false)
        const wire = await sent(cast, value, true)
        expect(wire.type).toBe(text.type)
        for (const style of [...STYLES, 'whole'] as const) {
          const fromText = masked(text, style, false)
          const fromBinary = masked(wire, style, true)
          // Again, and from a cache: the same.
          expect(masked(text, style, false)).toEqual(fromText)
          expect(fromText === null, `${style} of ${value}`).toBe(fromBinary === null)
          if (fromText === null || fromBinary === null) continue
          expect(style).not.toBe('null')
          const shown = await accepted(cast, fromText, false)
          expect(await accepted(cast, fromBinary, true), `${style} of ${value}`).toBe(shown)
          // The first of January and the empty array may be what they were.
          if (value.length > 4 && style !== 'partial') expect(shown).not.toContain(await accepted(cast, text.bytes, false))
        }
      }
    })
  }

  it('is NULL for every type that holds no words, where nothing of it may be shown', async () => {
    const shown: string[] = []
    for (const [cast, values] of Object.entries(VALUES)) {
      for (const style of ['redact', 'whole'] as const) if (masked(await sent(cast, values[0] as string, false), style, false) !== null) shown.push(`${style} ${cast}`)
    }
    const words = ['text', 'varchar', 'char(80)', 'name', 'json', 'jsonb', 'xml', 'bytea']
    expect(shown.sort()).toEqual([...words.flatMap((cast) => [`redact ${cast}`, `whole ${cast}`]), 'redact bytea[]', 'redact jsonb[]', 'redact text[]'].sort())
  })

  it('has one pseudonym whatever type and spelling it comes in', async () => {
    const same = async (...given: readonly (readonly [cast: string, value: string])[]): Promise<void> => {
      const shown = new Set<string>()
      for (const [cast, value] of given) for (const binary of [false, true]) {
        const bytes = masked(await sent(cast, value, binary), 'pseudonym', binary) as Buffer
        shown.add((await accepted(cast, bytes, binary)).trim().replace(/\.0+$/, ''))
      }
      expect([...shown], JSON.stringify(given)).toHaveLength(1)
    }
    await same(['int4', '48210573'], ['int8', '48210573'], ['numeric', '48210573.000'], ['float8', '48210573'], ['numeric', '48210573'])
    await same(['int8', '9007199254740993'], ['numeric', '9007199254740993.0'])
    await same(['numeric', '1.50'], ['numeric', '1.5'])
    await same(['text', 'Maria@Example.com '], ['varchar', 'maria@example.com'], ['char(60)', 'maria@example.com'])
    await same(['jsonb', '{"b":1,"a":[2,{"d":3,"c":4}]}'], ['jsonb', '{"a":[2,{"c":4,"d":3}],"b":1}'])
    await same(['json', '{"b":1, "a":2}'], ['json', '{ "a":2,"b":1}'])
    await same(['timestamptz', '2020-01-01 00:00:00+00'], ['timestamptz', '2020-01-01 05:30:00+05:30'])
    await same(['inet', '2001:db8::7'], ['inet', '2001:0DB8:0::0007/128'])
    await same(['bytea', '\\x41'], ['bytea', 'A'])
  })

  it('is the same under every style of dates and bytes that the server can be set to, or NULL', async () => {
    const dates = async (): Promise<(string | null)[]> => [masked(await sent('date', '1985-07-23', false), 'pseudonym', false), masked(await sent('timestamptz', '1985-07-23 10:00:00+00', false), 'partial', false)].map((shown) => shown?.toString() ?? null)
    const iso = await dates()
    expect(iso[1]).toBe('1985-01-01 00:00:00+00')
    for (const style of ['SQL, DMY', 'SQL, MDY', 'Postgres', 'German']) {
      await client.query(`SET datestyle = '${style}'`)
      expect(await dates()).toEqual([null, null])
    }
    await client.query(`SET datestyle = 'ISO, DMY'; SET timezone = 'Asia/Kathmandu'`)
    expect(await dates()).toEqual(iso)
    const hex = masked(await sent('bytea', '\\x005c61ff', false), 'hash', false)
    await client.query(`SET bytea_output = 'escape'`)
    expect(masked(await sent('bytea', '\\x005c61ff', false), 'hash', false)).toEqual(hex)
    await client.query('RESET ALL')
  })

  it('never becomes what another value of its domain became, for numbers of 16 and 32 bits and for days', () => {
    const distinct = (count: number, type: number, write: (i: number) => string): number => {
      const mask = valueMask({ style: 'pseudonym', domain: 'd' }, type, false, key)!
      return new Set(Array.from({ length: count }, (_, i) => { const bytes = Buffer.from(write(i)); return mask(bytes, 0, bytes.length)!.toString() })).size
    }
    expect(distinct(65_536, 21, (i) => String(i - 32_768))).toBe(65_536)
    expect(distinct(200_000, 23, (i) => String(i * 10_007 - 1_000_000_000))).toBe(200_000)
    expect(distinct(65_536, 1082, (i) => new Date(Date.UTC(1910, 0, 1 + i)).toISOString().slice(0, 10))).toBe(65_536)
  })

  it('differs between domains and keys', async () => {
    for (const [cast, value] of [['int4', '48210573'], ['uuid', '6f9619ff-8b86-4d01-b42d-00cf4fc964ff'], ['date', '1985-07-23'], ['inet', '198.51.100.7'], ['text', 'maria'], ['bytea', '\\x616263']] as const) {
      const value0 = await sent(cast, value, false)
      const other = valueMask({ style: 'pseudonym', domain: 'd' }, value0.type, false, Buffer.alloc(32, 10))?.(value0.bytes, 0, value0.bytes.length)
      expect(masked(value0, 'pseudonym', false, 'e')).not.toEqual(masked(value0, 'pseudonym', false))
      expect(other).not.toEqual(masked(value0, 'pseudonym', false))
    }
  })

  it('stands in its array where the value stood, with the same bounds and NULLs', async () => {
    const array = '[0:1][1:2]={{maria,NULL},{"a \\"b\\" {c}, d",rossi}}'
    for (const binary of [false, true]) {
      const shown = await accepted('text[]', masked(await sent('text[]', array, binary), 'redact', binary)!, binary)
      expect(shown).toBe('[0:1][1:2]={{‹masked›,NULL},{‹masked›,‹masked›}}')
    }
  })

  it('of text is what the rules say, however short the way to it', () => {
    const word = fc.oneof(fc.string({ maxLength: 80 }), fc.string({ unit: fc.constantFrom(...'abZ09 @+-().é\u00a0\u3000😀'), maxLength: 70 }), fc.constantFrom('maria@example.com', '+39 347 555 0199', 'DE89 3704 0044 0532 0130 00', 'Person number 17', 'abcdefgh', 'ab'))
    fc.assert(fc.property(word, fc.constantFrom<MaskStyle>('partial', 'last4', 'pseudonym', 'hash', 'redact'), (text, style) => {
      const bytes = Buffer.from(text)
      expect(masked({ type: 25, bytes }, style, false)?.toString()).toBe(maskText(style, bytes.toString('utf8'), key, 'd'))
    }), { numRuns: 5_000 })
  })

  it('is a value or NULL and never throws, whatever bytes the target sends', () => {
    const types = [16, 17, 18, 19, 20, 21, 23, 25, 26, 114, 142, 650, 700, 701, 774, 790, 829, 869, 1007, 1009, 1082, 1083, 1114, 1184, 1186, 1231, 1266, 1700, 2950, 3802, 3807, 70_000]
    fc.assert(fc.property(fc.constantFrom(...types), fc.constantFrom(...STYLES), fc.boolean(), fc.uint8Array({ maxLength: 60 }), (type, style, binary, bytes) => {
      const given = Buffer.from(bytes)
      const shown = masked({ type, bytes: given }, style, binary)
      expect(given).toEqual(Buffer.from(bytes))
      if (shown !== null) for (let i = 0; i + 6 <= given.length; i++) if (!isPadding(given.subarray(i, i + 6))) expect(shown.includes(given.subarray(i, i + 6))).toBe(false)
    }), { numRuns: 5_000 })
  })
})

/** Headers of arrays are mostly zeros, and stay. */
function isPadding(bytes: Buffer): boolean {
  return bytes.filter((byte) => byte !== 0).length < 4
}
