import { loadModule, parseSync } from 'libpg-query'
import { beforeAll, describe, expect, test } from 'vitest'
import { questionsOf, type RowsQuestion } from '../../src/protocols/postgres/impact/rewrite.ts'
import { createParserPool } from '../../src/protocols/postgres/parser.ts'
import { writeStatement } from '../../src/protocols/postgres/statement-texts.ts'

beforeAll(async () => loadModule())

const ROWS = (relation: string, name: string, rest = ''): string => `SELECT ${name}.tableoid AS hp_table, ${name}.ctid AS hp_row FROM ${relation}${rest}`

describe('how many rows a statement changes is asked by', () => {
  test.each([
    ['DELETE FROM app.orders o WHERE id = 3', 'SELECT pg_catalog.count(*) FROM app.orders o WHERE id = 3', ROWS('app.orders o', 'o', ' WHERE id = 3')],
    ['DELETE FROM ONLY t', 'SELECT pg_catalog.count(*) FROM ONLY t', ROWS('ONLY t', 't')],
    // A row that joins several times is changed once.
    ['UPDATE t SET a = u.a FROM u, v WHERE t.id = u.id AND v.x = u.x RETURNING *', 'SELECT pg_catalog.count(DISTINCT (t.tableoid, t.ctid)) FROM t, u, v WHERE t.id = u.id AND v.x = u.x', ROWS('t, u, v', 't', ' WHERE t.id = u.id AND v.x = u.x')],
    ['DELETE FROM s.t USING u JOIN v USING (x) WHERE t.id = u.id', 'SELECT pg_catalog.count(DISTINCT (s.t.tableoid, s.t.ctid)) FROM s.t, u JOIN v USING (x) WHERE t.id = u.id', ROWS('s.t, u JOIN v USING (x)', 's.t', ' WHERE t.id = u.id')],
    ['WITH x AS (SELECT 1 AS id) DELETE FROM t USING x WHERE x.id = t.id', 'WITH x AS (SELECT 1 AS id) SELECT pg_catalog.count(DISTINCT (t.tableoid, t.ctid)) FROM t, x WHERE x.id = t.id', `WITH x AS (SELECT 1 AS id) ${ROWS('t, x', 't', ' WHERE x.id = t.id')}`],
    ['INSERT INTO t SELECT * FROM u WHERE a > 1', 'SELECT pg_catalog.count(*) FROM (SELECT * FROM u WHERE a > 1) hp_result', null],
    ['MERGE INTO t USING s ON t.id = s.id WHEN MATCHED AND s.x > 1 THEN DELETE WHEN MATCHED THEN DO NOTHING WHEN NOT MATCHED THEN INSERT VALUES (1)', 'SELECT pg_catalog.count(*) FROM s LEFT JOIN t ON t.id = s.id WHERE CASE WHEN t.ctid IS NOT NULL AND s.x > 1 THEN true WHEN t.ctid IS NOT NULL THEN false WHEN t.ctid IS NULL THEN true ELSE false END', null],
    ['TRUNCATE a', 'SELECT pg_catalog.count(*) FROM a', ROWS('a', 'a')],
    ['COPY t TO STDOUT', 'SELECT pg_catalog.count(*) FROM t', null],
    ['COPY (SELECT a FROM t) TO STDOUT', 'SELECT pg_catalog.count(*) FROM (SELECT a FROM t) hp_result', null],
    ['CREATE TABLE x AS SELECT 1', 'SELECT pg_catalog.count(*) FROM (SELECT 1) hp_result', null],
    ['SELECT a INTO x FROM t', 'SELECT pg_catalog.count(*) FROM (SELECT a FROM t) hp_result', null],
    ['EXPLAIN (ANALYZE) DELETE FROM t WHERE a', 'SELECT pg_catalog.count(*) FROM t WHERE a', ROWS('t', 't', ' WHERE a')],
  ])('%s', (sql, count, rows) => {
    const [question, ...more] = ask(sql)
    expect(more).toEqual([])
    expect(meaning(question?.count?.sql)).toEqual(meaning(count))
    expect(meaning(question?.rows?.sql)).toEqual(meaning(rows))
    expect(question).toMatchObject({ why: null, known: null, inexact: null })
  })

  test('a TRUNCATE of several tables asks for each', () => {
    expect(ask('TRUNCATE a, s.b CASCADE').map((one) => one.target)).toEqual([{ schema: null, name: 'a', only: false }, { schema: 's', name: 'b', only: false }])
  })

  test.each([['INSERT INTO t VALUES (1), (nextval(\'s\'))', 2], ['INSERT INTO t DEFAULT VALUES', 1]])('the text itself where it says so: %s', (sql, known) => {
    expect(ask(sql)).toEqual([expect.objectContaining({ known, count: null, why: null })])
  })

  test('parameters are numbered anew, without the ones that only SET uses', () => {
    const [question] = ask('UPDATE t SET a = $1, b = $2 WHERE c = $4 OR d = $3 OR e = $4')
    expect(question?.count).toEqual({ sql: expect.stringMatching(/c = \$1 OR d = \$2 OR e = \$1/), parameters: [4, 3] })
    expect(question?.sets).toEqual(['a', 'b'])
  })

  test('locks are left out, and what skips locked rows is not called exact', () => {
    const [question] = ask('UPDATE t SET a = 1 WHERE id IN (SELECT id FROM t ORDER BY 1 LIMIT 5 FOR UPDATE SKIP LOCKED)')
    expect(question?.count?.sql).not.toMatch(/FOR UPDATE/)
    expect(question?.inexact).toMatch(/SKIP LOCKED/)
    expect(ask('INSERT INTO t SELECT 1 ON CONFLICT DO NOTHING')[0]?.inexact).toMatch(/ON CONFLICT/)
  })

  test('each changing WITH query by itself', () => {
    expect(ask('WITH d AS (DELETE FROM t WHERE a RETURNING *), p AS (SELECT 1 AS b) UPDATE u SET x = 1 FROM p WHERE u.b = p.b').map((one) => [one.action, meaning(one.count?.sql)])).toEqual([
      ['delete', meaning('SELECT pg_catalog.count(*) FROM t WHERE a')],
      ['update', meaning('WITH p AS (SELECT 1 AS b) SELECT pg_catalog.count(DISTINCT (u.tableoid, u.ctid)) FROM u, p WHERE u.b = p.b')],
    ])
  })
})

