import fc from 'fast-check'
import { loadModule, parseSync } from 'libpg-query'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { textsOf } from '../../src/protocols/postgres/statement-texts.ts'
import { SHORT_LIST } from '../../src/protocols/postgres/value-lists.ts'
import { walkParseResult } from '../../src/protocols/postgres/walk.ts'
import { type LineageServer, majorsAtHand, startLineageServer } from '../support/lineage.ts'

beforeAll(() => loadModule())

const SCHEMA = `
  CREATE SEQUENCE s;
  CREATE TABLE secrets (id int, code text);
  CREATE TABLE t (n int DEFAULT 7, big int8, m numeric, w text, b bool, d timestamptz DEFAULT now(), j jsonb, made text GENERATED ALWAYS AS (upper(w)) STORED);
  CREATE TABLE log (n int, w text);
  CREATE RULE keep AS ON INSERT TO t DO ALSO INSERT INTO log SELECT new.n, new.w;
  CREATE VIEW v AS SELECT n, big, m, w, b, d, j FROM t WHERE n > 0;`

const COLUMNS: readonly (readonly string[])[] = [
  ['1', '-5', "'7'", 'NULL', '1.5', "'8'::int4", 'true', '3000000000'],
  ['1', '-2147483648', '3000000000', '-9000000000000000000', "'5'", 'NULL', '99999999999999999999'],
  ['1', '1.5', '1e3', '99999999999999999999', '.5', '5.', "'0.1'", "'2'::numeric(4,1)", "'2'::numeric(5,2)"],
  ["'x'", "''", "'it''s'", 'NULL', "'y'::text", "'z'::varchar(3)", "'z'::varchar(4)", "'t'::regclass::text", 'upper(\'a\')'],
  ['true', 'false', 'NULL', "'t'", "'f'::bool"],
  ["'2024-01-01'", 'NULL', "'2024-01-01'::timestamptz", "'2024-01-01'::timestamp", "'2024-01-01'::date", 'now()'],
  ["'{}'", 'NULL', "'{\"a\":1}'::jsonb", "'[]'::json"],
]
/** What is no plain constant and means something else in each row. */
const OTHERS = ['DEFAULT', 'DEFAULT', "nextval('s')", '(SELECT max(id) FROM secrets)', '(SELECT min(id) FROM secrets WHERE code = \'x\')', 'length(current_user)']

const row = fc.tuple(fc.array(fc.nat(99), { minLength: 7, maxLength: 7 }), fc.nat(60), fc.nat(5))
const list = fc.tuple(fc.array(row, { minLength: SHORT_LIST - 2, maxLength: 60 }), fc.array(fc.nat(1), { minLength: 7, maxLength: 7 }), fc.nat(9))
type List = readonly (readonly [readonly number[], number, number])[]

const rowsOf = (rows: List, plainness: readonly number[], isInsert: boolean): string => rows.map(([picks, odd, other]) => {
  const cells = picks.map((pick, column) => {
    const kinds = COLUMNS[column] as readonly string[]
    // Many columns have one kind alone, as lists have.
    return kinds[plainness[column] === 0 && pick < 96 ? 0 : pick % kinds.length] as string
  })
  const special = OTHERS[other] as string
  if (odd === 0 && (isInsert || special !== 'DEFAULT')) cells[0] = special
  return `(${cells.join(', ')})`
}).join(', ')

const FORMS: readonly ((rows: (isInsert: boolean) => string) => string)[] = [
  (rows) => `INSERT INTO t VALUES ${rows(true)}`,
  (rows) => `INSERT INTO t (n, big, m, w, b, d, j) VALUES ${rows(true)} RETURNING made, n`,
  (rows) => `INSERT INTO v VALUES ${rows(true)}`,
  (rows) => `SELECT x.a, x.d || x.a, max(x.c) OVER () FROM (VALUES ${rows(false)}) x (a, b, c, d, e, f, g) WHERE x.e`,
  (rows) => `WITH x (a, b, c, d) AS (VALUES ${rows(false)}) UPDATE t SET n = x.a, w = x.d FROM x WHERE t.big = x.b`,
  (rows) => `WITH gone AS (INSERT INTO t VALUES ${rows(true)} RETURNING n) SELECT n FROM gone, secrets`,
  (rows) => `VALUES ${rows(false)} ORDER BY 1 LIMIT 3`,
]

function textsOfOne(sql: string): { readonly sql: string; readonly whole: string | undefined } {
  const bytes = Buffer.byteLength(sql)
  const [raw] = walkParseResult(parseSync(sql), bytes, textsOf(sql, bytes))
  return { sql: raw?.sql ?? '', whole: raw?.whole }
}

describe('a long list of rows', () => {
  const many = (row: (at: number) => string): string => `INSERT INTO t VALUES ${Array.from({ length: 3_000 }, (_, at) => row(at)).join(', ')}`

  it('is analysed as a few rows, one for each kind of constant in each column', () => {
    const { sql, whole } = textsOfOne(many((at) => `(${at}, ${at === 2_000 ? 'NULL' : `'w${at}'`}, ${at === 2_500 ? '1.5' : '1'}, '2024-01-01'::timestamptz, DEFAULT)`))
    expect(sql.length).toBeLessThan(500)
    expect(sql).toContain('NULL')
    expect(sql).toContain('1.5')
    expect(whole?.length).toBeGreaterThan(100_000)
  })

  it.each(["nextval('s')", '$1', '1 + 1', "'t'::regclass", "'t'::mine", "1::public.int4", "b'1'", 'n'])('keeps every row that has %s', (one) => {
    expect(textsOfOne(many((at) => `(${at}, ${one})`)).whole).toBeUndefined()
  })

  it('keeps the text as it is where it is short', () => {
    expect(textsOfOne(`INSERT INTO t VALUES ${Array(SHORT_LIST).fill('(1, 2)').join(', ')}`).whole).toBeUndefined()
  })

  it('inside another statement is short too', () => {
    const sql = `EXPLAIN ${many((at) => `(${at})`)}`
    const [raw] = walkParseResult(parseSync(sql), Buffer.byteLength(sql), textsOf(sql, Buffer.byteLength(sql)))
    expect(raw?.nested[0]?.sql?.length).toBeLessThan(100)
  })
})

describe.each(majorsAtHand())('long lists of rows at Postgres %i', (major) => {
  let server: LineageServer
  beforeAll(async () => {
    server = await startLineageServer(major, SCHEMA)
  }, 60_000)
  afterAll(() => server?.stop())

  it('are read just as a few of their rows are', async () => {
    let compared = 0
    let shortened = 0
    await fc.assert(fc.asyncProperty(list, fc.nat(FORMS.length - 1), async ([rows, plainness], form) => {
      const sql = (FORMS[form] as (typeof FORMS)[number])((isInsert) => rowsOf(rows, plainness, isInsert))
      const short = textsOfOne(sql)
      if (short.whole === undefined) return
      shortened++
      expect(short.whole).toBe(sql)
      const full = await server.read(sql).catch(() => null)
      // What the target refuses it refuses.
      if (full === null) return
      compared++
      expect(await server.read(short.sql)).toEqual(full)
    }), { numRuns: 400 })
    expect(shortened).toBeGreaterThan(200)
    expect(compared).toBeGreaterThan(100)
  }, 120_000)
})