describe('nobody is asked, and the reason is told, for', () => {
  test.each([
    // A table of the same name may exist, and would be counted in its place.
    ['WITH d AS (DELETE FROM t RETURNING *) INSERT INTO arch SELECT * FROM d', 1, /another part of the same statement/],
    ['WITH d AS (DELETE FROM t RETURNING *), e AS (SELECT * FROM d) UPDATE u SET a = 1 WHERE b IN (SELECT b FROM e)', 1, /another part of the same statement/],
    ['DELETE FROM t WHERE CURRENT OF c', 0, /CURRENT OF/],
    ['COPY t FROM STDIN', 0, /nobody has seen/],
    ['MERGE INTO t USING s ON t.id = s.id WHEN NOT MATCHED BY SOURCE THEN DELETE', 0, /NOT MATCHED BY SOURCE/],
    ['CREATE TABLE x AS EXECUTE p', 0, /not a plain query/],
    ["DELETE FROM t USING json_table('{}', '$' COLUMNS (a int PATH '$.a')) j", 0, /could not be written out/],
  ])('%s', (sql, index, why) => {
    expect(ask(sql)[index]).toMatchObject({ count: null, rows: null, why: expect.stringMatching(why) })
  })

  test.each(['SELECT 1', 'DROP TABLE t', 'EXPLAIN DELETE FROM t', 'BEGIN', 'EXECUTE p'])('what changes no rows that can be counted: %s', (sql) => {
    expect(ask(sql)).toEqual([])
  })
})

test('the parser pool gives them for every statement of a text, and refuses what it cannot read', async () => {
  const parser = createParserPool({ workers: 1 })
  try {
    const questions = await parser.questions(Buffer.from("SELECT 'é'; DELETE FROM t; TRUNCATE a, b"))
    expect(questions.map((list) => list.map((one) => one.action))).toEqual([[], ['delete'], ['truncate', 'truncate']])
    await expect(parser.questions(Buffer.from('DELETE FRM t'))).rejects.toMatchObject({ code: 'not_understood' })
  } finally {
    await parser.close()
  }
})

function ask(sql: string): readonly RowsQuestion[] {
  const { stmts } = parseSync(sql) as { readonly stmts: readonly { readonly stmt: unknown }[] }
  return stmts.flatMap(({ stmt }) => questionsOf(stmt, writeStatement))
}

/** The grammar's tree of a text, without places: two spellings of one query are equal. */
function meaning(sql: string | null | undefined): unknown {
  if (sql === null || sql === undefined) return null
  return JSON.parse(JSON.stringify(parseSync(sql), (name, part) => (/location$|_len$|_start$|_end$/.test(name) ? undefined : part)))
}
